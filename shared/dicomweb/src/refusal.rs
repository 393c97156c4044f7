//! Why a request is not answered as it was asked (PS3.18 8.5).

use thiserror::Error;

/// Why a request is not answered as it was asked. `Display` is one plain sentence for whoever wrote the client; it repeats no
/// value of the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no such resource, or it is not theirs: nobody can tell which.
    #[error("There is no such resource, or it cannot be seen with this token.")]
    NotFound,
    /// The token opens pictures and metadata only.
    #[error("This token opens pictures and metadata, not the files as they were uploaded.")]
    FilesNotAllowed,
    /// The picture cannot be made; a stable code says why.
    #[error("This picture cannot be made ({code}). The file as it was uploaded can be retrieved.")]
    NoPicture {
        /// See `docs/ERRORS.md`.
        code: String,
    },
    /// A query parameter has a value that it cannot have.
    #[error("The query parameter {parameter} is malformed: {expected}.")]
    BadParameter {
        /// Which: a name of the standard.
        parameter: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The query cannot be read.
    #[error("The query is malformed: {expected}.")]
    BadQuery {
        /// What it should be.
        expected: &'static str,
    },
    /// More of something than is looked at.
    #[error("The request has too many {what}: at most {max}.")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are looked at.
        max: usize,
    },
    /// The query is longer than is looked at.
    #[error("The query is longer than {max} bytes.")]
    QueryTooLong {
        /// How long it may be.
        max: usize,
    },
    /// The media types cannot be read.
    #[error(
        "The Accept header or parameter is malformed: expected media types such as application/dicom+json."
    )]
    BadAccept,
    /// None of the media types that are accepted can be given.
    #[error("None of the accepted media types and transfer syntaxes can be given. There are: {offered}.")]
    NotAcceptable {
        /// What can be given, separated by commas.
        offered: String,
    },
    /// A range begins behind the end, or is none.
    #[error("The range does not lie within the {total} bytes of the value.")]
    BadRange {
        /// How many bytes there are.
        total: u64,
    },
    /// More than can be answered.
    #[error("{what} is larger than can be answered: at most {max} bytes.")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it may be.
        max: u64,
    },
    /// The answer is so large that it is made before it is given.
    #[error(
        "This answer is large and is being prepared ({done} of {of} files): ask again in {} seconds.",
        Self::PREPARED_SECONDS
    )]
    Preparing {
        /// Files that are in it.
        done: u32,
        /// All files of it.
        of: u32,
    },
    /// It cannot be answered at this moment.
    #[error("The server cannot answer at this moment. Try again in a few seconds.")]
    Unavailable,
    /// It should have been answered, and something of ours is broken.
    #[error("The server failed to answer.")]
    Failed,
}

impl Refusal {
    /// When to ask again for an answer that is being prepared, in seconds.
    pub const PREPARED_SECONDS: u32 = 5;

    /// The status of the answer (PS3.18 Table 8.5-1; RFC 9110 15.5).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadParameter { .. } | Self::BadQuery { .. } | Self::TooMany { .. } | Self::BadAccept => 400,
            Self::FilesNotAllowed => 403,
            Self::NotFound => 404,
            Self::NotAcceptable { .. } | Self::NoPicture { .. } => 406,
            Self::TooLarge { .. } => 413,
            Self::QueryTooLong { .. } => 414,
            Self::BadRange { .. } => 416,
            Self::Failed => 500,
            Self::Unavailable | Self::Preparing { .. } => 503,
        }
    }
}
