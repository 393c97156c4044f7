//! Decoded samples of one frame, before any display rule.

/// Stored values of one frame. Colours are interleaved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Samples {
    /// Unsigned values with at most eight bits.
    Bytes(Vec<u8>),
    /// Words with at most sixteen bits, as stored.
    Words { words: Vec<u16>, format: WordFormat },
    /// Anything wider, and floating point.
    Numbers(Vec<f64>),
}

/// How a stored word becomes a stored value (PS3.5 8.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WordFormat {
    pub bits_stored: u32,
    pub high_bit: u32,
    pub signed: bool,
}

impl WordFormat {
    /// Moves the high bit down, cuts off the bits above it (old overlays use them), extends the sign.
    pub fn value(self, word: u16) -> i32 {
        let shifted = u32::from(word) >> (self.high_bit + 1).saturating_sub(self.bits_stored);
        let masked = shifted & ((1_u32 << self.bits_stored.min(16)) - 1);
        if self.signed && masked >> (self.bits_stored - 1) & 1 == 1 {
            masked as i32 - (1 << self.bits_stored)
        } else {
            masked as i32
        }
    }
}

impl Samples {
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(v) => v.len(),
            Self::Words { words, .. } => words.len(),
            Self::Numbers(v) => v.len(),
        }
    }

    /// Sets the samples from this one on to 0; to black, for luminance and chrominance.
    pub fn blacken(&mut self, first: usize, is_ybr: bool) {
        let rest = first.min(self.len())..;
        match self {
            Self::Bytes(v) => {
                for (place, value) in v[rest].iter_mut().enumerate() {
                    *value = if is_ybr && place % 3 != 0 { 128 } else { 0 };
                }
            }
            Self::Words { words, .. } => words[rest].fill(0),
            Self::Numbers(v) => v[rest].fill(0.0),
        }
    }

    /// Every sample as a number.
    pub fn to_numbers(&self) -> Vec<f64> {
        match self {
            Self::Bytes(v) => v.iter().map(|b| f64::from(*b)).collect(),
            Self::Words { words, format } => words.iter().map(|w| f64::from(format.value(*w))).collect(),
            Self::Numbers(v) => v.clone(),
        }
    }
}

/// Interleaves colour planes: `RRR…GGG…BBB…` becomes `RGBRGB…`.
pub(crate) fn interleave<T: Copy>(planes: &[T], samples_per_pixel: usize) -> Vec<T> {
    let pixels = planes.len() / samples_per_pixel;
    (0..pixels).flat_map(|i| (0..samples_per_pixel).map(move |c| planes[c * pixels + i])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_word_becomes_its_value() {
        for (bits_stored, high_bit, signed, word, expected) in [
            (12, 11, false, 0x7FFF, 0x0FFF),
            (12, 11, true, 0x0FFF, -1),
            (12, 11, true, 0xF7FF, 2047),
            (12, 15, false, 0xABC0, 0xABC),
            (16, 15, true, 0x8000, -32768),
            (16, 15, false, 0xFFFF, 65535),
            (8, 7, false, 0x12FF, 0xFF),
            (1, 0, true, 1, -1),
        ] {
            assert_eq!(WordFormat { bits_stored, high_bit, signed }.value(word), expected);
        }
    }

    #[test]
    fn planes_are_interleaved() {
        assert_eq!(interleave(&[1, 2, 3, 4, 5, 6], 3), [1, 3, 5, 2, 4, 6]);
    }
}
