//! Splits a form with a file (RFC 7578) into its fields.

use std::ops::Range;

/// Most parts of a form: ours has two.
const PARTS_MAX: usize = 8;
/// Longest head of a part, in bytes.
const HEAD_BYTES_MAX: usize = 4096;

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name.
    pub(crate) name: String,
    /// Where its value lies in the body.
    pub(crate) value: Range<usize>,
}

/// The boundary that a content type names (RFC 2046, 5.1.1).
pub(crate) fn boundary_of(content_type: &str) -> Option<&str> {
    let mut words = content_type.split(';').map(str::trim);
    words.next().filter(|kind| kind.eq_ignore_ascii_case("multipart/form-data"))?;
    let named = words.find_map(|word| {
        let (name, value) = word.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    named.filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// The fields of a body; `None` if it is not such a form.
pub(crate) fn parts_of(body: &[u8], boundary: &str) -> Option<Vec<Part>> {
    let mark = format!("--{boundary}");
    let mark = mark.as_bytes();
    let mut at = find(body, mark, 0)? + mark.len();
    let mut parts = Vec::new();
    while !body.get(at..)?.starts_with(b"--") {
        let begin = at + body.get(at..)?.starts_with(b"\r\n").then_some(2)?;
        let head_end = find(body.get(..body.len().min(begin + HEAD_BYTES_MAX))?, b"\r\n\r\n", begin)?;
        let head = std::str::from_utf8(body.get(begin..head_end)?).ok()?;
        let value = head_end + 4;
        let end = find(body, &[b"\r\n", mark].concat(), value)?;
        parts.push(Part { name: name_of(head)?, value: value..end });
        if parts.len() > PARTS_MAX {
            return None;
        }
        at = end + 2 + mark.len();
    }
    Some(parts)
}

/// The name in `Content-Disposition`; the file name is ignored.
fn name_of(head: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let named = line.split(';').find_map(|word| word.trim().strip_prefix("name="));
    named.map(|name| name.trim_matches('"').to_owned())
}

fn find(bytes: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    let first = *mark.first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(mark) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'a>(body: &'a str, boundary: &str) -> Option<Vec<(String, &'a str)>> {
        let parts = parts_of(body.as_bytes(), boundary)?;
        Some(parts.into_iter().map(|part| (part.name, &body[part.value])).collect())
    }

    #[test]
    fn a_form_with_a_file_is_read_as_browsers_write_it() {
        let body = "--X\r\nContent-Disposition: form-data; name=\"month\"\r\n\r\n2026-11\r\n\
                    --X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a; name=b.xml\"\r\n\
                    Content-Type: text/xml\r\n\r\n<A>\r\n--not\r\n\r\n</A>\r\n--X--\r\n";
        let expected = [("month".to_owned(), "2026-11"), ("file".to_owned(), "<A>\r\n--not\r\n\r\n</A>")];
        assert_eq!(fields(body, "X").unwrap(), expected);
        for cut in [&body[..20], &body[..body.len() - 8], "", "--X\r\n\r\n\r\n--X--", "--Xname"] {
            assert_eq!(fields(cut, "X"), None, "{cut}");
        }
        assert_eq!(fields("--X--", "X").unwrap(), []);
    }

    #[test]
    fn the_boundary_is_read_out_of_the_content_type() {
        for (text, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/x-www-form-urlencoded; boundary=abc", None),
        ] {
            assert_eq!(boundary_of(text), expected, "{text}");
        }
    }
}
