//! JPEG-LS (ITU-T T.87).

use std::borrow::Cow;

use charls::CharLS;

use super::Decoded;
use super::decoded::{check, decoded_format};
use super::plausible;
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::{END_OF_IMAGE, FrameHeader, has_end, jpeg_frame_header, segments};
use crate::samples::{Samples, interleave};

pub(crate) fn decode(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    // A JPEG-LS decoder needs every bit, and shows nothing if the last one is missing.
    let unreadable =
        if has_end(codestream) { ImagingError::CorruptPixelData } else { ImagingError::CutPixelData };
    let (_, header) = jpeg_frame_header(codestream).ok_or(unreadable)?;
    check(header, image)?;
    plausible::check(codestream, image.samples())?;
    let codestream = with_end(codestream);
    check(header_of_decoder(&codestream)?, image)?;
    let raw = CharLS::default()
        .decode(&codestream)
        .ok()
        .or_else(|| CharLS::default().decode(&without_padding(&codestream)?).ok())
        .ok_or(unreadable)?;
    // Scans without interleaving decode to planes, the others to pixels.
    let planar = is_planar(&codestream);
    let count = image.samples_per_pixel;
    let samples = if header.precision <= 8 {
        super::native::bytes(&if planar { interleave(&raw, count) } else { raw }, image)
    } else {
        let words: Vec<u16> = raw.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
        let words = if planar { interleave(&words, count) } else { words };
        Samples::Words { words, format: decoded_format(header.precision, image) }
    };
    Ok(Decoded::new(samples, false))
}

/// Appends a missing end marker: without one, the decoder spends seconds looking for bits that never come.
fn with_end(codestream: &[u8]) -> Cow<'_, [u8]> {
    if has_end(codestream) {
        Cow::Borrowed(codestream)
    } else {
        Cow::Owned([codestream, &END_OF_IMAGE].concat())
    }
}

/// The header as the decoder itself reads it, so that exactly what was checked is decoded.
fn header_of_decoder(codestream: &[u8]) -> Result<FrameHeader, ImagingError> {
    let frame = CharLS::default().get_frame_info(codestream).map_err(|_| ImagingError::CorruptPixelData)?;
    let count = |value: i32| u32::try_from(value).map_err(|_| ImagingError::CorruptPixelData);
    Ok(FrameHeader {
        rows: frame.height,
        columns: frame.width,
        components: count(frame.component_count)?,
        precision: count(frame.bits_per_sample)?,
    })
}

/// Some writers pad to an even length before the end-of-image marker instead of after it.
fn without_padding(codestream: &[u8]) -> Option<Vec<u8>> {
    let end = codestream.windows(2).rposition(|pair| pair == [0xFF, 0xD9])?;
    let padding = end.checked_sub(1).filter(|at| codestream.get(*at) == Some(&0))?;
    Some([codestream.get(..padding)?, codestream.get(end..)?].concat())
}

/// Whether every JPEG-LS decoder reads this codestream as pixels: planes would be taken for pixels, and others refuse
/// what we had to repair.
pub(crate) fn reads_everywhere(codestream: &[u8]) -> bool {
    let is_padded = || without_padding(codestream).is_some();
    !is_planar(codestream) && (!is_padded() || CharLS::default().decode(codestream).is_ok())
}

/// Whether the components are stored one after the other (ILV 0); a decoder then returns planes.
fn is_planar(codestream: &[u8]) -> bool {
    interleave_mode(codestream) == Some(0)
        && jpeg_frame_header(codestream).is_some_and(|(_, h)| h.components > 1)
}

/// ILV of the first start-of-scan segment (T.87 C.2.3).
fn interleave_mode(codestream: &[u8]) -> Option<u8> {
    let (_, scan) = segments(codestream).find(|(marker, _)| *marker == 0xDA)?;
    scan.get(scan.len().checked_sub(2)?).copied()
}
