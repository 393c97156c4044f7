//! Whose pages may read answers of ours in a browser.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Origins of web pages (RFC 6454 6.2), such as `https://viewer.example`. None by default: a page elsewhere is shown
/// nothing by the browser that loaded it. Software that is no web page does not ask.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WebOrigins(Vec<String>);

/// The text is no list of origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "expected origins such as https://viewer.example, separated by commas: no path, no slash at the end, no *"
)]
pub struct InvalidWebOrigins;

impl FromStr for WebOrigins {
    type Err = InvalidWebOrigins;

    fn from_str(text: &str) -> Result<Self, InvalidWebOrigins> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let origins = parts.map(|part| is_origin(part).then(|| part.to_owned()).ok_or(InvalidWebOrigins));
        origins.collect::<Result<_, _>>().map(Self)
    }
}

impl WebOrigins {
    /// Several lists as one.
    #[must_use]
    pub fn joined(lists: impl IntoIterator<Item = Self>) -> Self {
        Self(lists.into_iter().flat_map(|list| list.0).collect())
    }

    /// Whether the value of a header `Origin` is one of them.
    #[must_use]
    pub fn contain(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An origin as browsers write it, in small letters. Whoever stands between a page and its browser writes the page too:
/// it comes over TLS, or from the doctor's own machine.
fn is_origin(text: &str) -> bool {
    let (is_safe, authority) = match text.split_once("://") {
        Some(("https", authority)) => (true, authority),
        Some(("http", authority)) => (false, authority),
        _ => return false,
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_here = ["localhost", "127.0.0.1"].contains(&host);
    let is_name = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    let is_port =
        |port: &str| port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port);
    let usual = if is_safe { "443" } else { "80" };
    is_name && (is_safe || is_here) && port.is_none_or(|port| is_port(port) && port != usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let origins: WebOrigins =
            "https://viewer.example, http://localhost:3000,https://ohif.bv.example:8443".parse().unwrap();
        for known in ["https://viewer.example", "http://localhost:3000", "https://ohif.bv.example:8443"] {
            assert!(origins.contain(known), "{known}");
        }
        for other in
            ["https://viewer.example.net", "https://viewer.example:8443", "http://viewer.example", "null"]
        {
            assert!(!origins.contain(other), "{other}");
        }
        assert!("".parse::<WebOrigins>().unwrap().is_empty());
    }

    #[test]
    fn what_no_browser_sends_and_what_anybody_may_have_written_is_refused() {
        for bad in [
            "*",
            "null",
            "viewer.example",
            "https://",
            "https://viewer.example/",
            "https://viewer.example/ohif",
            "https://Viewer.example",
            "https://a@viewer.example",
            "https://viewer.example:443",
            "https://viewer.example:0",
            "https://viewer.example:+1",
            "https://*.example",
            "http://viewer.example",
            "https://a.example https://b.example",
        ] {
            assert_eq!(bad.parse::<WebOrigins>(), Err(InvalidWebOrigins), "{bad}");
        }
    }

    #[test]
    fn lists_are_joined() {
        let lists =
            ["https://a.example", "https://b.example"].map(|list| list.parse::<WebOrigins>().unwrap());
        assert_eq!(WebOrigins::joined(lists), "https://a.example,https://b.example".parse().unwrap());
    }
}
