//! JPEG-LS (ITU-T T.87).

use charls::CharLS;

use super::Decoded;
use super::jpeg::{check, decoded_format};
use super::markers::{jpeg_frame_header, segments};
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::samples::{Samples, interleave};

pub(crate) fn decode(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let (_, header) = jpeg_frame_header(codestream).ok_or(ImagingError::CorruptPixelData)?;
    check(header, image)?;
    let raw = CharLS::default().decode(codestream).map_err(|_| ImagingError::CorruptPixelData)?;
    // Scans without interleaving decode to planes, the others to pixels.
    let planar = image.samples_per_pixel > 1 && interleave_mode(codestream) == Some(0);
    let count = image.samples_per_pixel;
    let samples = if header.precision <= 8 {
        super::native::bytes(&if planar { interleave(&raw, count) } else { raw }, image)
    } else {
        let words: Vec<u16> = raw.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
        let words = if planar { interleave(&words, count) } else { words };
        Samples::Words { words, format: decoded_format(header.precision, image) }
    };
    Ok(Decoded { samples, is_rgb: false })
}

/// ILV of the first start-of-scan segment (T.87 C.2.3).
fn interleave_mode(codestream: &[u8]) -> Option<u8> {
    let (_, scan) = segments(codestream).find(|(marker, _)| *marker == 0xDA)?;
    scan.get(scan.len().checked_sub(2)?).copied()
}
