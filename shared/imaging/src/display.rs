//! From stored values to what a screen shows (PS3.3 C.11, PS3.4 N.2): modality, VOI, presentation.

use filmless_dicom::tags;

use crate::codec::Decoded;
use crate::colour::{to_bytes, ybr_full_to_rgb};
use crate::display_frame::DisplayFrame;
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::lut::Lut;
use crate::modality::Modality;
use crate::overlay::over_frame;
use crate::palette::Palette;
use crate::samples::Samples;
use crate::span::span_of;
use crate::uptake::uptake_window;
use crate::window::VoiWindow;
use crate::{ImagingError, unit};

enum Voi {
    Window(VoiWindow),
    Table(Lut),
}

impl Voi {
    fn apply(&self, value: f64) -> f64 {
        match self {
            Self::Window(window) => window.apply(value),
            Self::Table(lut) => f64::from(lut.get(value)) / lut.highest_output(),
        }
    }
}

/// Shows one decoded frame in its default look, with its overlays. Also returns the window, if one was used.
pub(crate) fn show(
    decoded: &Decoded,
    image: &ImagePixel,
    frame: FrameAttributes<'_>,
    asked: Option<VoiWindow>,
) -> Result<(DisplayFrame, Option<VoiWindow>), ImagingError> {
    let (mut shown, window) = show_pixels(decoded, image, frame, asked)?;
    for overlay in over_frame(frame, &decoded.samples) {
        overlay.draw(&mut shown);
    }
    Ok((shown, window))
}

fn show_pixels(
    decoded: &Decoded,
    image: &ImagePixel,
    frame: FrameAttributes<'_>,
    asked: Option<VoiWindow>,
) -> Result<(DisplayFrame, Option<VoiWindow>), ImagingError> {
    let framed = |channels, pixels| DisplayFrame {
        width: image.columns as u32,
        height: image.rows as u32,
        channels,
        pixels,
    };
    match (image.samples_per_pixel, image.photometric.as_str()) {
        // Retired; their samples are neither RGB nor YBR_FULL (PS3.3-2016d C.7.6.3.1.2).
        (3, photometric) if !decoded.is_rgb && photometric.starts_with("YBR_PARTIAL") => {
            Err(ImagingError::UnsupportedPixelFormat)
        }
        (3, photometric) => {
            let mut pixels = to_bytes(&decoded.samples, image.bits_stored);
            if !decoded.is_rgb && matches!(photometric, "YBR_FULL" | "YBR_FULL_422") {
                ybr_full_to_rgb(&mut pixels);
            }
            Ok((framed(3, pixels), None))
        }
        (1, "PALETTE COLOR") => {
            let palette = Palette::from_item(frame.root, image.signed)?;
            Ok((framed(3, palette.apply(&decoded.samples)), None))
        }
        (1, photometric) => {
            let modality = Modality::of_frame(frame, image);
            let own = || voi_of_frame(&decoded.samples, image, frame, &modality);
            let voi = asked.map_or_else(own, Voi::Window);
            let pixels = show_grey(&decoded.samples, &modality, &voi, photometric == "MONOCHROME1");
            let window = match voi {
                Voi::Window(window) => Some(window),
                Voi::Table(_) => None,
            };
            let palette = Palette::supplemental(frame.root, image.signed);
            Ok(match palette.and_then(|palette| palette.apply_over(&decoded.samples, &pixels)) {
                Some(coloured) => (framed(3, coloured), window),
                None => (framed(1, pixels), window),
            })
        }
        _ => Err(ImagingError::UnsupportedPixelFormat),
    }
}

fn show_grey(samples: &Samples, modality: &Modality, voi: &Voi, inverted: bool) -> Vec<u8> {
    let grey = |value: f64| {
        let shown = (voi.apply(modality.apply(value)) * 255.0).round() as u8;
        // MONOCHROME1: the lowest value is white (C.7.6.3.1.2).
        if inverted { 255 - shown } else { shown }
    };
    match samples {
        Samples::Bytes(bytes) => {
            let table: Vec<u8> = (0..=255_u8).map(|b| grey(f64::from(b))).collect();
            bytes.iter().map(|b| table[usize::from(*b)]).collect()
        }
        Samples::Words { words, format } => {
            let by_word = |word: u16| grey(f64::from(format.value(word)));
            if words.len() < 16_384 {
                words.iter().map(|word| by_word(*word)).collect()
            } else {
                let table = word_table(*format, grey);
                words.iter().map(|word| table[usize::from(*word)]).collect()
            }
        }
        Samples::Numbers(values) => values.iter().map(|v| grey(*v)).collect(),
    }
}

/// A table for all words. With fewer than sixteen stored bits the values repeat, so each is computed once.
fn word_table(format: crate::samples::WordFormat, grey: impl Fn(f64) -> u8) -> Vec<u8> {
    let distinct = 1_usize << format.bits_stored.min(16);
    let shift = (format.high_bit + 1).saturating_sub(format.bits_stored);
    let by_value: Vec<u8> =
        (0..distinct).map(|low| grey(f64::from(format.value((low << shift) as u16)))).collect();
    (0..=u16::MAX).map(|word| by_value[(usize::from(word) >> shift) & (distinct - 1)]).collect()
}

/// The first VOI LUT, from the image or its Frame VOI LUT With LUT macro (C.7.6.16.2.10b).
pub(crate) fn voi_table(image: &ImagePixel, frame: FrameAttributes<'_>, modality: &Modality) -> Option<Lut> {
    let group = frame.group(tags::FRAME_VOILUT_SEQUENCE);
    let of_frame = group.and_then(|group| group.first_item(tags::VOILUT_SEQUENCE));
    // The window of a frame takes precedence over a table of the whole object.
    let of_image = || {
        let has_window = group.is_some_and(|group| group.float(tags::WINDOW_WIDTH).is_some());
        frame.root.first_item(tags::VOILUT_SEQUENCE).filter(|_| !has_window)
    };
    Lut::from_item(of_frame.or_else(of_image)?, modality.is_signed(image)).map(Lut::filled)
}

/// VOI LUT Sequence, else the first window, else the full range of values (PS3.3 C.11.2).
fn voi_of_frame(
    samples: &Samples,
    image: &ImagePixel,
    frame: FrameAttributes<'_>,
    modality: &Modality,
) -> Voi {
    if let Some(lut) = voi_table(image, frame, modality) {
        return Voi::Table(lut);
    }
    if let Some((window, _)) = VoiWindow::of_frame(frame).into_iter().next() {
        return Voi::Window(window);
    }
    if let Some(window) = usual_window(frame, image, modality).or_else(|| uptake_window(frame.root)) {
        return Voi::Window(window);
    }
    if is_of_screen(image, frame) {
        return Voi::Window(VoiWindow::spanning(0.0, f64::from((1_u32 << image.bits_stored) - 1)));
    }
    let span = span_of(samples, image, frame, modality).unwrap_or_default();
    Voi::Window(VoiWindow::spanning(span.lowest, span.highest))
}

/// Ultrasound with eight bits is what the machine's screen showed: black is 0, whatever values occur.
fn is_of_screen(image: &ImagePixel, frame: FrameAttributes<'_>) -> bool {
    let modality = frame.root.text(tags::MODALITY).unwrap_or_default();
    matches!(modality.as_str(), "US" | "IVUS") && image.bits_stored <= 8 && !image.signed
}

/// The usual soft tissue window for CT slices without a window: a range of their own would make brightness jump from
/// slice to slice. A scout has no Hounsfield units to fit a window.
fn usual_window(frame: FrameAttributes<'_>, image: &ImagePixel, modality: &Modality) -> Option<VoiWindow> {
    let Modality::Rescale { slope, intercept } = modality else { return None };
    let is_ct = frame.root.text(tags::MODALITY).as_deref() == Some("CT")
        && (image.signed || *intercept <= -1000.0)
        && unit::of_frame(frame, image, *slope, *intercept).as_deref() == Some(unit::HOUNSFIELD);
    let is_scout = || {
        frame.root.get(tags::IMAGE_TYPE).is_some_and(|e| e.texts().iter().any(|value| value == "LOCALIZER"))
    };
    let function = crate::window::VoiFunction::Linear;
    (is_ct && !is_scout()).then_some(VoiWindow { center: 40.0, width: 400.0, function })
}
