//! Whether the entropy-coded data of a JPEG ends before its picture does (ITU-T T.81 F.2, H.2). Decoders silently fill
//! in what is missing, and an end marker proves nothing.

use super::Rows;
use crate::markers::{END_OF_IMAGE, segment_at};

/// This many units may lack their coded data: some writers lose the last byte.
const UNITS_FORGIVEN: u64 = 1;

/// How a JPEG ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ending {
    /// The picture is complete.
    Whole,
    /// Its data ends before its picture does.
    Cut {
        /// What is there; no row if that cannot be determined.
        rows: Rows,
        /// The same data with the markers a decoder expects: it fills in what lies between.
        mended: Vec<u8>,
    },
}

/// Whether a sequential or lossless Huffman-coded JPEG has less data than its picture needs; the rows before the end
/// are correct. `None` for what this does not understand, such as a progressive JPEG, which is left to the decoder.
pub(super) fn ending(codestream: &[u8]) -> Option<Ending> {
    let mut picture = Picture::default();
    let mut at = 2;
    loop {
        let Some((marker, body, end)) = segment_at(codestream, at) else {
            // We found the beginning of a picture, but not the scans of its other components.
            let is_unseen = picture.components.iter().any(|component| !component.is_seen);
            let is_cut = is_unseen && picture.was_scanned;
            return Some(if is_cut { cut(codestream, Rows::First(0), &[]) } else { Ending::Whole });
        };
        at = end;
        let understood = match marker {
            0xC0 | 0xC1 | 0xC3 => picture.read_frame(body, if marker == 0xC3 { 1 } else { 8 }),
            0xC4 => picture.read_tables(body),
            0xDD => body.get(..2).map(|b| picture.restart = u64::from(u16::from_be_bytes([b[0], b[1]]))),
            0xDA => {
                let scan = picture.scan(body, codestream.get(at..).unwrap_or_default())?;
                at += scan.bytes;
                if scan.missing > UNITS_FORGIVEN {
                    let are_all_seen = picture.components.iter().all(|component| component.is_seen);
                    let rows = if are_all_seen { scan.rows } else { Rows::First(0) };
                    return Some(cut(
                        codestream.get(..at).unwrap_or(codestream),
                        rows,
                        &scan.restarts_missing,
                    ));
                }
                Some(())
            }
            0xC2 | 0xC5..=0xCF => None,
            _ => Some(()),
        };
        understood?;
    }
}

fn cut(there: &[u8], rows: Rows, restarts_missing: &[u8]) -> Ending {
    // Half a marker.
    let there = there.strip_suffix(&[0xFF]).unwrap_or(there);
    let restarts = restarts_missing.iter().flat_map(|number| [0xFF, 0xD0 + number]);
    let mended = there.iter().copied().chain(restarts).chain(END_OF_IMAGE).collect();
    Ending::Cut { rows, mended }
}

/// What exists of a scan.
struct Scan {
    /// Bytes of its data.
    bytes: usize,
    /// MCUs that are missing.
    missing: u64,
    /// Rows of pixels that are present.
    rows: Rows,
    /// The numbers of the restart markers missing at its end.
    restarts_missing: Vec<u8>,
}

#[derive(Default)]
struct Component {
    id: u8,
    across: u64,
    down: u64,
    is_seen: bool,
}

#[derive(Default)]
struct Picture {
    columns: u64,
    rows: u64,
    /// Pixels along a side of a unit: 8, or 1 in lossless processes.
    side: u64,
    components: Vec<Component>,
    /// For DC (and lossless), and for AC.
    tables: [[Table; 4]; 2],
    /// MCUs between two restart markers.
    restart: u64,
    was_scanned: bool,
}

/// The order of coding: component by component, the tables of a unit.
type Unit<'t> = (&'t Table, Option<&'t Table>);

impl Picture {
    fn read_frame(&mut self, body: &[u8], side: u64) -> Option<()> {
        let &[_, r1, r0, c1, c0, _, ref components @ ..] = body else { return None };
        self.rows = u64::from(u16::from_be_bytes([r1, r0]));
        self.columns = u64::from(u16::from_be_bytes([c1, c0]));
        self.side = side;
        let component = |c: &[u8]| {
            let (across, down) = (u64::from(c[1] >> 4), u64::from(c[1] & 15));
            Component { id: c[0], across, down, is_seen: false }
        };
        self.components = components.chunks_exact(3).map(component).collect();
        let is_sampled =
            self.components.iter().all(|c| (1..=4).contains(&c.across) && (1..=4).contains(&c.down));
        (is_sampled && self.rows > 0 && self.columns > 0).then_some(())
    }

    fn read_tables(&mut self, mut body: &[u8]) -> Option<()> {
        while let [place, rest @ ..] = body {
            let lengths = rest.get(..16)?;
            let count = lengths.iter().map(|n| usize::from(*n)).sum::<usize>();
            let symbols = rest.get(16..16 + count)?;
            let table = self.tables.get_mut(usize::from(place >> 4))?.get_mut(usize::from(place & 15))?;
            *table = Table::new(lengths, symbols);
            body = rest.get(16 + count..)?;
        }
        Some(())
    }

    fn scan(&mut self, header: &[u8], data: &[u8]) -> Option<Scan> {
        self.was_scanned = true;
        let wanted = header.get(1..1 + 2 * usize::from(*header.first()?))?;
        let most = |side: fn(&Component) -> u64| self.components.iter().map(side).max();
        let (most_across, most_down) = (most(|c| c.across)?, most(|c| c.down)?);
        let is_interleaved = wanted.len() > 2;
        let (mut units, mut size, mut height) = (Vec::new(), (0, 0), 0);
        for pair in wanted.chunks_exact(2) {
            let component = self.components.iter_mut().find(|component| component.id == pair[0])?;
            component.is_seen = true;
            let first = self.tables[0].get(usize::from(pair[1] >> 4))?;
            let rest =
                if self.side == 1 { None } else { Some(self.tables[1].get(usize::from(pair[1] & 15))?) };
            let count = if is_interleaved { component.across * component.down } else { 1 };
            units.extend((0..count).map(|_| (first, rest)));
            let (columns, rows) = if is_interleaved {
                (self.columns.div_ceil(self.side * most_across), self.rows.div_ceil(self.side * most_down))
            } else {
                let columns = (self.columns * component.across).div_ceil(most_across).div_ceil(self.side);
                (columns, (self.rows * component.down).div_ceil(most_down).div_ceil(self.side))
            };
            size = (columns, rows);
            height = self.side * if is_interleaved { most_down } else { most_down / component.down };
        }
        let (columns, rows) = size;
        let read = read_mcus(data, &units, columns * rows, self.restart)?;
        let there = (columns * rows - read.missing) / columns.max(1) * height;
        let there = usize::try_from(there.min(self.rows)).ok()?;
        let is_at_end = read.before_first_missing + read.missing == columns * rows;
        Some(Scan {
            bytes: read.bytes,
            missing: read.missing,
            rows: if is_at_end { Rows::First(there) } else { Rows::Some(there) },
            restarts_missing: read.restarts_missing,
        })
    }
}

/// What was read of a scan.
#[derive(Default)]
struct Mcus {
    bytes: usize,
    missing: u64,
    before_first_missing: u64,
    restarts_missing: Vec<u8>,
}

fn read_mcus(data: &[u8], units: &[Unit<'_>], mcus: u64, restart: u64) -> Option<Mcus> {
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    let (mut left, mut found, mut restarts) = (mcus, Mcus::default(), 0_u64);
    while left > 0 {
        let interval = if restart == 0 { left } else { left.min(restart) };
        let mut read = 0;
        while read < interval {
            match mcu(&mut bits, units) {
                Ok(()) => read += 1,
                Err(Stop::End) => break,
                Err(Stop::Unknown) => return None,
            }
        }
        if found.missing == 0 {
            found.before_first_missing += read;
        }
        found.missing += interval - read;
        left -= interval;
        if left > 0 && !bits.restart() {
            found.missing += left;
            let missing = restarts..restarts + left.div_ceil(restart.max(1));
            found.restarts_missing = missing.map(|number| (number % 8) as u8).collect();
            break;
        }
        restarts += 1;
    }
    bits.skip_to_marker();
    found.bytes = bits.at;
    Some(found)
}

enum Stop {
    End,
    Unknown,
}

fn mcu(bits: &mut Bits<'_>, units: &[Unit<'_>]) -> Result<(), Stop> {
    for (first, rest) in units {
        let size = first.symbol(bits)?;
        // A difference of 32768 needs no bits (H.1.2.2).
        bits.skip(if size == 16 { 0 } else { u32::from(size) })?;
        let Some(rest) = rest else { continue };
        let mut place = 1;
        while place < 64 {
            let symbol = rest.symbol(bits)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            match (run, size) {
                (0..15, 0) => break,
                _ => bits.skip(u32::from(size))?,
            }
            place += u32::from(run) + 1;
        }
    }
    Ok(())
}

/// A Huffman table: for each length, the first code after its codes, left-aligned in 16 bits (T.81 C).
#[derive(Default)]
struct Table {
    ends: Vec<(u32, u32, usize)>,
    symbols: Vec<u8>,
}

impl Table {
    fn new(lengths: &[u8], symbols: &[u8]) -> Self {
        let (mut code, mut first) = (0_u32, 0_usize);
        let mut ends = Vec::with_capacity(16);
        for (length, count) in (1_u32..).zip(lengths) {
            let start = code;
            code += u32::from(*count) << (16 - length);
            ends.push((start, code, first));
            first += usize::from(*count);
        }
        Self { ends, symbols: symbols.to_vec() }
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Stop> {
        let next = bits.peek();
        for (length, (start, end, first)) in (1_u32..).zip(&self.ends) {
            if next < *end {
                bits.skip(length)?;
                let place = first + ((next - start) >> (16 - length)) as usize;
                return self.symbols.get(place).copied().ok_or(Stop::Unknown);
            }
        }
        Err(if bits.count < 16 { Stop::End } else { Stop::Unknown })
    }
}

/// The bits of a scan; a marker ends them.
struct Bits<'d> {
    data: &'d [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 48 {
            let byte = match self.data.get(self.at..).unwrap_or_default() {
                [0xFF, 0, ..] => {
                    self.at += 2;
                    0xFF
                }
                [0xFF, ..] | [] => return,
                [byte, ..] => {
                    self.at += 1;
                    *byte
                }
            };
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next 16 bits; zeros after the end.
    fn peek(&mut self) -> u32 {
        if self.count < 16 {
            self.fill();
        }
        let held =
            if self.count >= 16 { self.held >> (self.count - 16) } else { self.held << (16 - self.count) };
        (held & 0xFFFF) as u32
    }

    fn skip(&mut self, bits: u32) -> Result<(), Stop> {
        if self.count < bits {
            self.fill();
        }
        self.count = self.count.checked_sub(bits).ok_or(Stop::End)?;
        Ok(())
    }

    /// Skips a restart marker, if that comes next.
    fn restart(&mut self) -> bool {
        self.skip_to_marker();
        let is_restart = matches!(self.data.get(self.at..), Some([0xFF, 0xD0..=0xD7, ..]));
        self.at += if is_restart { 2 } else { 0 };
        is_restart
    }

    fn skip_to_marker(&mut self) {
        self.count = 0;
        while let [first, rest @ ..] = self.data.get(self.at..).unwrap_or_default() {
            match (*first, rest.first()) {
                (0xFF, Some(0xFF)) => self.at += 1,
                (0xFF, Some(1..)) => return,
                _ => self.at += 1,
            }
        }
    }
}
