//! Adds headers to every answer, and refuses requests that another site makes in the patient's name.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::services::PortalServices;

/// Largest accepted request body: a form of two short fields.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024;

/// Largest body of marks, which are longer than a form.
pub(crate) const MARKS_BYTES_MAX: usize = filmless_delivery::viewing::MARKS_BYTES_MAX;

/// Largest body about a consultation: a page of minutes, each letter up to nine bytes long in a form.
pub(crate) const CONSULT_BYTES_MAX: usize = 1 << 20;

/// Where a file is accepted. Its handler reads the body itself, once it knows that the sender may upload.
pub(crate) const UPLOAD_PATH: &str = "/staff/finance/claims";

/// How long the body of a request may take: a form of two short fields is one packet.
const BODY_WAIT_MAX: Duration = Duration::from_secs(15);

/// Adds the headers. An answer that does not say otherwise is personal and must not be cached.
pub(crate) async fn add_headers(
    State(services): State<Arc<PortalServices>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // The console has a stricter policy of its own.
    for (name, value) in &services.headers {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Reads the body before anything else happens: a client that sends it drop by drop holds only its own connection, and
/// not for long.
pub(crate) async fn read_whole_body(request: Request, next: Next) -> Response {
    if request.uri().path() == UPLOAD_PATH {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes_max = body_bytes_max(parts.uri.path());
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > bytes_max as u64) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    match tokio::time::timeout(BODY_WAIT_MAX, to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        // Too long or broken off. A client that broke off reads no answer.
        Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

fn body_bytes_max(path: &str) -> usize {
    let is_marks = path.starts_with("/studies/") && path.ends_with("/marks");
    let is_consult = path.starts_with("/consultations")
        || (path.starts_with("/staff/patients/") && path.contains("/consultations"));
    match (is_marks, is_consult) {
        (true, _) => MARKS_BYTES_MAX,
        (_, true) => CONSULT_BYTES_MAX,
        _ => BODY_BYTES_MAX,
    }
}

/// Refuses forms that another site submits.
pub(crate) async fn refuse_foreign(
    State(services): State<Arc<PortalServices>>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || is_own(request.headers(), &services.config.public_url) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// Console pages run no script and talk only to us, not even to the store of images.
pub(crate) async fn restrict(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; \
                          frame-ancestors 'none'; base-uri 'none'";
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Whether a page of ours sent the form. `Sec-Fetch-Site` tells (Fetch Metadata). Browsers without it send `Origin`,
/// which is `null` on our own forms because of `Referrer-Policy: no-referrer` (Fetch 3.2). In either case a foreign
/// form comes without the session cookie, which is `SameSite=Lax`.
fn is_own(headers: &HeaderMap, public_url: &Url) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(ORIGIN).filter(|origin| *origin != "null");
    let is_own_origin = origin.is_none_or(|origin| {
        let host = text(HOST).unwrap_or_default();
        origin == public_url.origin().ascii_serialization()
            || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
    });
    let site = text(HeaderName::from_static("sec-fetch-site"));
    is_own_origin && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        let public_url = Url::parse("https://images.hospital.example/").unwrap();
        for (origin, site, expected) in [
            (Some("https://images.hospital.example"), Some("same-origin"), true),
            (Some("null"), Some("same-origin"), true),
            (Some("null"), None, true),
            (None, None, true),
            (None, Some("none"), true),
            (Some("http://internal.example:8080"), None, true),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("null"), Some("cross-site"), false),
            (None, Some("same-site"), false),
            (Some("https://images.hospital.example.evil.example"), None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("internal.example:8080"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(is_own(&headers, &public_url), expected, "{origin:?} {site:?}");
        }
    }
}
