//! Lookup tables of grayscale images (PS3.3 C.11.1, C.11.2).

use filmless_dicom::{Item, Tag, VR, tags};

/// A table from stored or modality values to output values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lut {
    /// The input value of the first entry.
    pub first: i64,
    /// Bits of an output value.
    pub bits: u32,
    pub data: Vec<u16>,
}

impl Lut {
    /// Reads the LUT Descriptor and LUT Data of an item (PS3.3 C.11.1.1.1). `signed` tells how to read the descriptor's
    /// second value, because files with implicit VR do not say US or SS.
    pub fn from_item(item: Item<'_>, signed: bool) -> Option<Self> {
        let descriptor = Descriptor::read(item, tags::LUT_DESCRIPTOR, signed)?;
        let mut data = descriptor.entries_of(item, tags::LUT_DATA)?;
        data.truncate(descriptor.entries);
        let highest = u32::from(*data.iter().max()?);
        // Some tables have values with more bits than their descriptor says.
        let mut bits = descriptor.bits.clamp(1, 16);
        while bits < 16 && highest >= 1 << bits {
            bits += 1;
        }
        Some(Self { first: descriptor.first, bits, data })
    }

    /// Inputs outside the table take its first or last entry.
    pub fn get(&self, value: f64) -> u16 {
        let at = (value.round() as i64).saturating_sub(self.first).clamp(0, self.data.len() as i64 - 1);
        self.data.get(at as usize).copied().unwrap_or(0)
    }

    /// Stretches the entries of a table that is declared wider than it is filled, up to white: twelve bits of data
    /// under a descriptor of sixteen are not meant to be nearly black.
    pub fn filled(mut self) -> Self {
        let highest = self.data.iter().copied().max().unwrap_or(0);
        if highest > 0 && u32::from(highest) < 1 << (self.bits - 1) {
            let (most, highest) = ((1_u32 << self.bits) - 1, u32::from(highest));
            let spread = |entry: u16| ((u32::from(entry) * most + highest / 2) / highest) as u16;
            self.data.iter_mut().for_each(|entry| *entry = spread(*entry));
        }
        self
    }

    pub fn highest_output(&self) -> f64 {
        f64::from((1_u32 << self.bits) - 1)
    }
}

/// The three values that describe a table.
pub(crate) struct Descriptor {
    pub entries: usize,
    pub first: i64,
    pub bits: u32,
}

impl Descriptor {
    /// The entries as stored. Entries of eight bits may be packed two to a word (C.11.1.1.1), which in little endian
    /// means one per byte.
    pub fn entries_of(&self, item: Item<'_>, tag: Tag) -> Option<Vec<u16>> {
        let element = item.get(tag)?;
        let bytes = element.bytes();
        if self.bits > 8 || bytes.len() >= 2 * self.entries || bytes.is_empty() {
            return words(item, tag);
        }
        let is_swapped = element.vr() == VR::OW && element.is_big_endian();
        let byte = |at: usize| bytes.get(if is_swapped { at ^ 1 } else { at }).or(bytes.get(at));
        Some((0..bytes.len()).filter_map(byte).map(|b| u16::from(*b)).collect())
    }

    pub fn read(item: Item<'_>, tag: Tag, signed: bool) -> Option<Self> {
        let [entries, first, bits] = item.get(tag)?.ints().get(..3)?.try_into().ok()?;
        let word = first as u16;
        Some(Self {
            // 65,536 entries do not fit into a US and are written as 0.
            entries: if entries & 0xFFFF == 0 { 65_536 } else { (entries & 0xFFFF) as usize },
            first: if signed { i64::from(word.cast_signed()) } else { i64::from(word) },
            bits: u32::try_from(bits & 0xFF).ok()?,
        })
    }
}

/// Table data: US values, or OW bytes.
pub(crate) fn words(item: Item<'_>, tag: Tag) -> Option<Vec<u16>> {
    let element = item.get(tag)?;
    let ints = match element.vr() {
        VR::US | VR::SS | VR::OW => element.ints().into_iter().map(|v| v as u16).collect(),
        _ => element.bytes().chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect::<Vec<_>>(),
    };
    Some(ints).filter(|data| !data.is_empty())
}
