//! Why a request could not be answered.

use axum::http::header::{CONTENT_RANGE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_delivery::DeliveryError;
use filmless_dicomweb::Refusal;
use filmless_runtime::error_chain;
use filmless_store::StoreError;

/// When to come again, in seconds, while storage does not answer.
const RETRY_SECONDS: &str = "5";

/// Why a request could not be answered.
#[derive(Debug)]
pub(crate) enum DicomwebError {
    /// It is not to be answered.
    Refused(Refusal),
    /// The use case behind it failed.
    Failed(DeliveryError),
}

impl From<Refusal> for DicomwebError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DeliveryError> for DicomwebError {
    fn from(error: DeliveryError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for DicomwebError {
    /// What is erased while it is asked for is gone, and no failure.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Refused(Refusal::NotFound),
            error => Self::Failed(error.into()),
        }
    }
}

impl IntoResponse for DicomwebError {
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::Failed(error) => {
                tracing::error!(
                    code = error.code(),
                    cause = error_chain(&error),
                    "a request could not be answered"
                );
                match error {
                    DeliveryError::Store(_) | DeliveryError::Port(_) | DeliveryError::Busy => {
                        Refusal::Unavailable
                    }
                    _ => Refusal::Failed,
                }
            }
        };
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, format!("{refusal}\n")).into_response();
        let headers = response.headers_mut();
        match refusal {
            Refusal::Unavailable => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
            }
            Refusal::Preparing { .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(Refusal::PREPARED_SECONDS));
            }
            Refusal::BadRange { total } => {
                headers.extend(
                    HeaderValue::try_from(format!("bytes */{total}")).map(|range| (CONTENT_RANGE, range)),
                );
            }
            _ => {}
        }
        response
    }
}
