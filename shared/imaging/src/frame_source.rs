//! The encoded bytes of each frame.

use std::borrow::Cow;
use std::ops::Range;

use filmless_dicom::{DataSet, PixelEncoding, TransferSyntax, frame_ranges, tags};

use crate::ImagingError;
use crate::image_pixel::ImagePixel;

/// Where the frames of an instance are.
pub(crate) enum FrameSource<'d> {
    Native(&'d [u8]),
    Encapsulated { bytes: &'d [u8], frames: Vec<Vec<Range<usize>>> },
}

impl<'d> FrameSource<'d> {
    pub fn of(data_set: &'d DataSet<'d>, image: &ImagePixel) -> Result<Self, ImagingError> {
        let pixels = data_set.pixels().ok_or(ImagingError::NoPixelData)?;
        let bytes = pixels.reach(data_set.bytes());
        let Some(length) = pixels.length else {
            let offsets = extended_offsets(data_set);
            let frames = frame_ranges(bytes, pixels.value_start, image.number_of_frames as usize, &offsets)
                .map_err(|_| ImagingError::CorruptPixelData)?;
            return Ok(Self::Encapsulated { bytes, frames });
        };
        let end =
            usize::try_from(pixels.value_start as u64 + length).map_err(|_| ImagingError::ImageTooLarge)?;
        bytes.get(pixels.value_start..end).map(Self::Native).ok_or(ImagingError::CorruptPixelData)
    }

    /// The codestream of one frame; fragments are joined.
    pub fn encapsulated_frame(&self, frame: u32) -> Option<Cow<'d, [u8]>> {
        let Self::Encapsulated { bytes, frames } = self else { return None };
        match frames.get(frame as usize)?.as_slice() {
            [one] => bytes.get(one.clone()).map(Cow::Borrowed),
            many => {
                let parts: Option<Vec<&[u8]>> = many.iter().map(|range| bytes.get(range.clone())).collect();
                parts.map(|parts| Cow::Owned(parts.concat()))
            }
        }
    }
}

/// Extended Offset Table (7FE0,0001), OV.
fn extended_offsets(data_set: &DataSet<'_>) -> Vec<u64> {
    let table = data_set.root().get(tags::EXTENDED_OFFSET_TABLE).map(|e| e.ints()).unwrap_or_default();
    table.into_iter().filter_map(|v| u64::try_from(v).ok()).collect()
}

/// How a codestream is encoded: by its first bytes where they tell, because labels are sometimes wrong, else by the
/// transfer syntax.
pub(crate) fn encoding_of(codestream: &[u8], syntax: TransferSyntax) -> PixelEncoding {
    match codestream {
        [0xFF, 0xD8, ..] => crate::codec::jpeg_family(codestream).unwrap_or(syntax.pixels),
        [0xFF, 0x4F, 0xFF, 0x51, ..] | [0, 0, 0, 0x0C, b'j', b'P', ..] => match syntax.pixels {
            PixelEncoding::HtJpeg2000 => PixelEncoding::HtJpeg2000,
            _ => PixelEncoding::Jpeg2000,
        },
        _ => syntax.pixels,
    }
}
