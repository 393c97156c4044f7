//! Why a header cannot be read.

use filmless_domain::{Rejection, RejectionCode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why bytes cannot be ingested as an instance. `Display` is one calm sentence for the sender and never repeats a value
/// from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HeaderError {
    /// No bytes at all.
    #[error("The file is empty.")]
    Empty,
    /// Neither a preamble nor a plausible data set.
    #[error("The file is not a DICOM file.")]
    NotDicom,
    /// A media directory (PS3.10 8): it lists instances, but is not one.
    #[error("This is a DICOMDIR, the table of contents of a disc; upload the images it lists.")]
    DicomDir,
    /// The file ends before a length that it declares.
    #[error("The file ends too early; it was probably cut off while it was copied.")]
    Truncated,
    /// The elements do not follow PS3.5 7.1.
    #[error("The DICOM header is malformed near byte {offset}.")]
    Malformed {
        /// Where the scan stopped.
        offset: u64,
    },
    /// The transfer syntax is unknown, and the bytes do not reveal the encoding.
    #[error("The transfer syntax of the file is unknown.")]
    UnknownTransferSyntax,
    /// The deflated data set (PS3.5 A.5) cannot be inflated.
    #[error("The compressed header cannot be unpacked.")]
    CorruptDeflate,
    /// A deflated data set unpacks to more than allowed.
    #[error("The compressed file unpacks to more than the limit.")]
    DeflateTooLarge,
    /// The file is larger than allowed.
    #[error("The file is larger than the limit.")]
    ObjectTooLarge,
    /// Sequences are nested deeper than allowed.
    #[error("The DICOM header nests sequences deeper than the limit.")]
    TooDeep,
    /// More elements than allowed.
    #[error("The DICOM header has more elements than the limit.")]
    TooManyElements,
    /// One value outside pixel data is longer than allowed.
    #[error("One value of the DICOM header is longer than the limit.")]
    ValueTooLong,
    /// The header is longer than allowed.
    #[error("The DICOM header is longer than the limit.")]
    HeaderTooLong,
    /// One of the three UIDs that identify an instance is present but not valid (PS3.5 9.1).
    #[error("The Study, Series or SOP Instance UID of the file is longer than 64 characters, or not a UID.")]
    BadUid,
    /// Study Instance UID (0020,000D) is missing.
    #[error("The file names no Study Instance UID.")]
    MissingStudyInstanceUid,
    /// Series Instance UID (0020,000E) is missing.
    #[error("The file names no Series Instance UID.")]
    MissingSeriesInstanceUid,
    /// SOP Instance UID (0008,0018) is missing.
    #[error("The file names no SOP Instance UID.")]
    MissingSopInstanceUid,
}

impl HeaderError {
    /// Why the file is refused; `None` for a media directory, which is kept without complaint.
    #[must_use]
    pub const fn rejection_code(&self) -> Option<RejectionCode> {
        Some(match self {
            Self::DicomDir => return None,
            Self::Empty => RejectionCode::Empty,
            Self::NotDicom => RejectionCode::NotDicom,
            Self::Truncated => RejectionCode::Truncated,
            Self::Malformed { .. } => RejectionCode::Malformed,
            Self::UnknownTransferSyntax => RejectionCode::UnknownTransferSyntax,
            Self::CorruptDeflate => RejectionCode::CorruptDeflate,
            Self::DeflateTooLarge => RejectionCode::DeflateTooLarge,
            Self::ObjectTooLarge => RejectionCode::ObjectTooLarge,
            Self::TooDeep => RejectionCode::TooDeep,
            Self::TooManyElements => RejectionCode::TooManyElements,
            Self::ValueTooLong => RejectionCode::ValueTooLong,
            Self::HeaderTooLong => RejectionCode::HeaderTooLong,
            Self::BadUid => RejectionCode::BadUid,
            Self::MissingStudyInstanceUid => RejectionCode::MissingStudyInstanceUid,
            Self::MissingSeriesInstanceUid => RejectionCode::MissingSeriesInstanceUid,
            Self::MissingSopInstanceUid => RejectionCode::MissingSopInstanceUid,
        })
    }

    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rejection_code().map_or("dicomdir", RejectionCode::code)
    }

    /// What the sender of the file is told; `None` for a media directory.
    #[must_use]
    pub fn rejection(&self) -> Option<Rejection> {
        self.rejection_code().map(|code| Rejection::new(code, self.to_string()))
    }
}
