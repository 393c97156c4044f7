//! The encoded bytes of each frame.

use std::borrow::Cow;
use std::ops::Range;

use filmless_dicom::{
    DataSet, FrameError, FrameRanges, HeaderError, PixelEncoding, RangedBytes, TransferSyntax,
    ends_with_marker, frame_ranges, tags,
};

use crate::ImagingError;
use crate::image_pixel::ImagePixel;

/// Where the frames of an instance are.
pub(crate) enum FrameSource<'d> {
    Native(NativePixels<'d>),
    Encapsulated {
        bytes: &'d dyn RangedBytes,
        frames: Vec<Vec<Range<usize>>>,
        /// Whether the file ends within the last frame.
        is_last_cut: bool,
    },
}

/// The value of uncompressed pixels.
#[derive(Clone, Copy)]
pub(crate) struct NativePixels<'d> {
    bytes: &'d dyn RangedBytes,
    start: u64,
    /// Bytes of the value.
    pub length: usize,
}

impl<'d> NativePixels<'d> {
    /// A value that consists of all these bytes.
    pub fn of(bytes: &'d &'d [u8]) -> Self {
        Self { bytes, start: 0, length: bytes.len() }
    }

    /// A range of the value.
    pub fn get(&self, range: Range<usize>) -> Option<Cow<'d, [u8]>> {
        let inside = range.start <= range.end && range.end <= self.length;
        inside.then(|| self.bytes.range(self.start + range.start as u64..self.start + range.end as u64))?
    }
}

impl<'d> FrameSource<'d> {
    /// `bytes` are the bytes the data set was scanned from.
    pub fn of(
        data_set: &DataSet<'_>,
        bytes: &'d dyn RangedBytes,
        image: &ImagePixel,
    ) -> Result<Self, ImagingError> {
        let pixels = data_set.pixels().ok_or(ImagingError::NoPixelData)?;
        let Some(length) = pixels.length else {
            let (offsets, total) = (extended_offsets(data_set), pixels.total.min(bytes.total()));
            let count = image.number_of_frames as usize;
            let ranges = frame_ranges(bytes, pixels.value_start, total, count, &offsets);
            let ranges = ranges.map_err(|error| match error {
                FrameError::Fragments => ImagingError::Header(HeaderError::Truncated),
                FrameError::Assignment => ImagingError::CorruptPixelData,
            })?;
            let FrameRanges { frames, is_last_cut } = ranges;
            let is_last_cut = is_last_cut && !ends_with_marker(bytes, frames.last());
            return Ok(Self::Encapsulated { bytes, frames, is_last_cut });
        };
        let start = pixels.value_start as u64;
        if start + length > bytes.total() {
            return Err(ImagingError::CorruptPixelData);
        }
        let length = usize::try_from(length).map_err(|_| ImagingError::ImageTooLarge)?;
        Ok(Self::Native(NativePixels { bytes, start, length }))
    }

    /// Whether the file ends within this frame.
    pub fn ends_within(&self, frame: u32) -> bool {
        match self {
            Self::Encapsulated { frames, is_last_cut: true, .. } => frame as usize + 1 == frames.len(),
            _ => false,
        }
    }

    /// The codestream of one frame, its fragments joined.
    pub fn encapsulated_frame(&self, frame: u32) -> Option<Cow<'d, [u8]>> {
        let Self::Encapsulated { bytes, frames, .. } = self else { return None };
        let fragment = |range: &Range<usize>| bytes.range(range.start as u64..range.end as u64);
        match frames.get(frame as usize)?.as_slice() {
            [one] => fragment(one),
            many => {
                let parts: Option<Vec<Cow<'_, [u8]>>> = many.iter().map(fragment).collect();
                Some(Cow::Owned(parts?.concat()))
            }
        }
    }
}

/// Extended Offset Table (7FE0,0001), OV.
fn extended_offsets(data_set: &DataSet<'_>) -> Vec<u64> {
    let table = data_set.root().get(tags::EXTENDED_OFFSET_TABLE).map(|e| e.ints()).unwrap_or_default();
    table.into_iter().filter_map(|v| u64::try_from(v).ok()).collect()
}

/// The encoding of a codestream: by its first bytes if they tell, because labels are sometimes wrong, else by the
/// transfer syntax.
pub(crate) fn encoding_of(codestream: &[u8], syntax: TransferSyntax) -> PixelEncoding {
    match codestream {
        [0xFF, 0xD8, ..] => crate::markers::jpeg_family(codestream).unwrap_or(syntax.pixels),
        [0xFF, 0x4F, 0xFF, 0x51, ..] | [0, 0, 0, 0x0C, b'j', b'P', ..] => match syntax.pixels {
            PixelEncoding::HtJpeg2000 => PixelEncoding::HtJpeg2000,
            _ => PixelEncoding::Jpeg2000,
        },
        _ => syntax.pixels,
    }
}
