//! The states of a study, and why one is held.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::SopInstanceUid;

/// An image that a key object selection marks (PS3.3 C.17.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyReference {
    /// Which image.
    pub sop_instance_uid: SopInstanceUid,
    /// Which of its frames, from 1; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<u32>,
}

/// Which frames of an instance a key object selection marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KeyFrames {
    /// None.
    #[default]
    None,
    /// All of them.
    All,
    /// Those with these numbers, from 1.
    Numbers(Vec<u32>),
}

impl KeyFrames {
    /// Whether the frame with this number (from 1) is marked.
    #[must_use]
    pub fn contains(&self, frame: u32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Numbers(numbers) => numbers.contains(&frame),
        }
    }
}

/// `receiving → settled → rendered → (held | released) → recalled`. A late instance takes every state except
/// `recalled` back to `receiving`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StudyState {
    /// Instances are arriving.
    Receiving,
    /// None arrived for the quiet period, or the declared count is reached.
    Settled,
    /// Every series has its pack.
    Rendered,
    /// Rendered, but the publish gate does not let it pass; the reason is stored beside it.
    Held,
    /// The patient can see it.
    Released,
    /// Taken back by staff: nobody can see it, and it does not come back by itself.
    Recalled,
}

impl StudyState {
    /// The name in items, JSON and `filmless status`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Settled => "settled",
            Self::Rendered => "rendered",
            Self::Held => "held",
            Self::Released => "released",
            Self::Recalled => "recalled",
        }
    }
}

/// Why the gate does not let it pass. Staff read the sentence; programs read the code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum HoldReason {
    /// No order has this accession number or this patient id.
    NoOrder,
    /// Several open orders of this patient are possible.
    AmbiguousOrder,
    /// The order is for somebody else.
    PatientMismatch,
    /// The name in the images fits no order, and its letters are not in the character set the images declare.
    CharacterSetMismatch,
    /// Files of two patients came under one Study Instance UID.
    TwoPatients,
    /// The account of this patient code belongs to somebody else.
    AccountMismatch,
    /// The files name accession numbers whose orders are for different patients.
    AccessionsDiffer,
    /// The order was cancelled.
    OrderCancelled,
    /// Fewer instances arrived than the order declares.
    IncompleteStudy,
    /// The hospital releases only with a signed result, and there is none.
    ResultNotSigned,
    /// Staff hold it.
    HeldByStaff,
}

impl HoldReason {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// One sentence for staff, without patient data.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::NoOrder => {
                "An accession number of this study has no order, or none names its patient. Upload the order to release it."
            }
            Self::AmbiguousOrder => {
                "The patient has several orders and none names this study's accession number. Correct the accession number of one."
            }
            Self::PatientMismatch => {
                "The order with this accession number or patient id is for somebody else (patient id, name, birth date or sex differ)."
            }
            Self::CharacterSetMismatch => {
                "The name in the images is written in another character set than the images say (Specific Character Set): GBK labelled Latin 1, perhaps. Correct it at the modality, or compare with the order."
            }
            Self::TwoPatients => {
                "Files of two different patients arrived under one Study Instance UID; those of the second are in quarantine."
            }
            Self::AccountMismatch => {
                "The patient code of the order is somebody else's already: name, birth date or sex differ. Correct the code, or say that they are one person."
            }
            Self::AccessionsDiffer => {
                "The files of this study name accession numbers whose orders are for different patients."
            }
            Self::OrderCancelled => "The order was cancelled.",
            Self::IncompleteStudy => "Fewer instances have arrived than the order declares.",
            Self::ResultNotSigned => {
                "The hospital releases images with a signed result, and the result is not signed yet."
            }
            Self::HeldByStaff => "Held by staff.",
        }
    }
}

/// Why a report is not the signed result, from the least serious up (PS3.3 C.17.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportLack {
    /// Verification Flag UNVERIFIED.
    Unverified,
    /// Completion Flag PARTIAL.
    Partial,
    /// Preliminary Flag PRELIMINARY.
    Preliminary,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_json() {
        for state in [
            StudyState::Receiving,
            StudyState::Settled,
            StudyState::Rendered,
            StudyState::Held,
            StudyState::Released,
            StudyState::Recalled,
        ] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for reason in HoldReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }
}
