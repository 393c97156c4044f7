//! Why an uploaded object was refused: the reason its sender reads beside the quarantined copy.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// Why an upload was refused, or which part of it was skipped.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RejectionCode {
    /// The object has no bytes.
    Empty,
    /// Neither DICOM nor ZIP.
    NotDicom,
    /// The file ends before its contents do.
    Truncated,
    /// A data element cannot be read.
    Malformed,
    /// The file does not say how it is encoded.
    UnknownTransferSyntax,
    /// Its deflated part cannot be inflated.
    CorruptDeflate,
    /// Its deflated part inflates to more than allowed.
    DeflateTooLarge,
    /// Larger than we read.
    ObjectTooLarge,
    /// Sequences nested too deeply.
    TooDeep,
    /// More data elements than we read.
    TooManyElements,
    /// A value outside the pixel data is too long.
    ValueTooLong,
    /// The header does not end where it must.
    HeaderTooLong,
    /// A Study, Series or SOP Instance UID is invalid (PS3.5 9.1).
    BadUid,
    /// No Study Instance UID (0020,000D).
    MissingStudyInstanceUid,
    /// No Series Instance UID (0020,000E).
    MissingSeriesInstanceUid,
    /// No SOP Instance UID (0008,0018).
    MissingSopInstanceUid,
    /// Another file of the study, in another series, has the same SOP Instance UID.
    DuplicateInstanceUid,
    /// The study belongs to another patient, or a document in the file names another patient than the file.
    TwoPatients,
    /// Marks of a study that is not here any more, or that is another patient's by now.
    StrayMarks,
    /// The ZIP is cut off or damaged.
    BadZip,
    /// A ZIP within a ZIP.
    NestedZip,
    /// More entries than we unpack.
    ZipTooManyEntries,
    /// Unpacks to more than allowed.
    ZipTooLarge,
    /// No file in the ZIP may be an image.
    ZipWithoutImages,
    /// Its contents are longer than the index can hold.
    NotStorable,
    /// The order is not JSON.
    OrderNotJson,
    /// A required field is missing.
    OrderMissingField,
    /// Fields have types or values that are not allowed, or occur twice.
    OrderBadField,
    /// The order is nested too deeply.
    OrderTooDeep,
    /// The order has too many bytes.
    OrderTooLarge,
    /// Not a refusal: some files of a ZIP belong to no image.
    CompanionsPassedOver,
}

impl RejectionCode {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code in `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// A stable code and a calm sentence. Of the object they contain only sizes and tag numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Which.
    pub code: RejectionCode,
    /// One sentence for the person who uploaded it.
    pub message: String,
}

impl Rejection {
    /// A rejection from its code and message.
    #[must_use]
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_json() {
        for code in RejectionCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.code());
        }
    }
}
