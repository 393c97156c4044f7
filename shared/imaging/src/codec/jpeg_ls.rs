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
    let raw = CharLS::default()
        .decode(codestream)
        .ok()
        .or_else(|| CharLS::default().decode(&without_padding(codestream)?).ok())
        .ok_or(ImagingError::CorruptPixelData)?;
    // Scans without interleaving decode to planes, the others to pixels.
    let planar = is_planar(codestream);
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

/// Some writers fill up to an even length before the end-of-image marker instead of behind it.
fn without_padding(codestream: &[u8]) -> Option<Vec<u8>> {
    let end = codestream.windows(2).rposition(|pair| pair == [0xFF, 0xD9])?;
    let padding = end.checked_sub(1).filter(|at| codestream.get(*at) == Some(&0))?;
    Some([codestream.get(..padding)?, codestream.get(end..)?].concat())
}

/// Whether any decoder of JPEG-LS reads a codestream, as pixels: planes would be taken for pixels, and what we had to
/// mend others refuse.
pub(crate) fn reads_everywhere(codestream: &[u8]) -> bool {
    let is_padded = || without_padding(codestream).is_some();
    !is_planar(codestream) && (!is_padded() || CharLS::default().decode(codestream).is_ok())
}

/// Whether the components of a codestream lie one after the other (ILV 0), which a decoder hands out as planes.
fn is_planar(codestream: &[u8]) -> bool {
    interleave_mode(codestream) == Some(0)
        && jpeg_frame_header(codestream).is_some_and(|(_, h)| h.components > 1)
}

/// ILV of the first start-of-scan segment (T.87 C.2.3).
fn interleave_mode(codestream: &[u8]) -> Option<u8> {
    let (_, scan) = segments(codestream).find(|(marker, _)| *marker == 0xDA)?;
    scan.get(scan.len().checked_sub(2)?).copied()
}
