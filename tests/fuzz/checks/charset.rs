//! Text under any label: the first line of the input is Specific Character Set, the rest is the value.

use filmless_dicom::charset::Charset;

pub fn check(bytes: &[u8]) {
    let split = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (label, value) = bytes.split_at(split);
    let text = Charset::from_value(label).decode(value);
    // No byte becomes more than a few characters in any repertoire.
    assert!(text.chars().count() <= 2 * value.len() + 1);
}
