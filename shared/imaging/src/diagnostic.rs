//! The bit-exact form of a frame.
//!
//! A source that a browser can decode stays as it is, without another generation. A large X-ray becomes high-throughput
//! JPEG 2000, whose prefixes are smaller pictures; everything else becomes JPEG-LS. Both are decoded again and
//! compared. What they cannot represent, or did not, becomes deflated little endian.

use crate::resolution::Resolution;
use std::borrow::Cow;
use std::io::Write;

use charls::{CharLS, FrameInfo, InterleaveMode};
use filmless_dicom::{PixelEncoding, inflate_frame, tags};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::ImagingError;
use crate::codec::{Decoded, browser_shows_right_colours, decode_jpeg_2000, jpeg_ls_reads_everywhere};
use crate::ht_j2k::{self, Picture};
use crate::image_pixel::ImagePixel;
use crate::samples::Samples;

const JPEG_LS_LOSSLESS: &str = "1.2.840.10008.1.2.4.80";
const HT_J2K_LOSSLESS: &str = "1.2.840.10008.1.2.4.201";
const DEFLATED_FRAME: &str = "1.2.840.10008.1.2.8.1";
/// JPEG-LS supports samples of 2 to 16 bits (ITU-T T.87 C.2.2).
const JPEG_LS_BITS_MIN: u32 = 2;
/// Pictures with at least this many pixels are worth showing before they are complete.
const LARGE_PIXELS_MIN: usize = 4_000_000;

/// One frame, bit-exact, and how to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticFrame {
    /// How it is encoded.
    pub transfer_syntax_uid: String,
    /// The same encoding, named for a browser.
    pub media_type: String,
    /// What the decoded samples mean; differs from the image's if a codec undoes a colour transform.
    pub photometric_interpretation: String,
    /// 1 or 3, interleaved.
    pub samples_per_pixel: u8,
    /// Bits of a decoded sample. Deflated samples fill 8, 16, 32 or 64 bits.
    pub bits_per_sample: u8,
    /// `unsigned`, `signed` (two's complement in that many bits) or `float`.
    pub sample_type: SampleType,
    /// Prefixes that decode to lower resolutions, ascending; the last one is the whole. Empty if there are none.
    pub resolutions: Vec<Resolution>,
    /// The encoded frame.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// The type of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleType {
    /// An unsigned integer.
    Unsigned,
    /// A signed integer.
    Signed,
    /// IEEE 754.
    Float,
}

/// The samples of a frame as they are encoded: one byte each up to eight bits, else little endian.
struct Plain {
    bytes: Vec<u8>,
    bits: u32,
    sample_type: SampleType,
}

/// The source of a frame.
pub(crate) struct FrameOrigin<'f> {
    /// Its codestream, if it has one.
    pub codestream: Option<(&'f [u8], PixelEncoding)>,
    pub transfer_syntax_uid: &'f str,
    pub pixel_tag: Option<filmless_dicom::Tag>,
}

/// Makes the bit-exact form of a decoded frame; `None` for samples without one (64 bit integers).
pub(crate) fn diagnostic(
    origin: &FrameOrigin<'_>,
    decoded: &Decoded,
    image: &ImagePixel,
) -> Result<Option<DiagnosticFrame>, ImagingError> {
    let photometric = if decoded.is_rgb { "RGB" } else { &image.photometric };
    let Some(plain) = Plain::of(&decoded.samples, image, origin.pixel_tag) else { return Ok(None) };
    let framed = |transfer_syntax_uid: &str, media_type: &str, bits: u32, bytes| {
        Some(DiagnosticFrame {
            transfer_syntax_uid: transfer_syntax_uid.to_owned(),
            media_type: media_type.to_owned(),
            photometric_interpretation: photometric.to_owned(),
            samples_per_pixel: image.samples_per_pixel as u8,
            bits_per_sample: bits as u8,
            sample_type: plain.sample_type,
            resolutions: Vec::new(),
            bytes,
        })
    };
    if let Some((codestream, media_type)) = kept(origin, image, decoded.is_cut()) {
        return Ok(framed(origin.transfer_syntax_uid, media_type, plain.bits, codestream.to_vec()));
    }
    if let Some((bytes, resolutions)) = plain.to_ht_j2k(image) {
        let frame = framed(HT_J2K_LOSSLESS, "image/jphc", plain.bits, bytes);
        return Ok(frame.map(|frame| DiagnosticFrame { resolutions, ..frame }));
    }
    let frame = match plain.to_jpeg_ls(image) {
        Some(bytes) => framed(JPEG_LS_LOSSLESS, "image/jls", plain.bits, bytes),
        None => {
            framed(DEFLATED_FRAME, "application/octet-stream", plain.bits_when_deflated(), plain.deflate()?)
        }
    };
    Ok(frame)
}

/// The codestream, if a browser, or a decoder of 100 KiB in it, shows exactly its content.
fn kept<'f>(origin: &FrameOrigin<'f>, image: &ImagePixel, is_cut: bool) -> Option<(&'f [u8], &'static str)> {
    let (codestream, encoding) = origin.codestream?;
    // If it ends early, readers invent different rows below its last one.
    if is_cut {
        return None;
    }
    match encoding {
        PixelEncoding::JpegDct if browser_shows_right_colours(codestream, image) => {
            Some((codestream, "image/jpeg"))
        }
        PixelEncoding::JpegLs if jpeg_ls_reads_everywhere(codestream) => Some((codestream, "image/jls")),
        PixelEncoding::HtJpeg2000 => Some((codestream, "image/jphc")),
        _ => None,
    }
}

impl Plain {
    fn of(samples: &Samples, image: &ImagePixel, pixel_tag: Option<filmless_dicom::Tag>) -> Option<Self> {
        let integer = if image.signed { SampleType::Signed } else { SampleType::Unsigned };
        match samples {
            Samples::Bytes(bytes) => {
                Some(Self { bytes: bytes.clone(), bits: 8, sample_type: SampleType::Unsigned })
            }
            Samples::Words { words, format } => {
                let bits = format.bits_stored.clamp(JPEG_LS_BITS_MIN, 16);
                let mask = u16::MAX >> (16 - bits);
                let values = words.iter().map(|word| format.value(*word) as u16 & mask);
                let bytes = if bits <= 8 {
                    values.map(|value| value as u8).collect()
                } else {
                    values.flat_map(u16::to_le_bytes).collect()
                };
                Some(Self { bytes, bits, sample_type: integer })
            }
            Samples::Numbers(values) => {
                let (bytes, bits, sample_type) = match (pixel_tag, image.bits_allocated) {
                    (Some(tags::FLOAT_PIXEL_DATA), _) => (
                        values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect(),
                        32,
                        SampleType::Float,
                    ),
                    (Some(tags::DOUBLE_FLOAT_PIXEL_DATA), _) => {
                        (values.iter().flat_map(|v| v.to_le_bytes()).collect(), 64, SampleType::Float)
                    }
                    (_, 32) => {
                        (values.iter().flat_map(|v| (*v as i64 as u32).to_le_bytes()).collect(), 32, integer)
                    }
                    _ => return None,
                };
                Some(Self { bytes, bits, sample_type })
            }
        }
    }

    /// Encodes, decodes again and compares; `None` if that fails in any way.
    fn to_jpeg_ls(&self, image: &ImagePixel) -> Option<Vec<u8>> {
        if self.bits > 16 {
            return None;
        }
        let info = FrameInfo {
            width: u32::try_from(image.columns).ok()?,
            height: u32::try_from(image.rows).ok()?,
            bits_per_sample: i32::try_from(self.bits).ok()?,
            component_count: i32::try_from(image.samples_per_pixel).ok()?,
        };
        let mut encoder = CharLS::default();
        if image.samples_per_pixel > 1 {
            encoder.set_interleave_mode(InterleaveMode::Sample).ok()?;
        }
        let encoded = encoder.encode(info, 0, &self.bytes).ok()?;
        let decoded = CharLS::default().decode(&encoded).ok()?;
        (decoded == self.bytes).then_some(encoded)
    }

    /// Encodes a large single picture with more than eight bits, decodes it again with another library and compares;
    /// `None` if it is not one, or if anything fails.
    fn to_ht_j2k(&self, image: &ImagePixel) -> Option<(Vec<u8>, Vec<Resolution>)> {
        let is_large = image.pixels() >= LARGE_PIXELS_MIN && image.number_of_frames == 1;
        if !is_large || image.samples_per_pixel != 1 || !(9..=16).contains(&self.bits) {
            return None;
        }
        let unused = 32 - self.bits;
        let value = |pair: &[u8]| {
            let word = i32::from(u16::from_le_bytes([pair[0], pair[1]]));
            if image.signed { word << unused >> unused } else { word }
        };
        let values: Vec<i32> = self.bytes.chunks_exact(2).map(value).collect();
        let picture = Picture {
            width: u32::try_from(image.columns).ok()?,
            height: u32::try_from(image.rows).ok()?,
            bits: self.bits,
            signed: image.signed,
        };
        let (bytes, resolutions) = ht_j2k::encode(&values, picture)?;
        let again = jpeg_2000_values(&bytes, image, self.bits)?;
        (again == self.bytes).then_some((bytes, resolutions))
    }

    fn bits_when_deflated(&self) -> u32 {
        match self.bits {
            0..=8 => 8,
            9..=16 => 16,
            wider => wider,
        }
    }

    /// Signed samples with their sign in all bits that they fill; the others as they are.
    fn extended(&self) -> Cow<'_, [u8]> {
        let unused = self.bits_when_deflated() - self.bits;
        if self.sample_type != SampleType::Signed || unused == 0 {
            return Cow::Borrowed(&self.bytes);
        }
        Cow::Owned(if self.bits <= 8 {
            self.bytes.iter().map(|byte| ((byte << unused).cast_signed() >> unused).cast_unsigned()).collect()
        } else {
            let word = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]) << unused;
            let words = self.bytes.chunks_exact(2).map(|pair| word(pair).cast_signed() >> unused);
            words.flat_map(i16::to_le_bytes).collect()
        })
    }

    /// Deflates (PS3.5 A.4.13), inflates again and compares.
    fn deflate(&self) -> Result<Vec<u8>, ImagingError> {
        let plain = self.extended();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&plain).map_err(|_| ImagingError::PreviewFailed)?;
        let bytes = encoder.finish().map_err(|_| ImagingError::PreviewFailed)?;
        let again = inflate_frame(&bytes, plain.len() as u64).map_err(ImagingError::Header)?;
        if again == *plain { Ok(bytes) } else { Err(ImagingError::PreviewFailed) }
    }
}

/// The samples of a codestream in the form of [`Plain`].
fn jpeg_2000_values(codestream: &[u8], image: &ImagePixel, bits: u32) -> Option<Vec<u8>> {
    let image = ImagePixel { bits_allocated: 16, bits_stored: bits, high_bit: bits - 1, ..image.clone() };
    let decoded = decode_jpeg_2000(codestream, &image).ok()?;
    Plain::of(&decoded.samples, &image, None).map(|plain| plain.bytes)
}

impl DiagnosticFrame {
    /// Decodes a frame that was encoded here to values, for comparison with those of another reader. `None` for a
    /// source that was kept.
    #[must_use]
    pub fn decode(&self, rows: u32, columns: u32) -> Option<Vec<f64>> {
        let samples = rows as usize * columns as usize * usize::from(self.samples_per_pixel);
        let bits = u32::from(self.bits_per_sample);
        let (plain, width) = match self.transfer_syntax_uid.as_str() {
            HT_J2K_LOSSLESS if !self.resolutions.is_empty() => {
                let image = ImagePixel::of_grey(rows, columns, bits, self.sample_type == SampleType::Signed);
                (jpeg_2000_values(&self.bytes, &image, bits)?, 2)
            }
            JPEG_LS_LOSSLESS => (CharLS::default().decode(&self.bytes).ok()?, if bits <= 8 { 1 } else { 2 }),
            DEFLATED_FRAME => {
                let width = bits as usize / 8;
                (inflate_frame(&self.bytes, (samples * width) as u64).ok()?, width)
            }
            _ => return None,
        };
        let value = |chunk: &[u8]| {
            let mut raw = [0; 8];
            raw[..chunk.len()].copy_from_slice(chunk);
            let integer = u64::from_le_bytes(raw);
            let unused = 64 - bits.min(8 * chunk.len() as u32);
            match (self.sample_type, width) {
                (SampleType::Float, 4) => f64::from(f32::from_bits(integer as u32)),
                (SampleType::Float, _) => f64::from_bits(integer),
                (SampleType::Signed, _) => ((integer << unused).cast_signed() >> unused) as f64,
                (SampleType::Unsigned, _) => integer as f64,
            }
        };
        Some(plain.chunks_exact(width).map(value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(signed: bool, samples_per_pixel: usize) -> ImagePixel {
        ImagePixel { samples_per_pixel, ..ImagePixel::of_grey(8, 8, 16, signed) }
    }

    fn round_trip(samples: Samples, image: &ImagePixel, tag: filmless_dicom::Tag) -> (String, Vec<f64>) {
        let origin = FrameOrigin { codestream: None, transfer_syntax_uid: "", pixel_tag: Some(tag) };
        let expected = samples.to_numbers();
        let frame = diagnostic(&origin, &Decoded::new(samples, false), image).unwrap().unwrap();
        assert_eq!(frame.decode(8, 8).unwrap(), expected);
        (frame.transfer_syntax_uid, expected)
    }

    #[test]
    fn every_kind_of_sample_comes_back_exactly() {
        let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) as u16;
        for bits_stored in 1..=16 {
            for signed in [false, true] {
                for samples_per_pixel in [1, 3] {
                    let format =
                        crate::samples::WordFormat { bits_stored, high_bit: bits_stored - 1, signed };
                    let words = (0..64 * samples_per_pixel).map(noise).collect();
                    let image = image(signed, samples_per_pixel);
                    let (syntax, _) = round_trip(Samples::Words { words, format }, &image, tags::PIXEL_DATA);
                    assert!(syntax == JPEG_LS_LOSSLESS || syntax == DEFLATED_FRAME);
                }
            }
        }
        let numbers: Vec<f64> = (0..64).map(|i| f64::from(i) * -0.5).collect();
        let (syntax, _) = round_trip(Samples::Numbers(numbers), &image(false, 1), tags::FLOAT_PIXEL_DATA);
        assert_eq!(syntax, DEFLATED_FRAME);
        let (syntax, _) = round_trip(Samples::Bytes(vec![3; 64]), &image(false, 1), tags::PIXEL_DATA);
        assert_eq!(syntax, JPEG_LS_LOSSLESS);
    }

    #[test]
    fn deflated_samples_have_their_sign_in_all_bits() {
        for (bits, bytes, sample_type, expected) in [
            (12, vec![0x00, 0x0C, 0xFF, 0x07], SampleType::Signed, vec![0x00, 0xFC, 0xFF, 0x07]),
            (12, vec![0x00, 0x0C], SampleType::Unsigned, vec![0x00, 0x0C]),
            (16, vec![0x00, 0x8C], SampleType::Signed, vec![0x00, 0x8C]),
            (5, vec![0x1F, 0x0F], SampleType::Signed, vec![0xFF, 0x0F]),
        ] {
            let plain = Plain { bytes, bits, sample_type };
            let inflated = inflate_frame(&plain.deflate().unwrap(), expected.len() as u64).unwrap();
            assert_eq!(inflated, expected, "{bits} {sample_type:?}");
        }
    }

    /// Two thousand rows and a few more columns of a smooth pattern with noise, or of jumps over the whole range.
    fn large(bits: u32, signed: bool, jumps: bool) -> (Samples, ImagePixel) {
        let full = u32::from(u16::MAX >> (16 - bits));
        let value = |i: u32| {
            let noise = i.wrapping_mul(2_654_435_761) >> 9;
            let smooth = (i / 2010 + i % 2010) * full / 4100 + noise % 8;
            (if jumps { noise * 77 } else { smooth.min(full) } & full) as u16
        };
        let format = crate::samples::WordFormat { bits_stored: bits, high_bit: bits - 1, signed };
        let words = (0..2000 * 2010).map(value).collect();
        (Samples::Words { words, format }, ImagePixel::of_grey(2000, 2010, bits, signed))
    }

    #[test]
    fn large_picture_has_resolutions_and_comes_back_exactly() {
        for (bits, signed, jumps, media_type) in [
            (10, false, false, "image/jphc"),
            (12, true, false, "image/jphc"),
            (14, false, false, "image/jphc"),
            (16, false, false, "image/jphc"),
            (12, false, true, "image/jphc"),
            (8, false, false, "image/jls"),
        ] {
            let (samples, image) = large(bits, signed, jumps);
            let expected = samples.to_numbers();
            let origin =
                FrameOrigin { codestream: None, transfer_syntax_uid: "", pixel_tag: Some(tags::PIXEL_DATA) };
            let frame = diagnostic(&origin, &Decoded::new(samples, false), &image).unwrap().unwrap();
            assert_eq!(frame.media_type, media_type, "{bits} {signed}");
            assert_eq!(frame.resolutions.is_empty(), media_type == "image/jls");
            assert_eq!(frame.decode(2000, 2010).unwrap(), expected, "{bits} {signed}");
        }
    }
}
