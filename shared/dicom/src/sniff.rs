//! The type of a file, from its first bytes.

/// The type that the first bytes suggest. Nothing is validated yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A DICOM file (PS3.10 7.1), with or without its preamble, or a bare data set.
    Dicom,
    /// A ZIP archive.
    Zip,
    /// No bytes.
    Empty,
    /// Anything else.
    Other,
}

/// Recognises DICOM and ZIP files; 132 bytes are enough.
#[must_use]
pub fn sniff(prefix: &[u8]) -> Sniffed {
    if prefix.is_empty() {
        Sniffed::Empty
    } else if prefix.starts_with(b"PK\x03\x04") || prefix.starts_with(b"PK\x05\x06") {
        Sniffed::Zip
    } else if data_set_start(prefix).is_some() {
        Sniffed::Dicom
    } else {
        Sniffed::Other
    }
}

/// Where the first element begins: after preamble and `DICM`, after a bare `DICM`, or at once if the first group is
/// 0002 or, without file meta information, 0008.
pub(crate) fn data_set_start(prefix: &[u8]) -> Option<usize> {
    if prefix.get(128..132) == Some(b"DICM") {
        return Some(132);
    }
    if prefix.starts_with(b"DICM") {
        return Some(4);
    }
    let [g0, g1, e0, e1, v0, v1, ..] = *prefix else { return None };
    // A four byte length in place of an explicit VR: it is small, so its high half is 0.
    let long = prefix.get(6..8) == Some(&[0, 0]);
    let explicit = v0.is_ascii_uppercase() && v1.is_ascii_uppercase();
    let little = matches!(u16::from_le_bytes([g0, g1]), 2 | 8) && u16::from_le_bytes([e0, e1]) <= 0x0020;
    let big = u16::from_be_bytes([g0, g1]) == 8 && u16::from_be_bytes([e0, e1]) <= 0x0020;
    ((little && (explicit || long)) || (big && explicit)).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_what_a_file_is() {
        let part_10 = [&[0u8; 128][..], b"DICM"].concat();
        for (bytes, expected) in [
            (&part_10[..], Sniffed::Dicom),
            (b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", Sniffed::Dicom),
            (b"\x08\x00\x00\x00\x04\x00\x00\x00\x10\x00\x00\x00", Sniffed::Dicom),
            (b"\x00\x08\x00\x05CS\x00\x0aISO_IR 100", Sniffed::Dicom),
            (b"\x02\x00\x10\x00UI\x14\x001.2", Sniffed::Dicom),
            (b"PK\x03\x04....", Sniffed::Zip),
            (b"PK\x05\x06....", Sniffed::Zip),
            (b"", Sniffed::Empty),
            (b"<html></html>", Sniffed::Other),
            (b"\x08", Sniffed::Other),
            (b"\x08\x00\x99\x99\x99\x99\x99\x99", Sniffed::Other),
            (&[0u8; 200], Sniffed::Other),
        ] {
            assert_eq!(sniff(bytes), expected, "{:?}", &bytes[..bytes.len().min(12)]);
        }
    }
}
