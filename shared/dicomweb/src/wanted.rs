//! Which representations a client takes, in the order in which it would have them (PS3.18 8.3.3, 8.7; RFC 9110 12.5.1).

use crate::Refusal;
use crate::frame_type::EXPLICIT_VR_LITTLE_ENDIAN;

/// Longer than what any client sends, in bytes.
const ACCEPT_BYTES_MAX: usize = 8 << 10;
/// More media types than any client names.
const RANGES_MAX: usize = 64;

/// One media type that a client takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it takes, in small letters: of a multipart, what the parts are. `*/*` is anything.
    pub media_type: String,
    /// Whether it comes in parts, by itself, or as it pleases us.
    pub shape: Shape,
    /// In which transfer syntax; none where any will do. Bytes of which none is named are Explicit VR Little Endian (PS3.18
    /// 8.7.3.5.2): whoever asks for them without a word takes them for samples.
    pub transfer_syntax: Option<String>,
}

/// Whether something comes in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `multipart/related` (RFC 2387).
    Parts,
    /// By itself.
    Single,
    /// Either.
    Any,
}

impl Wanted {
    /// Whether a media type is among those that are taken.
    #[must_use]
    pub fn takes(&self, media_type: &str) -> bool {
        let family = self.media_type.strip_suffix("/*");
        self.media_type == "*/*"
            || self.media_type == media_type
            || family.is_some_and(|family| media_type.split('/').next() == Some(family))
    }
}

/// What a client takes, most wanted first: of the query parameter `accept`, where there is one, else of the header; anything
/// where there is neither.
///
/// # Errors
/// [`Refusal::BadAccept`].
pub fn wanted(header: Option<&str>, parameter: Option<&str>) -> Result<Vec<Wanted>, Refusal> {
    let stated = parameter.or(header).map(str::trim).filter(|stated| !stated.is_empty());
    let Some(stated) = stated else { return Ok(vec![anything()]) };
    if stated.len() > ACCEPT_BYTES_MAX {
        return Err(Refusal::BadAccept);
    }
    let (mut ranges, mut unreadable) = (Vec::new(), None);
    for range in split_unquoted(stated, ',').into_iter().filter(|range| !range.trim().is_empty()) {
        if ranges.len() >= RANGES_MAX {
            return Err(Refusal::BadAccept);
        }
        // What is no media type does not take the others with it: some clients write more than they mean.
        match media_range(range) {
            Ok(read) => ranges.push(read),
            Err(refusal) => unreadable = Some(refusal),
        }
    }
    if let (true, Some(refusal)) = (ranges.is_empty(), unreadable) {
        return Err(refusal);
    }
    ranges.retain(|(_, quality)| *quality > 0);
    ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    Ok(ranges.into_iter().map(|(wanted, _)| wanted).collect())
}

fn anything() -> Wanted {
    Wanted { media_type: "*/*".to_owned(), shape: Shape::Any, transfer_syntax: None }
}

/// A media range and its weight, in thousandths.
fn media_range(text: &str) -> Result<(Wanted, u16), Refusal> {
    let mut parts = split_unquoted(text, ';').into_iter();
    let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_type = |text: &str| {
        let is_token = |part: &str| !part.is_empty() && !part.contains(['"', ' ', '=']);
        text.split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b))
    };
    if !is_type(&media_type) && media_type != "*" {
        return Err(Refusal::BadAccept);
    }
    let (mut kind, mut syntax, mut quality) = (None, None, 1000);
    for parameter in parts.filter(|parameter| !parameter.trim().is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or(Refusal::BadAccept)?;
        let value = value.trim().trim_matches('"').trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "type" => kind = Some(value.to_ascii_lowercase()),
            "transfer-syntax" => syntax = Some(value.to_owned()),
            "q" => quality = thousandths(value).ok_or(Refusal::BadAccept)?,
            _ => {}
        }
    }
    let is_bytes = kind.as_deref().unwrap_or(&media_type) == "application/octet-stream";
    let syntax = syntax.or_else(|| is_bytes.then(|| EXPLICIT_VR_LITTLE_ENDIAN.to_owned()));
    let syntax = syntax.filter(|syntax| syntax != "*");
    let wanted = match media_type.as_str() {
        "multipart/related" | "multipart/*" => {
            let kind = kind.unwrap_or_else(|| "*/*".to_owned());
            if !is_type(&kind) {
                return Err(Refusal::BadAccept);
            }
            Wanted { media_type: kind, shape: Shape::Parts, transfer_syntax: syntax }
        }
        // The star alone is what Java's old client sends.
        "*/*" | "*" => Wanted { transfer_syntax: syntax, ..anything() },
        _ => Wanted { media_type, shape: Shape::Single, transfer_syntax: syntax },
    };
    Ok((wanted, quality))
}

fn thousandths(value: &str) -> Option<u16> {
    let quality: f32 = value.parse().ok()?;
    (0.0..=1.0).contains(&quality).then_some((quality * 1000.0) as u16)
}

/// Parts of a header, but not at separators within quotation marks.
fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|c: char| {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        c == separator && !is_quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Vec<(String, Shape, Option<String>)> {
        let wanted = wanted(Some(header), None).unwrap();
        wanted.into_iter().map(|w| (w.media_type, w.shape, w.transfer_syntax)).collect()
    }

    #[test]
    fn what_clients_send_is_understood() {
        let jls = "1.2.840.10008.1.2.4.80";
        for (header, expected) in [
            (
                "multipart/related; type=\"application/dicom\"; transfer-syntax=*",
                vec![("application/dicom", Shape::Parts, None)],
            ),
            (
                "multipart/related;type=application/octet-stream;transfer-syntax=*",
                vec![("application/octet-stream", Shape::Parts, None)],
            ),
            (
                "multipart/related; type=\"application/octet-stream\", application/octet-stream",
                vec![
                    ("application/octet-stream", Shape::Parts, Some(EXPLICIT_VR_LITTLE_ENDIAN)),
                    ("application/octet-stream", Shape::Single, Some(EXPLICIT_VR_LITTLE_ENDIAN)),
                ],
            ),
            (
                "multipart/related; type=\"image/jls\"; transfer-syntax=1.2.840.10008.1.2.4.80; q=0.5, \
                 image/JLS;transfer-syntax=\"1.2.840.10008.1.2.4.80\"",
                vec![("image/jls", Shape::Single, Some(jls)), ("image/jls", Shape::Parts, Some(jls))],
            ),
            ("*/*", vec![("*/*", Shape::Any, None)]),
            ("multipart/related", vec![("*/*", Shape::Parts, None)]),
            ("image/png;q=0, image/jpeg", vec![("image/jpeg", Shape::Single, None)]),
            ("", vec![("*/*", Shape::Any, None)]),
            ("nonsense, image/png", vec![("image/png", Shape::Single, None)]),
            (
                "text/html, *; q=.2, */*; q=.2",
                vec![
                    ("text/html", Shape::Single, None),
                    ("*/*", Shape::Any, None),
                    ("*/*", Shape::Any, None),
                ],
            ),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(t, s, u)| (t.to_owned(), s, u.map(str::to_owned))).collect();
            assert_eq!(read(header), expected, "{header}");
        }
        let by_parameter = wanted(Some("image/png"), Some("image/jpeg")).unwrap();
        assert_eq!(by_parameter[0].media_type, "image/jpeg");
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        let many = vec!["image/png"; RANGES_MAX + 1].join(",");
        let long = "a/b;c=".to_owned() + &"d".repeat(ACCEPT_BYTES_MAX);
        for header in [
            long.as_str(),
            ";;,;",
            "dicom",
            "a/b;q=2",
            "a/b;type",
            "/",
            "multipart/related;type=\"x\"",
            &many,
        ] {
            assert_eq!(wanted(Some(header), None), Err(Refusal::BadAccept), "{header}");
        }
    }

    #[test]
    fn families_and_anything_take_what_belongs_to_them() {
        let [image] = &wanted(Some("image/*"), None).unwrap()[..] else { panic!("one") };
        assert!(image.takes("image/jls") && !image.takes("application/dicom"));
        let [anything] = &wanted(None, None).unwrap()[..] else { panic!("one") };
        assert!(anything.takes("image/jls"));
    }
}
