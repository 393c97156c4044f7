//! PALETTE COLOR (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9).

use filmless_dicom::{Item, Tag, VR, tags};

use crate::ImagingError;
use crate::lut::{Descriptor, Lut, words};
use crate::samples::Samples;

const RED: [Tag; 3] = [
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];
const GREEN: [Tag; 3] = [
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];
const BLUE: [Tag; 3] = [
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];
const ENTRIES_MAX: usize = 65_536;

/// Three tables that map a sample to a colour.
pub(crate) struct Palette([Lut; 3]);

impl Palette {
    pub fn from_item(item: Item<'_>, signed: bool) -> Result<Self, ImagingError> {
        let table = |tags| table(item, tags, signed).ok_or(ImagingError::IncompleteImageAttributes);
        Ok(Self([table(RED)?, table(GREEN)?, table(BLUE)?]))
    }

    /// The Supplemental Palette of a grey image (PS3.3 C.7.6.19), which colours the stored values from its first entry
    /// on. Perfusion maps use it.
    pub fn supplemental(root: Item<'_>, signed: bool) -> Option<Self> {
        let presented = root.text(tags::PIXEL_PRESENTATION)?;
        if !matches!(presented.as_str(), "COLOR" | "MIXED") {
            return None;
        }
        Self::from_item(root, signed).ok()
    }

    /// Interleaved RGB, grey below the first entry; `None` if nothing is coloured.
    pub fn apply_over(&self, samples: &Samples, grey: &[u8]) -> Option<Vec<u8>> {
        let first = self.0[0].first as f64;
        let values = samples.to_numbers();
        if values.iter().all(|value| *value < first) {
            return None;
        }
        let colour = |(value, grey): (f64, &u8)| {
            if value < first { [*grey; 3] } else { self.colour(value) }
        };
        Some(values.into_iter().zip(grey).flat_map(colour).collect())
    }

    /// The first and the last value with an entry in any of the tables.
    pub fn range(&self) -> (i64, i64) {
        let firsts = self.0.iter().map(|lut| lut.first);
        let lasts = self.0.iter().map(|lut| lut.first + lut.data.len() as i64 - 1);
        (firsts.min().unwrap_or(0), lasts.max().unwrap_or(0))
    }

    /// The colour of a stored value.
    pub fn colour(&self, value: f64) -> [u8; 3] {
        self.0.each_ref().map(|lut| output_8(lut, value))
    }

    #[cfg(test)]
    pub fn of(tables: [Lut; 3]) -> Self {
        Self(tables)
    }

    /// Interleaved RGB with eight bits per channel.
    pub fn apply(&self, samples: &Samples) -> Vec<u8> {
        samples.to_numbers().into_iter().flat_map(|value| self.colour(value)).collect()
    }
}

fn output_8(lut: &Lut, value: f64) -> u8 {
    (lut.get(value) >> lut.bits.saturating_sub(8)).min(255) as u8
}

fn table(item: Item<'_>, [descriptor, plain, segmented]: [Tag; 3], signed: bool) -> Option<Lut> {
    let descriptor = Descriptor::read(item, descriptor, signed)?;
    let data = match item.get(plain).filter(|e| !e.bytes().is_empty()) {
        Some(_) => descriptor.entries_of(item, plain)?,
        None if descriptor.bits <= 8 && item.get(segmented)?.vr() != VR::OW => {
            let bytes: Vec<u16> = item.get(segmented)?.bytes().iter().map(|b| u16::from(*b)).collect();
            expand_segments(&bytes, 8)?
        }
        None => expand_segments(&words(item, segmented)?, 16)?,
    };
    // Only the values tell whether they fill sixteen bits: descriptors are often wrong about it.
    let bits = if data.iter().all(|v| *v < 256) { 8 } else { 16 };
    (!data.is_empty()).then_some(Lut { first: descriptor.first, bits, data })
}

/// Segmented palette data (PS3.3 C.7.9.2): discrete, linear and indirect segments.
fn expand_segments(data: &[u16], bits: u32) -> Option<Vec<u16>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 1 < data.len() && out.len() < ENTRIES_MAX {
        match data[at] {
            2 => {
                let (count, offset, used) = indirect(data, at, bits)?;
                let mut from = offset;
                for _ in 0..count {
                    // An indirect segment must not point at another one, so this cannot loop.
                    from += expand_one(data, from, &mut out)?;
                }
                at += used;
            }
            _ => at += expand_one(data, at, &mut out)?,
        }
    }
    out.truncate(ENTRIES_MAX);
    Some(out)
}

/// Count, offset in entries, and length of an indirect segment.
fn indirect(data: &[u16], at: usize, bits: u32) -> Option<(u16, usize, usize)> {
    let count = *data.get(at + 1)?;
    if bits == 8 {
        let bytes: Vec<u8> = data.get(at + 2..at + 6)?.iter().map(|v| *v as u8).collect();
        let offset = u32::from_le_bytes(bytes.try_into().ok()?);
        Some((count, offset as usize, 6))
    } else {
        let (low, high) = (u32::from(*data.get(at + 2)?), u32::from(*data.get(at + 3)?));
        Some((count, (low | high << 16) as usize / 2, 4))
    }
}

fn expand_one(data: &[u16], at: usize, out: &mut Vec<u16>) -> Option<usize> {
    let count = usize::from(*data.get(at + 1)?);
    if out.len() + count > ENTRIES_MAX {
        return None;
    }
    match data.get(at)? {
        0 => {
            out.extend_from_slice(data.get(at + 2..at + 2 + count)?);
            Some(2 + count)
        }
        1 => {
            let (from, to) = (f64::from(*out.last()?), f64::from(*data.get(at + 2)?));
            out.extend((1..=count).map(|k| (from + (to - from) * k as f64 / count as f64).round() as u16));
            Some(3)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_expand() {
        for (data, expected) in [
            (&[0, 2, 7, 9][..], Some(vec![7, 9])),
            (&[0, 1, 0, 1, 4, 8], Some(vec![0, 2, 4, 6, 8])),
            (&[0, 1, 10, 1, 2, 0], Some(vec![10, 5, 0])),
            // The indirect segment repeats the first one: offset 0 in bytes.
            (&[0, 2, 7, 9, 2, 1, 0, 0], Some(vec![7, 9, 7, 9])),
            (&[1, 4, 8], None),
            (&[9, 9, 9], None),
            (&[0, 500, 1], None),
            // An indirect segment that points at itself.
            (&[2, 9, 0, 0], None),
        ] {
            assert_eq!(expand_segments(data, 16), expected, "{data:?}");
        }
    }
}
