//! How native samples lie in their bytes.

use crate::ImagingError;
use crate::samples::Samples;

/// Eight samples of one bit to a byte, the first in the lowest bit (PS3.5 8.1.1).
pub(super) fn pack_bits(bits: &[u8]) -> Vec<u8> {
    bits.chunks(8).map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit & 1)).collect()
}

/// Samples in so many bytes each; `is_raw` words as they are, the others as their values, with their sign.
pub(super) fn to_bytes(samples: &Samples, width: usize, is_raw: bool) -> Result<Vec<u8>, ImagingError> {
    let wide = |value: i64| value.to_le_bytes().into_iter().take(width);
    Ok(match samples {
        Samples::Bytes(bytes) if width == 1 => bytes.clone(),
        Samples::Bytes(bytes) => bytes.iter().flat_map(|byte| wide(i64::from(*byte))).collect(),
        Samples::Words { words, .. } if is_raw && width == 2 => {
            words.iter().flat_map(|word| word.to_le_bytes()).collect()
        }
        Samples::Words { words, .. } if is_raw => {
            words.iter().flat_map(|word| wide(i64::from(*word))).collect()
        }
        Samples::Words { words, format } => {
            words.iter().flat_map(|word| wide(i64::from(format.value(*word)))).collect()
        }
        // Integers of 32 bits, which a number holds exactly.
        Samples::Numbers(values) if width == 4 => {
            values.iter().flat_map(|value| wide(*value as i64)).collect()
        }
        Samples::Numbers(_) => return Err(ImagingError::UnsupportedPixelFormat),
    })
}

/// Interleaved samples as planes.
pub(super) fn planes(bytes: &[u8], width: usize, samples_per_pixel: usize) -> Vec<u8> {
    let pixel = width * samples_per_pixel;
    let plane = |sample: usize| {
        let at = sample * width;
        bytes.chunks_exact(pixel).flat_map(move |pixel| pixel.get(at..at + width).unwrap_or_default())
    };
    (0..samples_per_pixel).flat_map(plane).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::WordFormat;

    #[test]
    fn bits_planes_and_signs_lie_as_the_standard_says() {
        assert_eq!(pack_bits(&[1, 0, 0, 0, 0, 0, 0, 1, 1]), [0b1000_0001, 1]);
        assert_eq!(planes(&[1, 2, 3, 4, 5, 6], 1, 3), [1, 4, 2, 5, 3, 6]);
        assert_eq!(planes(&[1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0], 2, 3), [1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0]);
        let format = WordFormat { bits_stored: 12, high_bit: 11, signed: true };
        let samples = Samples::Words { words: vec![0x0FFF, 0x07FF], format };
        assert_eq!(to_bytes(&samples, 2, false).unwrap(), [0xFF, 0xFF, 0xFF, 0x07]);
        assert_eq!(to_bytes(&samples, 2, true).unwrap(), [0xFF, 0x0F, 0xFF, 0x07]);
    }
}
