//! The result of a decoder, and checks for all decoders.

use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::FrameHeader;
use crate::samples::{Samples, WordFormat};

/// More passes over the image than any encoder makes.
pub(super) const SCANS_MAX: usize = 256;

/// The result of a decoder.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// Interleaved samples.
    pub samples: Samples,
    /// The decoder already turned colours into RGB.
    pub is_rgb: bool,
    /// How much of the picture is in the codestream.
    pub rows: Rows,
}

impl Decoded {
    pub fn new(samples: Samples, is_rgb: bool) -> Self {
        Self { samples, is_rgb, rows: Rows::NotTold }
    }

    /// Whether the codestream ends before its picture does.
    pub fn is_cut(&self) -> bool {
        matches!(self.rows, Rows::First(_) | Rows::Some(_))
    }
}

/// How much of its picture a codestream contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// The decoder cannot tell: what it makes of a part may look complete.
    NotTold,
    All,
    /// This many rows from the top; the rows that decoders invent below are not part of the picture.
    First(usize),
    /// The equivalent of this many rows, with gaps.
    Some(usize),
}

/// The codestream must have the size the image declares: a larger one would write past the allowed memory.
pub(crate) fn check(header: FrameHeader, image: &ImagePixel) -> Result<(), ImagingError> {
    let same = header.rows as usize == image.rows
        && header.columns as usize == image.columns
        && header.components as usize == image.samples_per_pixel;
    if same && header.precision <= 16 { Ok(()) } else { Err(ImagingError::CorruptPixelData) }
}

/// A decoder puts samples at the bottom of a word, whatever High Bit says; a codestream may have more bits than Bits
/// Stored allows.
pub(crate) fn decoded_format(precision: u32, image: &ImagePixel) -> WordFormat {
    let bits_stored = precision.max(image.bits_stored).min(16);
    WordFormat { bits_stored, high_bit: bits_stored - 1, signed: image.signed }
}
