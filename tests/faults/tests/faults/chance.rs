//! Repeatable chance: everything random in a run follows from its seed.

use std::sync::Mutex;

use filmless_store::port::{PortError, Randomness};

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for such choices.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// `stream` separates choices for different purposes, so that one more fault does not change the scenario.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed ^ stream.wrapping_mul(0xA076_1D64_78BD_642F));
        chance.next();
        chance
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// True in this many of 1,000 cases.
    pub fn per_mille(&mut self, cases: usize) -> bool {
        self.below(1000) < cases
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

/// The secrets of a run.
pub struct SeededRandomness(Mutex<Chance>);

impl SeededRandomness {
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Mutex::new(Chance::new(seed, stream)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), PortError> {
        let mut chance = self.0.lock().unwrap();
        for byte in bytes {
            *byte = chance.next().to_le_bytes()[3];
        }
        Ok(())
    }
}
