//! What browsers, robots and health checks request on their own.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use crate::assets;
use crate::texts::texts;
use crate::visitor::Visitor;

const PUBLIC_FOR_A_DAY: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=86400");

/// `GET /manifest.webmanifest` (W3C Web Application Manifest)
pub(crate) async fn manifest(visitor: Visitor) -> impl IntoResponse {
    let language = visitor.language(None);
    let t = texts(language);
    let icon = |name, sizes| json!({"src": assets::url(name), "sizes": sizes, "type": "image/png"});
    let manifest = json!({
        "name": format!("{} – {}", t.frame.app_name, visitor.services.config.hospital.name(language)),
        "short_name": t.frame.app_name,
        "lang": t.tag,
        "start_url": "/studies",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f6f8",
        "theme_color": "#0b4a6b",
        "icons": [icon("icon-192.png", "192x192"), icon("icon-512.png", "512x512")],
    });
    ([(CONTENT_TYPE, "application/manifest+json")], Json(manifest).0.to_string())
}

/// `GET /robots.txt` (RFC 9309)
pub(crate) async fn robots() -> impl IntoResponse {
    ([PUBLIC_FOR_A_DAY], "User-agent: *\nDisallow: /\n")
}

/// `GET /favicon.ico`
pub(crate) async fn favicon() -> impl IntoResponse {
    ([PUBLIC_FOR_A_DAY], Redirect::permanent(&assets::url("icon-192.png")))
}

/// `GET /licenses`: what Filmless ships, and under which licences (`make third-party`).
pub(crate) async fn licenses() -> impl IntoResponse {
    ([PUBLIC_FOR_A_DAY], include_str!("../../../../THIRD-PARTY.md"))
}

/// `GET /healthz`: whether patients can be served. It names what fails, and tells nothing else.
pub(crate) async fn health(visitor: Visitor) -> Response {
    let mut failing = visitor.portal().failing().await;
    if let Some(machine) = &visitor.services.machine {
        failing.extend(machine.failing().await);
    }
    let fresh = [(CACHE_CONTROL, "no-store")];
    if failing.is_empty() {
        return (fresh, "ok\n").into_response();
    }
    tracing::warn!(?failing, "not well");
    (StatusCode::SERVICE_UNAVAILABLE, fresh, Json(json!({ "failing": failing }))).into_response()
}
