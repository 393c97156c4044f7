//! Decodes the text of a data set (PS3.5 6.1), and repairs it if its label is wrong.
//!
//! The label is Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2). Hospitals send three kinds of text that
//! contradict it: UTF-8 without a label, UTF-8 labelled as a single-byte set, and Vietnamese in TCVN 5712, Windows-1258
//! or VNI labelled as Latin 1. All three are recognised by their bytes. The original bytes stay in the original file.

use encoding_rs::Encoding;

use crate::vietnamese;

/// A repertoire that can be designated to G0 or G1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repertoire {
    /// ISO_IR 6.
    Ascii,
    /// ISO_IR 100.
    Latin1,
    /// A single-byte set, or a multi-byte set in its 8-bit form.
    Encoded(&'static Encoding),
    /// JIS X 0208 in its 7-bit form.
    JisX0208,
    /// JIS X 0212 in its 7-bit form.
    JisX0212,
}

/// The meaning of Specific Character Set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    first: Repertoire,
    /// For high bytes, if the first value is ASCII and no escape sequence has chosen.
    second: Option<Repertoire>,
    /// Bytes that happen to be valid UTF-8 are UTF-8, whatever the label says.
    may_be_utf8: bool,
}

impl Default for Charset {
    fn default() -> Self {
        Self::from_value(b"")
    }
}

impl Charset {
    /// Parses the value of (0008,0005): defined terms separated by backslashes.
    #[must_use]
    pub fn from_value(value: &[u8]) -> Self {
        let mut terms = value.split(|b| *b == b'\\').map(|term| repertoire(&latin_1(term)));
        let first = terms.next().unwrap_or(Repertoire::Ascii);
        let second = terms.next();
        // In these, two or three ordinary letters in a row can look like UTF-8.
        let ambiguous = [
            encoding_rs::GB18030,
            encoding_rs::GBK,
            encoding_rs::SHIFT_JIS,
            encoding_rs::EUC_KR,
            encoding_rs::WINDOWS_874,
        ];
        let may_be_utf8 = !matches!(first, Repertoire::Encoded(e) if ambiguous.contains(&e));
        Self { first, second, may_be_utf8 }
    }

    /// Decodes a value. Nothing is lost silently: bytes that cannot be decoded become U+FFFD.
    #[must_use]
    pub fn decode(&self, bytes: &[u8]) -> String {
        if bytes.contains(&0x1B) {
            return self.decode_escaped(bytes);
        }
        // JIS X 0201 has ¥ and ‾ in place of ASCII's \ and ~; in delimiters and names, ASCII is meant.
        if bytes.is_ascii() {
            return latin_1(bytes);
        }
        if self.may_be_utf8
            && let Some(text) = utf_8(bytes)
        {
            return undo_transcoding(text);
        }
        match (self.first, self.second) {
            (Repertoire::Ascii, Some(second)) => decode_run(second, bytes),
            (Repertoire::Ascii | Repertoire::Latin1, _) => {
                vietnamese::from_unlabelled(bytes).unwrap_or_else(|| latin_1(bytes))
            }
            (first, _) => decode_run(first, bytes),
        }
    }

    /// ISO 2022 code extension (PS3.5 6.1.2.5): escape sequences change G0 or G1 until the next delimiter, which resets
    /// to the first value of the label (PS3.5 6.1.2.5.3).
    fn decode_escaped(&self, bytes: &[u8]) -> String {
        let initial = |high: bool| match (self.first, high) {
            (Repertoire::Ascii | Repertoire::Latin1, false) => Repertoire::Ascii,
            (first, _) => first,
        };
        let (mut g0, mut g1) = (initial(false), initial(true));
        let mut text = String::new();
        let mut run = 0;
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == 0x1B {
                flush(&mut text, g0, g1, &bytes[run..at]);
                let (length, designated) = escape_sequence(&bytes[at..]);
                match designated {
                    Some((repertoire, true)) => g1 = repertoire,
                    Some((repertoire, false)) => g0 = repertoire,
                    None => {}
                }
                at = (at + length).min(bytes.len());
                run = at;
                continue;
            }
            let two_byte = matches!(g0, Repertoire::JisX0208 | Repertoire::JisX0212);
            if !two_byte && matches!(bytes[at], b'\\' | b'^' | b'=' | b'\r' | b'\n' | 0x0C | b'\t') {
                flush(&mut text, g0, g1, &bytes[run..at]);
                text.push(char::from(bytes[at]));
                (g0, g1) = (initial(false), initial(true));
                run = at + 1;
            }
            at += 1;
        }
        flush(&mut text, g0, g1, &bytes[run..]);
        text
    }
}

/// The repertoire of a defined term (PS3.3 tables C.12-2 to C.12-5). Writers vary blanks and underscores, so the
/// registration number decides.
fn repertoire(term: &str) -> Repertoire {
    let term = term.trim().to_ascii_uppercase();
    if term.contains("GB18030") {
        return Repertoire::Encoded(encoding_rs::GB18030);
    }
    if term.contains("GBK") {
        return Repertoire::Encoded(encoding_rs::GBK);
    }
    if term.contains("UTF") {
        return Repertoire::Encoded(encoding_rs::UTF_8);
    }
    let Some((_, after)) = term.split_once("IR") else { return Repertoire::Ascii };
    let number: String = after.chars().filter(char::is_ascii_digit).collect();
    let encoding = match number.as_str() {
        "100" => return Repertoire::Latin1,
        "101" => encoding_rs::ISO_8859_2,
        "109" => encoding_rs::ISO_8859_3,
        "110" => encoding_rs::ISO_8859_4,
        "144" => encoding_rs::ISO_8859_5,
        "127" => encoding_rs::ISO_8859_6,
        "126" => encoding_rs::ISO_8859_7,
        "138" => encoding_rs::ISO_8859_8,
        "148" => encoding_rs::WINDOWS_1254,
        "203" => encoding_rs::ISO_8859_15,
        "166" => encoding_rs::WINDOWS_874,
        "13" => encoding_rs::SHIFT_JIS,
        "87" | "159" => encoding_rs::EUC_JP,
        "149" => encoding_rs::EUC_KR,
        "58" => encoding_rs::GB18030,
        "192" => encoding_rs::UTF_8,
        _ => return Repertoire::Ascii,
    };
    Repertoire::Encoded(encoding)
}

/// The length of an escape sequence and what it designates; `true` means G1 (PS3.3 tables C.12-3 and C.12-4).
fn escape_sequence(bytes: &[u8]) -> (usize, Option<(Repertoire, bool)>) {
    use Repertoire::{Ascii, Encoded, JisX0208, JisX0212, Latin1};
    match bytes {
        [_, b'(', b'B' | b'J', ..] => (3, Some((Ascii, false))),
        [_, b')', b'I', ..] => (3, Some((Encoded(encoding_rs::SHIFT_JIS), true))),
        [_, b'$', b'B' | b'@', ..] => (3, Some((JisX0208, false))),
        [_, b'$', b'(', b'D', ..] => (4, Some((JisX0212, false))),
        [_, b'$', b')', b'C', ..] => (4, Some((Encoded(encoding_rs::EUC_KR), true))),
        [_, b'$', b')', b'A', ..] => (4, Some((Encoded(encoding_rs::GB18030), true))),
        [_, b'-', set, ..] => {
            let repertoire = match set {
                b'A' => Latin1,
                b'B' => Encoded(encoding_rs::ISO_8859_2),
                b'C' => Encoded(encoding_rs::ISO_8859_3),
                b'D' => Encoded(encoding_rs::ISO_8859_4),
                b'L' => Encoded(encoding_rs::ISO_8859_5),
                b'G' => Encoded(encoding_rs::ISO_8859_6),
                b'F' => Encoded(encoding_rs::ISO_8859_7),
                b'H' => Encoded(encoding_rs::ISO_8859_8),
                b'M' => Encoded(encoding_rs::WINDOWS_1254),
                b'T' => Encoded(encoding_rs::WINDOWS_874),
                b'b' => Encoded(encoding_rs::ISO_8859_15),
                _ => return (3, None),
            };
            (3, Some((repertoire, true)))
        }
        _ => (1, None),
    }
}

/// Decodes bytes between two escape sequences: low bytes use G0, high bytes G1.
fn flush(text: &mut String, g0: Repertoire, g1: Repertoire, run: &[u8]) {
    let pair_high = |prefix: &[u8]| {
        let pairs =
            run.chunks(2).flat_map(|pair| prefix.iter().copied().chain(pair.iter().map(|b| b | 0x80)));
        pairs.collect::<Vec<u8>>()
    };
    match g0 {
        Repertoire::JisX0208 => {
            text.push_str(&decode_run(Repertoire::Encoded(encoding_rs::EUC_JP), &pair_high(&[])))
        }
        // EUC-JP reaches JIS X 0212 through the single shift 8F.
        Repertoire::JisX0212 => {
            text.push_str(&decode_run(Repertoire::Encoded(encoding_rs::EUC_JP), &pair_high(&[0x8F])));
        }
        _ => text.push_str(&decode_run(g1, run)),
    }
}

fn decode_run(repertoire: Repertoire, bytes: &[u8]) -> String {
    match repertoire {
        Repertoire::Encoded(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        Repertoire::Ascii | Repertoire::Latin1 => utf_8(bytes).unwrap_or_else(|| latin_1(bytes)),
        Repertoire::JisX0208 | Repertoire::JisX0212 => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Valid UTF-8, or UTF-8 whose last letter was cut by a fixed field length.
fn utf_8(bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if error.error_len().is_none() => {
            let (whole, cut) = bytes.split_at(error.valid_up_to());
            // A single high byte at the end of ASCII proves nothing, and of a value without a letter before them nothing would be
            // left: then they are letters of another set.
            let is_cut = cut.len() > 1 && whole.iter().any(u8::is_ascii_alphabetic);
            (!whole.is_ascii() || is_cut).then(|| String::from_utf8_lossy(whole).into_owned())
        }
        Err(_) => None,
    }
}

/// Repairs text from a gateway that read TCVN3 as Latin 1 and wrote UTF-8: its letters are still the bytes of TCVN3.
fn undo_transcoding(text: String) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| vietnamese::from_unlabelled(&bytes)).unwrap_or(text)
}

pub(crate) fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

/// Blanks and NULs around a value are padding (PS3.5 6.2).
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_padding)
}

/// Leading blanks belong to a long text.
pub(crate) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_padding)
}

fn is_padding(c: char) -> bool {
    c == '\0' || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of PS3.5 annexes H, I, J and K, and what hospitals really send.
    #[test]
    fn text_is_decoded_and_repaired() {
        for (label, bytes, expected) in [
            ("", &b"ADAMS^JOHN"[..], "ADAMS^JOHN"),
            ("ISO_IR 100", b"Buc^J\xe9r\xf4me", "Buc^Jérôme"),
            ("ISO_IR 100", b"\xc4neas^R\xfcdiger", "Äneas^Rüdiger"),
            ("ISO_IR 101", b"Wa\xb3\xeasa", "Wałęsa"),
            ("ISO_IR 144", b"\xbb\xee\xdace\xdc\xd1yp\xd3", "Люкceмбypг"),
            ("ISO_IR 192", "Nguyễn^Thị Hoà".as_bytes(), "Nguyễn^Thị Hoà"),
            ("", "Nguyễn^Thị Hoà".as_bytes(), "Nguyễn^Thị Hoà"),
            ("ISO_IR 100", "Đặng^Đình Đức".as_bytes(), "Đặng^Đình Đức"),
            ("ISO_IR 100", b"Nguy\xd4n^Th\xde Ho\xb5", "Nguyễn^Thị Hoà"),
            ("ISO_IR 192", "NguyÔn^ThÞ Hoµ".as_bytes(), "Nguyễn^Thị Hoà"),
            ("GB18030", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="),
            (
                "\\ISO 2022 IR 87",
                b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
                "Yamada^Tarou=山田^太郎=やまだ^たろう",
            ),
            (
                "\\ISO 2022 IR 149",
                b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
                "Hong^Gildong=洪^吉洞=홍^길동",
            ),
            ("ISO 2022 IR 13\\ISO 2022 IR 87", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ] {
            assert_eq!(Charset::from_value(label.as_bytes()).decode(bytes), expected, "{label} {bytes:x?}");
        }
    }

    #[test]
    fn utf_8_cut_by_a_fixed_field_keeps_its_whole_letters() {
        let whole = "Nguyễn".as_bytes();
        assert_eq!(Charset::default().decode(&whole[..whole.len() - 2]), "Nguy");
    }

    #[test]
    fn letters_of_latin_1_that_look_like_the_beginning_of_a_letter_in_utf_8_do_not_vanish() {
        for label in ["", "ISO_IR 100"] {
            for (bytes, expected) in
                [(&b"\xe9\xa3"[..], "é£"), (b"1 \xe9\xaa", "1 éª"), (b"\xf0\x9f\x98", "ð\u{9f}\u{98}")]
            {
                assert_eq!(
                    Charset::from_value(label.as_bytes()).decode(bytes),
                    expected,
                    "{label} {bytes:x?}"
                );
            }
        }
    }

    #[test]
    fn any_bytes_decode_without_panic() {
        for label in ["", "ISO_IR 100", "ISO 2022 IR 13\\ISO 2022 IR 87", "GB18030", "nonsense", "\\\\"] {
            let charset = Charset::from_value(label.as_bytes());
            for byte in 0..=255_u8 {
                for bytes in
                    [vec![byte], vec![0x1B, byte], vec![0x1B, b'$', byte], vec![0x1B, b'$', b'B', byte]]
                {
                    let _ = charset.decode(&bytes);
                }
            }
        }
    }
}
