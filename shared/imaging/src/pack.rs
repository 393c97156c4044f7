//! The pack of a series: every frame in one object, with an index, a poster and a contact sheet.
//!
//! The pack begins with the diagnostic frames, written as they come, and ends with the preview layer: all previews, one
//! after the other. One ranged GET makes the series scrollable, and one of the beginning of the layer shows planes
//! through all of it, of every eighth slice. In this order nothing large stays in memory: of 2,000 slices a builder
//! keeps the previews and at most 200 thumbnails.

mod arranged;
mod one_window;
mod preview_order;

use std::io::{self, Write};

use filmless_domain::KeyFrames;
use thiserror::Error;

use crate::ImagingError;
use crate::contact_sheet::{SHEET_COLUMNS, Sampled, contact_sheet};
use crate::diagnostic::DiagnosticFrame;
use crate::index::{
    Diagnostic, DocumentEntry, FrameEntry, MaskEntry, NoteEntry, OtherEntry, OverlayEntry, PreviewEntry,
    PreviewLayer, SegmentPixels, SeriesIndex, ThumbSheet, WithoutPicture,
};
use crate::look_up_table::LookUpTable;
use crate::overlay::OverlayPlane;
use crate::part::{
    DocumentPart, FrameMask, ImageAttributes, InstanceNote, RenderedFrame, RenderedPart, SegmentFrame,
};
use crate::preview::{TILE_SIDE, Thumbnail};

/// The version of the index format.
const INDEX_VERSION: u32 = 2;

/// Collects the instances of one series in display order, and writes their pack into `W`.
#[derive(Debug)]
pub struct SeriesPackBuilder<W = Vec<u8>> {
    index: SeriesIndex,
    pack: W,
    written: u64,
    failed: Option<io::Error>,
    previews: Vec<u8>,
    tiles: Sampled<Thumbnail>,
    poster: Option<(usize, Vec<u8>)>,
    instance: Instance,
}

/// The instance whose parts are being added.
#[derive(Debug, Default)]
struct Instance {
    sop_instance_uid: String,
    key_frames: KeyFrames,
    image: ImageAttributes,
    modality_lut: Option<u32>,
    voi_lut: Option<u32>,
    palette: Option<u32>,
    /// Index of its first frame.
    first: usize,
    /// Planes already in the pack; most are the same on every frame.
    overlays: Vec<(OverlayPlane, OverlayEntry)>,
}

/// What an index says about its series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesDescription {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Series Instance UID.
    pub series_instance_uid: String,
    /// Modality.
    pub modality: String,
    /// Series Number.
    pub series_number: Option<i64>,
    /// Series Description.
    pub series_description: Option<String>,
}

/// What is stored for a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesArtifacts<W = Vec<u8>> {
    /// The pack, or what it was written into.
    pub pack: W,
    /// Bytes of the pack.
    pub pack_bytes: u64,
    /// Its index.
    pub index: SeriesIndex,
    /// One frame as JPEG, at most 640 pixels wide and high; `None` without pictures.
    pub poster_jpeg: Option<Vec<u8>>,
    /// The contact sheet as JPEG; `None` without pictures.
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

impl<W: Write> SeriesPackBuilder<W> {
    /// Starts the pack of one series.
    #[must_use]
    pub fn new(series: SeriesDescription, pack: W) -> Self {
        let index = SeriesIndex {
            version: INDEX_VERSION,
            study_instance_uid: series.study_instance_uid,
            series_instance_uid: series.series_instance_uid,
            modality: series.modality,
            series_number: series.series_number,
            series_description: series.series_description,
            preview_layer: PreviewLayer::default(),
            thumbs: None,
            poster_frame: None,
            tables: Vec::new(),
            frames: Vec::new(),
            documents: Vec::new(),
            others: Vec::new(),
            notes: Vec::new(),
            without_picture: Vec::new(),
        };
        Self {
            index,
            pack,
            written: 0,
            failed: None,
            previews: Vec::new(),
            tiles: Sampled::new(),
            poster: None,
            instance: Instance::default(),
        }
    }

    /// Starts the next instance.
    pub fn start_instance(&mut self, sop_instance_uid: &str, key_frames: KeyFrames) {
        self.place_masks();
        self.instance = Instance {
            sop_instance_uid: sop_instance_uid.to_owned(),
            key_frames,
            first: self.index.frames.len(),
            ..Instance::default()
        };
    }

    /// Adds a part of the current instance.
    pub fn push(&mut self, part: RenderedPart) {
        let sop_instance_uid = self.instance.sop_instance_uid.clone();
        match part {
            // What other jobs give is none of a pack.
            RenderedPart::Metadata(_)
            | RenderedPart::Layout(_)
            | RenderedPart::Native(_)
            | RenderedPart::Picture(_) => {}
            RenderedPart::Image(image) => self.start_image(*image),
            RenderedPart::Frame(frame) => self.push_frame(*frame),
            RenderedPart::Failure(failure) => self.index.without_picture.push(WithoutPicture {
                sop_instance_uid,
                code: failure.error.code().to_owned(),
                frame: Some(failure.frame),
            }),
            RenderedPart::Note(InstanceNote { code, count }) => {
                self.index.notes.push(NoteEntry { sop_instance_uid, code, count });
            }
            RenderedPart::Document(document) => self.push_document(sop_instance_uid, document),
            RenderedPart::Other { sop_class_uid } => {
                let name = filmless_dicom::sop_class_name(&sop_class_uid).map(str::to_owned);
                let pixel_data = None;
                self.index.others.push(OtherEntry { sop_instance_uid, sop_class_uid, name, pixel_data });
            }
            RenderedPart::Segment(frame) => self.push_segment(&frame),
            RenderedPart::NoPicture { code } => {
                self.index.without_picture.push(WithoutPicture { sop_instance_uid, code, frame: None });
            }
        }
    }

    /// Closes the pack.
    ///
    /// # Errors
    /// [`PackError`] if the poster or contact sheet cannot be encoded, or if any write failed.
    pub fn finish(mut self) -> Result<SeriesArtifacts<W>, PackError> {
        self.place_masks();
        let mut previews = std::mem::take(&mut self.previews);
        let is_redrawn = self.share_window(&mut previews)?;
        let moved = self.arrange();
        let poster = match self.poster.take().map(|(place, jpeg)| (place, moved[place], jpeg)) {
            // It was the middle one in file order, but in display order another one is, or the middle one of a volume.
            Some((from, to, _))
                if !self.index.frames[to].is_key
                    && (from != to || self.middle_of_volumes().is_some_and(|middle| middle != to)) =>
            {
                self.poster_of_preview(&previews)?
            }
            Some((_, to, jpeg)) => Some((to, jpeg)),
            None => self.poster_of_preview(&previews)?,
        };
        let tiles = self.thumbnails(&moved, &previews, is_redrawn)?;
        self.index.preview_layer = PreviewLayer { offset: self.written, length: previews.len() as u64 };
        self.write_previews(&previews);
        if self.failed.is_none() {
            self.failed = self.pack.flush().err();
        }
        if let Some(error) = self.failed {
            return Err(PackError::Write(error));
        }
        self.index.poster_frame = poster.as_ref().map(|(place, _)| *place as u32);
        let mut thumbs_jpeg = None;
        if !tiles.is_empty() {
            thumbs_jpeg = Some(contact_sheet(&tiles)?);
            let frames = tiles.iter().map(|(place, _)| *place as u32).collect();
            self.index.thumbs = Some(ThumbSheet { tile: TILE_SIDE, columns: SHEET_COLUMNS, frames });
        }
        Ok(SeriesArtifacts {
            pack: self.pack,
            pack_bytes: self.written,
            index: self.index,
            poster_jpeg: poster.map(|(_, jpeg)| jpeg),
            thumbs_jpeg,
        })
    }

    /// A failed write is reported once, when the pack is closed.
    fn write(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.pack.write_all(bytes).err();
            self.written += bytes.len() as u64;
        }
    }

    fn start_image(&mut self, mut image: ImageAttributes) {
        self.instance.modality_lut = image.modality_lut.take().map(|table| self.table(table));
        self.instance.voi_lut = image.voi_lut.take().map(|table| self.table(table));
        self.instance.palette = image.palette.take().map(|table| self.table(table));
        self.instance.image = image;
    }

    /// The place of a table; the instances of a series usually share theirs.
    fn table(&mut self, table: LookUpTable) -> u32 {
        let tables = &mut self.index.tables;
        let place = tables.iter().position(|known| *known == table).unwrap_or_else(|| {
            tables.push(table);
            tables.len() - 1
        });
        place as u32
    }

    fn push_frame(&mut self, frame: RenderedFrame) {
        let place = self.index.frames.len();
        if let Some(thumbnail) = frame.thumbnail {
            self.tiles.offer(place, || thumbnail);
        }
        if let Some(jpeg) = frame.poster_jpeg {
            self.poster.get_or_insert((place, jpeg.into_vec()));
        }
        let diagnostic = frame.diagnostic.map(|frame| self.push_diagnostic(frame));
        let overlays = frame.overlays.into_iter().map(|plane| self.push_overlay(plane)).collect();
        let Instance { sop_instance_uid, key_frames, image, .. } = &self.instance;
        self.index.frames.push(FrameEntry {
            sop_instance_uid: sop_instance_uid.clone(),
            frame: frame.frame,
            rows: image.rows,
            columns: image.columns,
            preview: PreviewEntry {
                offset: self.previews.len() as u64,
                length: frame.preview.webp.len() as u64,
                width: frame.preview.width,
                height: frame.preview.height,
                media_type: "image/webp".to_owned(),
            },
            diagnostic,
            bits_stored: image.bits_stored,
            photometric_interpretation: image.photometric_interpretation.clone(),
            place: None,
            is_key: key_frames.contains(frame.frame),
            modality_lut: self.instance.modality_lut,
            voi_lut: self.instance.voi_lut,
            palette: self.instance.palette,
            overlays,
            mask: frame.mask.map(MaskEntry::numbered),
            view: frame.view,
        });
        self.previews.extend_from_slice(&frame.preview.webp);
    }

    fn push_diagnostic(&mut self, frame: DiagnosticFrame) -> Diagnostic {
        let offset = self.written;
        self.write(&frame.bytes);
        Diagnostic {
            offset,
            length: frame.bytes.len() as u64,
            transfer_syntax_uid: frame.transfer_syntax_uid,
            media_type: frame.media_type,
            photometric_interpretation: frame.photometric_interpretation,
            samples_per_pixel: frame.samples_per_pixel,
            bits_per_sample: frame.bits_per_sample,
            sample_type: frame.sample_type,
            resolutions: frame.resolutions,
        }
    }

    fn push_overlay(&mut self, plane: OverlayPlane) -> OverlayEntry {
        if let Some((_, entry)) = self.instance.overlays.iter().find(|(known, _)| *known == plane) {
            return entry.clone();
        }
        let entry = OverlayEntry {
            offset: self.written,
            length: plane.deflated.len() as u64,
            rows: plane.rows,
            columns: plane.columns,
            origin: plane.origin,
            label: plane.label.clone(),
        };
        self.write(&plane.deflated);
        self.instance.overlays.push((plane, entry.clone()));
        entry
    }

    fn push_segment(&mut self, frame: &SegmentFrame) {
        let (offset, bits_allocated) = (self.written, frame.bits_allocated);
        self.write(&frame.deflated);
        if let Some(other) = self.index.others.last_mut() {
            let new = || SegmentPixels { offset, bits_allocated, lengths: Vec::new() };
            other.pixel_data.get_or_insert_with(new).lengths.push(frame.deflated.len() as u64);
        }
    }

    fn push_document(&mut self, sop_instance_uid: String, document: DocumentPart) {
        let entry = DocumentEntry {
            sop_instance_uid,
            kind: document.kind,
            title: document.title,
            lacks: document.lacks,
            media_type: document.media_type,
            offset: self.written,
            length: document.bytes.len() as u64,
        };
        self.write(&document.bytes);
        self.index.documents.push(entry);
    }

    /// Turns the frame numbers of masks into places, once all frames of the instance are known. A mask without a
    /// picture cannot be subtracted.
    fn place_masks(&mut self) {
        let frames = &mut self.index.frames[self.instance.first..];
        let numbers: Vec<u32> = frames.iter().map(|entry| entry.frame).collect();
        for entry in frames {
            let Some(mask) = &mut entry.mask else { continue };
            let place =
                |number| numbers.binary_search(number).ok().map(|at| (self.instance.first + at) as u32);
            match mask.frames.iter().map(place).collect() {
                Some(places) => mask.frames = places,
                None => entry.mask = None,
            }
        }
    }
}

impl MaskEntry {
    /// Keeps frame numbers for now, because the mask may come after the frame.
    fn numbered(mask: FrameMask) -> Self {
        Self { frames: mask.frames, shift: mask.shift, is_default: mask.is_default, window: mask.window }
    }
}
