//! DCT-based JPEG with twelve bits (ITU-T T.81, extended sequential and progressive, Huffman coded, one component).
//!
//! The available decoders stop at eight bits. Radiographs with twelve bits are always grey, which keeps this short: one
//! component, so every scan is non-interleaved (T.81 A.2.2).

mod block;
mod entropy;
mod scan;
mod transform;

use block::{Block, ZIG_ZAG};
use entropy::{Bits, Huffman};
use scan::Scan;
use transform::{cosines, inverse_transform};

use super::Decoded;
use super::decoded::{SCANS_MAX, decoded_format};
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::FrameHeader;
use crate::samples::Samples;

pub(crate) fn decode(
    codestream: &[u8],
    header: FrameHeader,
    image: &ImagePixel,
) -> Result<Decoded, ImagingError> {
    let mut decoder = Decoder::new(image.rows, image.columns);
    decoder.read(codestream).ok_or(ImagingError::CorruptPixelData)?;
    let words = decoder.picture(header.precision);
    let format = decoded_format(header.precision, image);
    Ok(Decoded::new(Samples::Words { words, format }, false))
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
                // A stream without its end marker counts as complete if it had a scan.
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
                    let mut bits = Bits::new(codestream, at);
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
