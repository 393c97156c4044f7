//! An image whose attributes were checked, and whose frames are decoded when they are needed.

use std::sync::atomic::AtomicU64;

use filmless_dicom::{DataSet, PixelEncoding, RangedBytes};
use filmless_domain::Limits;

use crate::ImagingError;
use crate::codec::{Decoded, decode_frame, is_cut, missing_bytes, stream_header};
use crate::display::show;
use crate::display_frame::DisplayFrame;
use crate::frame_source::{FrameSource, encoding_of};
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::overlay;
use crate::part::{ImageAttributes, InstanceNote, NoteCode};
use crate::subtraction::SubtractedRun;
use crate::tables::FrameTables;
use crate::window::VoiWindow;

/// A file whose image attributes were checked.
pub(crate) struct OpenImage<'d> {
    pub data_set: &'d DataSet<'d>,
    pub image: ImagePixel,
    pub source: FrameSource<'d>,
    pub attributes: Vec<FrameAttributes<'d>>,
    pub run: Option<SubtractedRun>,
    /// Number of Frames.
    pub declared_frames: u32,
    /// The codestream has another size than the header says.
    pub is_resized: bool,
    /// Bits of a sample of the first codestream; none where it does not say.
    pub precision: Option<u32>,
    /// Frames whose codestream ends before its picture does.
    pub cut_frames: AtomicU64,
}

impl<'d> OpenImage<'d> {
    pub fn new(
        data_set: &'d DataSet<'d>,
        bytes: &'d dyn RangedBytes,
        limits: &Limits,
    ) -> Result<Self, ImagingError> {
        // No byte of pixels is one thing that is missing, not one in every frame.
        if data_set.pixels().is_none_or(|pixels| pixels.length == Some(0)) {
            return Err(ImagingError::NoPixelData);
        }
        if data_set.transfer_syntax().pixels == PixelEncoding::Video {
            return Err(ImagingError::Video);
        }
        let mut image = ImagePixel::from_data_set(data_set, limits)?;
        let source = FrameSource::of(data_set, bytes, &image)?;
        let declared_frames = image.number_of_frames;
        if let FrameSource::Encapsulated { frames, .. } = &source {
            image.number_of_frames = u32::try_from(frames.len()).unwrap_or(u32::MAX);
            if image.number_of_frames > limits.frames_max {
                return Err(ImagingError::TooManyFrames);
            }
        }
        let header = source.encapsulated_frame(0).and_then(|codestream| {
            let encoding = encoding_of(&codestream, data_set.transfer_syntax());
            stream_header(&codestream, encoding).map(|header| (header, encoding))
        });
        let is_resized = header.is_some_and(|(header, encoding)| {
            image.follow(header, encoding == PixelEncoding::JpegDct, limits)
        });
        let precision = header.map(|(header, _)| header.precision);
        let attributes = FrameAttributes::of_all_frames(data_set, image.number_of_frames);
        let cut_frames = AtomicU64::default();
        Ok(Self {
            data_set,
            image,
            source,
            attributes,
            run: None,
            declared_frames,
            is_resized,
            precision,
            cut_frames,
        })
    }

    /// Prepares what its frames are subtracted from, where they are: that takes some of them.
    pub fn with_run(mut self) -> Self {
        self.run = SubtractedRun::of(&self.image, &self.attributes, &|index| self.decode(index));
        self
    }

    pub fn attributes(&self, index: u32) -> Result<FrameAttributes<'d>, ImagingError> {
        self.attributes.get(index as usize).copied().ok_or(ImagingError::CorruptPixelData)
    }

    pub fn decode(&self, index: u32) -> Result<Decoded, ImagingError> {
        decode_frame(self.data_set, &self.source, &self.image, index)
    }

    /// Whether a part of a frame, counted from 0, is missing from the file or from its codestream.
    pub fn is_cut(&self, index: u32, decoded: &Decoded) -> bool {
        match &self.source {
            FrameSource::Native(pixels) => is_cut(*pixels, &self.image, index),
            FrameSource::Encapsulated { .. } => decoded.is_cut(),
        }
    }

    /// Shows one frame, counted from 0.
    pub fn show(&self, index: u32) -> Result<DisplayFrame, ImagingError> {
        self.show_decoded(&self.decode(index)?, self.attributes(index)?).map(|(shown, _)| shown)
    }

    /// Shows a frame in its default look, which is subtracted where that is recommended. The window is that of the
    /// whole values.
    pub fn show_decoded(
        &self,
        decoded: &Decoded,
        frame: FrameAttributes<'d>,
    ) -> Result<(DisplayFrame, Option<VoiWindow>), ImagingError> {
        let (shown, window) = show(decoded, &self.image, frame, None)?;
        let subtracted = self.run.as_ref().filter(|run| run.is_default()).and_then(|run| {
            let decode = |index| self.decode(index);
            run.show(&decoded.samples, &self.image, frame, &self.attributes, &decode)
        });
        Ok((subtracted.unwrap_or(shown), window))
    }

    pub fn shared(&self) -> ImageAttributes {
        let tables = self.attributes.first().map(|frame| FrameTables::of(*frame, &self.image));
        let FrameTables { modality, voi, palette } = tables.unwrap_or_default();
        ImageAttributes {
            rows: self.image.rows as u32,
            columns: self.image.columns as u32,
            bits_stored: self.image.bits_stored,
            photometric_interpretation: self.image.photometric.clone(),
            modality_lut: modality,
            voi_lut: voi,
            palette,
        }
    }

    /// What a reader has to know besides the pictures.
    pub fn notes(&self) -> impl Iterator<Item = InstanceNote> {
        let (there, declared) = (u64::from(self.image.number_of_frames), u64::from(self.declared_frames));
        let pixels = match &self.source {
            FrameSource::Native(pixels) => missing_bytes(*pixels, &self.image),
            FrameSource::Encapsulated { .. } => 0,
        };
        let overlays = self.attributes.first().map_or(0, |frame| overlay::missing_bytes(*frame));
        [
            (NoteCode::CutPixelData, pixels),
            (NoteCode::CutOverlay, overlays),
            (NoteCode::FewerFrames, declared.saturating_sub(there)),
            (NoteCode::MoreFrames, there.saturating_sub(declared)),
            (NoteCode::SizeOfCodestream, u64::from(self.is_resized)),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(code, count)| InstanceNote { code, count })
    }
}
