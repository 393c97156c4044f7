//! Colour models (PS3.3 C.7.6.3.1.2): all are converted to RGB with eight bits.

use crate::samples::{Samples, WordFormat};

/// Reduces interleaved samples to eight bits each by cutting the low bits.
pub(crate) fn to_bytes(samples: &Samples, bits_stored: u32) -> Vec<u8> {
    match samples {
        Samples::Bytes(bytes) => bytes.clone(),
        Samples::Words { words, format } => {
            let unsigned = WordFormat { signed: false, ..*format };
            let shift = format.bits_stored.saturating_sub(8);
            words.iter().map(|word| (unsigned.value(*word) >> shift).min(255) as u8).collect()
        }
        Samples::Numbers(values) => {
            let step = f64::from(bits_stored.saturating_sub(8)).exp2();
            values.iter().map(|value| (value / step).clamp(0.0, 255.0) as u8).collect()
        }
    }
}

/// Converts YBR_FULL to RGB in place, with the matrix of C.7.6.3.1.2 in 16 bit fixed point.
pub(crate) fn ybr_full_to_rgb(pixels: &mut [u8]) {
    const HALF: i32 = 1 << 15;
    let scaled = |factor: f64| (factor * 65_536.0).round() as i32;
    let (r_cr, g_cb, g_cr, b_cb) = (scaled(1.402), scaled(-0.344_136), scaled(-0.714_136), scaled(1.772));
    for pixel in pixels.chunks_exact_mut(3) {
        let (y, cb, cr) = (i32::from(pixel[0]) << 16, i32::from(pixel[1]) - 128, i32::from(pixel[2]) - 128);
        let byte = |value: i32| ((value + HALF) >> 16).clamp(0, 255) as u8;
        pixel[0] = byte(y + r_cr * cr);
        pixel[1] = byte(y + g_cb * cb + g_cr * cr);
        pixel[2] = byte(y + b_cb * cb);
    }
}

/// Native YBR_FULL_422: two luminances share one pair of chrominances, `Y Y Cb Cr` (C.7.6.3.1.2).
pub(crate) fn expand_422(packed: &[u8]) -> Vec<u8> {
    packed.chunks_exact(4).flat_map(|q| [q[0], q[2], q[3], q[1], q[2], q[3]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_colours_come_back() {
        for (ybr, rgb) in [
            ([0, 128, 128], [0, 0, 0]),
            ([255, 128, 128], [255, 255, 255]),
            ([76, 85, 255], [254, 0, 0]),
            ([150, 44, 21], [0, 255, 1]),
            ([29, 255, 107], [0, 0, 254]),
        ] {
            let mut pixel = ybr;
            ybr_full_to_rgb(&mut pixel);
            assert!(pixel.iter().zip(rgb).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 1), "{ybr:?} {pixel:?}");
        }
    }

    #[test]
    fn colour_of_many_bits_keeps_its_high_bits() {
        let format = WordFormat { bits_stored: 16, high_bit: 15, signed: false };
        let words = Samples::Words { words: vec![0xFFFF, 0x8000, 0x00FF], format };
        assert_eq!(to_bytes(&words, 16), [255, 128, 0]);
        let numbers = [u32::MAX, 1 << 31, (1 << 24) - 1].map(f64::from).to_vec();
        assert_eq!(to_bytes(&Samples::Numbers(numbers), 32), [255, 128, 0]);
    }
}
