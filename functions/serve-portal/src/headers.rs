//! The headers of every answer.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};

use crate::config::PortalConfig;

/// The headers that tell a browser what our pages may do. `rooms` is where the WebSockets of consultations are.
pub(crate) fn of(config: &PortalConfig, rooms: Option<&str>) -> Vec<(HeaderName, HeaderValue)> {
    let s3 = &config.s3_origin;
    // Older browsers do not count a WebSocket of the same host as 'self' (CSP Level 3, 6.7.2.8).
    let rooms = rooms.map(|rooms| format!(" {rooms}")).unwrap_or_default();
    // The codecs for full quality are WebAssembly in workers; the films of a study are blobs.
    let csp = format!(
        "default-src 'none'; img-src 'self' data: blob: {s3}; media-src blob:; connect-src 'self' {s3}{rooms}; \
         script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut headers = vec![
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    ];
    headers.extend(HeaderValue::try_from(csp).ok().map(|csp| (CONTENT_SECURITY_POLICY, csp)));
    if config.is_https() {
        headers.push((
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        ));
    }
    headers
}
