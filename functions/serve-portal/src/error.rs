//! Why a page could not be made.

use std::error::Error;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use filmless_delivery::DeliveryError;
use filmless_domain::LogCode;
use filmless_runtime::error_chain;
use thiserror::Error;

/// When to retry while too many people sign in at once: by then the queue is empty.
const BUSY_SECONDS: &str = "5";

/// Why a page could not be made.
#[derive(Debug, Error)]
pub(crate) enum PortalError {
    /// It does not exist, or belongs to somebody else; the answer does not say which.
    #[error("not found")]
    NotFound,
    /// Too many people are signing in right now.
    #[error("too busy")]
    Busy,
    /// The use case behind it failed.
    #[error("the use case failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl PortalError {
    /// Wraps a failure.
    pub(crate) fn failed(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Failed(Box::new(source))
    }
}

impl From<DeliveryError> for PortalError {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Busy => Self::Busy,
            error => Self::failed(error),
        }
    }
}

impl IntoResponse for PortalError {
    /// Only the status; the page around it is added on the way out, in the visitor's language.
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, BUSY_SECONDS)]).into_response(),
            Self::Failed(source) => {
                let cause = error_chain(source.as_ref());
                tracing::error!(code = LogCode::PortalFailed.code(), cause, "a page could not be made");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
