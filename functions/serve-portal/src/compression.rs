//! Compresses the study page and the licences on their way out. Only these are larger than the first window of a
//! connection, and every round trip counts on a slow network. They repeat nothing a visitor could have typed, so their
//! length reveals nothing about the secrets in them.

use std::io::Write;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use filmless_front::accepts_coding;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Larger than any page of ours.
const PAGE_BYTES_MAX: usize = 16 << 20;

pub(crate) async fn gzip(request: Request, next: Next) -> Response {
    let is_wanted = accepts_coding(request.headers(), "gzip");
    let response = next.run(request).await;
    if !is_wanted || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, PAGE_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let Ok(compressed) = encoder.write_all(&page).and_then(|()| encoder.finish()) else {
        return Response::from_parts(parts, Body::from(page));
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(compressed))
}
