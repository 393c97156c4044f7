//! Writes DICOM files byte by byte, valid or not.

// Each test binary uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;

pub const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub const RLE: &str = "1.2.840.10008.1.2.5";
pub const JPEG: &str = "1.2.840.10008.1.2.4.50";
pub const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
pub const JPEG_2000: &str = "1.2.840.10008.1.2.4.90";
pub const UNDEFINED: u32 = u32::MAX;

/// A real file among the test data.
pub fn real(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../dicom/tests/data").join(name);
    fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// An element that declares `length`, whatever its value.
pub fn lying(group: u16, element: u16, vr: &str, value: &[u8], length: u32) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    if matches!(vr, "OB" | "OD" | "OF" | "OL" | "OV" | "OW" | "SQ" | "UC" | "UN" | "UR" | "UT") {
        bytes.extend([0, 0]);
        bytes.extend(length.to_le_bytes());
    } else {
        bytes.extend((length as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

pub fn element(group: u16, element: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if vr == "UI" || vr.starts_with('O') { 0 } else { b' ' });
    }
    lying(group, element, vr, &value, value.len() as u32)
}

pub fn us(group: u16, number: u16, value: u16) -> Vec<u8> {
    element(group, number, "US", &value.to_le_bytes())
}

/// Preamble and file meta information.
pub fn meta(transfer_syntax: &str) -> Vec<u8> {
    [&[0; 128][..], b"DICM", &element(2, 0x10, "UI", transfer_syntax.as_bytes())].concat()
}

pub fn identity() -> Vec<u8> {
    [
        element(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.7"),
        element(8, 0x18, "UI", b"1.2.3.4"),
        element(0x10, 0x10, "PN", b"A^B"),
        element(0x20, 0x0D, "UI", b"1.2.3"),
        element(0x20, 0x0E, "UI", b"1.2.3.1"),
    ]
    .concat()
}

/// The Image Pixel Module.
#[derive(Clone)]
pub struct Pixels {
    pub rows: u16,
    pub columns: u16,
    pub samples: u16,
    pub allocated: u16,
    pub stored: u16,
    pub high_bit: u16,
    pub signed: bool,
    pub planar: bool,
    pub frames: Option<&'static str>,
    pub photometric: &'static str,
    /// Further elements of groups 0028 and above, in order.
    pub extra: Vec<u8>,
}

impl Pixels {
    pub fn grey(rows: u16, columns: u16, allocated: u16, stored: u16) -> Self {
        Self {
            rows,
            columns,
            samples: 1,
            allocated,
            stored,
            high_bit: stored.saturating_sub(1),
            signed: false,
            planar: false,
            frames: None,
            photometric: "MONOCHROME2",
            extra: Vec::new(),
        }
    }

    pub fn colour(rows: u16, columns: u16, photometric: &'static str) -> Self {
        Self { samples: 3, photometric, ..Self::grey(rows, columns, 8, 8) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let frames = self.frames.map(|f| element(0x28, 8, "IS", f.as_bytes())).unwrap_or_default();
        [
            us(0x28, 2, self.samples),
            element(0x28, 4, "CS", self.photometric.as_bytes()),
            us(0x28, 6, u16::from(self.planar)),
            frames,
            us(0x28, 0x10, self.rows),
            us(0x28, 0x11, self.columns),
            us(0x28, 0x100, self.allocated),
            us(0x28, 0x101, self.stored),
            us(0x28, 0x102, self.high_bit),
            us(0x28, 0x103, u16::from(self.signed)),
            self.extra.clone(),
        ]
        .concat()
    }

    /// A file with native pixels.
    pub fn native(&self, pixels: &[u8]) -> Vec<u8> {
        [meta(EXPLICIT), identity(), self.bytes(), element(0x7FE0, 0x10, "OW", pixels)].concat()
    }

    /// A file with encapsulated pixels.
    pub fn encapsulated(&self, transfer_syntax: &str, fragments: &[&[u8]]) -> Vec<u8> {
        [meta(transfer_syntax), identity(), self.bytes(), encapsulate(fragments)].concat()
    }
}

pub fn item(value: &[u8], length: u32) -> Vec<u8> {
    [&[0xFE, 0xFF, 0x00, 0xE0][..], &length.to_le_bytes(), value].concat()
}

/// A sequence with one item.
pub fn sequence(group: u16, number: u16, inner: &[u8]) -> Vec<u8> {
    let item = item(inner, inner.len() as u32);
    lying(group, number, "SQ", &item, item.len() as u32)
}

pub fn encapsulate(fragments: &[&[u8]]) -> Vec<u8> {
    let mut bytes = lying(0x7FE0, 0x10, "OB", &item(&[], 0), UNDEFINED);
    for fragment in fragments {
        let mut fragment = fragment.to_vec();
        if fragment.len() % 2 == 1 {
            fragment.push(0);
        }
        bytes.extend(item(&fragment, fragment.len() as u32));
    }
    bytes.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    bytes
}

/// The only fragment of a real file.
pub fn codestream(name: &str, start: &[u8]) -> Vec<u8> {
    let bytes = real(name);
    let at = bytes.windows(start.len()).position(|w| w == start).unwrap_or_else(|| panic!("{name}"));
    bytes[at..bytes.len() - 8].to_vec()
}

pub fn patched(mut bytes: Vec<u8>, marker: &[u8], offset: usize, value: &[u8]) -> Vec<u8> {
    let at = bytes.windows(marker.len()).position(|w| w == marker).expect("the marker is there") + offset;
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

pub fn words(values: impl IntoIterator<Item = u16>) -> Vec<u8> {
    values.into_iter().flat_map(u16::to_le_bytes).collect()
}
