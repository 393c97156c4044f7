//! One instance, from its bytes to its pictures.

use filmless_dicom::{DataSet, PixelEncoding, scan_file};
use filmless_domain::Limits;
use serde::{Deserialize, Serialize};

use crate::ImagingError;
use crate::codec::decode_frame;
use crate::display::{DisplayFrame, show};
use crate::frame_source::FrameSource;
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::preview::{POSTER_SIDE, Preview, PreviewSize, Thumbnail, poster, preview, thumbnail};
use crate::viewer::{FrameView, pixel_aspect};
use crate::window::VoiWindow;

/// Thumbnails that one instance contributes at most; a contact sheet has room for no more.
const THUMBNAILS_MAX: u32 = 100;

/// Everything that a series pack needs of one instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderedInstance {
    /// Rows as stored.
    pub rows: u32,
    /// Columns as stored.
    pub columns: u32,
    /// Bits Stored.
    pub bits_stored: u32,
    /// Photometric Interpretation as stored.
    pub photometric_interpretation: String,
    /// The frames that have a picture.
    pub frames: Vec<RenderedFrame>,
    /// The frames that have none.
    pub failures: Vec<FrameFailure>,
    /// A larger JPEG of the middle frame, where its preview is small.
    pub poster_jpeg: Option<Vec<u8>>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderedFrame {
    /// Number within the instance, from 1.
    pub frame: u32,
    /// The preview.
    pub preview: Preview,
    /// For the contact sheet; of long runs only evenly spaced frames have one.
    pub thumbnail: Option<Thumbnail>,
    /// What a viewer must know.
    pub view: FrameView,
}

/// A frame that cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameFailure {
    /// Number within the instance, from 1.
    pub frame: u32,
    /// Why.
    pub error: ImagingError,
}

/// Decodes every frame of a file and makes its pictures. A damaged frame does not take the others with it.
///
/// # Errors
/// [`ImagingError`] when no frame can be shown.
pub fn render_instance(
    file: &[u8],
    limits: &Limits,
    size: PreviewSize,
) -> Result<RenderedInstance, ImagingError> {
    let data_set = scan_file(file, limits).map_err(ImagingError::Header)?;
    let opened = OpenImage::new(&data_set, limits)?;
    let image = &opened.image;
    let frames = image.number_of_frames;
    let middle = frames / 2;
    let mut rendered = RenderedInstance {
        rows: image.rows as u32,
        columns: image.columns as u32,
        bits_stored: image.bits_stored,
        photometric_interpretation: image.photometric.clone(),
        frames: Vec::new(),
        failures: Vec::new(),
        poster_jpeg: None,
    };
    let stride = frames.div_ceil(THUMBNAILS_MAX);
    for (index, attributes) in (0..frames).zip(&opened.attributes) {
        let pictures = opened.show(index).and_then(|(shown, window)| {
            let aspect = pixel_aspect(*attributes);
            let preview = preview(&shown, aspect, size)?;
            let thumbnail = if index % stride == 0 { Some(thumbnail(&shown, aspect)?) } else { None };
            let enough = POSTER_SIDE.min(shown.width.max(shown.height));
            if index == middle && preview.width.max(preview.height) < enough {
                rendered.poster_jpeg = Some(poster(&shown, aspect)?);
            }
            let view = FrameView::of_frame(*attributes, image, index + 1, window);
            Ok(RenderedFrame { frame: index + 1, preview, thumbnail, view })
        });
        match pictures {
            Ok(frame) => rendered.frames.push(frame),
            Err(error) => rendered.failures.push(FrameFailure { frame: index + 1, error }),
        }
    }
    match (rendered.frames.is_empty(), rendered.failures.first()) {
        (true, Some(failure)) => Err(failure.error),
        _ => Ok(rendered),
    }
}

/// Decodes one frame, counted from 1, and shows it at its stored size in its default look.
///
/// # Errors
/// [`ImagingError`] when it cannot be shown.
pub fn display_frame(file: &[u8], limits: &Limits, frame: u32) -> Result<DisplayFrame, ImagingError> {
    let data_set = scan_file(file, limits).map_err(ImagingError::Header)?;
    let opened = OpenImage::new(&data_set, limits)?;
    opened.show(frame.saturating_sub(1)).map(|(shown, _)| shown)
}

/// A file whose image attributes were checked.
struct OpenImage<'d> {
    data_set: &'d DataSet<'d>,
    image: ImagePixel,
    source: FrameSource<'d>,
    attributes: Vec<FrameAttributes<'d>>,
}

impl<'d> OpenImage<'d> {
    fn new(data_set: &'d DataSet<'d>, limits: &Limits) -> Result<Self, ImagingError> {
        if data_set.pixels().is_none() {
            return Err(ImagingError::NoPixelData);
        }
        if data_set.transfer_syntax().pixels == PixelEncoding::Video {
            return Err(ImagingError::Video);
        }
        let image = ImagePixel::from_data_set(data_set, limits)?;
        let source = FrameSource::of(data_set, &image)?;
        let attributes = FrameAttributes::of_all_frames(data_set, image.number_of_frames);
        Ok(Self { data_set, image, source, attributes })
    }

    /// Shows one frame, counted from 0.
    fn show(&self, index: u32) -> Result<(DisplayFrame, Option<VoiWindow>), ImagingError> {
        let attributes = self.attributes.get(index as usize).ok_or(ImagingError::CorruptPixelData)?;
        let decoded = decode_frame(self.data_set, &self.source, &self.image, index)?;
        show(decoded, &self.image, *attributes)
    }
}
