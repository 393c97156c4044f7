//! How native pixels lie in a data set (PS3.3 C.7.6.3.1, PS3.5 8.1).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

/// What a sample of native pixels is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// An integer, in Pixel Data.
    Integer,
    /// IEEE 754 of 32 bits, in Float Pixel Data.
    Float,
    /// IEEE 754 of 64 bits, in Double Float Pixel Data.
    Double,
}

/// Native pixels, little endian, and what the Image Pixel Module has to say of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelLayout {
    /// What a sample is.
    pub kind: SampleKind,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Samples per Pixel.
    pub samples_per_pixel: u16,
    /// Bits Allocated.
    pub bits_allocated: u16,
    /// Bits Stored.
    pub bits_stored: u16,
    /// High Bit.
    pub high_bit: u16,
    /// Pixel Representation 1: two's complement.
    pub signed: bool,
    /// Photometric Interpretation of these bytes.
    pub photometric_interpretation: String,
    /// Planar Configuration 1: colour planes follow one another.
    pub planar: bool,
    /// How many frames the instance has.
    pub frames: u32,
    /// Bytes of one frame. Of samples of one bit, whose frames are not aligned, the least that hold one.
    pub frame_bytes: u64,
    /// Bytes of all frames.
    pub value_bytes: u64,
    /// Whether the metadata, which is the header with its [`PixelCorrections`], describes these bytes as it is: their size,
    /// their colours, how they lie.
    pub is_as_described: bool,
}

/// What frames contradict in the Image Pixel Module of their header. What a codestream says of itself counts, and the header
/// is a suggestion (PS3.5 8.2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PixelCorrections {
    /// Rows, Columns, Samples per Pixel, Bits Allocated, Bits Stored, High Bit: those that differ.
    pub words: Vec<(Tag, u16)>,
    /// Photometric Interpretation, where the number of components differs.
    pub photometric_interpretation: Option<String>,
    /// Number of Frames, where more or fewer are there.
    pub number_of_frames: Option<u32>,
}

impl PixelCorrections {
    /// What one of the words is instead.
    #[must_use]
    pub fn word(&self, tag: Tag) -> Option<u16> {
        self.words.iter().find(|(known, _)| *known == tag).map(|(_, word)| *word)
    }
}

impl PixelLayout {
    /// The element that holds them.
    #[must_use]
    pub fn tag(&self) -> Tag {
        match self.kind {
            SampleKind::Integer => tags::PIXEL_DATA,
            SampleKind::Float => tags::FLOAT_PIXEL_DATA,
            SampleKind::Double => tags::DOUBLE_FLOAT_PIXEL_DATA,
        }
    }

    /// Its value representation in Explicit VR Little Endian (PS3.5 A.2).
    #[must_use]
    pub fn vr(&self) -> VR {
        match self.kind {
            SampleKind::Integer if self.bits_allocated <= 8 => VR::OB,
            SampleKind::Integer => VR::OW,
            SampleKind::Float => VR::OF,
            SampleKind::Double => VR::OD,
        }
    }
}
