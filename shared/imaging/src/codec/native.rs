//! Uncompressed pixels (PS3.5 8).

use std::borrow::Cow;

use filmless_dicom::{DataSet, VR, tags};

use super::Decoded;
use crate::ImagingError;
use crate::colour::expand_422;
use crate::frame_source::NativePixels;
use crate::image_pixel::ImagePixel;
use crate::samples::{Samples, WordFormat, interleave};

/// Bytes of one native frame. Frames with one bit per sample are not byte-aligned, so this is rounded up for them.
pub(crate) fn frame_bytes(image: &ImagePixel, is_422: bool) -> usize {
    match (image.bits_allocated, is_422) {
        (1, _) => image.samples().div_ceil(8),
        (_, true) => image.pixels() * 2 * image.bytes_per_sample(),
        (_, false) => image.samples() * image.bytes_per_sample(),
    }
}

pub(crate) fn decode(
    data_set: &DataSet<'_>,
    pixels: NativePixels<'_>,
    image: &ImagePixel,
    frame: u32,
) -> Result<Decoded, ImagingError> {
    let tag = data_set.pixels().map(|p| p.tag);
    if image.bits_allocated == 1 {
        return Ok(Decoded::new(Samples::Bytes(unpack_bits(pixels, image, frame)?), false));
    }
    let is_422 = is_422(pixels, image);
    let length = frame_bytes(image, is_422);
    let start = length * frame as usize;
    let raw = available(pixels, start, length)?;
    let raw = &*raw;
    let big_endian = data_set.transfer_syntax().big_endian_pixels;
    let samples = match (tag, image.bits_allocated) {
        (Some(tags::FLOAT_PIXEL_DATA), 32) => {
            Samples::Numbers(each(raw, big_endian, |b: [u8; 4]| f64::from(f32::from_le_bytes(b))))
        }
        (Some(tags::DOUBLE_FLOAT_PIXEL_DATA), 64) => {
            Samples::Numbers(each(raw, big_endian, f64::from_le_bytes))
        }
        (_, 8) if is_422 => return Ok(Decoded::new(Samples::Bytes(expand_422(raw)), false)),
        (_, 8) if big_endian => {
            bytes(&swapped(data_set, pixels, start, raw).ok_or(ImagingError::CorruptPixelData)?, image)
        }
        (_, 8) => bytes(raw, image),
        (_, 16) => {
            Samples::Words { words: each(raw, big_endian, u16::from_le_bytes), format: word_format(image) }
        }
        (_, 32) => Samples::Numbers(each(raw, big_endian, |b: [u8; 4]| {
            wide(u64::from(u32::from_le_bytes(b)), image)
        })),
        _ => Samples::Numbers(each(raw, big_endian, |b: [u8; 8]| wide(u64::from_le_bytes(b), image))),
    };
    Ok(Decoded::new(if image.planar { interleaved(samples, image) } else { samples }, false))
}

/// Whether two pixels share a pair of chrominances: the pixels are too short for anything else.
pub(crate) fn is_422(pixels: NativePixels<'_>, image: &ImagePixel) -> bool {
    let whole = frame_bytes(image, false) * image.number_of_frames as usize;
    image.photometric == "YBR_FULL_422" && image.bits_allocated == 8 && pixels.length < whole
}

/// Whether bytes of a frame, counted from 0, are missing.
pub(crate) fn is_cut(pixels: NativePixels<'_>, image: &ImagePixel, frame: u32) -> bool {
    let frames = frame as usize + 1;
    let wanted = match image.bits_allocated {
        1 => (image.samples() * frames).div_ceil(8),
        _ => frame_bytes(image, is_422(pixels, image)) * frames,
    };
    wanted > pixels.length
}

/// At least a tenth of a frame must be there, or there is nothing to see.
const SHARE_MIN: usize = 10;

/// The bytes of a frame. Missing bytes at its end are 0, so the existing rows are shown.
fn available(pixels: NativePixels<'_>, start: usize, length: usize) -> Result<Cow<'_, [u8]>, ImagingError> {
    if start + length <= pixels.length {
        return pixels.get(start..start + length).ok_or(ImagingError::CorruptPixelData);
    }
    let there = pixels.length.saturating_sub(start);
    if there == 0 || there < length / SHARE_MIN {
        return Err(ImagingError::CutPixelData);
    }
    let mut raw = pixels.get(start..pixels.length).ok_or(ImagingError::CorruptPixelData)?.into_owned();
    raw.resize(length, 0);
    Ok(Cow::Owned(raw))
}

/// How many bytes of the frames are missing.
pub(crate) fn missing_bytes(pixels: NativePixels<'_>, image: &ImagePixel) -> u64 {
    let frames = u64::from(image.number_of_frames);
    let is_422 = image.photometric == "YBR_FULL_422" && image.bits_allocated == 8;
    let wanted = match image.bits_allocated {
        1 => (image.samples() as u64 * frames).div_ceil(8),
        _ => frame_bytes(image, is_422) as u64 * frames,
    };
    wanted.saturating_sub(pixels.length as u64)
}

pub(crate) fn word_format(image: &ImagePixel) -> WordFormat {
    WordFormat { bits_stored: image.bits_stored, high_bit: image.high_bit, signed: image.signed }
}

/// Bytes that use all their bits and have no sign stay bytes; others need a rule to become values.
pub(crate) fn bytes(raw: &[u8], image: &ImagePixel) -> Samples {
    if image.signed || image.bits_stored < 8 {
        Samples::Words { words: raw.iter().map(|b| u16::from(*b)).collect(), format: word_format(image) }
    } else {
        Samples::Bytes(raw.to_vec())
    }
}

/// Bytes in big endian OW are swapped in pairs, which frames of an odd length share (PS3.5 A.3, 8.1.2).
pub(crate) fn swapped<'p>(
    data_set: &DataSet<'_>,
    pixels: NativePixels<'p>,
    start: usize,
    raw: &'p [u8],
) -> Option<Cow<'p, [u8]>> {
    if data_set.pixels().is_none_or(|p| p.vr != VR::OW) {
        return Some(Cow::Borrowed(raw));
    }
    let end = start + raw.len();
    let first = start - start % 2;
    let pairs = pixels.get(first..end.next_multiple_of(2).min(pixels.length))?;
    // The last byte of an element of odd length has no partner.
    let byte = |place: usize| pairs.get(place ^ 1).or(pairs.get(place)).copied().unwrap_or_default();
    Some(Cow::Owned((start - first..end - first).map(byte).collect()))
}

/// Frames with one bit per sample follow each other without alignment, first pixel in the lowest bit (PS3.5 8.1.1, D).
pub(crate) fn unpack_bits(
    pixels: NativePixels<'_>,
    image: &ImagePixel,
    frame: u32,
) -> Result<Vec<u8>, ImagingError> {
    let first = image.samples() * frame as usize;
    let end = first + image.samples();
    if first / 8 + image.samples() / 8 / SHARE_MIN >= pixels.length {
        return Err(ImagingError::CutPixelData);
    }
    let there = first / 8..end.div_ceil(8).min(pixels.length);
    let bytes = pixels.get(there).ok_or(ImagingError::CorruptPixelData)?;
    let bit = |i: usize| bytes.get(i / 8 - first / 8).map_or(0, |byte| byte >> (i % 8) & 1);
    Ok((first..end).map(bit).collect())
}

fn wide(raw: u64, image: &ImagePixel) -> f64 {
    let bits = image.bits_stored;
    let shifted = raw >> (image.high_bit + 1).saturating_sub(bits);
    let unused = 64 - bits;
    if image.signed {
        ((shifted << unused).cast_signed() >> unused) as f64
    } else {
        ((shifted << unused) >> unused) as f64
    }
}

fn each<const N: usize, T>(raw: &[u8], big_endian: bool, read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let value = |chunk: &[u8]| {
        let mut bytes = [0; N];
        bytes.copy_from_slice(chunk);
        if big_endian {
            bytes.reverse();
        }
        read(bytes)
    };
    raw.chunks_exact(N).map(value).collect()
}

fn interleaved(samples: Samples, image: &ImagePixel) -> Samples {
    let count = image.samples_per_pixel;
    match samples {
        Samples::Bytes(v) => Samples::Bytes(interleave(&v, count)),
        Samples::Words { words, format } => Samples::Words { words: interleave(&words, count), format },
        Samples::Numbers(v) => Samples::Numbers(interleave(&v, count)),
    }
}
