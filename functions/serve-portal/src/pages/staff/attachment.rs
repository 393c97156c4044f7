//! Answers whose body is a file.

use axum::http::HeaderName;
use axum::http::header::HeaderValue;
use axum::response::{IntoResponse, Response};

use super::trouble::Trouble;
use crate::error::PortalError;

/// An answer whose body is a file, never to be cached.
pub(crate) fn file(media_type: &'static str, disposition: &str, bytes: Vec<u8>) -> Result<Response, Trouble> {
    use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
    let disposition = HeaderValue::try_from(disposition).map_err(PortalError::failed)?;
    let headers: [(HeaderName, HeaderValue); 2] =
        [(CONTENT_TYPE, HeaderValue::from_static(media_type)), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}
