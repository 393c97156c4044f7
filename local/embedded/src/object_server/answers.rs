//! Helpers for all answers of the object server.

use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

/// An internal error: the client learns only that it was not its fault.
pub(crate) fn internal(error: impl std::error::Error + Send + Sync + 'static) -> S3Error {
    S3Error::with_source(S3ErrorCode::InternalError, Box::new(error))
}

/// 128 random bits: version ids, upload ids, names of parts.
pub(crate) fn random_id() -> S3Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| s3_error!(InternalError, "no randomness is available"))?;
    Ok(hex::encode(bytes))
}

/// Runs file work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> S3Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(internal),
        Err(error) => Err(internal(error)),
    }
}
