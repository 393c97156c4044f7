//! Where the pixels of an instance are, before any of them is read.

use dicom_core::{Tag, VR};

/// Where the pixels of an instance are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelElement {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    pub tag: Tag,
    /// Its value representation.
    pub vr: VR,
    /// First byte of the value.
    pub value_start: usize,
    /// Bytes of the value; `None` if it is encapsulated (undefined length).
    pub length: Option<u64>,
    /// Bytes of the object, the limit of the value.
    pub total: u64,
}

impl PixelElement {
    /// Whether it holds no pixels at all: some objects that are no images have such an element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == Some(0)
    }

    /// Whether the object ends before the declared length of the value does.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.end_or_max() > self.total
    }

    /// First byte after the value, if its length is declared.
    pub(crate) fn end_or_max(&self) -> u64 {
        self.length.map_or(self.total, |length| self.value_start as u64 + length)
    }
}
