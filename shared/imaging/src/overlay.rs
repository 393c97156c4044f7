//! Overlay planes: one-bit graphics over a frame (PS3.3 C.9.2, C.9.3; PS3.5 8.1.2).

use std::io::Write;

use filmless_dicom::{Tag, VR};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::display_frame::DisplayFrame;
use crate::functional_groups::FrameAttributes;
use crate::samples::Samples;

/// An image may have sixteen planes, one per even group (PS3.5 7.6).
const GROUPS: std::ops::RangeInclusive<u16> = 0x6000..=0x601E;
const ROWS: u16 = 0x0010;
const COLUMNS: u16 = 0x0011;
const NUMBER_OF_FRAMES: u16 = 0x0015;
const DESCRIPTION: u16 = 0x0022;
const TYPE: u16 = 0x0040;
const ORIGIN: u16 = 0x0050;
const IMAGE_FRAME_ORIGIN: u16 = 0x0051;
const BITS_ALLOCATED: u16 = 0x0100;
const BIT_POSITION: u16 = 0x0102;
const LABEL: u16 = 0x1500;
const DATA: u16 = 0x3000;
const WHITE: u8 = 255;

/// One plane over one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overlay {
    /// Overlay Rows.
    pub rows: u32,
    /// Overlay Columns.
    pub columns: u32,
    /// Row and column of its first pixel in the frame, counted from 1; may be outside the frame.
    pub origin: [i32; 2],
    /// Overlay Label, else Overlay Description.
    pub label: Option<String>,
    /// One bit per pixel, row by row without alignment, lowest bit first.
    pub bits: Vec<u8>,
}

struct Plane<'d> {
    rows: usize,
    columns: usize,
    origin: [i32; 2],
    label: Option<String>,
    is_region: bool,
    /// The frames it covers, counted from 0; the first belongs to the first overlay frame.
    frames: Option<std::ops::Range<u32>>,
    source: Source<'d>,
}

enum Source<'d> {
    /// Overlay Data (60xx,3000).
    Data { bytes: &'d [u8], swapped: bool },
    /// An unused bit of the pixels (retired; PS3.5-2004 8.1.2).
    PixelBit(u32),
}

/// The planes over one frame. Empty planes are left out.
pub(crate) fn over_frame(frame: FrameAttributes<'_>, samples: &Samples) -> Vec<Overlay> {
    GROUPS
        .step_by(2)
        .filter_map(|group| Plane::read(frame, group)?.over_frame(frame.index, samples))
        .collect()
}

impl<'d> Plane<'d> {
    fn read(frame: FrameAttributes<'d>, group: u16) -> Option<Self> {
        let root = frame.root;
        let tag = |element| Tag(group, element);
        let count = |element| root.int(tag(element)).and_then(|v| u16::try_from(v).ok()).filter(|v| *v > 0);
        let text = |element| root.text(tag(element));
        let (rows, columns) = (count(ROWS)?, count(COLUMNS)?);
        let source = match root.get(tag(DATA)).filter(|data| !data.bytes().is_empty()) {
            Some(data) => {
                Source::Data { bytes: data.bytes(), swapped: frame.big_endian && data.vr() == VR::OW }
            }
            None if root.int(tag(BITS_ALLOCATED)) != Some(1) => {
                Source::PixelBit(u32::try_from(root.int(tag(BIT_POSITION))?).ok()?)
            }
            None => return None,
        };
        let origin = root.get(tag(ORIGIN)).map(|e| e.ints()).unwrap_or_default();
        let at = |i: usize| origin.get(i).map_or(1, |v| i32::from(*v as i16));
        // Without either attribute, the plane is over all frames (C.9.2). With only an origin, over that frame.
        let first = root.int(tag(IMAGE_FRAME_ORIGIN)).and_then(|v| u32::try_from(v).ok()?.checked_sub(1));
        let number = root.int(tag(NUMBER_OF_FRAMES)).and_then(|v| u32::try_from(v).ok()).filter(|v| *v > 0);
        let frames = (first.is_some() || number.is_some()).then(|| {
            let first = first.unwrap_or(0);
            first..first.saturating_add(number.unwrap_or(1))
        });
        Some(Self {
            rows: usize::from(rows),
            columns: usize::from(columns),
            origin: [at(0), at(1)],
            label: text(LABEL).or_else(|| text(DESCRIPTION)),
            is_region: text(TYPE).as_deref() == Some("R"),
            frames,
            source,
        })
    }

    fn over_frame(&self, frame: u32, samples: &Samples) -> Option<Overlay> {
        let place = match &self.frames {
            None => 0,
            Some(frames) if frames.contains(&frame) => frame - frames.start,
            Some(_) => return None,
        };
        let bits = match &self.source {
            Source::Data { bytes, swapped } => self.data_bits(bytes, *swapped, place)?,
            Source::PixelBit(bit) => self.pixel_bits(samples, *bit)?,
        };
        let bits = if self.is_region { self.outline(&bits) } else { bits };
        bits.iter().any(|byte| *byte != 0).then(|| Overlay {
            rows: self.rows as u32,
            columns: self.columns as u32,
            origin: self.origin,
            label: self.label.clone(),
            bits,
        })
    }

    /// Frames of overlay data follow each other without alignment (C.9.3).
    fn data_bits(&self, bytes: &[u8], swapped: bool, place: u32) -> Option<Vec<u8>> {
        let pixels = self.rows * self.columns;
        let first = pixels.checked_mul(place as usize)?;
        first.checked_add(pixels)?;
        // Missing bytes at the end are empty (see `missing_bytes`); without any bytes there is no plane.
        if first / 8 >= bytes.len() {
            return None;
        }
        let byte = |i: usize| bytes.get(if swapped { i ^ 1 } else { i }).copied().unwrap_or(0);
        let (start, shift) = (first / 8, first % 8);
        let mut bits: Vec<u8> = (0..pixels.div_ceil(8))
            .map(|i| {
                let pair = u16::from_le_bytes([byte(start + i), byte(start + i + 1)]);
                (pair >> shift) as u8
            })
            .collect();
        if let Some(end) = bits.last_mut().filter(|_| !pixels.is_multiple_of(8)) {
            *end &= (1 << (pixels % 8)) - 1;
        }
        Some(bits)
    }

    /// The plane has the size of the frame and uses one bit of its words that no value uses.
    fn pixel_bits(&self, samples: &Samples, bit: u32) -> Option<Vec<u8>> {
        let Samples::Words { words, format } = samples else { return None };
        let used = (format.high_bit + 1).saturating_sub(format.bits_stored)..=format.high_bit;
        if bit > 15 || used.contains(&bit) || words.len() != self.rows * self.columns {
            return None;
        }
        Some(packed(words.len(), |i| words[i] >> bit & 1 == 1))
    }

    /// Reduces a region of interest to its outline: filled, it would hide what it points at.
    fn outline(&self, bits: &[u8]) -> Vec<u8> {
        let (rows, columns) = (self.rows, self.columns);
        let inside = |row: usize, column: usize| bit_at(bits, row * columns + column);
        packed(rows * columns, |i| {
            let (row, column) = (i / columns, i % columns);
            let at_edge = row == 0 || column == 0 || row + 1 == rows || column + 1 == columns;
            inside(row, column)
                && (at_edge
                    || !inside(row - 1, column)
                    || !inside(row + 1, column)
                    || !inside(row, column - 1)
                    || !inside(row, column + 1))
        })
    }
}

impl Overlay {
    /// Draws the plane into a shown frame, in white. The standard leaves the look open (C.9.2), and white is what other
    /// software in the field shows, whatever the Photometric Interpretation.
    pub fn draw(&self, frame: &mut DisplayFrame) {
        let (width, height) = (i64::from(frame.width), i64::from(frame.height));
        let channels = usize::from(frame.channels);
        let (top, left) = (i64::from(self.origin[0]) - 1, i64::from(self.origin[1]) - 1);
        let columns = self.columns as usize;
        // Only the part within the frame.
        for row in (-top).max(0)..i64::from(self.rows).min(height - top) {
            for column in (-left).max(0)..i64::from(self.columns).min(width - left) {
                if bit_at(&self.bits, row as usize * columns + column as usize) {
                    let to = ((top + row) * width + left + column) as usize * channels;
                    if let Some(pixel) = frame.pixels.get_mut(to..to + channels) {
                        pixel.fill(WHITE);
                    }
                }
            }
        }
    }

    /// The plane as stored in a pack; `None` if it cannot be deflated.
    pub fn into_plane(self) -> Option<OverlayPlane> {
        let deflated = ByteBuf::from(deflated(&self.bits)?);
        let Self { rows, columns, origin, label, .. } = self;
        Some(OverlayPlane { rows, columns, origin, label, deflated })
    }
}

/// How many bytes are missing at the end of overlays.
pub(crate) fn missing_bytes(frame: FrameAttributes<'_>) -> u64 {
    let missing = GROUPS.step_by(2).filter_map(|group| {
        let plane = Plane::read(frame, group)?;
        let Source::Data { bytes, .. } = plane.source else { return None };
        let frames = plane.frames.map_or(1, |frames| u64::from(frames.end - frames.start));
        let bits = (plane.rows as u64 * plane.columns as u64).saturating_mul(frames);
        Some(bits.div_ceil(8).saturating_sub(bytes.len() as u64))
    });
    missing.fold(0, u64::saturating_add)
}

fn bit_at(bits: &[u8], i: usize) -> bool {
    bits.get(i / 8).is_some_and(|byte| byte >> (i % 8) & 1 == 1)
}

/// Deflated without a header (RFC 1951); `None` if that fails.
pub(crate) fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// One bit each, lowest bit first.
pub(crate) fn packed(count: usize, bit: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut bytes = vec![0; count.div_ceil(8)];
    for i in (0..count).filter(|i| bit(*i)) {
        bytes[i / 8] |= 1 << (i % 8);
    }
    bytes
}

/// One plane of one bit per pixel (PS3.3 C.9.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayPlane {
    /// Rows of the plane.
    pub rows: u32,
    /// Columns of the plane.
    pub columns: u32,
    /// Row and column of the image at which the plane begins, from 1; may be outside the image.
    pub origin: [i32; 2],
    /// Overlay Label, or its description.
    pub label: Option<String>,
    /// The bits, row by row without alignment, lowest bit first (PS3.5 8.1.2), deflated.
    pub deflated: ByteBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::WordFormat;

    const NONE: Samples = Samples::Bytes(Vec::new());

    fn plane(rows: usize, columns: usize, source: Source<'_>) -> Plane<'_> {
        Plane { rows, columns, origin: [1, 1], label: None, is_region: false, frames: None, source }
    }

    #[test]
    fn frames_of_an_overlay_are_not_aligned() {
        // Three frames of three by three pixels: 27 bits in four bytes.
        let bytes = 0b111_000_111_010_101_010_100_000_001_u32.to_le_bytes();
        let of = |frame, swapped| {
            let bytes: &[u8] = if swapped { &[bytes[1], bytes[0], bytes[3], bytes[2]] } else { &bytes };
            let frames = Some(5..8);
            let plane = Plane { frames, ..plane(3, 3, Source::Data { bytes, swapped }) };
            plane.over_frame(frame, &NONE).map(|overlay| overlay.bits)
        };
        for swapped in [false, true] {
            assert_eq!(of(5, swapped), Some(vec![0b0000_0001, 0b1]));
            assert_eq!(of(6, swapped), Some(vec![0b1010_1010, 0]));
            assert_eq!(of(7, swapped), Some(vec![0b1100_0111, 1]));
            assert_eq!(of(4, swapped), None);
            assert_eq!(of(8, swapped), None);
        }
    }

    #[test]
    fn what_is_there_of_an_overlay_is_shown_and_nothing_is_none() {
        let short = plane(9, 9, Source::Data { bytes: &[255; 10], swapped: false });
        let shown = short.over_frame(0, &NONE).unwrap();
        assert_eq!((&shown.bits[..10], shown.bits[10]), (&[255; 10][..], 0));
        assert_eq!(plane(9, 9, Source::Data { bytes: &[], swapped: false }).over_frame(0, &NONE), None);
        let long = Plane {
            frames: Some(0..u32::MAX),
            ..plane(9, 9, Source::Data { bytes: &[255; 11], swapped: false })
        };
        assert_eq!(long.over_frame(u32::MAX - 1, &NONE), None);
    }

    #[test]
    fn overlay_in_unused_bits_is_found() {
        let words = vec![0x8000, 0x0FFF, 0x4000, 0xC000];
        let samples = |bits_stored| Samples::Words {
            words: words.clone(),
            format: WordFormat { bits_stored, high_bit: bits_stored - 1, signed: false },
        };
        let of = |bit, bits_stored| {
            let plane = plane(2, 2, Source::PixelBit(bit));
            plane.over_frame(0, &samples(bits_stored)).map(|overlay| overlay.bits)
        };
        assert_eq!(of(15, 12), Some(vec![0b1001]));
        assert_eq!(of(14, 12), Some(vec![0b1100]));
        assert_eq!(of(13, 12), None);
        assert_eq!(of(15, 16), None);
        assert_eq!(of(99, 12), None);
    }

    #[test]
    fn planes_may_reach_over_the_edges() {
        let overlay = |origin| Overlay { rows: 2, columns: 2, origin, label: None, bits: vec![0b1111] };
        let drawn = |origin| {
            let mut frame = DisplayFrame { width: 2, height: 2, channels: 1, pixels: vec![0; 4] };
            overlay(origin).draw(&mut frame);
            frame.pixels
        };
        for (origin, expected) in [
            ([1, 1], [255, 255, 255, 255]),
            ([0, 0], [255, 0, 0, 0]),
            ([2, 2], [0, 0, 0, 255]),
            ([2, 0], [0, 0, 255, 0]),
            ([-9, 1], [0, 0, 0, 0]),
            ([i32::MAX, i32::MIN], [0, 0, 0, 0]),
        ] {
            assert_eq!(drawn(origin), expected, "{origin:?}");
        }
    }

    #[test]
    fn region_of_interest_becomes_its_outline() {
        let region =
            Plane { is_region: true, ..plane(4, 4, Source::Data { bytes: &[0xFF, 0xFF], swapped: false }) };
        assert_eq!(region.over_frame(0, &NONE).unwrap().bits, [0b1001_1111, 0b1111_1001]);
    }
}
