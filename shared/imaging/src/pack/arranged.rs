//! The end of a pack: puts frames into display order, and makes pictures from their previews.

use std::io::Write;

use super::SeriesPackBuilder;
use super::preview_order::preview_order;
use crate::arrange::arrange;
use crate::contact_sheet::{Sampled, TILES_MAX};
use crate::index::{FrameEntry, PreviewEntry};
use crate::preview::{Thumbnail, thumbnail};
use crate::{DisplayFrame, ImagingError};

impl<W: Write> SeriesPackBuilder<W> {
    /// Puts the frames into display order, and returns where each of them went.
    pub(super) fn arrange(&mut self) -> Vec<usize> {
        let order = arrange(&self.index.frames, &self.index.modality);
        let mut moved = vec![0; order.len()];
        let mut frames: Vec<Option<FrameEntry>> =
            std::mem::take(&mut self.index.frames).into_iter().map(Some).collect();
        for (to, (from, place)) in order.into_iter().enumerate() {
            moved[from] = to;
            if let Some(entry) = frames[from].take() {
                self.index.frames.push(FrameEntry { place, ..entry });
            }
        }
        for mask in self.index.frames.iter_mut().filter_map(|entry| entry.mask.as_mut()) {
            for place in &mut mask.frames {
                *place = moved.get(*place as usize).map_or(*place, |to| *to as u32);
            }
        }
        moved
    }

    /// Writes the previews one after the other, so that a range of them is what a viewer shows next.
    pub(super) fn write_previews(&mut self, previews: &[u8]) {
        let mut frames = std::mem::take(&mut self.index.frames);
        for at in preview_order(&frames) {
            let PreviewEntry { offset, length, .. } = &mut frames[at].preview;
            let start = *offset as usize;
            *offset = self.written;
            self.write(previews.get(start..start + *length as usize).unwrap_or_default());
        }
        self.index.frames = frames;
    }

    /// The tiles of the contact sheet. If previews were redrawn or frames reordered, the thumbnails kept so far are no
    /// longer evenly spaced, and are made again from previews.
    pub(super) fn thumbnails(
        &mut self,
        moved: &[usize],
        previews: &[u8],
        is_redrawn: bool,
    ) -> Result<Vec<(usize, Thumbnail)>, ImagingError> {
        let kept = std::mem::replace(&mut self.tiles, Sampled::new()).evenly(TILES_MAX);
        if !is_redrawn && (moved.is_sorted() || kept.len() == moved.len()) {
            let mut tiles: Vec<_> = kept.into_iter().map(|(place, tile)| (moved[place], tile)).collect();
            tiles.sort_by_key(|(place, _)| *place);
            return Ok(tiles);
        }
        let count = kept.len();
        let places = (0..count).map(|i| i * moved.len() / count);
        places
            .map(|place| {
                let shown = self.decoded_preview(place, previews)?;
                Ok((place, thumbnail(&shown, 1.0)?))
            })
            .collect()
    }

    pub(super) fn decoded_preview(
        &self,
        place: usize,
        previews: &[u8],
    ) -> Result<DisplayFrame, ImagingError> {
        let entry = self.index.frames.get(place).ok_or(ImagingError::PreviewFailed)?;
        let start = entry.preview.offset as usize;
        let webp =
            previews.get(start..start + entry.preview.length as usize).ok_or(ImagingError::PreviewFailed)?;
        let decoded = webp::Decoder::new(webp).decode().ok_or(ImagingError::PreviewFailed)?;
        let channels = if decoded.is_alpha() { 4 } else { 3 };
        let pixels = decoded.chunks_exact(channels).flat_map(|p| [p[0], p[1], p[2]]).collect();
        Ok(DisplayFrame { width: decoded.width(), height: decoded.height(), channels: 3, pixels })
    }

    /// Where there are several volumes, the middle slice of the middle one: the middle frame would be at an edge of the patient.
    pub(super) fn middle_of_volumes(&self) -> Option<usize> {
        let frames = &self.index.frames;
        let volume_of = |frame: &FrameEntry| frame.place.map(|place| (place.plane, place.volume));
        let plane_of = |frame: &FrameEntry| frame.place.map(|place| place.plane);
        let middle = frames.get(frames.len() / 2)?;
        let volume = volume_of(middle)?;
        let is_alone = frames
            .iter()
            .all(|frame| plane_of(frame) != plane_of(middle) || volume_of(frame) == Some(volume));
        let mut own = (0..frames.len()).filter(|at| volume_of(&frames[*at]) == Some(volume));
        let count = own.clone().count();
        own.nth(count / 2).filter(|_| !is_alone)
    }

    /// Makes a poster from the preview of the middle frame, if the requested frame has no picture.
    pub(super) fn poster_of_preview(
        &self,
        previews: &[u8],
    ) -> Result<Option<(usize, Vec<u8>)>, ImagingError> {
        let middle = self.middle_of_volumes().unwrap_or(self.index.frames.len() / 2);
        if middle >= self.index.frames.len() {
            return Ok(None);
        }
        let frame = self.decoded_preview(middle, previews)?;
        Ok(Some((middle, crate::preview::poster(&frame, 1.0)?)))
    }
}
