//! The cost of decoding a codestream, beyond its samples.

use super::segment::{COC, COD, Segment};

/// Most packets (layers × precincts × components); each costs its decoder a step.
const PACKETS_MAX: u64 = 4 << 20;
/// Most code-blocks; each costs memory before its first byte. At 32 by 32 samples, this many have a thousand million
/// samples.
const BLOCKS_MAX: u64 = 1 << 20;
/// T.800 table A.15 knows no more halvings than this.
const LEVELS_MAX: u32 = 32;
/// The cost of decoding, beyond the samples.
#[derive(Default)]
pub(super) struct Cost {
    components: u64,
    pub(super) tiles: u64,
    tile_width: u64,
    tile_height: u64,
    layers: u64,
    precincts: u64,
    blocks: u64,
}

impl Cost {
    /// SIZ (T.800 A.5.1); [`crate::markers::jpeg2000_header`] reads the rest of it.
    pub(super) fn read_size(&mut self, body: &[u8]) -> Option<()> {
        let long = |at: usize| Some(u64::from(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?)));
        let (right, bottom) = (long(2)?, long(6)?);
        let (tile_width, tile_height) = (long(18)?.max(1), long(22)?.max(1));
        self.components = u64::from(u16::from_be_bytes(body.get(34..36)?.try_into().ok()?));
        self.tiles = right.div_ceil(tile_width).saturating_mul(bottom.div_ceil(tile_height));
        (self.tile_width, self.tile_height) = (tile_width.min(right), tile_height.min(bottom));
        Some(())
    }

    /// COD and COC (T.800 A.6.1, A.6.2) of all tiles, or of one.
    pub(super) fn add(&mut self, segment: &Segment<'_>, of_one_tile: bool) -> Option<()> {
        let body = segment.body();
        let tiles = if of_one_tile { 1 } else { self.tiles };
        let (times, style) = match segment.marker {
            COD => {
                let layers = u64::from(u16::from_be_bytes([*body.get(2)?, *body.get(3)?]));
                self.layers = self.layers.max(layers);
                (tiles.saturating_mul(self.components), body.get(5..)?)
            }
            COC => (tiles, body.get(if self.components < 257 { 2 } else { 3 }..)?),
            _ => return Some(()),
        };
        let has_precincts = match segment.marker {
            COD => body.first()? & 1 == 1,
            _ => body.get(if self.components < 257 { 1 } else { 2 })? & 1 == 1,
        };
        let &[levels, block_width, block_height, _, _, ref sizes @ ..] = style else { return None };
        let levels = u32::from(levels).min(LEVELS_MAX);
        let block = (u32::from(block_width & 15) + 2, u32::from(block_height & 15) + 2);
        for resolution in 0..=levels {
            let precinct = match sizes.get(resolution as usize) {
                Some(size) if has_precincts => (u32::from(size & 15), u32::from(size >> 4)),
                _ => (15, 15),
            };
            self.add_resolution(levels - resolution, resolution > 0, precinct, block, times);
        }
        Some(())
    }

    fn add_resolution(
        &mut self,
        halvings: u32,
        has_three_bands: bool,
        precinct: (u32, u32),
        block: (u32, u32),
        times: u64,
    ) {
        let side = |length: u64| length.div_ceil(1 << halvings).max(1);
        let (width, height) = (side(self.tile_width), side(self.tile_height));
        let count = |(across, down): (u32, u32)| {
            width.div_ceil(1 << across).saturating_mul(height.div_ceil(1 << down))
        };
        let bands = if has_three_bands { 3 } else { 1 };
        // A code-block ends with its precinct, which is half as large in each of three bands (T.800 B.7).
        let half = u32::from(has_three_bands);
        let smaller = |block: u32, precinct: u32| block.min(precinct.saturating_sub(half)) + half;
        let blocks = count((smaller(block.0, precinct.0), smaller(block.1, precinct.1)));
        self.precincts = self.precincts.saturating_add(count(precinct).saturating_mul(times));
        self.blocks = self.blocks.saturating_add(blocks.saturating_mul(bands).saturating_mul(times));
    }

    pub(super) fn is_too_high(&self) -> bool {
        self.precincts.saturating_mul(self.layers.max(1)) > PACKETS_MAX || self.blocks > BLOCKS_MAX
    }
}
