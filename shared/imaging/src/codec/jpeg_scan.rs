//! Whether the entropy coded data of a JPEG ends before its picture does (ITU-T T.81 F.2, H.2). Decoders fill up what
//! is missing without a word, and an end marker proves nothing.

use super::markers::segment_at;

/// The coded data of so many units may be missing: some writers lose the last byte.
const UNITS_FORGIVEN: u64 = 1;

/// Whether a sequential or lossless Huffman coded JPEG has less data than its picture takes: the rows before are what they
/// were. `None` of what is not understood, such as a progressive one: it is left to the decoder.
pub(crate) fn is_cut(codestream: &[u8]) -> Option<bool> {
    let mut picture = Picture::default();
    let mut at = 2;
    loop {
        let Some((marker, body, end)) = segment_at(codestream, at) else {
            // Whoever found the beginning of a picture misses the scans of its other components.
            let is_unseen = |component: &Component| !component.is_seen;
            return Some(picture.components.iter().any(is_unseen) && picture.was_scanned);
        };
        at = end;
        let understood = match marker {
            0xC0 | 0xC1 | 0xC3 => picture.read_frame(body, if marker == 0xC3 { 1 } else { 8 }),
            0xC4 => picture.read_tables(body),
            0xDD => body.get(..2).map(|b| picture.restart = u64::from(u16::from_be_bytes([b[0], b[1]]))),
            0xDA => match picture.scan(body, codestream.get(at..).unwrap_or_default()) {
                Some((units_missing, bytes)) if units_missing <= UNITS_FORGIVEN => {
                    at += bytes;
                    Some(())
                }
                Some(_) => return Some(true),
                None => None,
            },
            0xC2 | 0xC5..=0xCF => None,
            _ => Some(()),
        };
        understood?;
    }
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
    /// Pixels along a side of a unit: 8, or 1 of lossless processes.
    side: u64,
    components: Vec<Component>,
    /// Of DC (and lossless) and of AC.
    tables: [[Table; 4]; 2],
    /// MCUs between two restart markers.
    restart: u64,
    was_scanned: bool,
}

/// What is coded one after the other: component for component, the tables of a unit.
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

    /// How many MCUs of a scan are missing, and the bytes of the scan.
    fn scan(&mut self, header: &[u8], data: &[u8]) -> Option<(u64, usize)> {
        self.was_scanned = true;
        let wanted = header.get(1..1 + 2 * usize::from(*header.first()?))?;
        let most = |side: fn(&Component) -> u64| self.components.iter().map(side).max();
        let (most_across, most_down) = (most(|c| c.across)?, most(|c| c.down)?);
        let is_interleaved = wanted.len() > 2;
        let (mut units, mut mcus) = (Vec::new(), 0);
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
            mcus = columns * rows;
        }
        missing_mcus(data, &units, mcus, self.restart)
    }
}

/// How many MCUs are not there, and where the scan ends.
fn missing_mcus(data: &[u8], units: &[Unit<'_>], mcus: u64, restart: u64) -> Option<(u64, usize)> {
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    let (mut left, mut missing) = (mcus, 0);
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
        missing += interval - read;
        left -= interval;
        if left > 0 && !bits.restart() {
            missing += left;
            break;
        }
    }
    bits.skip_to_marker();
    Some((missing, bits.at))
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

/// A Huffman table: for every length the first code behind its codes, at the left of 16 bits (T.81 C).
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

/// Bits of a scan; where a marker stands, there are no more.
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

    /// The next 16 bits; behind the end stand zeros.
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

    /// Moves behind a restart marker, if that is what comes next.
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
