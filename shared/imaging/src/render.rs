//! Renders one instance from its bytes to its parts.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::thread;

use filmless_dicom::{
    Behind, DataSet, InstanceHeader, InstanceKind, PixelCorrections, RangedBytes, corrected_metadata_json,
    scan_file, sop_class_name,
};
use filmless_domain::Limits;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::ImagingError;
use crate::codec::Decoded;
use crate::diagnostic::{DiagnosticFrame, FrameOrigin, diagnostic};
use crate::display_frame::DisplayFrame;
use crate::document::{report, selection, video};
use crate::frame_source::encoding_of;
use crate::head::{read_needed, rescan};
use crate::open_image::OpenImage;
use crate::overlay::{Overlay, over_frame};
use crate::part::{FrameFailure, ImageAttributes, InstanceNote, NoteCode, RenderedFrame, RenderedPart};
use crate::preview::{PreviewSize, poster, preview_and_thumbnail};
use crate::segmentation::{is_segmentation, segment_frames};
use crate::viewer::{FrameView, pixel_aspect};

/// Most thumbnails of one instance; a contact sheet has no room for more.
const THUMBNAILS_MAX: u32 = 100;

/// Most samples in all frames that are rendered at the same time: larger frames come one after the other.
const AT_ONCE_SAMPLES_MAX: usize = 12 << 20;

/// What to make of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderOptions {
    /// Size of the previews.
    pub preview: PreviewSize,
    /// What to make of each frame.
    pub layers: Layers,
    /// The frame, from 1, to make a poster of.
    pub poster_frame: Option<u32>,
    /// How many frames to render at a time.
    pub threads: u32,
}

/// What to make of each frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layers {
    /// Lossy previews.
    Preview,
    /// Previews, and every frame bit-exact.
    PreviewAndDiagnostic,
}

impl RenderOptions {
    /// Both layers, frame by frame, without a poster.
    #[must_use]
    pub fn new(preview: PreviewSize) -> Self {
        Self { preview, layers: Layers::PreviewAndDiagnostic, poster_frame: None, threads: 1 }
    }
}

/// All parts of an image at once, for tests and measurements.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenderedInstance {
    /// What all frames share.
    pub image: ImageAttributes,
    /// The frames with a picture.
    pub frames: Vec<RenderedFrame>,
    /// The frames without one.
    pub failures: Vec<FrameFailure>,
}

/// Renders a file part by part into `sink`, until the sink breaks. A damaged frame does not affect the others.
pub fn render_file(
    file: &[u8],
    limits: &Limits,
    options: &RenderOptions,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    render_ranged(&file, limits, options, sink)
}

/// Like [`render_file`], for a file that need not fit into memory: of an image that is not deflated, it reads only the
/// header and the frames in work.
pub fn render_ranged(
    file: &dyn RangedBytes,
    limits: &Limits,
    options: &RenderOptions,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let no_picture = |error: ImagingError| RenderedPart::NoPicture { code: error.code().to_owned() };
    let scanned = read_needed(file, limits);
    let data_set = match &scanned {
        Ok(bytes) => rescan(bytes, file.total(), limits),
        Err(error) => Err(*error),
    };
    let data_set = match data_set {
        Ok(data_set) => Behind::read(&data_set, file, limits).join(data_set, limits),
        Err(error) => return sink(no_picture(error)),
    };
    // In a delivery, a file without usable UIDs never gets here, but it may still contain a picture.
    let header = InstanceHeader::from_data_set(&data_set);
    let kind = header.as_ref().map_or(InstanceKind::Image, InstanceHeader::kind);
    let inflated = data_set.bytes();
    let bytes: &dyn RangedBytes = if data_set.transfer_syntax().deflated { &inflated } else { file };
    let image = (kind == InstanceKind::Image).then(|| OpenImage::new(&data_set, bytes, limits));
    let corrections = match &image {
        Some(Ok(image)) => image.corrections(),
        _ => PixelCorrections::default(),
    };
    sink(RenderedPart::Metadata(ByteBuf::from(corrected_metadata_json(&data_set, &corrections))))?;
    match (kind, image) {
        (_, Some(Ok(image))) => image.with_run().render_all(options, sink),
        (_, Some(Err(error))) => sink(no_picture(error)),
        (kind, None) => render_document(kind, (&data_set, bytes), header.ok(), limits, sink),
    }
}

/// What is no image: its header, and the bytes that its values lie in.
fn render_document(
    kind: InstanceKind,
    (data_set, bytes): (&DataSet<'_>, &dyn RangedBytes),
    header: Option<InstanceHeader>,
    limits: &Limits,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let no_picture = |error: ImagingError| RenderedPart::NoPicture { code: error.code().to_owned() };
    match kind {
        InstanceKind::Video => sink(video(data_set, limits).unwrap_or_else(no_picture)),
        InstanceKind::Report => sink(report(data_set, limits).unwrap_or_else(no_picture)),
        InstanceKind::Image | InstanceKind::KeyObjects | InstanceKind::Other => {
            if let Some(selection) = (kind == InstanceKind::KeyObjects).then(|| selection(data_set)).flatten()
            {
                return sink(selection);
            }
            let sop_class_uid = header.map(|header| header.sop_class_uid).unwrap_or_default();
            // Report an image that lost its pixels; a presentation state never had any.
            let is_image = sop_class_name(&sop_class_uid).is_some_and(|name| name.ends_with("Image Storage"));
            if is_image {
                return sink(no_picture(ImagingError::NoPixelData));
            }
            let has_segments = is_segmentation(&sop_class_uid);
            sink(RenderedPart::Other { sop_class_uid })?;
            if !has_segments {
                return ControlFlow::Continue(());
            }
            segment_frames(data_set, bytes, limits, sink)
        }
    }
}

/// Renders the frames of an image and keeps them all in memory.
///
/// # Errors
/// [`ImagingError`] if no frame can be shown.
pub fn render_image(
    file: &[u8],
    limits: &Limits,
    options: &RenderOptions,
) -> Result<RenderedInstance, ImagingError> {
    let data_set = scan_file(file, limits).map_err(ImagingError::Header)?;
    let mut rendered = RenderedInstance::default();
    let bytes = data_set.bytes();
    let _ = OpenImage::new(&data_set, &bytes, limits)?.with_run().render_all(options, &mut |part| {
        match part {
            RenderedPart::Image(image) => rendered.image = *image,
            RenderedPart::Frame(frame) => rendered.frames.push(*frame),
            RenderedPart::Failure(failure) => rendered.failures.push(failure),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    match (rendered.frames.is_empty(), rendered.failures.first()) {
        (true, Some(failure)) => Err(failure.error),
        _ => Ok(rendered),
    }
}

/// Decodes one frame, counted from 1, and shows it at its stored size in its default look.
///
/// # Errors
/// [`ImagingError`] if it cannot be shown.
pub fn display_frame(file: &[u8], limits: &Limits, frame: u32) -> Result<DisplayFrame, ImagingError> {
    let data_set = scan_file(file, limits).map_err(ImagingError::Header)?;
    let bytes = data_set.bytes();
    let opened = OpenImage::new(&data_set, &bytes, limits)?.with_run();
    opened.show(frame.saturating_sub(1))
}

impl OpenImage<'_> {
    /// Renders so many frames at a time as there are threads, and hands them on in order.
    fn render_all(
        &self,
        options: &RenderOptions,
        sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        sink(RenderedPart::Image(Box::new(self.shared())))?;
        for note in self.notes() {
            sink(RenderedPart::Note(note))?;
        }
        let frames = self.image.number_of_frames;
        let in_hand = u32::try_from(AT_ONCE_SAMPLES_MAX / self.image.samples().max(1)).unwrap_or(u32::MAX);
        let at_once = options.threads.min(in_hand).max(1);
        for first in (0..frames).step_by(at_once as usize) {
            for part in self.render_some(first..frames.min(first + at_once), options) {
                sink(part)?;
            }
        }
        match self.cut_frames.load(Ordering::Relaxed) {
            0 => ControlFlow::Continue(()),
            count => sink(RenderedPart::Note(InstanceNote { code: NoteCode::CutPixelData, count })),
        }
    }

    fn render_some(&self, frames: std::ops::Range<u32>, options: &RenderOptions) -> Vec<RenderedPart> {
        if frames.len() == 1 {
            return frames.map(|index| self.part(index, options)).collect();
        }
        thread::scope(|scope| {
            let running: Vec<_> =
                frames.map(|index| (index, scope.spawn(move || self.part(index, options)))).collect();
            let failed = |index| {
                RenderedPart::Failure(FrameFailure {
                    frame: index + 1,
                    error: ImagingError::CorruptPixelData,
                })
            };
            running.into_iter().map(|(index, one)| one.join().unwrap_or_else(|_| failed(index))).collect()
        })
    }

    fn part(&self, index: u32, options: &RenderOptions) -> RenderedPart {
        match self.render(index, options) {
            Ok(frame) => RenderedPart::Frame(Box::new(frame)),
            Err(error) => RenderedPart::Failure(FrameFailure { frame: index + 1, error }),
        }
    }

    /// Makes everything requested of one frame, counted from 0.
    fn render(&self, index: u32, options: &RenderOptions) -> Result<RenderedFrame, ImagingError> {
        let attributes = self.attributes(index)?;
        let decoded = self.decode(index)?;
        let (shown, window) = self.show_decoded(&decoded, attributes)?;
        let aspect = pixel_aspect(attributes);
        let has_thumbnail = index.is_multiple_of(self.image.number_of_frames.div_ceil(THUMBNAILS_MAX));
        let has_poster = options.poster_frame == Some(index + 1);
        let (preview, thumbnail) = preview_and_thumbnail(&shown, aspect, options.preview, has_thumbnail)?;
        let overlays = over_frame(attributes, &decoded.samples);
        if decoded.is_cut() {
            self.cut_frames.fetch_add(1, Ordering::Relaxed);
        }
        Ok(RenderedFrame {
            frame: index + 1,
            preview,
            thumbnail,
            poster_jpeg: if has_poster { Some(ByteBuf::from(poster(&shown, aspect)?)) } else { None },
            diagnostic: match options.layers {
                Layers::Preview => None,
                Layers::PreviewAndDiagnostic => self.diagnostic(index, &decoded)?,
            },
            overlays: overlays.into_iter().filter_map(Overlay::into_plane).collect(),
            mask: self.run.as_ref().and_then(|run| run.mask(attributes)),
            view: FrameView::of_frame(attributes, &self.image, index + 1, window),
        })
    }

    fn diagnostic(&self, index: u32, decoded: &Decoded) -> Result<Option<DiagnosticFrame>, ImagingError> {
        let codestream = self.source.encapsulated_frame(index);
        let syntax = self.data_set.transfer_syntax();
        let origin = FrameOrigin {
            codestream: codestream.as_deref().map(|stream| (stream, encoding_of(stream, syntax))),
            transfer_syntax_uid: self.data_set.transfer_syntax_uid(),
            pixel_tag: self.data_set.pixels().map(|pixels| pixels.tag),
        };
        diagnostic(&origin, decoded, &self.image)
    }
}
