//! The pack of a series: every frame in one object, with an index, a poster and a contact sheet.
//!
//! The pack begins with the diagnostic frames, written as they come, and ends with the preview layer: all previews, one
//! after the other, so that one ranged GET makes the series scrollable. In this order nothing large is ever held: of
//! 2,000 slices a builder keeps their previews and at most 200 thumbnails.

use std::io::{self, Write};

use thiserror::Error;

use crate::diagnostic::DiagnosticFrame;
use crate::index::{
    Diagnostic, FrameEntry, PreviewEntry, PreviewLayer, SeriesIndex, ThumbSheet, WithoutPicture,
};
use crate::preview::{TILE_SIDE, Thumbnail, encode_jpeg};
use crate::{DisplayFrame, ImagingError, RenderedFrame, RenderedInstance};

/// The version of the index format.
const INDEX_VERSION: u32 = 1;
const TILES_MAX: usize = 100;
const SHEET_COLUMNS: u32 = 10;
const SHEET_QUALITY: u8 = 80;
/// Nearly black, so that the edge of a dark picture is still seen.
const SHEET_BACKGROUND: [u8; 3] = [17, 19, 22];

/// Collects the instances of one series in display order, and writes their pack into `W`.
#[derive(Debug)]
pub struct SeriesPackBuilder<W = Vec<u8>> {
    index: SeriesIndex,
    pack: W,
    written: u64,
    failed: Option<io::Error>,
    previews: Vec<u8>,
    tiles: Sampled<Thumbnail>,
    posters: Sampled<Poster>,
}

/// What is stored of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesArtifacts<W = Vec<u8>> {
    /// The pack, or what it was written into.
    pub pack: W,
    /// Its index.
    pub index: SeriesIndex,
    /// The middle frame as JPEG, at most 640 pixels wide and high; none without pictures.
    pub poster_jpeg: Option<Vec<u8>>,
    /// The contact sheet as JPEG; none without pictures.
    pub thumbs_jpeg: Option<Vec<u8>>,
}

/// Why a pack could not be closed.
#[derive(Debug, Error)]
pub enum PackError {
    /// Poster or contact sheet cannot be encoded.
    #[error("the poster or the contact sheet of a series could not be made")]
    Pictures(#[from] ImagingError),
    /// The pack cannot be written.
    #[error("the pack of a series could not be written")]
    Write(#[source] io::Error),
}

impl SeriesPackBuilder {
    /// Starts the pack of one series, in memory.
    #[must_use]
    pub fn new(
        study_instance_uid: &str,
        series_instance_uid: &str,
        modality: &str,
        series_number: Option<i64>,
        series_description: Option<&str>,
    ) -> Self {
        let index = SeriesIndex {
            version: INDEX_VERSION,
            study_instance_uid: study_instance_uid.to_owned(),
            series_instance_uid: series_instance_uid.to_owned(),
            modality: modality.to_owned(),
            series_number,
            series_description: series_description.map(str::to_owned),
            preview_layer: PreviewLayer::default(),
            thumbs: None,
            frames: Vec::new(),
            without_picture: Vec::new(),
        };
        Self {
            index,
            pack: Vec::new(),
            written: 0,
            failed: None,
            previews: Vec::new(),
            tiles: Sampled::new(),
            posters: Sampled::new(),
        }
    }

    /// The same, written into a file or an upload as it grows.
    #[must_use]
    pub fn into_writer<W: Write>(self, pack: W) -> SeriesPackBuilder<W> {
        SeriesPackBuilder {
            index: self.index,
            pack,
            written: self.written,
            failed: self.failed,
            previews: self.previews,
            tiles: self.tiles,
            posters: self.posters,
        }
    }
}

impl<W: Write> SeriesPackBuilder<W> {
    /// Adds the next instance: its pictures, or the code of the reason why it has none.
    pub fn push(&mut self, sop_instance_uid: &str, rendered: Result<&RenderedInstance, &str>) {
        let instance = match rendered {
            Ok(instance) => instance,
            Err(code) => return self.push_without_picture(sop_instance_uid, code, None),
        };
        for failure in &instance.failures {
            self.push_without_picture(sop_instance_uid, failure.error.code(), Some(failure.frame));
        }
        if let Some(poster) = poster_of(instance) {
            let middle = instance.frames.len() / 2;
            self.posters.offer(self.index.frames.len() + middle, || poster);
        }
        for frame in &instance.frames {
            self.push_frame(sop_instance_uid, instance, frame);
        }
    }

    /// Closes the pack.
    ///
    /// # Errors
    /// [`PackError`] when poster or contact sheet cannot be encoded, or any write failed.
    pub fn finish(mut self) -> Result<SeriesArtifacts<W>, PackError> {
        let frames = self.index.frames.len();
        self.index.preview_layer = PreviewLayer { offset: self.written, length: self.previews.len() as u64 };
        for entry in &mut self.index.frames {
            entry.preview.offset += self.written;
        }
        let previews = std::mem::take(&mut self.previews);
        self.write(&previews);
        if let Some(error) = self.failed {
            return Err(PackError::Write(error));
        }
        let poster_jpeg = self.posters.nearest(frames / 2).map(Poster::into_jpeg).transpose()?;
        let tiles = self.tiles.evenly(TILES_MAX);
        let mut thumbs_jpeg = None;
        if !tiles.is_empty() {
            thumbs_jpeg = Some(contact_sheet(&tiles)?);
            let frames = tiles.iter().map(|(place, _)| *place as u32).collect();
            self.index.thumbs = Some(ThumbSheet { tile: TILE_SIDE, columns: SHEET_COLUMNS, frames });
        }
        Ok(SeriesArtifacts { pack: self.pack, index: self.index, poster_jpeg, thumbs_jpeg })
    }

    fn push_without_picture(&mut self, sop_instance_uid: &str, code: &str, frame: Option<u32>) {
        let sop_instance_uid = sop_instance_uid.to_owned();
        self.index.without_picture.push(WithoutPicture { sop_instance_uid, code: code.to_owned(), frame });
    }

    /// A failed write is reported once, when the pack is closed.
    fn write(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.pack.write_all(bytes).err();
            self.written += bytes.len() as u64;
        }
    }

    fn push_diagnostic(&mut self, frame: &DiagnosticFrame) -> Diagnostic {
        let offset = self.written;
        self.write(&frame.bytes);
        Diagnostic {
            offset,
            length: frame.bytes.len() as u64,
            transfer_syntax_uid: frame.transfer_syntax_uid.clone(),
            media_type: frame.media_type.clone(),
            photometric_interpretation: frame.photometric_interpretation.clone(),
            samples_per_pixel: frame.samples_per_pixel,
            bits_per_sample: frame.bits_per_sample,
            sample_type: frame.sample_type,
        }
    }

    fn push_frame(&mut self, sop_instance_uid: &str, instance: &RenderedInstance, frame: &RenderedFrame) {
        let place = self.index.frames.len();
        if let Some(thumbnail) = &frame.thumbnail {
            self.tiles.offer(place, || thumbnail.clone());
        }
        let view = frame.view.clone();
        let diagnostic = frame.diagnostic.as_ref().map(|frame| self.push_diagnostic(frame));
        self.index.frames.push(FrameEntry {
            sop_instance_uid: sop_instance_uid.to_owned(),
            frame: frame.frame,
            rows: instance.rows,
            columns: instance.columns,
            preview: PreviewEntry {
                offset: self.previews.len() as u64,
                length: frame.preview.webp.len() as u64,
                width: frame.preview.width,
                height: frame.preview.height,
                media_type: "image/webp".to_owned(),
            },
            diagnostic,
            bits_stored: instance.bits_stored,
            photometric_interpretation: instance.photometric_interpretation.clone(),
            rescale: view.rescale,
            window: view.window,
            presets: view.presets,
            spacing: view.spacing,
            position: view.position,
            orientation: view.orientation,
            slice_position: view.slice_position,
            frame_time_ms: view.frame_time_ms,
        });
        self.previews.extend_from_slice(&frame.preview.webp);
    }
}

/// What a poster can be made from.
#[derive(Debug)]
enum Poster {
    Jpeg(Vec<u8>),
    WebP(Vec<u8>),
}

fn poster_of(instance: &RenderedInstance) -> Option<Poster> {
    let middle = instance.frames.get(instance.frames.len() / 2)?;
    Some(match &instance.poster_jpeg {
        Some(jpeg) => Poster::Jpeg(jpeg.to_vec()),
        None => Poster::WebP(middle.preview.webp.clone()),
    })
}

impl Poster {
    fn into_jpeg(self) -> Result<Vec<u8>, ImagingError> {
        let webp = match self {
            Self::Jpeg(jpeg) => return Ok(jpeg),
            Self::WebP(webp) => webp,
        };
        let decoded = webp::Decoder::new(&webp).decode().ok_or(ImagingError::PreviewFailed)?;
        let channels = if decoded.is_alpha() { 4 } else { 3 };
        let pixels = decoded.chunks_exact(channels).flat_map(|p| [p[0], p[1], p[2]]).collect();
        let frame = DisplayFrame { width: decoded.width(), height: decoded.height(), channels: 3, pixels };
        crate::preview::poster(&frame, 1.0)
    }
}

/// Keeps evenly spaced values of a run whose length is not known beforehand: when too many are held, every other one
/// is dropped and from then on only every other one is taken.
#[derive(Debug)]
struct Sampled<T> {
    stride: usize,
    offered: usize,
    kept: Vec<(usize, T)>,
}

impl<T> Sampled<T> {
    const KEPT_MAX: usize = 2 * TILES_MAX;

    fn new() -> Self {
        Self { stride: 1, offered: 0, kept: Vec::new() }
    }

    fn offer(&mut self, place: usize, value: impl FnOnce() -> T) {
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

    fn nearest(self, place: usize) -> Option<T> {
        self.kept.into_iter().min_by_key(|(kept, _)| kept.abs_diff(place)).map(|(_, value)| value)
    }

    fn evenly(self, count_max: usize) -> Vec<(usize, T)> {
        let (count, held) = (self.kept.len().min(count_max), self.kept.len());
        let wanted: Vec<usize> = (0..count).map(|i| i * held / count).collect();
        self.kept.into_iter().enumerate().filter(|(i, _)| wanted.contains(i)).map(|(_, kept)| kept).collect()
    }
}

/// Tiles on a dark ground, left to right, top to bottom, each picture in the middle of its tile.
fn contact_sheet(tiles: &[(usize, Thumbnail)]) -> Result<Vec<u8>, ImagingError> {
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
