//! What the browser asks before it lets another site's page read one (Fetch 3.2).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::services::DicomwebServices;

/// What a page may send.
const ALLOWED: &str = "authorization, accept, range, content-type, if-none-match";
/// What a page may read, beside what it always may.
const EXPOSED: &str =
    "accept-ranges, content-encoding, content-length, content-range, etag, retry-after, warning";
/// How long a browser remembers that it may ask, in seconds: as long as browsers do at most.
const REMEMBERED_SECONDS: &str = "7200";

/// Adds the headers of every answer, and answers a browser's preflight, which shows no token.
pub(crate) async fn protect(
    State(services): State<Arc<DicomwebServices>>,
    request: Request,
    next: Next,
) -> Response {
    let is_allowed =
        |origin: &&HeaderValue| origin.to_str().is_ok_and(|origin| services.config.origins.contain(origin));
    let origin = request.headers().get(ORIGIN).filter(is_allowed).cloned();
    let is_preflight = *request.method() == Method::OPTIONS;
    let mut response =
        if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.extend(services.headers.iter().cloned());
    headers.append(VARY, HeaderValue::from_static("accept, origin"));
    // An address has the token: a browser that kept an answer would keep both.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        if is_preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, OPTIONS"));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED_SECONDS));
        }
    }
    response
}
