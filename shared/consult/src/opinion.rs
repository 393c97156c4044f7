//! Opinions: signed, added to, never changed.

use std::collections::BTreeMap;
use std::fmt;

use filmless_domain::StudyInstanceUid;
use filmless_domain::chain::ChainHead;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bad_field::{BadField, Fault};
use crate::digest::digest_of;
use crate::ids::ConsultationId;
use crate::limits::{OPINION_CHARS_MAX, OPINIONS_PER_MEMBER_MAX};
use crate::note::Note;
use crate::signature::Signer;
use crate::typed;

/// What somebody had before their eyes when they signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The studies that were open, each with the digest of its contents.
    pub studies: BTreeMap<StudyInstanceUid, String>,
    /// The record as it was.
    pub head: ChainHead,
}

impl Seen {
    /// One digest of all of it.
    ///
    /// # Errors
    /// None: everything here serialises.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        digest_of(self)
    }
}

/// A signed opinion. `Debug` hides the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// What is signed.
    #[serde(flatten)]
    pub signed: SignedOpinion,
    /// SHA-256 of the JSON of the rest, in lower-case hex.
    pub digest: String,
}

/// What of an opinion is signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOpinion {
    /// Of which consultation.
    pub consultation: ConsultationId,
    /// Its member's first, second…
    pub number: u32,
    /// The number of the member's own opinion that it adds to.
    #[serde(default)]
    pub adds_to: Option<u32>,
    /// Whose.
    pub by: Signer,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What was seen.
    pub seen: Seen,
    /// What they say.
    pub text: String,
}

impl fmt::Debug for Opinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opinion({:?} {} {})", self.signed.by, self.signed.number, self.digest)
    }
}

impl fmt::Debug for SignedOpinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedOpinion({:?} {})", self.by, self.number)
    }
}

impl SignedOpinion {
    /// Signs it, with the text as it is stored.
    ///
    /// # Errors
    /// [`BadField`]: a text that is empty or too long, too many opinions, one that adds to a later or missing one, or that
    /// has seen nothing.
    pub fn sign(mut self) -> Result<Opinion, BadField> {
        self.text = typed::said("text", &self.text, OPINION_CHARS_MAX)?;
        if self.number > OPINIONS_PER_MEMBER_MAX {
            return Err(BadField::new("number", Fault::TooMany));
        }
        if self.number == 0 || self.adds_to.is_some_and(|earlier| earlier == 0 || earlier >= self.number) {
            return Err(BadField::new("adds_to", Fault::Unknown));
        }
        if self.seen.studies.is_empty() {
            return Err(BadField::new("seen", Fault::Empty));
        }
        let digest = digest_of(&self).map_err(|_| BadField::new("text", Fault::NotAllowed))?;
        Ok(Opinion { signed: self, digest })
    }
}

impl Opinion {
    /// Whether it says what was signed.
    #[must_use]
    pub fn is_as_signed(&self) -> bool {
        digest_of(&self.signed).is_ok_and(|digest| digest == self.digest)
    }

    /// What the record says of it.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::Opinion { number: self.signed.number, digest: self.digest.clone() }
    }
}
