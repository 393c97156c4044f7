//! Switches the language. It is a form, so that the address to return to, possibly a link of a slip, never becomes part
//! of another URL.

use axum::Form;
use axum::response::Response;
use filmless_domain::Language;
use serde::Deserialize;

use super::answer::see_other;
use crate::cookies;
use crate::error::PortalError;
use crate::visitor::Visitor;

/// The language to switch to, and where to return.
#[derive(Deserialize)]
pub(crate) struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`
pub(crate) async fn choose(visitor: Visitor, Form(choice): Form<Choice>) -> Result<Response, PortalError> {
    let language = Language::from_tag(&choice.to).unwrap_or_default();
    let back = if is_own_path(&choice.back) { choice.back.as_str() } else { "/" };
    see_other(back, cookies::choose_language(language, &visitor.services.config))
}

/// Whether a browser that follows the path stays with us: it reads `//` and `/\` as another host (WHATWG URL 4.4).
fn is_own_path(path: &str) -> bool {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain && path.starts_with('/') && !path.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_the_portal() {
        for (path, expected) in [
            ("/", true),
            ("/studies/1.2.3", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("/\r\nSet-Cookie: x=y", false),
            ("/\t/evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_own_path(path), expected, "{path:?}");
        }
    }
}
