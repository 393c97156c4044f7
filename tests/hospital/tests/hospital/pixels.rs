//! Marks pixels: each tiny image says whom it shows, in squares that survive lossy compression.

/// Sides of an image and of a square. A square is one JPEG block, so that each block has one colour.
pub const SIDE: usize = 64;
const SQUARE: usize = 8;
pub const WHITE: u16 = 600;

/// What an image says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The examination in which it was taken.
    pub exam: usize,
    /// The person in the scanner.
    pub person: usize,
}

impl Mark {
    fn bits(self) -> u64 {
        let value = (self.exam as u64) << 20 | self.person as u64;
        value << 24 | check_of(value)
    }

    /// The image: 12 bits, one value in 16.
    pub fn draw(self) -> Vec<u16> {
        let bits = self.bits();
        let is_white = |row: usize, column: usize| bits >> (row / SQUARE * 8 + column / SQUARE) & 1 == 1;
        let value = |place: usize| if is_white(place / SIDE, place % SIDE) { WHITE } else { 0 };
        (0..SIDE * SIDE).map(value).collect()
    }

    /// Reads a picture; `None` if it is not one of ours. `value` is the brightness of a pixel, with white as 1.
    pub fn read(value: impl Fn(usize, usize) -> f32) -> Option<Self> {
        let mut bits = 0_u64;
        for square in 0..64 {
            let (row, column) = (square / 8 * SQUARE + SQUARE / 2, square % 8 * SQUARE + SQUARE / 2);
            bits |= u64::from(value(row, column) > 0.5) << square;
        }
        let value = bits >> 24;
        let mark = Self { exam: (value >> 20) as usize, person: (value & 0xF_FFFF) as usize };
        (bits & 0xFF_FFFF == check_of(value)).then_some(mark)
    }

    /// Reads little-endian samples of 16 bits.
    pub fn of_samples(samples: &[u8]) -> Option<Self> {
        if samples.len() != SIDE * SIDE * 2 {
            return None;
        }
        Self::read(|row, column| {
            let at = (row * SIDE + column) * 2;
            f32::from(u16::from_le_bytes([samples[at], samples[at + 1]])) / f32::from(WHITE)
        })
    }

    /// Reads a JPEG of the whole image.
    pub fn of_jpeg(bytes: &[u8]) -> Option<Self> {
        let mut decoder = jpeg_decoder::Decoder::new(bytes);
        let samples = decoder.decode().ok()?;
        let info = decoder.info()?;
        if usize::from(info.width) != SIDE || usize::from(info.height) != SIDE {
            return None;
        }
        let per_pixel = samples.len() / (SIDE * SIDE);
        Self::read(|row, column| f32::from(samples[(row * SIDE + column) * per_pixel]) / 255.0)
    }
}

fn check_of(value: u64) -> u64 {
    (value ^ 0x5A5A).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40
}

#[test]
fn an_image_says_of_whom_it_was_taken() {
    let mark = Mark { exam: 70_123, person: 1_234 };
    let bytes: Vec<u8> = mark.draw().into_iter().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Mark::of_samples(&bytes), Some(mark));
    assert_eq!(Mark::of_samples(&vec![0; bytes.len()]), None);
}
