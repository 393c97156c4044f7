//! Writes small data sets, explicit VR and little endian, so that a test can show what it reads.

/// One element. A value of odd length is padded as its VR demands.
pub fn element(group: u16, number: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if matches!(vr, "UI" | "OB" | "UN") { 0 } else { b' ' });
    }
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    if matches!(vr, "OB" | "OW" | "SQ" | "UC" | "UN" | "UR" | "UT" | "OV" | "SV" | "UV") {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// A sequence of already written items.
pub fn sequence(group: u16, number: u16, items: &[Vec<u8>]) -> Vec<u8> {
    let mut value = Vec::new();
    for item in items {
        value.extend([0xFE, 0xFF, 0x00, 0xE0]);
        value.extend((item.len() as u32).to_le_bytes());
        value.extend(item);
    }
    element(group, number, "SQ", &value)
}

/// A file with these elements, in this transfer syntax.
pub fn file(transfer_syntax_uid: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    let meta = element(2, 0x10, "UI", transfer_syntax_uid.as_bytes());
    [&[0; 128][..], b"DICM", &meta, &elements.concat()].concat()
}
