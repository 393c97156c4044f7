//! Small pictures of a shown frame: preview, thumbnail, poster.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use serde::{Deserialize, Serialize};

use crate::{DisplayFrame, ImagingError};

/// Side of a tile of the contact sheet.
pub(crate) const TILE_SIDE: u32 = 96;
/// Longest side of a poster.
pub(crate) const POSTER_SIDE: u32 = 640;
const PREVIEW_QUALITY: f32 = 80.0;
/// From 0 (fast) to 6 (small): 2 takes three quarters of the time of 4, the default, for previews 4 % larger.
const PREVIEW_METHOD: i32 = 2;
pub(crate) const POSTER_QUALITY: u8 = 80;

/// The largest size of a preview. It is never larger than its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewSize {
    /// Longest side in pixels.
    pub side_max: u32,
}

/// A lossy preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// A WebP file.
    #[serde(with = "serde_bytes")]
    pub webp: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A raw picture for the contact sheet, at most 96 pixels wide and high.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// 1: grey, 3: RGB.
    pub channels: u8,
    /// Interleaved.
    #[serde(with = "serde_bytes")]
    pub pixels: Vec<u8>,
}

/// The preview of a frame whose pixels are `aspect` times as high as wide, and its thumbnail if wanted. The thumbnail
/// is made from the preview if that is large enough, which costs a fraction of making it from the frame.
pub(crate) fn preview_and_thumbnail(
    frame: &DisplayFrame,
    aspect: f64,
    size: PreviewSize,
    has_thumbnail: bool,
) -> Result<(Preview, Option<Thumbnail>), ImagingError> {
    let scaled = fit(frame, aspect, size.side_max)?;
    let thumbnail = match has_thumbnail {
        true if scaled.width.max(scaled.height) >= 2 * TILE_SIDE => Some(thumbnail(&scaled, 1.0)?),
        true => Some(thumbnail(frame, aspect)?),
        false => None,
    };
    Ok((encode_webp(&scaled)?, thumbnail))
}

pub(crate) fn encode_webp(scaled: &DisplayFrame) -> Result<Preview, ImagingError> {
    let webp = webp_of(scaled, PREVIEW_QUALITY)?;
    Ok(Preview { webp, width: scaled.width, height: scaled.height })
}

pub(crate) fn webp_of(scaled: &DisplayFrame, quality: f32) -> Result<Vec<u8>, ImagingError> {
    let rgb: Vec<u8>;
    let pixels = if scaled.channels == 1 {
        rgb = scaled.pixels.iter().flat_map(|grey| [*grey; 3]).collect();
        &rgb
    } else {
        &scaled.pixels
    };
    let mut config = webp::WebPConfig::new().map_err(|()| ImagingError::PreviewFailed)?;
    config.quality = quality;
    config.method = PREVIEW_METHOD;
    let webp = webp::Encoder::from_rgb(pixels, scaled.width, scaled.height)
        .encode_advanced(&config)
        .map_err(|_| ImagingError::PreviewFailed)?;
    Ok(webp.to_vec())
}

pub(crate) fn thumbnail(frame: &DisplayFrame, aspect: f64) -> Result<Thumbnail, ImagingError> {
    let scaled = fit(frame, aspect, TILE_SIDE)?;
    Ok(Thumbnail {
        width: scaled.width,
        height: scaled.height,
        channels: scaled.channels,
        pixels: scaled.pixels,
    })
}

/// A JPEG, because every mail program shows it.
pub(crate) fn poster(frame: &DisplayFrame, aspect: f64) -> Result<Vec<u8>, ImagingError> {
    let scaled = fit(frame, aspect, POSTER_SIDE)?;
    encode_jpeg(&scaled, POSTER_QUALITY)
}

pub(crate) fn encode_jpeg(frame: &DisplayFrame, quality: u8) -> Result<Vec<u8>, ImagingError> {
    let colours =
        if frame.channels == 3 { jpeg_encoder::ColorType::Rgb } else { jpeg_encoder::ColorType::Luma };
    let side = |side: u32| u16::try_from(side).map_err(|_| ImagingError::PreviewFailed);
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    // On a slow network the whole picture appears, blurred, after a third of its bytes.
    encoder.set_progressive(true);
    encoder
        .encode(&frame.pixels, side(frame.width)?, side(frame.height)?, colours)
        .map_err(|_| ImagingError::PreviewFailed)?;
    Ok(bytes)
}

/// Scales down so that the longest side is at most `side_max` and pixels become square (PS3.3 C.7.6.3.1.7).
pub(crate) fn fit(frame: &DisplayFrame, aspect: f64, side_max: u32) -> Result<DisplayFrame, ImagingError> {
    let (width, height) = square_size(frame, aspect);
    let scale = (f64::from(side_max) / width.max(height)).min(1.0);
    let side = |length: f64| (length * scale).round().max(1.0) as u32;
    resize(frame, side(width), side(height))
}

/// The size at which pixels are square and none is lost.
pub(crate) fn square_size(frame: &DisplayFrame, aspect: f64) -> (f64, f64) {
    let (width, height) = (f64::from(frame.width), f64::from(frame.height));
    if (aspect - 1.0).abs() < 0.01 {
        (width, height)
    } else if aspect > 1.0 {
        (width, height * aspect)
    } else {
        (width / aspect, height)
    }
}

pub(crate) fn resize(frame: &DisplayFrame, width: u32, height: u32) -> Result<DisplayFrame, ImagingError> {
    if (width, height) == (frame.width, frame.height) {
        return Ok(frame.clone());
    }
    let mut pixels = vec![0; (width * height) as usize * usize::from(frame.channels)];
    match frame.channels {
        3 => resize_typed::<U8x3>(frame, &mut pixels, width, height)?,
        _ => resize_typed::<U8>(frame, &mut pixels, width, height)?,
    }
    Ok(DisplayFrame { width, height, channels: frame.channels, pixels })
}

/// Typed, because the untyped function of the library is compiled for all of its fifteen pixel types.
fn resize_typed<P: PixelTrait>(
    frame: &DisplayFrame,
    target: &mut [u8],
    width: u32,
    height: u32,
) -> Result<(), ImagingError> {
    let source = TypedImageRef::<P>::from_buffer(frame.width, frame.height, &frame.pixels)
        .map_err(|_| ImagingError::PreviewFailed)?;
    let mut target =
        TypedImage::<P>::from_buffer(width, height, target).map_err(|_| ImagingError::PreviewFailed)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|_| ImagingError::PreviewFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> DisplayFrame {
        DisplayFrame { width, height, channels: 1, pixels: vec![128; (width * height) as usize] }
    }

    #[test]
    fn previews_fit_and_are_never_enlarged() {
        for (width, height, aspect, side_max, expected) in [
            (512, 512, 1.0, 256, (256, 256)),
            (64, 32, 1.0, 256, (64, 32)),
            (3000, 2000, 1.0, 1500, (1500, 1000)),
            (100, 100, 2.0, 256, (100, 200)),
            (100, 100, 0.5, 100, (100, 50)),
            (10_000, 1, 1.0, 100, (100, 1)),
        ] {
            let frame = grey(width, height);
            let (preview, thumbnail) =
                preview_and_thumbnail(&frame, aspect, PreviewSize { side_max }, true).unwrap();
            let thumbnail = thumbnail.unwrap();
            assert_eq!((preview.width, preview.height), expected);
            let (wide, high) = (f64::from(expected.0), f64::from(expected.1));
            let scale = (f64::from(TILE_SIDE) / wide.max(high)).min(1.0);
            assert!((f64::from(thumbnail.width) - (wide * scale).max(1.0)).abs() <= 1.0);
            assert!((f64::from(thumbnail.height) - (high * scale).max(1.0)).abs() <= 1.0);
            assert_eq!(&preview.webp[8..12], b"WEBP");
        }
    }
}
