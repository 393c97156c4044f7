//! A report as lines, from top to bottom.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use super::words::ReportWord;

/// A report to be read from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReportDocument {
    /// Concept Name of the root, such as "Chest CT Report", or the nearest substitute.
    pub title: String,
    /// Its lines.
    pub lines: Vec<ReportLine>,
    /// The images a key object selection selects, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<SelectedImage>,
    /// The kind of author.
    #[serde(skip)]
    pub author: ReportAuthor,
}

/// Who writes such a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportAuthor {
    /// A doctor.
    #[default]
    Doctor,
    /// Whoever measured, by hand or by software: numbers, not what a doctor says of the images (PS3.16 TID 1500).
    Measurer,
    /// A machine.
    Machine,
    /// A machine, about the radiation dose.
    DoseMachine,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReportLine {
    /// Nesting depth, from 0.
    pub level: usize,
    /// The name of the line; a heading if there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it says about the report itself, for programs that say it in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ReportStatus>,
    /// Our own word in the name, if it is not the author's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_word: Option<ReportWord>,
    /// Our own word in the value, if it is not the author's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_word: Option<ReportWord>,
    /// How many things the value counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// What a report says about itself (PS3.3 C.17.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportStatus {
    /// Completion Flag COMPLETE: everything to be reported is there.
    Complete,
    /// Completion Flag PARTIAL.
    Partial,
    /// Preliminary Flag PRELIMINARY.
    Preliminary,
    /// Preliminary Flag FINAL.
    Final,
    /// Verification Flag VERIFIED: somebody takes responsibility for it.
    Verified,
    /// Verification Flag UNVERIFIED.
    Unverified,
    /// The value names who verified it, and when.
    VerifiedBy,
    /// It continues, but is cut here.
    TooLong,
}

impl ReportStatus {
    /// The status for a flag's value in the file; `None` for a value that the standard does not define.
    pub(super) fn of_flag(tag: Tag, value: &str) -> Option<Self> {
        Some(match (tag, value) {
            (tags::COMPLETION_FLAG, "COMPLETE") => Self::Complete,
            (tags::COMPLETION_FLAG, "PARTIAL") => Self::Partial,
            (tags::PRELIMINARY_FLAG, "PRELIMINARY") => Self::Preliminary,
            (tags::PRELIMINARY_FLAG, "FINAL") => Self::Final,
            (tags::VERIFICATION_FLAG, "VERIFIED") => Self::Verified,
            (tags::VERIFICATION_FLAG, "UNVERIFIED") => Self::Unverified,
            _ => return None,
        })
    }
}

/// A selected image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedImage {
    /// Series Instance UID, if the evidence names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_instance_uid: Option<String>,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// The frames, from 1; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<u32>,
}
