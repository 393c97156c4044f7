//! Entropy-coded bits and the tables to read them.

/// A Huffman table, stored as the upper bound of the codes of each length (T.81 F.2.2.3).
#[derive(Clone)]
pub(super) struct Huffman {
    /// One past the last code of each length; 0 if there is none.
    limits: [u32; 17],
    /// Added to a code to find its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    pub(super) fn new(counts: &[u8], symbols: &[u8]) -> Self {
        let (mut limits, mut offsets) = ([0; 17], [0; 17]);
        let (mut code, mut first) = (0_u32, 0_u32);
        for length in 1..=16 {
            let count = u32::from(counts[length - 1]);
            offsets[length] = first as i32 - code as i32;
            limits[length] = if count == 0 { 0 } else { code + count };
            code = (code + count) << 1;
            first += count;
        }
        Self { limits, offsets, symbols: symbols.to_vec() }
    }

    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let mut code = 0;
        for length in 1..=16 {
            code = code << 1 | bits.take(1)?;
            if code < self.limits[length] {
                let at = usize::try_from(code as i32 + self.offsets[length]).ok()?;
                return self.symbols.get(at).copied();
            }
        }
        None
    }
}

/// Entropy-coded bits; they end at a marker (T.81 F.1.2.3).
pub(super) struct Bits<'c> {
    bytes: &'c [u8],
    /// The byte after the last one taken.
    pub(super) at: usize,
    held: u32,
    left: u32,
}

impl<'c> Bits<'c> {
    pub(super) fn new(bytes: &'c [u8], at: usize) -> Self {
        Self { bytes, at, held: 0, left: 0 }
    }

    pub(super) fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            if self.left == 0 {
                self.held = u32::from(*self.bytes.get(self.at)?);
                // A byte FF is followed by a stuffed 00; anything else is a marker.
                if self.held == 0xFF {
                    if self.bytes.get(self.at + 1) != Some(&0) {
                        return None;
                    }
                    self.at += 1;
                }
                self.at += 1;
                self.left = 8;
            }
            self.left -= 1;
            value = value << 1 | (self.held >> self.left & 1);
        }
        Some(value)
    }

    /// A value of `size` bits, with the sign in its first bit (T.81 F.2.2.1).
    pub(super) fn signed(&mut self, size: u32) -> Option<i32> {
        if size == 0 {
            return Some(0);
        }
        let value = self.take(size.min(16))? as i32;
        Some(if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
    }

    pub(super) fn skip_restart_marker(&mut self) -> Option<()> {
        self.left = 0;
        let at = (self.at..self.bytes.len().min(self.at + 8))
            .find(|at| self.bytes[*at] == 0xFF && matches!(self.bytes.get(at + 1), Some(0xD0..=0xD7)))?;
        self.at = at + 2;
        Some(())
    }
}
