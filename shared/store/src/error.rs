use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// Why storage could not answer, by what the caller can do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The object is not there (any more).
    #[error("the object does not exist")]
    NotFound,
    /// It may work later: retry.
    #[error("storage is unavailable ({operation})")]
    Unavailable {
        /// The call that failed.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Two writers met: retry at once.
    #[error("another writer was first ({operation})")]
    Contention {
        /// The call that failed.
        operation: &'static str,
    },
    /// What is stored cannot be read: a defect of ours, never of the input.
    #[error("a stored record cannot be read or written ({operation})")]
    Corrupt {
        /// The call that failed.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The table cannot hold it, now or later: an item of more than 400 KB, a key of more than 2 KB.
    #[error("the table cannot hold the record ({operation})")]
    NotStorable {
        /// The call that failed.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The object is not what was written: its bytes do not give the checksum that is kept beside them.
    #[error("the object is damaged: its bytes do not give its checksum")]
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

    /// A write that the table refused for what it is (`ValidationException`), or that may work later.
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

    /// A body that broke off: damaged, or not to be had at the moment.
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
