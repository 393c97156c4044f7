//! One instance, from its bytes to its pictures.

use filmless_dicom::{DataSet, PixelEncoding, scan_file};
use filmless_domain::Limits;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::ImagingError;
use crate::codec::{Decoded, decode_frame};
use crate::diagnostic::{DiagnosticFrame, FrameOrigin, diagnostic};
use crate::display::{DisplayFrame, show};
use crate::frame_source::{FrameSource, encoding_of};
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::preview::{POSTER_SIDE, Preview, PreviewSize, Thumbnail, poster, preview, thumbnail};
use crate::viewer::{FrameView, pixel_aspect};

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
    pub poster_jpeg: Option<ByteBuf>,
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
    /// The bit-exact frame, when it was asked for.
    pub diagnostic: Option<DiagnosticFrame>,
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

/// What is made of each frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layers {
    /// Lossy previews.
    Preview,
    /// Previews, and every frame bit-exact.
    PreviewAndDiagnostic,
}

/// Makes the previews of a file: [`render_layers`] with [`Layers::Preview`].
///
/// # Errors
/// [`ImagingError`] when no frame can be shown.
pub fn render_instance(
    file: &[u8],
    limits: &Limits,
    size: PreviewSize,
) -> Result<RenderedInstance, ImagingError> {
    render_layers(file, limits, size, Layers::Preview)
}

/// Decodes every frame of a file and makes its pictures. A damaged frame does not take the others with it.
///
/// # Errors
/// [`ImagingError`] when no frame can be shown.
pub fn render_layers(
    file: &[u8],
    limits: &Limits,
    size: PreviewSize,
    layers: Layers,
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
    for index in 0..frames {
        let wanted = Wanted { size, layers, thumbnail: index % stride == 0, poster: index == middle };
        match opened.render(index, wanted) {
            Ok((frame, poster)) => {
                rendered.frames.push(frame);
                rendered.poster_jpeg = rendered.poster_jpeg.or(poster);
            }
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
    opened.show(frame.saturating_sub(1))
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

    fn attributes(&self, index: u32) -> Result<FrameAttributes<'d>, ImagingError> {
        self.attributes.get(index as usize).copied().ok_or(ImagingError::CorruptPixelData)
    }

    /// Shows one frame, counted from 0.
    fn show(&self, index: u32) -> Result<DisplayFrame, ImagingError> {
        let decoded = decode_frame(self.data_set, &self.source, &self.image, index)?;
        show(&decoded, &self.image, self.attributes(index)?).map(|(shown, _)| shown)
    }

    /// Everything that is wanted of one frame, counted from 0, and its poster.
    fn render(&self, index: u32, wanted: Wanted) -> Result<(RenderedFrame, Option<ByteBuf>), ImagingError> {
        let attributes = self.attributes(index)?;
        let decoded = decode_frame(self.data_set, &self.source, &self.image, index)?;
        let (shown, window) = show(&decoded, &self.image, attributes)?;
        let aspect = pixel_aspect(attributes);
        let preview = preview(&shown, aspect, wanted.size)?;
        let is_small = preview.width.max(preview.height) < POSTER_SIDE.min(shown.width.max(shown.height));
        let poster =
            if wanted.poster && is_small { Some(ByteBuf::from(poster(&shown, aspect)?)) } else { None };
        let diagnostic = match wanted.layers {
            Layers::Preview => None,
            Layers::PreviewAndDiagnostic => self.diagnostic(index, &decoded)?,
        };
        let frame = RenderedFrame {
            frame: index + 1,
            preview,
            thumbnail: if wanted.thumbnail { Some(thumbnail(&shown, aspect)?) } else { None },
            diagnostic,
            view: FrameView::of_frame(attributes, &self.image, index + 1, window),
        };
        Ok((frame, poster))
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

/// What is wanted of one frame.
#[derive(Clone, Copy)]
struct Wanted {
    size: PreviewSize,
    layers: Layers,
    thumbnail: bool,
    poster: bool,
}
