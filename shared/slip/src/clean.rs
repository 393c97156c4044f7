//! Cleans text from outside, so that it fits one line of a page or a message.

use filmless_domain::invisible::is_invisible;
use filmless_domain::mailbox::is_mailbox;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::SlipError;

/// More marks than this on one composed letter are ornament, and would cover other lines.
const MARKS_MAX: usize = 2;

/// One line of composed characters. Line breaks and other control characters become spaces, invisible formatting
/// characters (bidirectional overrides, joiners, soft hyphens) are dropped, and runs of spaces become one.
pub(crate) fn line(text: &str) -> String {
    let mut marks = 0;
    let visible: String = text
        .nfc()
        .filter(|c| !is_invisible(*c))
        .filter(|c| {
            marks = if is_combining_mark(*c) { marks + 1 } else { 0 };
            marks <= MARKS_MAX
        })
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refuses anything but an absolute web address in the characters of RFC 3986.
pub(crate) fn check_link(link: &str) -> Result<&str, SlipError> {
    let rest =
        link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).ok_or(SlipError::BadLink)?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if rest.is_empty() || rest.starts_with('/') || !rest.bytes().all(allowed) {
        return Err(SlipError::BadLink);
    }
    Ok(link)
}

/// Refuses anything but one mailbox that [`is_mailbox`] accepts. Orders follow the same rule.
pub(crate) fn check_mailbox(text: &str) -> Result<&str, SlipError> {
    let address = text.trim();
    if is_mailbox(address) { Ok(address) } else { Err(SlipError::BadMailbox) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_becomes_one_plain_line() {
        for (text, expected) in [
            ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà"),
            ("  a\r\nBcc: b\t\0c  ", "a Bcc: b c"),
            ("Hoa\u{300} \u{202e}gnp.exe", "Hoà gnp.exe"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("line\u{2028}break\u{85}x", "line break x"),
            ("", ""),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_a_web_address_is_a_link() {
        for good in ["https://xem.benhvien.example/x/abc", "http://127.0.0.1:8080/x/a_b-c~d"] {
            assert!(check_link(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://a b",
            "https://a/\n",
            "https://é",
            "ftp://a",
        ] {
            assert!(matches!(check_link(bad), Err(SlipError::BadLink)), "{bad:?}");
        }
    }
}
