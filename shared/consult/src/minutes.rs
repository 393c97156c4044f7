//! The minutes (Biên bản hội chẩn, Circular 49/2017/TT-BYT, Annex I), in versions that name the one before, signed.

use std::fmt;

use filmless_domain::chain::ChainHead;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bad_field::{BadField, Fault};
use crate::digest::digest_of;
use crate::ids::{ConsultationId, MemberId};
use crate::limits::{MINUTES_BYTES_MAX, MINUTES_TEXT_CHARS_MAX, MINUTES_VERSIONS_MAX};
use crate::member::MemberRole;
use crate::minutes_text::MinutesText;
use crate::note::Note;
use crate::signature::Signer;
use crate::typed;

/// A version of the minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    /// What is signed.
    #[serde(flatten)]
    pub written: WrittenMinutes,
    /// SHA-256 of the JSON of the rest, in lower-case hex.
    pub digest: String,
}

/// What of the minutes is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenMinutes {
    /// Of which consultation.
    pub consultation: ConsultationId,
    /// From 1.
    pub version: u32,
    /// The version before, and why it is replaced.
    #[serde(default)]
    pub replaces: Option<Replaced>,
    /// Who wrote it: the secretary, or the chair.
    pub by: MemberId,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// The record as it was.
    pub head: ChainHead,
    /// What it says.
    pub text: MinutesText,
}

/// The version before.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Its digest.
    pub digest: String,
    /// What was wrong; may be empty as long as nobody signed it.
    pub reason: String,
}

impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replaced({})", self.digest)
    }
}

/// A signature below a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesSignature {
    /// What is signed.
    #[serde(flatten)]
    pub signed: SignedMinutes,
    /// SHA-256 of the JSON of the rest, in lower-case hex.
    pub digest: String,
}

/// What somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedMinutes {
    /// Of which consultation.
    pub consultation: ConsultationId,
    /// Which version.
    pub version: u32,
    /// Its digest.
    pub minutes: String,
    /// Who.
    pub by: Signer,
    /// When, by the server's clock.
    pub at: Timestamp,
}

impl WrittenMinutes {
    /// Makes it a version, with all texts as they are stored. `before` is the newest version, `is_signed` whether anybody
    /// signed that one.
    ///
    /// # Errors
    /// [`BadField`]: the first that cannot be taken; `version` if it does not follow `before`; `reason` if a signed version
    /// is replaced without one.
    pub fn seal(mut self, before: Option<&Minutes>, is_signed: bool) -> Result<Minutes, BadField> {
        if self.version > MINUTES_VERSIONS_MAX {
            return Err(BadField::new("version", Fault::TooMany));
        }
        let version = before.map_or(1, |before| before.written.version + 1);
        let names = self.replaces.as_ref().map(|replaced| &replaced.digest);
        if self.version != version || names != before.map(|before| &before.digest) {
            return Err(BadField::new("version", Fault::NotAllowed));
        }
        if let Some(replaced) = &mut self.replaces {
            replaced.reason = if is_signed {
                typed::said("reason", &replaced.reason, MINUTES_TEXT_CHARS_MAX)?
            } else {
                typed::text("reason", &replaced.reason, MINUTES_TEXT_CHARS_MAX)?
            };
        }
        self.text = self.text.checked()?;
        if serde_json::to_vec(&self).map_or(true, |json| json.len() > MINUTES_BYTES_MAX) {
            return Err(BadField::new("text", Fault::TooLong));
        }
        let digest = digest_of(&self).map_err(|_| BadField::new("text", Fault::NotAllowed))?;
        Ok(Minutes { written: self, digest })
    }
}

impl Minutes {
    /// Whether it says what was sealed.
    #[must_use]
    pub fn is_as_written(&self) -> bool {
        digest_of(&self.written).is_ok_and(|digest| digest == self.digest)
    }

    /// What the record says of it.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::Minutes { version: self.written.version, digest: self.digest.clone() }
    }

    /// Somebody signs it.
    ///
    /// # Errors
    /// [`BadField`] `conclusion` as long as there is none, `by` for somebody who signed it before.
    pub fn sign(
        &self,
        by: Signer,
        at: Timestamp,
        earlier: &[MinutesSignature],
    ) -> Result<MinutesSignature, BadField> {
        let WrittenMinutes { consultation, version, text, .. } = &self.written;
        if text.conclusion.is_empty() {
            return Err(BadField::new("conclusion", Fault::Empty));
        }
        if earlier.iter().any(|other| other.signed.by.id == by.id && other.signed.minutes == self.digest) {
            return Err(BadField::new("by", Fault::Twice));
        }
        let (consultation, minutes) = (consultation.clone(), self.digest.clone());
        let signed = SignedMinutes { consultation, version: *version, minutes, by, at };
        let digest = digest_of(&signed).map_err(|_| BadField::new("by", Fault::NotAllowed))?;
        Ok(MinutesSignature { signed, digest })
    }

    /// Whether they count: the chair signed this version, and the secretary, if there is one.
    #[must_use]
    pub fn is_final(&self, signatures: &[MinutesSignature]) -> bool {
        self.unsigned(signatures).is_empty()
    }

    /// Whose signature is missing before they count.
    #[must_use]
    pub fn unsigned(&self, signatures: &[MinutesSignature]) -> Vec<MemberRole> {
        let signed = |role| {
            let of =
                |one: &&MinutesSignature| one.signed.by.role == role && one.signed.minutes == self.digest;
            signatures.iter().filter(of).any(MinutesSignature::is_as_signed)
        };
        let has_secretary =
            self.written.text.attendees.iter().any(|attendee| attendee.role == MemberRole::Secretary);
        let needed = [(MemberRole::Chair, true), (MemberRole::Secretary, has_secretary)];
        let missing = needed.into_iter().filter(|(role, is_needed)| *is_needed && !signed(*role));
        missing.map(|(role, _)| role).collect()
    }
}

impl MinutesSignature {
    /// Whether it says what was signed.
    #[must_use]
    pub fn is_as_signed(&self) -> bool {
        digest_of(&self.signed).is_ok_and(|digest| digest == self.digest)
    }

    /// What the record says of it.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::Signature { version: self.signed.version, digest: self.digest.clone() }
    }
}
