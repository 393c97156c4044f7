//! One pass over the coefficients of a block.

use super::entropy::{Bits, Huffman};
use super::{Block, ZIG_ZAG};

/// The parameters of a scan (T.81 B.2.3).
pub(super) struct Scan {
    pub(super) dc: Option<Huffman>,
    pub(super) ac: Option<Huffman>,
    pub(super) first: usize,
    pub(super) last: usize,
    /// Bit position of the previous scan over these coefficients; 0 in a first scan.
    pub(super) high: u32,
    pub(super) low: u32,
    pub(super) progressive: bool,
}

impl Scan {
    /// T.81 F.2.2.1, G.1.2.1.
    pub(super) fn read_dc(&self, bits: &mut Bits<'_>, block: &mut Block, predicted: &mut i32) -> Option<()> {
        if self.high > 0 {
            block[0] |= (bits.take(1)? << self.low) as i16;
            return Some(());
        }
        let size = u32::from(self.dc.as_ref()?.symbol(bits)?);
        *predicted = predicted.wrapping_add(bits.signed(size.min(16))?);
        block[0] = (*predicted << self.low) as i16;
        Some(())
    }

    /// T.81 F.2.2.2.
    pub(super) fn read_ac_sequential(&self, bits: &mut Bits<'_>, block: &mut Block) -> Option<()> {
        let table = self.ac.as_ref()?;
        let mut k = 1;
        while k <= 63 {
            let symbol = table.symbol(bits)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => break,
                _ => {
                    k += run;
                    *block.get_mut(*ZIG_ZAG.get(k)?)? = bits.signed(size)? as i16;
                    k += 1;
                }
            }
        }
        Some(())
    }

    /// T.81 G.1.2.2.
    pub(super) fn read_ac_first(
        &self,
        bits: &mut Bits<'_>,
        block: &mut Block,
        run_of_ends: &mut u32,
    ) -> Option<()> {
        if *run_of_ends > 0 {
            *run_of_ends -= 1;
            return Some(());
        }
        let table = self.ac.as_ref()?;
        let mut k = self.first;
        while k <= self.last {
            let symbol = table.symbol(bits)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (run, 0) => {
                    *run_of_ends = (1 << run) - 1 + bits.take(run as u32)?;
                    break;
                }
                _ => {
                    k += run;
                    *block.get_mut(*ZIG_ZAG.get(k)?)? = (bits.signed(size)? << self.low) as i16;
                    k += 1;
                }
            }
        }
        Some(())
    }

    /// T.81 G.1.2.3.
    pub(super) fn refine_ac(
        &self,
        bits: &mut Bits<'_>,
        block: &mut Block,
        run_of_ends: &mut u32,
    ) -> Option<()> {
        let bit = 1_i16.checked_shl(self.low)?;
        let mut k = self.first;
        if *run_of_ends == 0 {
            let table = self.ac.as_ref()?;
            while k <= self.last {
                let symbol = table.symbol(bits)?;
                let (mut zeros, size) = (symbol >> 4, symbol & 15);
                let mut new = 0;
                if size == 0 && zeros < 15 {
                    *run_of_ends = (1 << zeros) + bits.take(u32::from(zeros))?;
                    break;
                } else if size > 0 {
                    new = if bits.take(1)? == 1 { bit } else { -bit };
                }
                while k <= self.last {
                    let coefficient = &mut block[ZIG_ZAG[k]];
                    k += 1;
                    if *coefficient != 0 {
                        refine(coefficient, bit, bits)?;
                    } else if zeros == 0 {
                        *coefficient = new;
                        break;
                    } else {
                        zeros -= 1;
                    }
                }
            }
        }
        if *run_of_ends > 0 {
            for position in &ZIG_ZAG[k.min(self.last + 1)..=self.last] {
                if block[*position] != 0 {
                    refine(&mut block[*position], bit, bits)?;
                }
            }
            *run_of_ends -= 1;
        }
        Some(())
    }
}

fn refine(coefficient: &mut i16, bit: i16, bits: &mut Bits<'_>) -> Option<()> {
    if bits.take(1)? == 1 && *coefficient & bit == 0 {
        *coefficient = coefficient.wrapping_add(if *coefficient > 0 { bit } else { -bit });
    }
    Some(())
}
