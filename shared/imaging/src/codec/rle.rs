//! RLE Lossless (PS3.5 G).

use super::native::word_format;
use super::{Decoded, Rows};
use crate::ImagingError;
use crate::frame_source::NativePixels;
use crate::image_pixel::ImagePixel;
use crate::samples::Samples;

const HEADER_BYTES: usize = 64;

/// One segment per byte of each sample, most significant first, one plane after the other (PS3.5 G.2, G.3).
pub(crate) fn decode(frame: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let bytes_per_sample = image.bytes_per_sample();
    let wanted = image.samples_per_pixel * bytes_per_sample;
    let offsets = segment_offsets(frame, wanted).ok_or(ImagingError::CorruptPixelData)?;
    // Samples of one bit are packed before they are compressed (PS3.5 G.1, 8.1.1).
    let is_packed = image.bits_allocated == 1;
    let places_per_segment = if is_packed { image.pixels().div_ceil(8) } else { image.pixels() };
    let mut bytes = vec![0_u8; places_per_segment * wanted];
    let mut there = places_per_segment;
    for (segment, offset) in offsets.iter().enumerate() {
        let end = offsets.get(segment + 1).copied().unwrap_or(frame.len());
        let packed = frame.get(*offset..end.min(frame.len())).unwrap_or_default();
        let (sample, byte) = (segment / bytes_per_sample, segment % bytes_per_sample);
        // Words are little endian: the most significant byte comes last.
        let first = sample * bytes_per_sample + (bytes_per_sample - 1 - byte);
        let places = bytes.get_mut(first..).ok_or(ImagingError::CorruptPixelData)?;
        let unpacked = unpack(packed, places, wanted, places_per_segment);
        // A short segment with another one after it was never complete.
        if unpacked < places_per_segment && end < frame.len() {
            return Err(ImagingError::CorruptPixelData);
        }
        there = there.min(unpacked);
    }
    let rows = match there {
        _ if there == places_per_segment => Rows::All,
        _ if is_packed => Rows::First(there * 8 / image.columns),
        _ => Rows::First(there / image.columns),
    };
    let samples = if is_packed && image.samples_per_pixel == 1 {
        Samples::Bytes(super::native::unpack_bits(NativePixels::of(&bytes.as_slice()), image, 0)?)
    } else {
        samples(bytes, image)?
    };
    Ok(Decoded { rows, ..Decoded::new(samples, false) })
}

fn samples(bytes: Vec<u8>, image: &ImagePixel) -> Result<Samples, ImagingError> {
    match image.bytes_per_sample() {
        1 => Ok(super::native::bytes(&bytes, image)),
        2 => {
            let words = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
            Ok(Samples::Words { words, format: word_format(image) })
        }
        4 => {
            let values = bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            Ok(Samples::Numbers(match image.signed {
                true => values.map(|v| f64::from(v.cast_signed())).collect(),
                false => values.map(f64::from).collect(),
            }))
        }
        _ => Err(ImagingError::UnsupportedPixelFormat),
    }
}

/// The header (PS3.5 G.5) must name exactly the segments the image needs, in ascending order, the first of them within
/// the frame.
fn segment_offsets(frame: &[u8], wanted: usize) -> Option<Vec<usize>> {
    let header = frame.get(..HEADER_BYTES)?;
    let long = |i: usize| header.get(4 * i..4 * i + 4)?.try_into().ok().map(u32::from_le_bytes);
    if long(0)? as usize != wanted || wanted > 15 {
        return None;
    }
    let offsets: Vec<usize> = (1..=wanted).map(|i| long(i).map(|v| v as usize)).collect::<Option<_>>()?;
    let fits = offsets.first().is_some_and(|first| (HEADER_BYTES..=frame.len()).contains(first));
    (fits && offsets.is_sorted()).then_some(offsets)
}

/// Unpacks PackBits into every `stride`-th place (PS3.5 G.3.2); returns how many places were filled.
fn unpack(packed: &[u8], places: &mut [u8], stride: usize, count: usize) -> usize {
    let (mut at, mut filled) = (0, 0);
    let mut put = |value: u8, filled: &mut usize| {
        if *filled < count
            && let Some(place) = places.get_mut(*filled * stride)
        {
            *place = value;
            *filled += 1;
        }
    };
    while filled < count {
        let Some(&control) = packed.get(at) else { break };
        at += 1;
        match control.cast_signed() {
            run @ 0.. => {
                let literal = packed.get(at..(at + run as usize + 1).min(packed.len())).unwrap_or(&[]);
                literal.iter().for_each(|value| put(*value, &mut filled));
                at += run as usize + 1;
            }
            -128 => {}
            run => {
                let Some(&value) = packed.get(at) else { break };
                (0..=run.unsigned_abs()).for_each(|_| put(value, &mut filled));
                at += 1;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(samples_per_pixel: usize, bits: u32) -> ImagePixel {
        ImagePixel {
            rows: 1,
            columns: 4,
            samples_per_pixel,
            bits_allocated: bits,
            bits_stored: bits,
            high_bit: bits - 1,
            signed: false,
            planar: false,
            photometric: String::new(),
            number_of_frames: 1,
        }
    }

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut header = vec![segments.len() as u32];
        let mut offset = 64;
        for segment in segments {
            header.push(offset);
            offset += segment.len() as u32;
        }
        header.resize(16, 0);
        let mut bytes: Vec<u8> = header.iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.extend(segments.concat());
        bytes
    }

    #[test]
    fn runs_and_literals_are_unpacked() {
        let decoded = decode(&frame(&[&[0xFE, 7, 0x80, 0, 9]]), &image(1, 8)).unwrap();
        assert_eq!(decoded.samples, Samples::Bytes(vec![7, 7, 7, 9]));
        let decoded = decode(&frame(&[&[0xFD, 0x12], &[3, 1, 2, 3, 4]]), &image(1, 16)).unwrap();
        let Samples::Words { words, .. } = decoded.samples else { panic!("words expected") };
        assert_eq!(words, [0x1201, 0x1202, 0x1203, 0x1204]);
        let decoded = decode(&frame(&[&[0xFD, 1], &[0xFD, 2], &[0xFD, 3]]), &image(3, 8)).unwrap();
        assert_eq!(decoded.samples, Samples::Bytes([1, 2, 3].repeat(4)));
    }

    #[test]
    fn rows_that_are_whole_in_every_segment_are_there() {
        let two_rows = ImagePixel { rows: 2, ..image(1, 16) };
        let rows = |frame: &[u8]| decode(frame, &two_rows).map(|decoded| decoded.rows);
        let whole = frame(&[&[0xF9, 1], &[7, 1, 2, 3, 4, 5, 6, 7, 8]]);
        assert_eq!(rows(&whole), Ok(Rows::All));
        for (lost, there) in [(1, 1), (4, 1), (5, 0), (9, 0), (10, 0)] {
            assert_eq!(rows(&whole[..whole.len() - lost]), Ok(Rows::First(there)), "{lost}");
        }
        // The first segment is short although the second is complete.
        let damaged = frame(&[&[0xFA, 1], &[7, 1, 2, 3, 4, 5, 6, 7, 8]]);
        assert_eq!(rows(&damaged), Err(ImagingError::CorruptPixelData));
    }

    #[test]
    fn lies_are_refused() {
        let good = frame(&[&[0xFD, 7]]);
        let with = |at: usize, value: u32| {
            let mut bytes = good.clone();
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            bytes
        };
        for bytes in [
            with(0, u32::MAX),
            with(0, 2),
            with(0, 0),
            with(4, 63),
            with(4, u32::MAX),
            good[..63].to_vec(),
            vec![],
        ] {
            assert_eq!(decode(&bytes, &image(1, 8)).unwrap_err(), ImagingError::CorruptPixelData);
        }
    }
}
