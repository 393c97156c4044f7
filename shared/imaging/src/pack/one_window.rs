//! One window for a series whose files name none: with a range per frame, brightness would jump from slice to slice,
//! and a cold slice would look hot. The range of the series is only known after the last frame, so previews are redrawn
//! from themselves: the wider window contains all of them.

use std::collections::BTreeMap;
use std::io::Write;

use jpeg_decoder::{Decoder, PixelFormat};

use super::SeriesPackBuilder;
use crate::index::FrameEntry;
use crate::preview::{POSTER_QUALITY, encode_jpeg, encode_webp};
use crate::window::{ValueSpan, VoiWindow, Window};
use crate::{DisplayFrame, ImagingError};

/// Modalities with projections, each with an exposure of its own (PS3.3 C.7.3.1.1.1). In all others, the images of a
/// series are viewed one after the other.
const PROJECTIONS: [&str; 6] = ["CR", "DX", "IO", "MG", "PX", "RG"];

/// Maps the greys of one window to those of a wider one.
#[derive(Clone, Copy)]
struct Widening {
    from: ValueSpan,
    to: ValueSpan,
    is_inverted: bool,
}

impl Widening {
    fn grey(self, shown: u8) -> u8 {
        let turned = |grey: f64| if self.is_inverted { 255.0 - grey } else { grey };
        let value =
            self.from.lowest + turned(f64::from(shown)) / 255.0 * (self.from.highest - self.from.lowest);
        turned((value - self.to.lowest) / (self.to.highest - self.to.lowest) * 255.0).round() as u8
    }
}

impl<W: Write> SeriesPackBuilder<W> {
    /// Gives frames that use the range of their own values the range of the series. Returns whether any picture
    /// changed.
    pub(super) fn share_window(&mut self, previews: &mut Vec<u8>) -> Result<bool, ImagingError> {
        let modality = self.index.modality.clone();
        if PROJECTIONS.contains(&modality.as_str()) {
            return Ok(false);
        }
        let mut spans: BTreeMap<String, ValueSpan> = BTreeMap::new();
        for entry in &self.index.frames {
            if let Some(own) = own_span(entry) {
                let span = spans.entry(group(entry, &modality)).or_insert(ValueSpan::NONE);
                *span = span.with(own.lowest).with(own.highest);
            }
        }
        let widening = |entry: &FrameEntry| {
            let from = own_span(entry)?;
            let to = *spans.get(&group(entry, &modality))?;
            let is_inverted = entry.photometric_interpretation == "MONOCHROME1";
            (from != to).then_some(Widening { from, to, is_inverted })
        };
        let widened: Vec<Option<Widening>> = self.index.frames.iter().map(widening).collect();
        if widened.iter().all(Option::is_none) {
            return Ok(false);
        }
        let poster = self.poster.take();
        self.poster = poster.map(|(at, jpeg)| (at, redrawn_poster(jpeg, widened.get(at).copied().flatten())));
        let mut drawn = Vec::with_capacity(previews.len());
        for (at, widened) in widened.into_iter().enumerate() {
            let start = drawn.len() as u64;
            if let Some(widened) = widened {
                let mut shown = self.decoded_preview(at, previews)?;
                shown.pixels.iter_mut().for_each(|grey| *grey = widened.grey(*grey));
                drawn.extend(encode_webp(&shown)?.webp);
                let window = VoiWindow::spanning(widened.to.lowest, widened.to.highest);
                self.index.frames[at].view.window = Some(Window::new(window, None));
            } else {
                let preview = &self.index.frames[at].preview;
                let range = preview.offset as usize..(preview.offset + preview.length) as usize;
                drawn.extend_from_slice(previews.get(range).unwrap_or_default());
            }
            let preview = &mut self.index.frames[at].preview;
            (preview.offset, preview.length) = (start, drawn.len() as u64 - start);
        }
        *previews = drawn;
        Ok(true)
    }
}

/// The values between which a frame is shown, if that is its own range.
fn own_span(entry: &FrameEntry) -> Option<ValueSpan> {
    let is_grey = entry.photometric_interpretation.starts_with("MONOCHROME")
        && entry.palette.is_none()
        && entry.mask.as_ref().is_none_or(|mask| !mask.is_default);
    let window = entry.view.window.as_ref().filter(|_| is_grey && entry.view.is_window_of_values)?;
    let half = window.width / 2.0;
    Some(ValueSpan { lowest: window.center - half, highest: window.center + half })
}

/// The group in which frames are compared: one unit; a scout of a CT is not a slice.
fn group(entry: &FrameEntry, modality: &str) -> String {
    let unit = entry.view.rescale.as_ref().and_then(|rescale| rescale.unit.clone()).unwrap_or_default();
    let kind = entry.view.dimensions.kind.as_deref().unwrap_or_default();
    if modality == "CT" && kind.contains("LOCALIZER") { format!("{unit} scout") } else { unit }
}

fn redrawn_poster(jpeg: Vec<u8>, widened: Option<Widening>) -> Vec<u8> {
    let Some(widened) = widened else { return jpeg };
    let redrawn = || {
        let mut decoder = Decoder::new(&jpeg[..]);
        let mut pixels = decoder.decode().ok()?;
        let info = decoder.info()?;
        let channels = if info.pixel_format == PixelFormat::L8 { 1 } else { 3 };
        pixels.iter_mut().for_each(|grey| *grey = widened.grey(*grey));
        let (width, height) = (u32::from(info.width), u32::from(info.height));
        encode_jpeg(&DisplayFrame { width, height, channels, pixels }, POSTER_QUALITY).ok()
    };
    redrawn().unwrap_or(jpeg)
}
