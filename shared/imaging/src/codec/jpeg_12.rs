//! DCT based JPEG of twelve bits (ITU-T T.81, extended sequential and progressive, Huffman coded, one component).
//!
//! The decoders at hand stop at eight bits. Radiographs of twelve bits are always grey, which keeps this short: one
//! component, so every scan is non-interleaved (T.81 A.2.2).

use std::f32::consts::PI;

use super::jpeg::decoded_format;
use super::{Decoded, markers::FrameHeader};
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::samples::Samples;

/// More passes over the image than any encoder makes.
const SCANS_MAX: usize = 256;

/// Zig-zag order (T.81 figure A.6).
const ZIG_ZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

type Block = [i16; 64];

pub(crate) fn decode(
    codestream: &[u8],
    header: FrameHeader,
    image: &ImagePixel,
) -> Result<Decoded, ImagingError> {
    let mut decoder = Decoder::new(image.rows, image.columns);
    decoder.read(codestream).ok_or(ImagingError::CorruptPixelData)?;
    let words = decoder.picture(header.precision);
    Ok(Decoded {
        samples: Samples::Words { words, format: decoded_format(header.precision, image) },
        is_rgb: false,
    })
}

/// A Huffman table as the codes' upper bounds by length (T.81 F.2.2.3).
#[derive(Clone)]
struct Huffman {
    /// Past the last code of each length; 0 where there is none.
    limits: [u32; 17],
    /// What to add to a code to find its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    fn new(counts: &[u8], symbols: &[u8]) -> Self {
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

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<u8> {
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

/// Entropy coded bits; ends at a marker (T.81 F.1.2.3).
struct Bits<'c> {
    bytes: &'c [u8],
    at: usize,
    held: u32,
    left: u32,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            if self.left == 0 {
                self.held = u32::from(*self.bytes.get(self.at)?);
                // A byte FF is followed by a stuffed 00; anything else there is a marker.
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
    fn signed(&mut self, size: u32) -> Option<i32> {
        if size == 0 {
            return Some(0);
        }
        let value = self.take(size.min(16))? as i32;
        Some(if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
    }

    fn skip_restart_marker(&mut self) -> Option<()> {
        self.left = 0;
        let at = (self.at..self.bytes.len().min(self.at + 8))
            .find(|at| self.bytes[*at] == 0xFF && matches!(self.bytes.get(at + 1), Some(0xD0..=0xD7)))?;
        self.at = at + 2;
        Some(())
    }
}

/// The parameters of a scan (T.81 B.2.3).
struct Scan {
    dc: Option<Huffman>,
    ac: Option<Huffman>,
    first: usize,
    last: usize,
    /// Bit position of the previous scan over these coefficients; 0 in a first scan.
    high: u32,
    low: u32,
    progressive: bool,
}

struct Decoder {
    rows: usize,
    columns: usize,
    quantisation: [[u16; 64]; 4],
    selected: usize,
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart_interval: usize,
    progressive: bool,
    blocks: Vec<Block>,
}

impl Decoder {
    fn new(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            quantisation: [[1; 64]; 4],
            selected: 0,
            dc: Default::default(),
            ac: Default::default(),
            restart_interval: 0,
            progressive: false,
            blocks: Vec::new(),
        }
    }

    fn read(&mut self, codestream: &[u8]) -> Option<()> {
        let (mut at, mut scans) = (2, 0);
        loop {
            let marker = match codestream.get(at..at + 2) {
                Some([0xFF, 0xFF]) => {
                    at += 1;
                    continue;
                }
                Some([0xFF, marker]) => *marker,
                // A stream without its end marker is taken for whole when it had a scan.
                _ => return (scans > 0).then_some(()),
            };
            at += 2;
            if marker == 0xD9 {
                return (scans > 0).then_some(());
            }
            let length = usize::from(u16::from_be_bytes([*codestream.get(at)?, *codestream.get(at + 1)?]));
            let body = codestream.get(at + 2..at + length.max(2))?;
            at += length.max(2);
            match marker {
                0xDB => self.read_quantisation(body)?,
                0xC1 | 0xC2 => self.read_frame(marker, body)?,
                0xC4 => self.read_huffman(body)?,
                0xDD => {
                    self.restart_interval = usize::from(u16::from_be_bytes([*body.first()?, *body.get(1)?]))
                }
                0xDA => {
                    scans += 1;
                    let scan = self.scan(body).filter(|_| scans <= SCANS_MAX)?;
                    let mut bits = Bits { bytes: codestream, at, held: 0, left: 0 };
                    self.read_scan(&scan, &mut bits)?;
                    at = bits.at;
                }
                _ => {}
            }
        }
    }

    fn read_quantisation(&mut self, mut body: &[u8]) -> Option<()> {
        while let [target, rest @ ..] = body {
            let wide = target >> 4 != 0;
            let bytes = rest.get(..if wide { 128 } else { 64 })?;
            let table = self.quantisation.get_mut(usize::from(target & 15))?;
            for (k, value) in table.iter_mut().enumerate() {
                *value = if wide {
                    u16::from_be_bytes([bytes[2 * k], bytes[2 * k + 1]])
                } else {
                    u16::from(bytes[k])
                };
            }
            body = &rest[bytes.len()..];
        }
        Some(())
    }

    fn read_frame(&mut self, marker: u8, body: &[u8]) -> Option<()> {
        if !self.blocks.is_empty() {
            return None;
        }
        self.progressive = marker == 0xC2;
        self.selected = usize::from(*body.get(8)?) & 3;
        self.blocks = vec![[0; 64]; self.rows.div_ceil(8) * self.columns.div_ceil(8)];
        Some(())
    }

    fn read_huffman(&mut self, mut body: &[u8]) -> Option<()> {
        while let [target, rest @ ..] = body {
            let counts = rest.get(..16)?;
            let total = counts.iter().map(|count| usize::from(*count)).sum::<usize>();
            let table = Huffman::new(counts, rest.get(16..16 + total)?);
            let tables = if target >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(target & 15))? = Some(table);
            body = &rest[16 + total..];
        }
        Some(())
    }

    fn scan(&self, body: &[u8]) -> Option<Scan> {
        let &[1, _, tables, first, last, approximation, ..] = body else { return None };
        let (first, last) = if self.progressive { (usize::from(first), usize::from(last)) } else { (0, 63) };
        let (high, low) = if self.progressive { (approximation >> 4, approximation & 15) } else { (0, 0) };
        if first > last || last > 63 || self.blocks.is_empty() {
            return None;
        }
        Some(Scan {
            dc: self.dc.get(usize::from(tables >> 4))?.clone(),
            ac: self.ac.get(usize::from(tables & 15))?.clone(),
            first,
            last,
            high: u32::from(high),
            low: u32::from(low),
            progressive: self.progressive,
        })
    }

    fn read_scan(&mut self, scan: &Scan, bits: &mut Bits<'_>) -> Option<()> {
        let (mut predicted, mut end_of_band_run) = (0, 0);
        for (number, block) in self.blocks.iter_mut().enumerate() {
            if self.restart_interval > 0 && number > 0 && number % self.restart_interval == 0 {
                bits.skip_restart_marker()?;
                (predicted, end_of_band_run) = (0, 0);
            }
            if scan.first == 0 {
                scan.read_dc(bits, block, &mut predicted)?;
            }
            if !scan.progressive {
                scan.read_ac_sequential(bits, block)?;
            } else if scan.first > 0 && scan.high == 0 {
                scan.read_ac_first(bits, block, &mut end_of_band_run)?;
            } else if scan.first > 0 {
                scan.refine_ac(bits, block, &mut end_of_band_run)?;
            }
        }
        Some(())
    }

    /// Inverse transform of every block, and the level shift (T.81 A.3.3, A.3.1).
    fn picture(&self, precision: u32) -> Vec<u16> {
        let across = self.columns.div_ceil(8);
        let (highest, middle) = (((1_u32 << precision) - 1) as f32, (1_u32 << (precision - 1)) as f32);
        let basis = cosines();
        let mut words = vec![0; self.rows * self.columns];
        for (number, block) in self.blocks.iter().enumerate() {
            let samples = inverse_transform(block, &self.quantisation[self.selected], &basis);
            let (top, left) = (number / across * 8, number % across * 8);
            for (y, row) in samples.chunks_exact(8).enumerate().take(self.rows.saturating_sub(top).min(8)) {
                let width = (self.columns - left).min(8);
                let start = (top + y) * self.columns + left;
                for (word, sample) in words[start..start + width].iter_mut().zip(row) {
                    *word = (sample + middle).round().clamp(0.0, highest) as u16;
                }
            }
        }
        words
    }
}

impl Scan {
    /// T.81 F.2.2.1, G.1.2.1.
    fn read_dc(&self, bits: &mut Bits<'_>, block: &mut Block, predicted: &mut i32) -> Option<()> {
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
    fn read_ac_sequential(&self, bits: &mut Bits<'_>, block: &mut Block) -> Option<()> {
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
    fn read_ac_first(&self, bits: &mut Bits<'_>, block: &mut Block, run_of_ends: &mut u32) -> Option<()> {
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
    fn refine_ac(&self, bits: &mut Bits<'_>, block: &mut Block, run_of_ends: &mut u32) -> Option<()> {
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

/// `basis[frequency][position]` of the one-dimensional transform, with its normalisation.
fn cosines() -> [[f32; 8]; 8] {
    let mut basis = [[0.0; 8]; 8];
    for (frequency, row) in basis.iter_mut().enumerate() {
        let scale = if frequency == 0 { (1.0_f32 / 8.0).sqrt() } else { 0.5 };
        for (position, value) in row.iter_mut().enumerate() {
            *value = scale * ((2 * position + 1) as f32 * frequency as f32 * PI / 16.0).cos();
        }
    }
    basis
}

/// Dequantises (the table is in zig-zag order, the block is not) and transforms columns, then rows.
fn inverse_transform(block: &Block, quantisation: &[u16; 64], basis: &[[f32; 8]; 8]) -> [f32; 64] {
    let mut coefficients = [0.0_f32; 64];
    for (k, position) in ZIG_ZAG.iter().enumerate() {
        coefficients[*position] = f32::from(block[*position]) * f32::from(quantisation[k]);
    }
    let mut columns = [0.0_f32; 64];
    for v in 0..8 {
        for (y, factor) in basis[v].iter().enumerate() {
            for x in 0..8 {
                columns[y * 8 + x] += coefficients[v * 8 + x] * factor;
            }
        }
    }
    let mut samples = [0.0_f32; 64];
    for (row, out) in columns.chunks_exact(8).zip(samples.chunks_exact_mut(8)) {
        for (value, frequency) in row.iter().zip(basis) {
            out.iter_mut().zip(frequency).for_each(|(sample, factor)| *sample += value * factor);
        }
    }
    samples
}
