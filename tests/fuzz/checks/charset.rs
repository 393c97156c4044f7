//! Text in any declared character set: the first input line is Specific Character Set, the rest is the value.

use filmless_dicom::charset::Charset;

pub fn check(bytes: &[u8]) {
    let split = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (label, value) = bytes.split_at(split);
    let text = Charset::from_value(label).decode(value);
    // In every repertoire a character decodes to only a few.
    assert!(text.chars().count() <= 2 * value.len() + 1);
}
