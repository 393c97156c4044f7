//! Decodes one frame. A decoder only gets a codestream whose dimensions were compared with the image, and runs where a
//! panic is caught.

mod codestream;
mod decoded;
mod jpeg;
mod jpeg2000;
mod jpeg_12;
mod jpeg_ls;
mod jpeg_scan;
mod jpeg_xl;
mod native;
mod plausible;
mod rle;

use std::panic::{AssertUnwindSafe, catch_unwind};

use filmless_dicom::{DataSet, PixelEncoding};

use crate::ImagingError;
use crate::frame_source::{FrameSource, NativePixels, encoding_of};
use crate::image_pixel::ImagePixel;
use crate::markers::FrameHeader;

pub(crate) use decoded::{Decoded, Rows};
pub(crate) use jpeg::browser_shows_right_colours;
pub(crate) use jpeg_ls::reads_everywhere as jpeg_ls_reads_everywhere;
pub(crate) use jpeg2000::decode as decode_jpeg_2000;
pub(crate) use native::{frame_bytes, is_422, is_cut, missing_bytes, swapped, unpack_bits};

/// Decodes one frame, counted from 0. A codestream that ends early is shown if at least half of its rows are there. If
/// the file ends within it, whatever is there is shown, because most of the file is.
pub(crate) fn decode_frame(
    data_set: &DataSet<'_>,
    source: &FrameSource<'_>,
    image: &ImagePixel,
    frame: u32,
) -> Result<Decoded, ImagingError> {
    let mut decoded = match source {
        FrameSource::Native(pixels) => native::decode(data_set, *pixels, image, frame)?,
        FrameSource::Encapsulated { .. } => {
            let codestream = source.encapsulated_frame(frame).ok_or(ImagingError::CorruptPixelData)?;
            let encoding = encoding_of(&codestream, data_set.transfer_syntax());
            let is_end_of_file = source.ends_within(frame);
            let decoded =
                catch_unwind(AssertUnwindSafe(|| decode_codestream(data_set, &codestream, encoding, image)))
                    .unwrap_or(Err(ImagingError::CorruptPixelData))
                    .map_err(|error| match error {
                        ImagingError::CorruptPixelData if is_end_of_file => ImagingError::CutPixelData,
                        error => error,
                    })?;
            match decoded.rows {
                Rows::NotTold if is_end_of_file => return Err(ImagingError::CutPixelData),
                Rows::First(0) | Rows::Some(0) => return Err(ImagingError::CutPixelData),
                Rows::First(rows) | Rows::Some(rows) if rows * 2 < image.rows && !is_end_of_file => {
                    return Err(ImagingError::CutPixelData);
                }
                _ => decoded,
            }
        }
    };
    if decoded.samples.len() != image.samples() {
        return Err(ImagingError::CorruptPixelData);
    }
    if let Rows::First(rows) = decoded.rows {
        let is_ybr = !decoded.is_rgb && image.photometric.starts_with("YBR");
        decoded.samples.blacken(rows * image.columns * image.samples_per_pixel, is_ybr);
    }
    Ok(decoded)
}

/// Size and components of a codestream, if its decoder would take them from it.
pub(crate) fn stream_header(codestream: &[u8], encoding: PixelEncoding) -> Option<FrameHeader> {
    match encoding {
        PixelEncoding::JpegDct | PixelEncoding::JpegLossless | PixelEncoding::JpegLs => {
            crate::markers::jpeg_frame_header(codestream).map(|(_, header)| header)
        }
        PixelEncoding::Jpeg2000 | PixelEncoding::HtJpeg2000 => {
            let bare = codestream::bare_codestream(codestream).ok()?;
            crate::markers::jpeg2000_header(&bare.bytes).map(|header| header.frame)
        }
        _ => None,
    }
}

fn decode_codestream(
    data_set: &DataSet<'_>,
    codestream: &[u8],
    encoding: PixelEncoding,
    image: &ImagePixel,
) -> Result<Decoded, ImagingError> {
    match encoding {
        PixelEncoding::Rle => rle::decode(codestream, image),
        PixelEncoding::JpegDct | PixelEncoding::JpegLossless => jpeg::decode(codestream, image),
        PixelEncoding::JpegLs => jpeg_ls::decode(codestream, image),
        PixelEncoding::Jpeg2000 | PixelEncoding::HtJpeg2000 => jpeg2000::decode(codestream, image),
        PixelEncoding::DeflatedFrames => native_frame(data_set, &inflated_frame(codestream, image)?.0, image),
        PixelEncoding::Video => Err(ImagingError::Video),
        PixelEncoding::JpegXl => jpeg_xl::decode(codestream, image),
        // Encapsulated Uncompressed (PS3.5 A.4.11).
        PixelEncoding::Native => native_frame(data_set, codestream, image),
        PixelEncoding::Unknown => Err(ImagingError::UnsupportedTransferSyntax),
    }
}

/// A frame that was deflated by itself, and whether two pixels share a pair of chrominances in it.
pub(crate) fn inflated_frame(codestream: &[u8], image: &ImagePixel) -> Result<(Vec<u8>, bool), ImagingError> {
    let inflated = |is_422| {
        let wanted = native::frame_bytes(image, is_422) as u64;
        let frame = filmless_dicom::inflate_frame(codestream, wanted).map_err(ImagingError::Header)?;
        Ok((frame, is_422))
    };
    let is_422 = image.photometric == "YBR_FULL_422";
    inflated(false).or_else(|error| if is_422 { inflated(true) } else { Err(error) })
}

/// Uncompressed pixels that are one frame.
fn native_frame(data_set: &DataSet<'_>, frame: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let image = ImagePixel { number_of_frames: 1, ..image.clone() };
    native::decode(data_set, NativePixels::of(&frame), &image, 0)
}
