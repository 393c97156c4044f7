//! The minutes (Biên bản hội chẩn, Circular 49/2017/TT-BYT, Annex I): what the secretary writes, in versions that name the
//! one before, signed.

use std::fmt;

use filmless_domain::chain::ChainHead;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bad_field::{BadField, Fault};
use crate::digest::digest_of;
use crate::ids::{ConsultationId, MemberId};
use crate::limits::{
    KEY_IMAGES_MAX, MEMBERS_MAX, MINUTES_BYTES_MAX, MINUTES_LINE_CHARS_MAX, MINUTES_TEXT_CHARS_MAX,
    MINUTES_VERSIONS_MAX, OPINION_CHARS_MAX, OPINIONS_PER_MEMBER_MAX, SHOWN_SERIES_MAX, STUDIES_MAX,
};
use crate::member::MemberRole;
use crate::note::Note;
use crate::signature::Signer;
use crate::typed;

/// Everything that the minutes say. `Debug` hides it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesText {
    /// The facility whose patient it is.
    pub facility: String,
    /// The patient.
    pub patient: MinutesPatient,
    /// Diagnosis before the consultation.
    pub diagnosis: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; nothing while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Place, and the points that were connected.
    pub place: String,
    /// Chair, secretary and members, in this order.
    pub attendees: Vec<Attendee>,
    /// What was asked.
    pub question: String,
    /// Summary of the course of the disease.
    pub course: String,
    /// Treatment so far.
    pub treatment_so_far: String,
    /// What was shown, the longest first.
    pub shown: Vec<ShownSeries>,
    /// Images that are printed.
    pub key_images: Vec<KeyImage>,
    /// What each member said.
    pub opinions: Vec<MinutesOpinion>,
    /// Conclusion after the discussion: an answer to every question.
    pub conclusion: String,
    /// Treatment from here on.
    pub treatment: String,
    /// What is checked, and when.
    pub follow_up: String,
}

impl fmt::Debug for MinutesText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MinutesText")
    }
}

/// The patient, as the hospital knows them. Empty where it does not.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "words of the form")]
pub struct MinutesPatient {
    pub name: String,
    /// As printed: a date or a year.
    pub birth: String,
    /// As printed, with its unit.
    pub age: String,
    /// As printed.
    pub sex: String,
    /// The hospital's patient code.
    pub patient_id: String,
    pub record_number: String,
    pub department: String,
    pub bed: String,
}

/// Somebody who took part. `Debug` of the whole hides them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendee {
    /// Which member; nobody for somebody who had no link.
    pub id: Option<MemberId>,
    /// Name.
    pub name: String,
    /// Title; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of the licence to practise; may be empty.
    pub licence: String,
    /// What they were.
    pub role: MemberRole,
    /// When they were in the room; empty for a member who only wrote.
    pub present: Vec<Stay>,
}

/// From when until when somebody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// From.
    pub from: Timestamp,
    /// Until; nothing while they are still there.
    pub until: Option<Timestamp>,
}

/// A series that was before everybody's eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownSeries {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Which.
    pub series_instance_uid: SeriesInstanceUid,
    /// What it is called; may be empty.
    pub description: String,
    /// How long, in seconds, all together.
    pub seconds: u64,
    /// The frame of the series that was shown longest, from 0.
    pub frame: u32,
}

/// An image that is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyImage {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Its instance.
    pub sop_instance_uid: SopInstanceUid,
    /// From 1; nothing for an instance with a single frame.
    pub frame: Option<u32>,
    /// What is seen in it.
    pub caption: String,
}

/// What a member said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesOpinion {
    /// Name, with title.
    pub name: String,
    /// What they said.
    pub text: String,
    /// When, if it was signed.
    pub at: Option<Timestamp>,
    /// Digest of the signed opinion.
    pub digest: Option<String>,
}

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
        let signed = |role| {
            let of =
                |one: &&MinutesSignature| one.signed.by.role == role && one.signed.minutes == self.digest;
            signatures.iter().filter(of).any(MinutesSignature::is_as_signed)
        };
        let has_secretary =
            self.written.text.attendees.iter().any(|attendee| attendee.role == MemberRole::Secretary);
        signed(MemberRole::Chair) && (!has_secretary || signed(MemberRole::Secretary))
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

impl MinutesText {
    /// With all texts as they are stored.
    ///
    /// # Errors
    /// [`BadField`]: the first that cannot be taken.
    pub fn checked(mut self) -> Result<Self, BadField> {
        let patient = &mut self.patient;
        for (field, value) in [
            ("facility", &mut self.facility),
            ("patient.name", &mut patient.name),
            ("patient.birth", &mut patient.birth),
            ("patient.age", &mut patient.age),
            ("patient.sex", &mut patient.sex),
            ("patient.patient_id", &mut patient.patient_id),
            ("patient.record_number", &mut patient.record_number),
            ("patient.department", &mut patient.department),
            ("patient.bed", &mut patient.bed),
        ] {
            *value = typed::line(field, value, MINUTES_LINE_CHARS_MAX)?;
        }
        for (field, value) in [
            ("diagnosis", &mut self.diagnosis),
            ("place", &mut self.place),
            ("question", &mut self.question),
            ("course", &mut self.course),
            ("treatment_so_far", &mut self.treatment_so_far),
            ("conclusion", &mut self.conclusion),
            ("treatment", &mut self.treatment),
            ("follow_up", &mut self.follow_up),
        ] {
            *value = typed::text(field, value, MINUTES_TEXT_CHARS_MAX)?;
        }
        if self.ended_at.is_some_and(|ended_at| ended_at < self.began_at) {
            return Err(BadField::new("ended_at", Fault::Outside));
        }
        few("attendees", self.attendees.len(), 2 * MEMBERS_MAX)?;
        few("shown", self.shown.len(), SHOWN_SERIES_MAX.max(STUDIES_MAX))?;
        few("key_images", self.key_images.len(), KEY_IMAGES_MAX)?;
        few("opinions", self.opinions.len(), MEMBERS_MAX * OPINIONS_PER_MEMBER_MAX as usize)?;
        for (place, one) in self.attendees.iter_mut().enumerate() {
            for (field, value) in [
                ("name", &mut one.name),
                ("title", &mut one.title),
                ("facility", &mut one.facility),
                ("licence", &mut one.licence),
            ] {
                *value = typed::line(&format!("attendees[{place}].{field}"), value, MINUTES_LINE_CHARS_MAX)?;
            }
        }
        for (place, one) in self.shown.iter_mut().enumerate() {
            let field = format!("shown[{place}].description");
            one.description = typed::line(&field, &one.description, MINUTES_LINE_CHARS_MAX)?;
        }
        for (place, one) in self.key_images.iter_mut().enumerate() {
            let field = format!("key_images[{place}].caption");
            one.caption = typed::line(&field, &one.caption, MINUTES_LINE_CHARS_MAX)?;
        }
        for (place, one) in self.opinions.iter_mut().enumerate() {
            one.name = typed::named(&format!("opinions[{place}].name"), &one.name, MINUTES_LINE_CHARS_MAX)?;
            one.text = typed::said(&format!("opinions[{place}].text"), &one.text, OPINION_CHARS_MAX)?;
        }
        Ok(self)
    }
}

fn few(field: &str, count: usize, most: usize) -> Result<(), BadField> {
    if count > most { Err(BadField::new(field, Fault::TooMany)) } else { Ok(()) }
}
