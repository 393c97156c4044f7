//! Values that stand by themselves (PS3.18 10.4, F.2.6): where the bytes of one are in its file.

use std::fmt;
use std::ops::Range;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::data_set::{Element, Item};
use crate::{DataSet, PixelEncoding};

/// Deepest path that is followed: deeper than any item of a data set that is read.
const STEPS_MAX: usize = 128;

/// Where a value is within its data set: `54000100/1/54001010` is Waveform Data in the first item of Waveform Sequence. Tags have
/// eight hexadecimal digits, items count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPath {
    items: Vec<(Tag, usize)>,
    tag: Option<Tag>,
}

impl BulkPath {
    /// A value of the top level.
    #[must_use]
    pub fn of(tag: Tag) -> Self {
        Self { items: Vec::new(), tag: Some(tag) }
    }

    /// Reads a path; `None` for what is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let steps: Vec<&str> = text.split('/').take(STEPS_MAX + 1).collect();
        let (last, items) = steps.split_last()?;
        if steps.len() > STEPS_MAX || !items.len().is_multiple_of(2) {
            return None;
        }
        let item =
            |pair: &[&str]| Some((tag_of(pair[0])?, pair[1].parse().ok().filter(|number| *number > 0)?));
        let items = items.chunks_exact(2).map(item).collect::<Option<_>>()?;
        Some(Self { items, tag: Some(tag_of(last)?) })
    }

    /// A value within the item that this path leads to.
    pub(crate) fn element(&self, tag: Tag) -> Self {
        Self { items: self.items.clone(), tag: Some(tag) }
    }

    /// An item of the sequence that this path leads to.
    pub(crate) fn item(mut self, number: usize) -> Self {
        if let Some(tag) = self.tag.take() {
            self.items.push((tag, number));
        }
        self
    }

    /// The tag at its end, where it leads to a value of the top level.
    fn top_level(&self) -> Option<Tag> {
        self.tag.filter(|_| self.items.is_empty())
    }

    fn follow<'d>(&self, root: Item<'d>) -> Option<Element<'d>> {
        let mut item = root;
        for (sequence, number) in &self.items {
            item = item.get(*sequence)?.items().nth(number - 1)?;
        }
        item.get(self.tag?)
    }
}

impl fmt::Display for BulkPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |tag: Tag| format!("{:04X}{:04X}", tag.group(), tag.element());
        for (sequence, number) in &self.items {
            write!(f, "{}/{number}/", hex(*sequence))?;
        }
        f.write_str(&self.tag.map(hex).unwrap_or_default())
    }
}

fn tag_of(text: &str) -> Option<Tag> {
    let is_tag = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| is_tag)?;
    Some(Tag((number >> 16) as u16, (number & 0xFFFF) as u16))
}

/// Where the bytes of a value are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkData {
    /// In these ranges of [`DataSet::bytes`], or of the file where it goes on, to be joined in this order.
    At {
        /// The ranges.
        parts: Vec<Range<u64>>,
        /// How it is written.
        vr: VR,
        /// Its words are high byte first: see [`swap_words`].
        is_big_endian: bool,
    },
    /// In fragments that begin there (PS3.5 A.4), the offset table first.
    Fragments {
        /// The tag of the first item.
        start: u64,
        /// Where they end at the latest.
        end: u64,
    },
}

/// What stands at the head of a fragment (PS3.5 A.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fragment {
    /// One of so many bytes.
    Item(u64),
    /// No more of them.
    End,
}

impl Fragment {
    /// Reads the eight bytes of a head.
    #[must_use]
    pub fn read(head: &[u8]) -> Self {
        match *head {
            [0xFE, 0xFF, 0x00, 0xE0, a, b, c, d, ..] => {
                Self::Item(u64::from(u32::from_le_bytes([a, b, c, d])))
            }
            _ => Self::End,
        }
    }
}

/// Finds a value in a data set of which the header is there; `None` where there is no such value, or it is no bytes.
#[must_use]
pub fn find_bulk_data(data_set: &DataSet<'_>, path: &BulkPath) -> Option<BulkData> {
    let pixels = data_set.pixels();
    if let Some(pixels) = pixels.filter(|pixels| path.top_level() == Some(pixels.tag)) {
        let start = pixels.value_start as u64;
        return match pixels.length {
            _ if !has_bulk_pixels(data_set) => None,
            Some(length) => Some(BulkData::At {
                parts: one_part(start, start + length),
                vr: pixels.vr,
                is_big_endian: data_set.transfer_syntax().big_endian_pixels,
            }),
            None => Some(BulkData::Fragments { start, end: pixels.total }),
        };
    }
    if path.top_level() == Some(tags::ENCAPSULATED_DOCUMENT) {
        let parts = data_set.document_parts()?;
        return Some(BulkData::At { parts, vr: VR::OB, is_big_endian: false });
    }
    let element = path.follow(data_set.root())?;
    let is_bytes = matches!(element.vr(), VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN);
    let place = element.place();
    (is_bytes && !place.is_empty() && !element.is_in_fragments()).then(|| BulkData::At {
        parts: one_part(place.start as u64, place.end as u64),
        vr: element.vr(),
        is_big_endian: element.is_big_endian(),
    })
}

fn one_part(start: u64, end: u64) -> Vec<Range<u64>> {
    std::iter::once(start..end).collect()
}

/// Whether the pixels are one value that can be had by itself: uncompressed, or a video.
pub(crate) fn has_bulk_pixels(data_set: &DataSet<'_>) -> bool {
    let syntax = data_set.transfer_syntax();
    let is_native = syntax.pixels == PixelEncoding::Native && !syntax.is_encapsulated;
    data_set.pixels().is_some_and(|pixels| match syntax.pixels {
        PixelEncoding::Video => true,
        _ => is_native && pixels.length.is_some(),
    })
}

/// Turns words whose high byte is first, into such whose low byte is. Bulk data is little endian, whatever its file is
/// (PS3.18 8.7.3).
pub fn swap_words(bytes: &mut [u8], vr: VR) {
    let word = match vr {
        VR::OW => 2,
        VR::OF | VR::OL => 4,
        VR::OD | VR::OV => 8,
        _ => return,
    };
    bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_is_written() {
        for text in ["00420011", "54000100/1/54001010", "00400555/12/0040A730/3/60003000"] {
            assert_eq!(BulkPath::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(BulkPath::parse("7fe00010").unwrap(), BulkPath::of(tags::PIXEL_DATA));
    }

    #[test]
    fn what_is_no_path_is_none() {
        let deep = "00400555/1/".repeat(STEPS_MAX) + "00420011";
        for text in [
            "",
            "/",
            "0042",
            "+0420011",
            "00420011/",
            "00420011/1",
            "00420011/0/00420011",
            "00420011/x/00420011",
            "../00420011",
            &deep,
        ] {
            assert_eq!(BulkPath::parse(text), None, "{text}");
        }
    }
}
