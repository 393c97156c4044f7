//! One frame as a file that any program shows (PS3.18 8.3.5).

use std::io::Cursor;
use std::ops::ControlFlow;

use filmless_dicom::RangedBytes;
use filmless_domain::Limits;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::display::show;
use crate::head::{read_needed, rescan};
use crate::open_image::OpenImage;
use crate::part::{FrameFailure, Picture, RenderedPart};
use crate::preview::{encode_jpeg, resize, square_size, webp_of};
use crate::viewer::pixel_aspect;
use crate::window::{VoiFunction, VoiWindow, Window};
use crate::{DisplayFrame, ImagingError};

/// Pixels of an enlarged picture, as much as a large screen has. A larger source stays as large as it is.
const ENLARGED_PIXELS_MAX: f64 = 4_194_304.0;

/// Which frame is wanted as a picture, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureJob {
    /// Its number, from 1.
    pub frame: u32,
    /// In this window instead of its default look; colours have none.
    pub window: Option<Window>,
    /// Into what it has to fit.
    pub viewport: Option<Viewport>,
    /// What kind of file.
    pub format: PictureFormat,
    /// 1 to 100; a PNG has none.
    pub quality: u8,
}

/// What kind of file a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// Where a picture has to fit (PS3.18 8.3.5.1.3). Its proportions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Viewport {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The part of the image that is shown; all of it where it is none.
    pub region: Option<SourceRegion>,
    /// Whether a smaller picture is enlarged to fill it.
    pub may_enlarge: bool,
}

/// A part of an image, in its pixels, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRegion {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns; all that follow where it is none.
    pub width: Option<u32>,
    /// Rows; all that follow where it is none.
    pub height: Option<u32>,
    /// Mirrored from left to right.
    pub flip_horizontally: bool,
    /// Mirrored from top to bottom.
    pub flip_vertically: bool,
}

pub(crate) fn picture(
    file: &dyn RangedBytes,
    limits: &Limits,
    job: &PictureJob,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let no_picture = |error: ImagingError| RenderedPart::NoPicture { code: error.code().to_owned() };
    let scanned = read_needed(file, limits);
    let data_set =
        match scanned.as_ref().map_err(|error| *error).and_then(|b| rescan(b, file.total(), limits)) {
            Ok(data_set) => data_set,
            Err(error) => return sink(no_picture(error)),
        };
    let inflated = data_set.bytes();
    let bytes: &dyn RangedBytes = if data_set.transfer_syntax().deflated { &inflated } else { file };
    let image = match OpenImage::new(&data_set, bytes, limits) {
        Ok(image) => image,
        Err(error) => return sink(no_picture(error)),
    };
    sink(match make(image, job) {
        Ok(picture) => RenderedPart::Picture(picture),
        Err(error) => RenderedPart::Failure(FrameFailure { frame: job.frame, error }),
    })
}

fn make(image: OpenImage<'_>, job: &PictureJob) -> Result<Picture, ImagingError> {
    let index = job.frame.checked_sub(1).ok_or(ImagingError::CorruptPixelData)?;
    let attributes = image.attributes(index)?;
    let decoded = image.decode(index)?;
    // Nothing in a picture says that a part of it is missing.
    if image.is_cut(index, &decoded) {
        return Err(ImagingError::CutPixelData);
    }
    let shown = match job.window.as_ref().and_then(voi_window) {
        Some(window) => show(&decoded, &image.image, attributes, Some(window))?.0,
        None => image.with_run().show_decoded(&decoded, attributes)?.0,
    };
    let fitted = match job.viewport {
        Some(viewport) => viewport.fit(&shown, pixel_aspect(attributes))?,
        None => square(&shown, pixel_aspect(attributes))?,
    };
    let bytes = match job.format {
        PictureFormat::Jpeg => encode_jpeg(&fitted, job.quality)?,
        PictureFormat::Png => encode_png(&fitted)?,
        PictureFormat::WebP => webp_of(&fitted, f32::from(job.quality))?,
    };
    Ok(Picture { width: fitted.width, height: fitted.height, bytes: ByteBuf::from(bytes) })
}

/// A width of 0 or less has no meaning, and a number that is none neither.
fn voi_window(window: &Window) -> Option<VoiWindow> {
    let function = match window.function.as_deref() {
        Some("SIGMOID") => VoiFunction::Sigmoid,
        Some("LINEAR_EXACT") => VoiFunction::LinearExact,
        _ => VoiFunction::Linear,
    };
    let Window { center, width, .. } = *window;
    (center.is_finite() && width.is_finite() && width > 0.0).then_some(VoiWindow { center, width, function })
}

fn encode_png(frame: &DisplayFrame) -> Result<Vec<u8>, ImagingError> {
    let colours = if frame.channels == 3 { ExtendedColorType::Rgb8 } else { ExtendedColorType::L8 };
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new(&mut bytes)
        .write_image(&frame.pixels, frame.width, frame.height, colours)
        .map_err(|_| ImagingError::PreviewFailed)?;
    Ok(bytes.into_inner())
}

/// Pixels that are not square become square.
fn square(frame: &DisplayFrame, aspect: f64) -> Result<DisplayFrame, ImagingError> {
    let (width, height) = square_size(frame, aspect);
    resize(frame, width.round() as u32, height.round() as u32)
}

impl Viewport {
    fn fit(&self, frame: &DisplayFrame, aspect: f64) -> Result<DisplayFrame, ImagingError> {
        let region = self.region.map(|region| region.cut(frame)).transpose()?;
        let frame = region.as_ref().unwrap_or(frame);
        let (width, height) = square_size(frame, aspect);
        let scale = (f64::from(self.width) / width).min(f64::from(self.height) / height);
        // Sharper than its source it never becomes, and it keeps others waiting.
        let most = (ENLARGED_PIXELS_MAX / (width * height)).sqrt().max(1.0);
        let scale = scale.min(if self.may_enlarge { most } else { 1.0 });
        let side = |length: f64| (length * scale).round().max(1.0) as u32;
        resize(frame, side(width), side(height))
    }
}

impl SourceRegion {
    fn cut(&self, frame: &DisplayFrame) -> Result<DisplayFrame, ImagingError> {
        let (x, y) = (self.x.min(frame.width), self.y.min(frame.height));
        let width = self.width.unwrap_or(u32::MAX).min(frame.width - x);
        let height = self.height.unwrap_or(u32::MAX).min(frame.height - y);
        if width == 0 || height == 0 {
            return Err(ImagingError::CutPixelData);
        }
        let channels = usize::from(frame.channels);
        let line = frame.width as usize * channels;
        let mut pixels = Vec::with_capacity((width * height) as usize * channels);
        for row in 0..height {
            let row = if self.flip_vertically { height - 1 - row } else { row };
            let start = (y + row) as usize * line + x as usize * channels;
            let cut = frame.pixels.get(start..start + width as usize * channels);
            let cut = cut.ok_or(ImagingError::CorruptPixelData)?;
            if self.flip_horizontally {
                cut.rchunks_exact(channels).for_each(|pixel| pixels.extend_from_slice(pixel));
            } else {
                pixels.extend_from_slice(cut);
            }
        }
        Ok(DisplayFrame { width, height, channels: frame.channels, pixels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: SourceRegion = SourceRegion {
        x: 0,
        y: 0,
        width: None,
        height: None,
        flip_horizontally: false,
        flip_vertically: false,
    };

    fn frame(width: u32, height: u32) -> DisplayFrame {
        let pixels = (0..width * height).map(|place| place as u8).collect();
        DisplayFrame { width, height, channels: 1, pixels }
    }

    #[test]
    fn a_picture_fills_its_viewport_and_keeps_its_proportions() {
        for (size, viewport, may_enlarge, expected) in [
            ((200, 100), (50, 50), true, (50, 25)),
            ((200, 100), (400, 400), true, (400, 200)),
            ((200, 100), (400, 400), false, (200, 100)),
            ((100, 200), (50, 400), true, (50, 100)),
            ((1000, 1), (10, 10), true, (10, 1)),
            ((64, 64), (8192, 8192), true, (2048, 2048)),
            ((3000, 2000), (8192, 8192), true, (3000, 2000)),
        ] {
            let viewport = Viewport { width: viewport.0, height: viewport.1, region: None, may_enlarge };
            let fitted = viewport.fit(&frame(size.0, size.1), 1.0).unwrap();
            assert_eq!((fitted.width, fitted.height), expected, "{size:?} {viewport:?}");
        }
    }

    #[test]
    fn a_region_is_cut_and_mirrored() {
        for (region, expected) in [
            (WHOLE, vec![0, 1, 2, 3, 4, 5]),
            (SourceRegion { x: 1, y: 1, ..WHOLE }, vec![4, 5]),
            (SourceRegion { width: Some(1), ..WHOLE }, vec![0, 3]),
            (SourceRegion { width: Some(99), height: Some(1), ..WHOLE }, vec![0, 1, 2]),
            (SourceRegion { flip_horizontally: true, ..WHOLE }, vec![2, 1, 0, 5, 4, 3]),
            (SourceRegion { flip_vertically: true, ..WHOLE }, vec![3, 4, 5, 0, 1, 2]),
        ] {
            assert_eq!(region.cut(&frame(3, 2)).unwrap().pixels, expected, "{region:?}");
        }
        let outside = SourceRegion { x: 3, ..WHOLE }.cut(&frame(3, 2));
        assert_eq!(outside, Err(ImagingError::CutPixelData));
    }
}
