//! The headers of every answer.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};

use crate::config::DicomwebConfig;

/// The headers that say what a browser may do with our answers.
pub(crate) fn of(config: &DicomwebConfig) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![
        // Addresses hold tokens.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // What somebody uploaded runs nothing and loads nothing here, whatever a browser takes it for.
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'self'")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    ];
    if config.public_url.starts_with("https://") {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.push((STRICT_TRANSPORT_SECURITY, value));
    }
    headers
}
