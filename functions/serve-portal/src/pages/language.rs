//! The other language. A form, so that the address to come back to, which may be a link of a slip, is not part of
//! another URL.

use axum::Form;
use axum::response::Response;
use filmless_domain::Language;
use serde::Deserialize;

use super::answer::see_other;
use crate::cookies;
use crate::error::PortalError;
use crate::visitor::Visitor;

/// What to change to and where to go back to.
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

/// Whether a browser stays with us when it follows the path: it reads `//` and `/\` as another host (WHATWG URL
/// 4.4).
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
