//! What can go wrong.

use thiserror::Error;

/// A file-set cannot be written.
#[derive(Debug, Error)]
pub enum MediaError {
    /// A file id has no or more than eight components, or one that is not 1 to 8 of `A-Z0-9_` (PS3.10 8.2).
    #[error("a file id has 1 to 8 components of 1 to 8 characters of A-Z, 0-9 and _")]
    BadFileId,
    /// Two files of a set have one file id.
    #[error("two files have the same file id")]
    SameFileId,
    /// A DICOMDIR counts its bytes in 32 bits.
    #[error("the directory is larger than 4 GiB")]
    TooLarge,
    /// An attribute cannot be encoded.
    #[error("the directory cannot be encoded")]
    Encoding(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl MediaError {
    pub(crate) fn encoding(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Encoding(Box::new(error))
    }
}
