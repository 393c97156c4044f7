use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// Why storage failed, by what the caller can do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The object does not exist, or no longer.
    #[error("the object does not exist")]
    NotFound,
    /// It may work later: retry.
    #[error("storage is unavailable ({operation})")]
    Unavailable {
        /// The call that failed.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Two writers collided: retry at once.
    #[error("another writer was first ({operation})")]
    Contention {
        /// The call that failed.
        operation: &'static str,
    },
    /// The stored data cannot be read: our bug, never the input's fault.
    #[error("a stored record cannot be read or written ({operation})")]
    Corrupt {
        /// The call that failed.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The table can never hold it: an item of more than 400 KB, a key of more than 2 KB.
    #[error("the table cannot hold the record ({operation})")]
    NotStorable {
        /// The call that failed.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The object is not what was written: its bytes do not match the checksum stored with them.
    #[error("the object is damaged: its bytes do not match its checksum")]
    Damaged,
    /// The object is larger than the caller accepts.
    #[error("the object is larger than allowed")]
    TooLarge,
}

impl StoreError {
    pub(crate) fn unavailable(
        operation: &'static str,
    ) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |source| Self::Unavailable { operation, source }
    }

    /// A write that the table rejected as invalid (`ValidationException`), or that may work later.
    pub(crate) fn writing<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        move |error| match error.code() {
            Some("ValidationException") => Self::NotStorable { operation, source: Box::new(error) },
            _ => Self::Unavailable { operation, source: Box::new(error) },
        }
    }

    /// A body that broke off: damaged, or unavailable at the moment.
    pub(crate) fn reading(
        operation: &'static str,
    ) -> impl FnOnce(aws_sdk_s3::primitives::ByteStreamError) -> Self {
        move |error| {
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(one) = cause {
                if one.is::<aws_smithy_checksums::body::validate::Error>() {
                    return Self::Damaged;
                }
                cause = one.source();
            }
            Self::Unavailable { operation, source: Box::new(error) }
        }
    }

    pub(crate) fn corrupt<E: std::error::Error + Send + Sync + 'static>(
        operation: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Corrupt { operation, source: Box::new(source) }
    }
}
