//! Takes a JPEG 2000 codestream (ITU-T T.800 annex A) apart and reassembles what a decoder needs.
//!
//! So exactly what was checked is decoded. Segments that only help to skip (TLM, PLM, PLT) or to understand (COM, CRG)
//! never reach a decoder: OpenJPEG 2.5.3 writes past its heap if a TLM segment names fewer tile-parts than follow. The
//! boxes of a JP2 file say nothing that the data set does not (PS3.5 8.2.4).

mod cost;
mod segment;

use std::collections::HashMap;

use self::cost::Cost;
use self::segment::Segment;
use crate::ImagingError;
use crate::markers::has_end;

const START_OF_CODESTREAM: [u8; 2] = [0xFF, 0x4F];
const END_OF_CODESTREAM: [u8; 2] = [0xFF, 0xD9];
const SIZ: u8 = 0x51;
const SOT: u8 = 0x90;
const SOD: u8 = 0x93;
/// Bytes of a start-of-tile-part segment with its marker.
const SOT_BYTES: usize = 12;

/// A codestream reduced to what a decoder needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bare {
    pub bytes: Vec<u8>,
    /// Whether it ends before its picture does.
    pub is_cut: bool,
}

/// Finds the codestream, even in a JP2 file, and copies what is needed of it, within limits on its decoding cost.
///
/// # Errors
/// [`ImagingError::CorruptPixelData`] if there is none, [`ImagingError::CutPixelData`] if it ends before its first
/// data, [`ImagingError::ImageTooLarge`] if it costs too much.
pub(crate) fn bare_codestream(stream: &[u8]) -> Result<Bare, ImagingError> {
    let stream = if stream.starts_with(&START_OF_CODESTREAM) { Some(stream) } else { contiguous(stream) };
    let stream = stream.filter(|s| s.starts_with(&START_OF_CODESTREAM));
    let mut writer = Writer::new(stream.ok_or(ImagingError::CorruptPixelData)?);
    let unreadable =
        if has_end(writer.stream) { ImagingError::CorruptPixelData } else { ImagingError::CutPixelData };
    writer.main_header().ok_or(unreadable)?;
    let tile_parts = writer.tile_parts();
    if writer.cost.is_too_high() {
        return Err(ImagingError::ImageTooLarge);
    }
    let is_cut = writer.is_cut();
    match tile_parts {
        0 if is_cut => Err(ImagingError::CutPixelData),
        0 => Err(ImagingError::CorruptPixelData),
        _ => Ok(Bare { bytes: writer.out, is_cut }),
    }
}

/// The contents of the first contiguous codestream box (T.800 I.4, I.5.4).
fn contiguous(file: &[u8]) -> Option<&[u8]> {
    let mut at = 0_usize;
    loop {
        let head = file.get(at..at.checked_add(8)?)?;
        let (short, kind) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..8]);
        let (skip, end) = match short {
            0 => (8, file.len()),
            1 => {
                let long = u64::from_be_bytes(file.get(at + 8..at + 16)?.try_into().ok()?);
                (16, at.checked_add(usize::try_from(long).ok()?)?)
            }
            length => (8, at.checked_add(length as usize)?),
        };
        if kind == b"jp2c" {
            // A box that ends after the end of the file was cut.
            return file.get(at + skip..end.min(file.len()));
        }
        if end <= at {
            return None;
        }
        at = end;
    }
}

/// Copies a codestream segment by segment.
struct Writer<'s> {
    stream: &'s [u8],
    at: usize,
    out: Vec<u8>,
    cost: Cost,
    parts: TileParts,
}

impl<'s> Writer<'s> {
    fn new(stream: &'s [u8]) -> Self {
        Self {
            stream,
            at: 2,
            out: Vec::with_capacity(stream.len() + 2),
            cost: Cost::default(),
            parts: TileParts::default(),
        }
    }

    /// The next segment of a header; `None` at its end, or if there is none.
    fn segment(&mut self) -> Option<Segment<'s>> {
        loop {
            let [0xFF, marker, rest @ ..] = self.stream.get(self.at..)? else { return None };
            match *marker {
                SOT | SOD | 0xD9 => return None,
                // Reserved, without a length (T.800 table A.1).
                0x30..=0x3F => self.at += 2,
                _ => {
                    let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
                    let end = self.at + 2 + length;
                    let bytes = self.stream.get(self.at..end).filter(|_| length >= 2)?;
                    self.at = end;
                    return Some(Segment { marker: *marker, bytes });
                }
            }
        }
    }

    fn is_at(&self, marker: u8) -> bool {
        self.stream.get(self.at..self.at + 2) == Some(&[0xFF, marker])
    }

    fn main_header(&mut self) -> Option<()> {
        self.out.extend(START_OF_CODESTREAM);
        let size = self.segment().filter(|segment| segment.marker == SIZ)?;
        self.cost.read_size(size.body())?;
        self.out.extend(size.bytes);
        while let Some(segment) = self.segment() {
            if segment.is_needed() {
                self.cost.add(&segment, false)?;
                self.out.extend(segment.bytes);
            }
        }
        self.is_at(SOT).then_some(())
    }

    /// Copies tile-parts as far as they can be followed, and counts them.
    fn tile_parts(&mut self) -> usize {
        let mut count = 0;
        while self.is_at(SOT) && !self.cost.is_too_high() {
            let (start, written) = (self.at, self.out.len());
            if self.tile_part().is_none() {
                self.out.truncate(written);
                self.at = start;
                break;
            }
            count += 1;
        }
        let brought_its_end = self.at == self.stream.len() && self.out.ends_with(&END_OF_CODESTREAM);
        let was_cut = self.at > self.stream.len();
        if !brought_its_end && !was_cut {
            self.out.extend(END_OF_CODESTREAM);
        }
        count
    }

    /// Whether the picture continues after the end: a tile-part is longer than the remaining bytes, or, without an end
    /// marker (some encoders write none), one leaves its end open, another one begins, or there are fewer than
    /// announced.
    fn is_cut(&self) -> bool {
        let rest = self.stream.get(self.at..);
        let Some(rest) = rest else { return true };
        let is_ended = rest.starts_with(&END_OF_CODESTREAM) || has_end(self.stream);
        let is_begun = rest.starts_with(&[0xFF, SOT]) || rest == [0xFF];
        !is_ended && (is_begun || self.parts.is_last_open || self.parts.are_missing(self.cost.tiles))
    }

    fn tile_part(&mut self) -> Option<()> {
        let (start, written) = (self.at, self.out.len());
        let head = self.stream.get(start..start + SOT_BYTES)?;
        let declared = u32::from_be_bytes([head[6], head[7], head[8], head[9]]) as usize;
        self.at += SOT_BYTES;
        self.parts.add(head, declared == 0);
        // Only as long as its own segment: it contains nothing.
        if declared == SOT_BYTES {
            return Some(());
        }
        self.out.extend(head);
        while let Some(segment) = self.segment() {
            if segment.is_needed() {
                self.cost.add(&segment, true)?;
                self.out.extend(segment.bytes);
            }
        }
        if !self.is_at(SOD) {
            return None;
        }
        let data = self.at;
        let left_out = (data - start) - (self.out.len() - written);
        let end = match declared {
            // The last one may leave its end open (T.800 A.4.2).
            0 => self.stream.len(),
            _ => start.checked_add(declared).filter(|end| *end >= data + 2)?,
        };
        if declared != 0 {
            let length = u32::try_from(declared - left_out).ok()?.to_be_bytes();
            self.out.get_mut(written + 6..written + 10)?.copy_from_slice(&length);
        }
        self.out.extend(self.stream.get(data..end.min(self.stream.len()))?);
        self.at = end;
        Some(())
    }
}

/// The tile-parts found so far.
#[derive(Default)]
struct TileParts {
    /// By tile: how many there are, and how many are announced (TNsot), if any.
    by_tile: HashMap<[u8; 2], (u32, u32)>,
    /// The last one does not state its length.
    is_last_open: bool,
}

impl TileParts {
    /// SOT (T.800 A.4.2).
    fn add(&mut self, head: &[u8], is_open: bool) {
        let &[_, _, _, _, high, low, _, _, _, _, _, announced] = head else { return };
        let tile = self.by_tile.entry([high, low]).or_default();
        *tile = (tile.0 + 1, tile.1.max(u32::from(announced)));
        self.is_last_open = is_open;
    }

    fn are_missing(&self, tiles: u64) -> bool {
        (self.by_tile.len() as u64) < tiles
            || self.by_tile.values().any(|(there, announced)| there < announced)
    }
}

#[cfg(test)]
mod tests {
    use super::segment::COD;
    use super::*;

    /// A main header with one component and one tile.
    fn header(side: u32, coding: &[u8]) -> Vec<u8> {
        let mut stream = [&START_OF_CODESTREAM[..], &[0xFF, SIZ, 0, 41, 0, 0]].concat();
        for value in [side, side, 0, 0, side, side, 0, 0] {
            stream.extend(value.to_be_bytes());
        }
        stream.extend([0, 1, 7, 1, 1, 0xFF, COD, 0, coding.len() as u8 + 2]);
        stream.extend(coding);
        stream
    }

    fn tile_part(segments: &[u8], data: &[u8]) -> Vec<u8> {
        let length = (SOT_BYTES + segments.len() + 2 + data.len()) as u32;
        [&[0xFF, SOT, 0, 10, 0, 0][..], &length.to_be_bytes(), &[0, 1], segments, &[0xFF, SOD], data].concat()
    }

    const CODING: [u8; 10] = [0, 0, 0, 1, 0, 5, 4, 4, 0, 1];

    #[test]
    fn what_only_helps_to_skip_is_left_out_and_lengths_stay_true() {
        let (skip, comment, packet) = ([0xFF, 0x55, 0, 4, 0, 0], [0xFF, 0x64, 0, 3, 9], [0x80, 0x80]);
        let quantisation = [0xFF, 0x5C, 0, 4, 0x40, 0x40];
        let dirty = [
            header(64, &CODING),
            skip.to_vec(),
            quantisation.to_vec(),
            comment.to_vec(),
            tile_part(&comment, &packet),
            tile_part(&[], &[]),
            END_OF_CODESTREAM.to_vec(),
        ];
        let clean = [
            header(64, &CODING),
            quantisation.to_vec(),
            tile_part(&[], &packet),
            tile_part(&[], &[]),
            END_OF_CODESTREAM.to_vec(),
        ];
        assert_eq!(bare_codestream(&dirty.concat()).map(|bare| bare.bytes), Ok(clean.concat()));
    }

    #[test]
    fn a_box_is_skipped_by_its_length_and_never_looked_into() {
        let inner = [header(64, &CODING), tile_part(&[], &[1]), END_OF_CODESTREAM.to_vec()].concat();
        let whole = Bare { bytes: inner.clone(), is_cut: false };
        let decoy = [header(32, &CODING), tile_part(&[], &[1])].concat();
        let boxed = |kind: &[u8], contents: &[u8]| {
            [&(contents.len() as u32 + 8).to_be_bytes()[..], kind, contents].concat()
        };
        let file = [boxed(b"jP  ", &[13, 10, 0x87, 10]), boxed(b"uuid", &decoy), boxed(b"jp2c", &inner)];
        assert_eq!(bare_codestream(&file.concat()), Ok(whole.clone()));
        let endless = [boxed(b"uuid", &decoy), [&[0; 4][..], b"jp2c", &inner].concat()].concat();
        assert_eq!(bare_codestream(&endless), Ok(whole));
        for cut in 0..endless.len() - 40 {
            let _ = bare_codestream(&endless[..cut]);
        }
        assert_eq!(bare_codestream(&[0; 64]), Err(ImagingError::CorruptPixelData));
    }

    #[test]
    fn what_costs_more_than_its_samples_is_refused() {
        let with = |side, coding: &[u8]| {
            let stream = [header(side, coding), tile_part(&[], &[1]), END_OF_CODESTREAM.to_vec()].concat();
            bare_codestream(&stream).map(|_| ())
        };
        assert_eq!(with(20_000, &CODING), Ok(()));
        let mut layers = [1, 0, 0xFF, 0xFF, 0, 0, 4, 4, 0, 1, 0x44];
        assert_eq!(with(256, &layers), Err(ImagingError::ImageTooLarge));
        layers[3] = 12;
        layers[2] = 0;
        assert_eq!(with(256, &layers), Ok(()));
        let precincts_of_one = [1, 0, 0, 1, 0, 0, 4, 4, 0, 1, 0];
        assert_eq!(with(4096, &precincts_of_one), Err(ImagingError::ImageTooLarge));
        let small_blocks = [0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
        assert_eq!(with(20_000, &small_blocks), Err(ImagingError::ImageTooLarge));
    }

    #[test]
    fn what_a_tile_says_of_itself_counts_too() {
        let coding = [&[0xFF, COD, 0, 13, 1, 0, 0xFF, 0xFF, 0, 0, 4, 4, 0, 1, 0x22][..]].concat();
        let stream = [header(256, &CODING), tile_part(&coding, &[1]), END_OF_CODESTREAM.to_vec()].concat();
        assert_eq!(bare_codestream(&stream), Err(ImagingError::ImageTooLarge));
    }

    #[test]
    fn what_lacks_its_end_marker_alone_is_whole_and_what_lacks_data_is_cut() {
        let (first, second) = (tile_part(&[], &[1; 40]), tile_part(&[], &[2; 40]));
        let is_cut = |stream: &[Vec<u8>]| bare_codestream(&stream.concat()).unwrap().is_cut;
        let announcing = |mut part: Vec<u8>, parts: u8| {
            part[11] = parts;
            part
        };
        let open = |mut part: Vec<u8>| {
            part[6..10].fill(0);
            part
        };
        let main = || header(64, &CODING);
        let end = || END_OF_CODESTREAM.to_vec();
        assert!(!is_cut(&[main(), first.clone()]));
        assert!(!is_cut(&[main(), first.clone(), vec![0]]));
        assert!(!is_cut(&[main(), announcing(first.clone(), 2), second.clone()]));
        assert!(!is_cut(&[main(), open(first.clone()), end()]));
        // Some encoders announce more than they write.
        assert!(!is_cut(&[main(), announcing(first.clone(), 2), end()]));
        assert!(is_cut(&[main(), announcing(first.clone(), 2)]));
        assert!(is_cut(&[main(), open(first.clone())]));
        for there in 1..second.len() {
            assert!(is_cut(&[main(), first.clone(), second[..there].to_vec()]), "{there}");
        }
    }

    #[test]
    fn a_part_that_was_cut_stays_cut() {
        let stream = [header(64, &CODING), tile_part(&[], &[1; 40])].concat();
        let cut = &stream[..stream.len() - 10];
        assert_eq!(bare_codestream(cut), Ok(Bare { bytes: cut.to_vec(), is_cut: true }));
    }
}
