//! Style sheet, viewer script and icons, embedded at compile time.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use filmless_front::accepts_coding;

/// One file of `web/dist`.
pub(crate) struct Asset {
    name: &'static str,
    media_type: &'static str,
    version: &'static str,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of an asset. It changes with the content, so a browser may keep it for ever.
#[must_use]
pub fn url(name: &str) -> String {
    if let Some(script) = script(name) {
        return format!("/assets/{}", script.name);
    }
    let version = find(name).map_or("", |asset| asset.version);
    format!("/assets/{name}?v={version}")
}

/// Finds a script that carries a hash in its name because other scripts import it that way: `viewer.js` is
/// `viewer-<hash>.js`.
fn script(name: &str) -> Option<&'static Asset> {
    let stem = name.strip_suffix(".js")?;
    ASSETS.iter().find(|asset| {
        asset.name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".js"))
    })
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// `GET /assets/{name}`
pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let common = [
        (CONTENT_TYPE, asset.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    // Smallest first.
    for (coding, form) in [("br", asset.brotli), ("gzip", asset.gzip)] {
        if let Some(bytes) = form.filter(|_| accepts_coding(&headers, coding)) {
            return (common, [(CONTENT_ENCODING, coding)], bytes).into_response();
        }
    }
    (common, asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_a_page_names_is_embedded() {
        let styles = ["style.css", "study.css", "reading.css", "console.css"];
        let icons = ["icon.svg", "icon-192.png", "icon-512.png", "icon-180.png"];
        for name in styles.into_iter().chain(icons) {
            assert!(find(name).is_some(), "{name}");
            assert!(url(name).contains("?v="), "{name}");
        }
        assert!(url("viewer.js").starts_with("/assets/viewer-"));
        assert!(url("viewer.js").ends_with(".js"), "scripts that import it must name it alike");
    }

    #[test]
    fn the_viewer_script_stays_below_15_kb() {
        let script = script("viewer.js").and_then(|asset| asset.gzip).unwrap();
        assert!(script.len() <= 15 * 1024, "{} bytes", script.len());
    }
}
