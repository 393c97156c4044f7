//! The files of a small hospital: slices, a document, a recorder's curve, one file of each way of writing.

#[path = "../../../../shared/dicom/tests/data_set_writer/mod.rs"]
mod data_set_writer;

use data_set_writer::{element, file, sequence};

/// Hoà's two studies, and John's.
pub const CHEST: &str = "1.2.826.0.1.3680043.10.1999.1";
pub const KNEE: &str = "1.2.826.0.1.3680043.10.1999.2";
pub const OF_JOHN: &str = "1.2.826.0.1.3680043.10.1999.3";
/// Another one of John's, whose modalities are not those of their series.
pub const MIXED: &str = "1.2.826.0.1.3680043.10.1999.4";

pub const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
pub const PDF: &str = "1.2.840.10008.5.1.4.1.1.104.1";
pub const ECG: &str = "1.2.840.10008.5.1.4.1.1.9.1.1";

/// The bytes of the document.
pub fn document() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..100_000_u32).map(|n| (n * 7 % 251) as u8));
    bytes.push(0);
    bytes
}

/// The private value of the slices.
pub fn private_value() -> Vec<u8> {
    (0..5000_u32).map(|n| (n % 253) as u8).collect()
}

/// What the recorder recorded.
pub fn curve() -> Vec<u8> {
    (0..6000_u32).map(|n| (n % 127) as u8).collect()
}

pub struct Instance<'a> {
    pub study: &'a str,
    pub series: u32,
    pub number: u32,
    pub class: &'a str,
    pub modality: &'a str,
    /// Elements before group 0028, in the order of their tags, and those behind them.
    pub more: Vec<Vec<u8>>,
}

/// UIDs of series and instances are those of their studies with numbers behind.
pub fn series_uid(study: &str, series: u32) -> String {
    format!("{study}.{series}")
}

pub fn instance_uid(study: &str, series: u32, number: u32) -> String {
    format!("{study}.{series}.{number}")
}

impl Instance<'_> {
    fn written(self) -> Vec<u8> {
        let (accession, code, name): (&str, &str, &str) = match self.study {
            CHEST => ("A1", "N20-1", "NGUYỄN^THỊ HOÀ"),
            MIXED => ("A4", "E20-2", "DOE^JOHN"),
            KNEE => ("A2", "N20-1", "NGUYỄN^THỊ HOÀ"),
            _ => ("A3", "E20-2", "DOE^JOHN"),
        };
        let date = if self.study == KNEE { "20201120" } else { "20201123" };
        let text = |group, number, vr: &str, value: &str| element(group, number, vr, value.as_bytes());
        let mut elements = vec![
            text(0x0008, 0x0005, "CS", "ISO_IR 192"),
            text(0x0008, 0x0016, "UI", self.class),
            text(0x0008, 0x0018, "UI", &instance_uid(self.study, self.series, self.number)),
            text(0x0008, 0x0020, "DA", date),
            text(0x0008, 0x0030, "TM", "091500"),
            text(0x0008, 0x0050, "SH", accession),
            text(0x0008, 0x0060, "CS", self.modality),
            text(0x0008, 0x0070, "LO", "MAKER"),
            text(0x0008, 0x0090, "PN", "TRẦN^AN"),
            text(0x0008, 0x1030, "LO", "Chest"),
            text(0x0008, 0x103E, "LO", &format!("series {}", self.series)),
            text(0x0010, 0x0010, "PN", name),
            text(0x0010, 0x0020, "LO", code),
            text(0x0010, 0x0030, "DA", "19580302"),
            text(0x0010, 0x0040, "CS", "F"),
            text(0x0020, 0x000D, "UI", self.study),
            text(0x0020, 0x000E, "UI", &series_uid(self.study, self.series)),
            text(0x0020, 0x0010, "SH", "S1"),
            text(0x0020, 0x0011, "IS", &self.series.to_string()),
            text(0x0020, 0x0013, "IS", &self.number.to_string()),
        ];
        if self.modality == "CT" {
            elements.push(text(0x0020, 0x0032, "DS", &format!("0\\0\\{}", self.number * 5)));
            elements.push(text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"));
            elements.push(text(0x0020, 0x1041, "DS", &(self.number * 5).to_string()));
        }
        elements.extend(self.more);
        let compressed = self.modality == "XA";
        file(if compressed { "1.2.840.10008.1.2.5" } else { EXPLICIT }, &elements)
    }
}

fn slice(study: &str, series: u32, number: u32) -> Vec<u8> {
    slice_of(study, series, number).written()
}

fn slice_of(study: &str, series: u32, number: u32) -> Instance<'_> {
    let us = |number, value: u16| element(0x0028, number, "US", &value.to_le_bytes());
    let more = vec![
        us(0x0002, 1),
        element(0x0028, 0x0004, "CS", b"MONOCHROME2"),
        us(0x0010, 16),
        us(0x0011, 16),
        us(0x0100, 16),
        us(0x0101, 12),
        us(0x0102, 11),
        us(0x0103, 0),
        element(0x0029, 0x0010, "LO", b"MAKER"),
        element(0x0029, 0x1001, "OB", &private_value()),
        element(0x7FE0, 0x0010, "OW", &pixels(number)),
    ];
    Instance { study, series, number, class: CT, modality: "CT", more }
}

/// One more slice of the chest, which came when the others were rendered.
pub fn late_slice() -> Vec<u8> {
    slice(CHEST, 1, 4)
}

/// The same instance of the chest with another location and other pixels.
pub fn corrected_slice(number: u32) -> Vec<u8> {
    let location = |value: u32| element(0x0020, 0x1041, "DS", value.to_string().as_bytes());
    let (wrong, right) = (location(number * 5), location(number * 5 + 2));
    let mut bytes = slice(CHEST, 1, number);
    let at = bytes.windows(wrong.len()).position(|window| window == wrong).unwrap();
    bytes[at..at + right.len()].copy_from_slice(&right);
    let pixels = bytes.len() - pixels(number).len();
    bytes[pixels..].iter_mut().for_each(|byte| *byte ^= 1);
    bytes
}

/// A loop of two frames, RLE.
fn cine(study: &str) -> Vec<u8> {
    let us = |number, value: u16| element(0x0028, number, "US", &value.to_le_bytes());
    let item =
        |bytes: &[u8]| [&[0xFE, 0xFF, 0x00, 0xE0], &(bytes.len() as u32).to_le_bytes()[..], bytes].concat();
    let mut fragments = [&[0xE0, 0x7F, 0x10, 0x00][..], b"OB\0\0", &[0xFF; 4], &item(&[])].concat();
    fragments.extend(loop_streams().iter().flat_map(|stream| item(stream)));
    fragments.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    let more = vec![
        us(0x0002, 1),
        element(0x0028, 0x0004, "CS", b"MONOCHROME2"),
        element(0x0028, 0x0008, "IS", b"2"),
        us(0x0010, 16),
        us(0x0011, 16),
        us(0x0100, 16),
        us(0x0101, 12),
        us(0x0102, 11),
        us(0x0103, 0),
        fragments,
    ];
    let class = "1.2.840.10008.5.1.4.1.1.12.1";
    Instance { study, series: 2, number: 1, class, modality: "XA", more }.written()
}

/// The samples of the loop.
pub fn loop_frames() -> Vec<Vec<u8>> {
    vec![pixels(5), pixels(7)]
}

/// The same as they are stored: high bytes, then low bytes, in runs that are literal (PS3.5 G).
pub fn loop_streams() -> Vec<Vec<u8>> {
    let stream = |frame: &Vec<u8>| -> Vec<u8> {
        let segment = |byte: usize| -> Vec<u8> {
            let bytes: Vec<u8> = frame.iter().skip(byte).step_by(2).copied().collect();
            bytes.chunks(128).flat_map(|run| [&[run.len() as u8 - 1][..], run].concat()).collect()
        };
        let (high, low) = (segment(1), segment(0));
        let mut header = vec![2, 64, 64 + high.len() as u32];
        header.resize(16, 0);
        header.into_iter().flat_map(u32::to_le_bytes).chain(high).chain(low).collect()
    };
    loop_frames().iter().map(stream).collect()
}

/// The pixels of a slice.
pub fn pixels(number: u32) -> Vec<u8> {
    (0..256_u32).flat_map(|n| ((n * number) as u16 % 4096).to_le_bytes()).collect()
}

/// A series of CT with an MR in it, and one without a modality.
pub fn mixed() -> Vec<(String, Vec<u8>)> {
    let file = |series, number, modality: &str| {
        let instance = Instance { modality, ..slice_of(MIXED, series, number) };
        (format!("mixed/{series}-{number}"), instance.written())
    };
    vec![file(1, 1, "CT"), file(1, 2, "MR"), file(2, 1, "")]
}

/// All files, by names.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for number in [3, 1, 2] {
        files.push((format!("chest/{number}"), slice(CHEST, 1, number)));
    }
    let document = vec![
        element(0x0042, 0x0010, "ST", b"Report"),
        element(0x0042, 0x0011, "OB", &document()),
        element(0x0042, 0x0012, "LO", b"application/pdf"),
    ];
    let pdf = Instance { study: CHEST, series: 2, number: 1, class: PDF, modality: "DOC", more: document };
    files.push(("chest/report".into(), pdf.written()));
    let item = [element(0x5400, 0x1004, "US", &[8, 0]), element(0x5400, 0x1010, "OB", &curve())].concat();
    let curves = vec![sequence(0x5400, 0x0100, &[vec![], item])];
    let ecg = Instance { study: CHEST, series: 3, number: 1, class: ECG, modality: "ECG", more: curves };
    files.push(("chest/curve".into(), ecg.written()));
    files.push(("knee/1".into(), slice(KNEE, 1, 1)));
    files.push(("john/1".into(), slice(OF_JOHN, 1, 1)));
    files.push(("john/loop".into(), cine(OF_JOHN)));
    files
}
