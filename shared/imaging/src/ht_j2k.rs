//! High-throughput JPEG 2000 for large pictures (ITU-T T.814): a prefix of the codestream is a smaller picture, so a
//! phone shows an X-ray after a tenth of its bytes.
//!
//! The encoder writes one packet per resolution into one tile-part. We cut the tile-part at the packets, because a
//! decoder may stop there (ITU-T T.800 A.4.2).

use std::panic::{AssertUnwindSafe, catch_unwind};

use openjph_core::codestream::Codestream;
use openjph_core::file::MemOutfile;
use openjph_core::types::{Point, Size};

use crate::resolution::Resolution;

/// Number of halvings of the picture.
const DECOMPOSITIONS: u32 = 5;
/// Side of the encoder's code-blocks.
const BLOCK_SIDE: usize = 64;
const START_OF_TILE_PART: [u8; 2] = [0xFF, 0x90];
const START_OF_DATA: [u8; 2] = [0xFF, 0x93];
const END_OF_CODESTREAM: [u8; 2] = [0xFF, 0xD9];

/// A picture with one component.
#[derive(Clone, Copy)]
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    pub bits: u32,
    pub signed: bool,
}

/// Encodes reversibly, and returns the prefix of each resolution. `None` if that fails in any way.
pub(crate) fn encode(values: &[i32], picture: Picture) -> Option<(Vec<u8>, Vec<Resolution>)> {
    let whole = catch_unwind(AssertUnwindSafe(|| encode_whole(values, picture))).ok()??;
    into_tile_parts(&whole, picture)
}

fn encode_whole(values: &[i32], picture: Picture) -> Option<Vec<u8>> {
    let Picture { width, height, bits, signed } = picture;
    let mut codestream = Codestream::new();
    let size = codestream.access_siz_mut();
    size.set_image_extent(Point::new(width, height));
    size.set_num_components(1);
    size.set_comp_info(0, Point::new(1, 1), bits, signed);
    size.set_tile_size(Size::new(width, height));
    let coding = codestream.access_cod_mut();
    coding.set_num_decomposition(DECOMPOSITIONS);
    coding.set_block_dims(BLOCK_SIDE as u32, BLOCK_SIDE as u32);
    coding.set_reversible(true);
    coding.set_color_transform(false);
    coding.set_progression_order("RPCL").ok()?;
    codestream.set_planar(0);
    let mut file = MemOutfile::new();
    codestream.write_headers(&mut file, &[]).ok()?;
    for row in values.chunks_exact(width as usize) {
        codestream.exchange(row, 0).ok()?;
    }
    codestream.flush(&mut file).ok()?;
    Some(file.get_data().to_vec())
}

/// Cuts the single tile-part into one per resolution.
fn into_tile_parts(whole: &[u8], picture: Picture) -> Option<(Vec<u8>, Vec<Resolution>)> {
    let start = tile_part_start(whole)?;
    let mut rest = whole.get(start..)?.strip_prefix(&START_OF_TILE_PART)?.get(10..)?;
    rest = rest.strip_prefix(&START_OF_DATA)?.strip_suffix(&END_OF_CODESTREAM)?;
    let mut out = whole.get(..start)?.to_vec();
    let mut resolutions = Vec::new();
    for (level, Packet { header, body }) in (0..).zip(packets(rest, picture, 0)?) {
        out.extend(START_OF_TILE_PART);
        out.extend([0, 10, 0, 0]);
        out.extend(u32::try_from(header.len() + body.len() + 14).ok()?.to_be_bytes());
        out.extend([level as u8, DECOMPOSITIONS as u8 + 1]);
        out.extend(START_OF_DATA);
        out.extend_from_slice(header);
        out.extend_from_slice(body);
        let (width, height) = size_at(picture, level);
        resolutions.push(Resolution { width: width as u32, height: height as u32, length: out.len() as u64 });
    }
    out.extend(END_OF_CODESTREAM);
    resolutions.last_mut()?.length = out.len() as u64;
    Some((out, resolutions))
}

/// A packet without bytes that do not belong to it.
struct Packet<'p> {
    header: &'p [u8],
    body: &'p [u8],
}

/// The packets from one resolution on. The encoder (openjph-core 0.1.0) sometimes pads a header with one byte too many.
/// So both lengths are tried, until everything after can be read to the last byte.
fn packets(rest: &[u8], picture: Picture, level: u32) -> Option<Vec<Packet<'_>>> {
    if level > DECOMPOSITIONS {
        return rest.is_empty().then(Vec::new);
    }
    let (header, body) = packet_lengths(rest, &bands(picture, level))?;
    let (header, after) = rest.split_at_checked(header)?;
    [0, 1].into_iter().find_map(|superfluous| {
        let (body, rest) = after.get(superfluous..)?.split_at_checked(body)?;
        let mut packets = packets(rest, picture, level + 1)?;
        packets.insert(0, Packet { header, body });
        Some(packets)
    })
}

/// Where the main header ends (T.800 A.3).
fn tile_part_start(whole: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let &[m0, m1, l0, l1, ..] = whole.get(at..)? else { return None };
        if [m0, m1] == START_OF_TILE_PART {
            return Some(at);
        }
        at += 2 + usize::from(u16::from_be_bytes([l0, l1]));
    }
}

/// Width and height of a resolution; 0 is the smallest (T.800 B.5).
fn size_at(picture: Picture, level: u32) -> (usize, usize) {
    let side = |side: u32| (side as usize).div_ceil(1 << (DECOMPOSITIONS - level));
    (side(picture.width), side(picture.height))
}

/// Code-blocks across and down in each non-empty sub-band of a resolution.
fn bands(picture: Picture, level: u32) -> Vec<(usize, usize)> {
    let (width, height) = size_at(picture, level);
    let bands = if level == 0 {
        vec![(width, height)]
    } else {
        let (low_width, low_height) = size_at(picture, level - 1);
        let (high_width, high_height) = (width - low_width, height - low_height);
        vec![(high_width, low_height), (low_width, high_height), (high_width, high_height)]
    };
    let blocks = |(width, height): (usize, usize)| (width.div_ceil(BLOCK_SIDE), height.div_ceil(BLOCK_SIDE));
    bands.into_iter().map(blocks).filter(|(across, down)| across * down > 0).collect()
}

/// Bytes of the header and of the body of the packet that begins here: the header (T.800 B.10) states the bytes of
/// every code-block. There is one layer and one coding pass.
fn packet_lengths(packet: &[u8], bands: &[(usize, usize)]) -> Option<(usize, usize)> {
    let mut bits = Bits { bytes: packet, at: 0, left: 0 };
    let mut body = 0;
    if bits.next()? == 1 {
        for (across, down) in bands {
            let (mut inclusion, mut planes) = (TagTree::new(*across, *down), TagTree::new(*across, *down));
            for block in 0..across * down {
                let place = (block % across, block / across);
                if inclusion.read(&mut bits, place, 1)?.is_none() {
                    continue;
                }
                body += block_length(&mut bits, &mut planes, place)?;
            }
        }
    }
    Some((bits.header_bytes(), body))
}

/// Bytes of an included code-block: after its empty bit-planes and its number of passes, which is one.
fn block_length(bits: &mut Bits<'_>, planes: &mut TagTree, place: (usize, usize)) -> Option<usize> {
    let mut limit = 1;
    while planes.read(bits, place, limit)?.is_none() {
        limit += 1;
    }
    if bits.next()? != 0 {
        return None;
    }
    let mut length_bits = 3;
    while bits.next()? == 1 {
        length_bits += 1;
    }
    (length_bits < 32).then_some(())?;
    (0..length_bits).try_fold(0, |length, _| Some(length << 1 | usize::from(bits.next()?)))
}

/// The bits of a packet header: after a byte 0xFF, the next byte has seven (T.800 B.10.1).
struct Bits<'p> {
    bytes: &'p [u8],
    at: usize,
    left: u32,
}

impl Bits<'_> {
    fn next(&mut self) -> Option<u8> {
        if self.left == 0 {
            let stuffed = self.at > 0 && self.bytes.get(self.at - 1) == Some(&0xFF);
            self.bytes.get(self.at)?;
            self.left = if stuffed { 7 } else { 8 };
            self.at += 1;
        }
        self.left -= 1;
        self.bytes.get(self.at - 1).map(|byte| byte >> self.left & 1)
    }

    /// A header never ends with 0xFF.
    fn header_bytes(&self) -> usize {
        let ends_full = self.at > 0 && self.bytes.get(self.at - 1) == Some(&0xFF);
        self.at + usize::from(ends_full)
    }
}

/// A tag tree (T.800 B.10.2): levels from the leaves to the root, each node with what is known of its value.
struct TagTree(Vec<(usize, Vec<Node>)>);

#[derive(Clone, Copy, Default)]
struct Node {
    at_least: u32,
    is_known: bool,
}

impl TagTree {
    fn new(mut across: usize, mut down: usize) -> Self {
        let mut levels = Vec::new();
        loop {
            levels.push((across, vec![Node::default(); across * down]));
            if across * down <= 1 {
                return Self(levels);
            }
            (across, down) = (across.div_ceil(2), down.div_ceil(2));
        }
    }

    /// Reads until it is known whether a leaf is below a limit, and returns its value if so. The outer `None` means the
    /// bytes ended.
    fn read(&mut self, bits: &mut Bits<'_>, (x, y): (usize, usize), limit: u32) -> Option<Option<u32>> {
        let mut inherited = 0;
        for (level, (across, nodes)) in self.0.iter_mut().enumerate().rev() {
            let node = nodes.get_mut((y >> level) * *across + (x >> level))?;
            node.at_least = node.at_least.max(inherited);
            while !node.is_known && node.at_least < limit {
                if bits.next()? == 1 { node.is_known = true } else { node.at_least += 1 }
            }
            inherited = node.at_least;
            if !node.is_known {
                return Some(None);
            }
        }
        Some(Some(inherited).filter(|value| *value < limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(picture: Picture, value: impl Fn(usize, usize) -> i32) -> Vec<i32> {
        let (width, height) = (picture.width as usize, picture.height as usize);
        (0..height)
            .flat_map(|row| (0..width).map(move |column| (row, column)))
            .map(|(r, c)| value(r, c))
            .collect()
    }

    #[test]
    fn every_prefix_ends_with_a_tile_part() {
        for (width, height) in [(600, 401), (64, 64), (33, 1000), (1, 1)] {
            let picture = Picture { width, height, bits: 12, signed: false };
            let noisy = values(picture, |r, c| ((r * 3 + c * 7 + (r * 31 + c * 17) % 64) % 4096) as i32);
            let (bytes, resolutions) = encode(&noisy, picture).unwrap();
            assert_eq!(resolutions.len(), 6);
            let sizes: Vec<(u32, u32)> = resolutions.iter().map(|r| (r.width, r.height)).collect();
            assert_eq!(sizes[5], (width, height));
            assert_eq!(sizes[0], (width.div_ceil(32), height.div_ceil(32)));
            assert_eq!(resolutions[5].length, bytes.len() as u64);
            for pair in resolutions[..5].windows(2) {
                assert!(pair[0].length < pair[1].length);
                assert_eq!(bytes[pair[0].length as usize..][..2], START_OF_TILE_PART);
            }
        }
    }

    #[test]
    fn cut_packets_have_no_length() {
        let picture = Picture { width: 300, height: 300, bits: 12, signed: false };
        let whole = encode_whole(&values(picture, |r, c| ((r * c) % 4096) as i32), picture).unwrap();
        let start = tile_part_start(&whole).unwrap();
        for cut in 0..whole.len().min(start + 60) {
            assert!(into_tile_parts(&whole[..cut], picture).is_none(), "{cut}");
        }
    }
}
