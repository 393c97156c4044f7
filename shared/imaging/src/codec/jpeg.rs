//! JPEG (ITU-T T.81): DCT-based processes with eight bits, and lossless ones.

use std::borrow::Cow;

use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::decoded::{SCANS_MAX, check, decoded_format};
use super::jpeg_scan::{self, Ending};
use super::native::word_format;
use super::{Decoded, Rows, plausible};
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::{END_OF_IMAGE, FrameHeader, jpeg_frame_header, segments};
use crate::samples::{Samples, WordFormat};

pub(crate) fn decode(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let is_ended = contains_end(codestream);
    let unreadable = if is_ended { ImagingError::CorruptPixelData } else { ImagingError::CutPixelData };
    let (_, header) = jpeg_frame_header(codestream).ok_or(unreadable)?;
    check(header, image)?;
    match jpeg_scan::ending(codestream) {
        Some(Ending::Cut { rows, mended }) => {
            let mut decoded = decode_ended(&mended, image).map_err(|error| match error {
                ImagingError::CorruptPixelData => ImagingError::CutPixelData,
                error => error,
            })?;
            decoded.rows = rows;
            Ok(decoded)
        }
        Some(Ending::Whole) => {
            let ended = if is_ended {
                Cow::Borrowed(codestream)
            } else {
                [codestream, &END_OF_IMAGE].concat().into()
            };
            Ok(Decoded { rows: Rows::All, ..decode_ended(&ended, image)? })
        }
        // A part of a progressive JPEG would look like the whole.
        None if !is_ended => Err(ImagingError::CutPixelData),
        None => decode_ended(codestream, image),
    }
}

/// Whether an end marker follows the beginning of the first scan; coded data never contains one (T.81 B.1.1.5).
fn contains_end(codestream: &[u8]) -> bool {
    let coded = codestream.get(codestream.len() - plausible::scan_bytes(codestream)..).unwrap_or_default();
    coded.windows(2).any(|pair| pair == END_OF_IMAGE)
}

fn decode_ended(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let (marker, header) = jpeg_frame_header(codestream).ok_or(ImagingError::CorruptPixelData)?;
    check(header, image)?;
    plausible::check_jpeg(codestream, marker, header)?;
    if scans(codestream) > SCANS_MAX {
        return Err(ImagingError::CorruptPixelData);
    }
    let lossless = marker == 0xC3;
    if matches!(marker, 0xC1 | 0xC2) && header.precision == 12 && header.components == 1 {
        return super::jpeg_12::decode(codestream, header, image);
    }
    if !lossless && header.precision != 8 {
        return Err(ImagingError::UnsupportedTransferSyntax);
    }
    let convert = header.components == 3 && !lossless && is_ybr(codestream, image);
    let mut decoder = Decoder::new(codestream);
    decoder.set_max_decoding_buffer_size(image.samples() * 2);
    if header.components == 3 {
        decoder.set_color_transform(if convert { ColorTransform::YCbCr } else { ColorTransform::RGB });
    }
    decoder.read_info().map_err(|_| ImagingError::CorruptPixelData)?;
    let size = decoder.info().map(|info| (u32::from(info.height), u32::from(info.width)));
    if size != Some((header.rows, header.columns)) {
        return Err(ImagingError::CorruptPixelData);
    }
    let pixels = decoder.decode().map_err(|_| ImagingError::CorruptPixelData)?;
    let info = decoder.info().ok_or(ImagingError::CorruptPixelData)?;
    let samples = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::RGB24 | PixelFormat::CMYK32 => bytes(pixels, header, image),
        PixelFormat::L16 => {
            let words = pixels.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
            Samples::Words { words, format: decoded_format(header.precision, image) }
        }
    };
    Ok(Decoded::new(samples, !lossless && header.components == 3))
}

/// How often the marker of a scan occurs. Coded data never contains it (T.81 B.1.1.5).
fn scans(codestream: &[u8]) -> usize {
    let pairs = codestream.iter().zip(codestream.get(1..).unwrap_or_default());
    pairs.filter(|(first, second)| **first == 0xFF && **second == 0xDA).count()
}

fn bytes(pixels: Vec<u8>, header: FrameHeader, image: &ImagePixel) -> Samples {
    if image.signed || image.bits_stored != 8 && image.bits_allocated <= 8 {
        let words = pixels.into_iter().map(u16::from).collect();
        Samples::Words {
            words,
            format: WordFormat {
                bits_stored: header.precision,
                high_bit: header.precision - 1,
                ..word_format(image)
            },
        }
    } else {
        Samples::Bytes(pixels)
    }
}

/// Whether a browser shows the intended colours. It ignores Photometric Interpretation, trusts the Adobe segment and
/// component identifiers, and takes everything else for luminance and chrominance.
pub(crate) fn browser_shows_right_colours(codestream: &[u8], image: &ImagePixel) -> bool {
    let Some((_, header)) = jpeg_frame_header(codestream) else { return false };
    let marked = |marker: u8, start: &[u8]| {
        segments(codestream).any(|(m, body)| m == marker && body.starts_with(start))
    };
    header.precision == 8 && (header.components == 1 || marked(0xEE, b"Adobe") || is_ybr(codestream, image))
}

/// Whether the components of a DCT codestream are luminance and chrominance. An Adobe segment decides; JFIF and
/// subsampling mean yes; component identifiers that spell RGB mean no. Identifiers 1, 2 and 3 mean yes, even if
/// Photometric Interpretation says RGB: JFIF gives them to luminance and chrominance, libjpeg writes them for nothing
/// else (RGB is R, G, B with an Adobe segment), every browser reads them so, and wrong labels are more common. For
/// anything else, such as 0, 1 and 2, Photometric Interpretation decides.
fn is_ybr(codestream: &[u8], image: &ImagePixel) -> bool {
    let body = |wanted: &dyn Fn(u8) -> bool, start: &[u8]| {
        segments(codestream)
            .find(|(marker, body)| wanted(*marker) && body.starts_with(start))
            .map(|(_, body)| body)
    };
    if let Some(adobe) = body(&|marker| marker == 0xEE, b"Adobe") {
        return adobe.get(11) == Some(&1);
    }
    let frame = body(&|marker| matches!(marker, 0xC0..=0xC2), b"").unwrap_or(&[]);
    let component = |at: usize| (frame.get(at).copied(), frame.get(at + 1).copied());
    let [first, second, third] = [component(6), component(9), component(12)];
    let spells_rgb = [first.0, second.0, third.0] == [Some(b'R'), Some(b'G'), Some(b'B')];
    let subsampled = first.1 != second.1;
    body(&|marker| marker == 0xE0, b"JFIF").is_some()
        || subsampled
        || [first.0, second.0, third.0] == [Some(1), Some(2), Some(3)]
        || (!spells_rgb && image.photometric != "RGB")
}
