//! The contact sheet of a series: evenly spaced frames on one small JPEG.

use crate::preview::{TILE_SIDE, Thumbnail, encode_jpeg};
use crate::{DisplayFrame, ImagingError};

pub(crate) const TILES_MAX: usize = 100;
pub(crate) const SHEET_COLUMNS: u32 = 10;
const SHEET_QUALITY: u8 = 80;
/// Nearly black, so that the edge of a dark picture stays visible.
const SHEET_BACKGROUND: [u8; 3] = [17, 19, 22];

/// Keeps evenly spaced values of a sequence of unknown length: when it has too many, it drops every other one and from
/// then on takes only every other one.
#[derive(Debug)]
pub(crate) struct Sampled<T> {
    stride: usize,
    offered: usize,
    kept: Vec<(usize, T)>,
}

impl<T> Sampled<T> {
    const KEPT_MAX: usize = 2 * TILES_MAX;

    pub fn new() -> Self {
        Self { stride: 1, offered: 0, kept: Vec::new() }
    }

    pub fn offer(&mut self, place: usize, value: impl FnOnce() -> T) {
        let number = self.offered;
        self.offered += 1;
        if !number.is_multiple_of(self.stride) {
            return;
        }
        self.kept.push((place, value()));
        if self.kept.len() == Self::KEPT_MAX {
            let mut odd = false;
            self.kept.retain(|_| {
                odd = !odd;
                odd
            });
            self.stride *= 2;
        }
    }

    pub fn evenly(self, count_max: usize) -> Vec<(usize, T)> {
        let (count, held) = (self.kept.len().min(count_max), self.kept.len());
        let wanted: Vec<usize> = (0..count).map(|i| i * held / count).collect();
        self.kept.into_iter().enumerate().filter(|(i, _)| wanted.contains(i)).map(|(_, kept)| kept).collect()
    }
}

/// Tiles on a dark background, left to right, top to bottom, each picture centred in its tile.
pub(crate) fn contact_sheet(tiles: &[(usize, Thumbnail)]) -> Result<Vec<u8>, ImagingError> {
    let rows = (tiles.len() as u32).div_ceil(SHEET_COLUMNS);
    let columns = SHEET_COLUMNS.min(tiles.len() as u32);
    let (width, height) = (columns * TILE_SIDE, rows * TILE_SIDE);
    let mut pixels = SHEET_BACKGROUND.repeat((width * height) as usize);
    for (number, (_, tile)) in (0_u32..).zip(tiles) {
        let left = (number % SHEET_COLUMNS) * TILE_SIDE + (TILE_SIDE - tile.width.min(TILE_SIDE)) / 2;
        let top = (number / SHEET_COLUMNS) * TILE_SIDE + (TILE_SIDE - tile.height.min(TILE_SIDE)) / 2;
        for row in 0..tile.height {
            for column in 0..tile.width {
                let from = ((row * tile.width + column) * u32::from(tile.channels)) as usize;
                let to = (((top + row) * width + left + column) * 3) as usize;
                let colour = match tile.pixels.get(from..from + usize::from(tile.channels)) {
                    Some([grey]) => [*grey; 3],
                    Some([r, g, b]) => [*r, *g, *b],
                    _ => return Err(ImagingError::PreviewFailed),
                };
                pixels.get_mut(to..to + 3).ok_or(ImagingError::PreviewFailed)?.copy_from_slice(&colour);
            }
        }
    }
    encode_jpeg(&DisplayFrame { width, height, channels: 3, pixels }, SHEET_QUALITY)
}
