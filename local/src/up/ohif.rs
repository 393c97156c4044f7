//! OHIF, the viewer that we host: the folder that `make ohif` fills, below `/ohif/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use filmless_front::accepts_coding;

/// The page for every address that is no file: OHIF reads the rest of the address itself.
const PAGE: &str = "index.html";

/// What its pages may do. Styles are written into the page; workers begin as blobs; a PDF is shown as one.
const OF_PAGES: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; media-src blob:; connect-src 'self' blob: data: {s3}; \
    worker-src 'self' blob:; object-src blob:; frame-src blob:; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// What a script may do that is a worker. The codecs make functions out of text.
const OF_WORKERS: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'; \
    connect-src 'self' blob: data: {s3}";

/// A folder of OHIF.
pub struct Ohif {
    folder: PathBuf,
    /// The names of its files, and in which codings each is there besides.
    files: BTreeMap<String, Codings>,
    of_pages: HeaderValue,
    of_workers: HeaderValue,
}

#[derive(Debug, Default, Clone, Copy)]
struct Codings {
    is_brotli: bool,
    is_gzip: bool,
}

/// The folder that was named, or else the one that `make ohif` made beside the program; none where there is none.
pub fn folder(named: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    if let Some(named) = named {
        let is_there = named.join(PAGE).is_file();
        anyhow::ensure!(is_there, "--ohif {}: no OHIF is there; `make ohif` makes it", named.display());
        return Ok(Some(named.to_owned()));
    }
    let program = std::env::current_exe().context("the program does not know where it is")?;
    // Built by Cargo it is one folder deeper than installed.
    let beside = program.ancestors().skip(1).take(2).map(|folder| folder.join("ohif"));
    Ok(beside.into_iter().find(|folder| folder.join(PAGE).is_file()))
}

impl Ohif {
    /// Reads what there is. `s3_origin`: where its worker fetches packs.
    pub fn open(folder: PathBuf, s3_origin: &str) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        list(&folder, "", &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
        let policy = |text: &str| HeaderValue::try_from(text.replace("{s3}", s3_origin));
        Ok(Self { files, of_pages: policy(OF_PAGES)?, of_workers: policy(OF_WORKERS)?, folder })
    }

    /// What answers below `/ohif/`.
    pub fn router(self) -> Router {
        Router::new()
            .route("/ohif/", get(|state, headers| answer(state, UrlPath(PAGE.to_owned()), headers)))
            .route("/ohif/{*name}", get(answer))
            .with_state(Arc::new(self))
    }

    /// The file of that name; the page for a name that is none of a file.
    fn find<'a>(&'a self, name: &'a str) -> Option<(&'a str, Codings)> {
        let name = if name.contains('.') { name } else { PAGE };
        self.files.get(name).map(|codings| (name, *codings))
    }

    fn headers_of(&self, name: &str) -> Vec<(HeaderName, HeaderValue)> {
        let is_script = extension(name) == "js";
        let policy = if is_script { &self.of_workers } else { &self.of_pages };
        vec![
            (CONTENT_TYPE, HeaderValue::from_static(media_type(name))),
            (CACHE_CONTROL, HeaderValue::from_static(kept_for(name))),
            (VARY, HeaderValue::from_static("accept-encoding")),
            (CONTENT_SECURITY_POLICY, policy.clone()),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        ]
    }
}

/// `GET /ohif/{name}`
async fn answer(
    State(ohif): State<Arc<Ohif>>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let Some((name, codings)) = ohif.find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let coding = [("br", codings.is_brotli), ("gzip", codings.is_gzip)]
        .into_iter()
        .find(|(coding, is_there)| *is_there && accepts_coding(&headers, coding));
    let ending = match coding {
        Some(("br", _)) => ".br",
        Some(_) => ".gz",
        None => "",
    };
    let Ok(bytes) = tokio::fs::read(ohif.folder.join(format!("{name}{ending}"))).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Response::new(Body::from(bytes));
    let answered = response.headers_mut();
    answered.extend(ohif.headers_of(name));
    if let Some((coding, _)) = coding {
        answered.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Every file below a folder, by its name from there on.
fn list(folder: &Path, before: &str, files: &mut BTreeMap<String, Codings>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{before}{name}")) else { continue };
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else if let Some(plain) = name.strip_suffix(".br") {
            files.entry(plain.to_owned()).or_default().is_brotli = true;
        } else if let Some(plain) = name.strip_suffix(".gz") {
            files.entry(plain.to_owned()).or_default().is_gzip = true;
        } else {
            files.entry(name).or_default();
        }
    }
    Ok(())
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn media_type(name: &str) -> &'static str {
    match extension(name) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// For ever where the name changes with the content. Page, start and worker are asked for each time: they name the others.
fn kept_for(name: &str) -> &'static str {
    let is_named_by_content =
        |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if name.split('.').any(is_named_by_content) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    fn hosted() -> (tempfile::TempDir, Router) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for (name, text) in [
            ("index.html", "page"),
            ("index.html.gz", "gzip page"),
            ("worker.js", "worker"),
            ("app.bundle.0123456789abcdef.js", "app"),
            ("app.bundle.0123456789abcdef.js.br", "brotli app"),
            ("app.bundle.0123456789abcdef.js.gz", "gzip app"),
            ("assets/preset.png", "png"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let ohif = Ohif::open(folder.path().to_owned(), "https://s3.example").unwrap();
        (folder, ohif.router())
    }

    async fn ask(router: &Router, path: &str, coding: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).header("accept-encoding", coding).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 1024).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_address_that_is_no_file_is_the_page_and_no_file_outside_is_given() {
        let (_folder, router) = hosted();
        for (path, coding, status, body) in [
            ("/ohif/", "", 200, "page"),
            ("/ohif/open", "", 200, "page"),
            ("/ohif/viewer?StudyInstanceUIDs=1.2.3", "br", 200, "page"),
            ("/ohif/viewer", "gzip, br", 200, "gzip page"),
            ("/ohif/app.bundle.0123456789abcdef.js", "gzip, br", 200, "brotli app"),
            ("/ohif/app.bundle.0123456789abcdef.js", "gzip", 200, "gzip app"),
            ("/ohif/app.bundle.0123456789abcdef.js", "identity", 200, "app"),
            ("/ohif/app.bundle.0123456789abcdef.js.br", "br", 404, ""),
            ("/ohif/assets/preset.png", "br", 200, "png"),
            ("/ohif/sw.js", "", 404, ""),
            ("/ohif/../Cargo.toml", "", 404, ""),
            ("/ohif/%2e%2e/%2e%2e/etc/passwd.txt", "", 404, ""),
        ] {
            let answer = ask(&router, path, coding).await;
            assert_eq!((answer.0.as_u16(), answer.2.as_str()), (status, body), "{path} {coding}");
        }
    }

    #[tokio::test]
    async fn pages_run_no_text_and_reach_nobody_but_us_and_the_object_store() {
        let (_folder, router) = hosted();
        for (path, may_run_text, is_kept) in [
            ("/ohif/open", false, false),
            ("/ohif/worker.js", true, false),
            ("/ohif/app.bundle.0123456789abcdef.js", true, true),
        ] {
            let (_, headers, _) = ask(&router, path, "").await;
            let types: Vec<_> = headers.get_all(CONTENT_TYPE).into_iter().collect();
            assert_eq!(types, [media_type(if path == "/ohif/open" { PAGE } else { path })], "{path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; "), "{path}");
            assert!(policy.contains("connect-src 'self' blob: data: https://s3.example"), "{path}");
            assert_eq!(policy.contains(" 'unsafe-eval'"), may_run_text, "{path}");
            assert_eq!(headers["cache-control"].to_str().unwrap().contains("immutable"), is_kept, "{path}");
            assert_eq!(headers["referrer-policy"], "no-referrer");
        }
    }

    #[test]
    fn cloudfront_says_the_same_of_pages_and_workers() {
        let template = include_str!("../../../infra/template/viewers.yaml");
        for policy in [OF_PAGES, OF_WORKERS] {
            let told = policy.replace("{s3}", "https://${DerivedBucket.RegionalDomainName}");
            assert!(template.contains(&told), "{told}");
        }
    }

    #[test]
    fn a_folder_that_was_named_and_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(super::folder(Some(folder.path())).is_err());
        std::fs::write(folder.path().join(PAGE), "page").unwrap();
        assert_eq!(super::folder(Some(folder.path())).unwrap(), Some(folder.path().to_owned()));
    }
}
