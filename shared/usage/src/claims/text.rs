//! The encoding of a claim file. The bytes count more than the declaration: text made in memory often declares UTF-16
//! and is written as UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// How many bytes are searched for a declaration.
const DECLARATION_BYTES: usize = 200;

/// Converts UTF-16, known by a byte order mark or by how the first `<` is written, to UTF-8. Returns other bytes as
/// they are, without a mark. `None` if half a character is left over.
pub fn without_utf16(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (encoding, rest) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Some(Cow::Borrowed(rest)),
        [0xff, 0xfe, rest @ ..] => (UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => (UTF_16BE, rest),
        [b'<', 0, ..] => (UTF_16LE, bytes),
        [0, b'<', ..] => (UTF_16BE, bytes),
        _ => return Some(Cow::Borrowed(bytes)),
    };
    decode(encoding, rest).map(|text| Cow::Owned(text.into_owned().into_bytes()))
}

/// The same text in composed letters (Unicode NFC), because some systems write `ô` as `o` and a circumflex.
pub fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// An XML file as text; `None` if it is neither UTF-8 nor UTF-16 nor in the encoding that it declares.
pub fn of_xml(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match without_utf16(bytes)? {
        Cow::Owned(text) => String::from_utf8(text).ok().map(Cow::Owned),
        Cow::Borrowed(text) => match std::str::from_utf8(text) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) => decode(declared(text)?, text),
        },
    }
}

fn decode<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..DECLARATION_BYTES.min(bytes.len()))?).into_owned();
    let declaration = head.strip_prefix("<?xml")?.split_once("?>")?.0;
    let (_, value) = declaration.split_once("encoding")?;
    let quoted = value.trim_start().strip_prefix('=')?.trim_start();
    let label = quoted.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_say_the_encoding_before_the_declaration_does() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><A>Chụp</A>";
        let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
            [b"\xff\xfe".as_slice(), &little].concat(),
            [b"\xfe\xff".as_slice(), &big].concat(),
            little.clone(),
            big,
        ] {
            assert_eq!(of_xml(&bytes).as_deref(), Some(text));
        }
        assert_eq!(of_xml(&little[..little.len() - 1]), None);
        let latin = b"<?xml version='1.0' encoding='windows-1252'?><A>\xe9</A>";
        assert!(of_xml(latin).is_some_and(|text| text.contains('é')));
        assert_eq!(of_xml(b"<?xml version='1.0' encoding='utf-8'?><A>\xe9</A>"), None);
        assert_eq!(of_xml(b"<A>\xe9</A>"), None);
    }
}
