//! Digital subtraction: the values of a frame minus those of its mask (PS3.3 C.7.6.10, PS3.4 N.2).
//!
//! We subtract modality values, before any window. If the stored values are linear in the X-ray intensity and no
//! Modality LUT makes them logarithmic, the standard wants logarithms subtracted (PS3.4 N.2.5); we subtract the values
//! as they are. The price: a vessel in front of dense bone appears paler than one beside it. The gain: the viewer,
//! which knows a value only by its table or slope, shows the same.

use std::borrow::Cow;

use crate::codec::Decoded;
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::mask::{Mask, MaskPlan};
use crate::modality::Modality;
use crate::overlay::over_frame;
use crate::samples::Samples;
use crate::window::VoiWindow;
use crate::{DisplayFrame, FrameMask, ImagingError, Window};

/// Number of frames from which the window of a run is computed.
const WINDOW_FRAMES_MAX: u32 = 8;
/// Most differences to look at in one frame.
const DIFFERENCES_MAX: usize = 1 << 16;
/// Values below and above these shares do not count for the window: noise, and edges of what moved.
const LOWEST_SHARE: f64 = 0.005;
const HIGHEST_SHARE: f64 = 0.995;
/// The window is wider by this share on each side, so that unchanged areas are not white.
const MARGIN: f64 = 0.1;

/// A run that is subtracted.
pub(crate) struct SubtractedRun {
    plan: MaskPlan,
    /// For all differences of the run.
    window: VoiWindow,
    /// The mean of the mask of the first frame with one; usually all frames share it.
    mean: (Vec<u32>, Vec<f32>),
}

impl SubtractedRun {
    /// Prepares a run: `None` if nothing is to be subtracted, or it cannot be. `decode` returns any frame, counted from
    /// 0.
    pub fn of(
        image: &ImagePixel,
        attributes: &[FrameAttributes<'_>],
        decode: &dyn Fn(u32) -> Result<Decoded, ImagingError>,
    ) -> Option<Self> {
        if image.samples_per_pixel != 1 || !image.photometric.starts_with("MONOCHROME") {
            return None;
        }
        let plan = MaskPlan::of(attributes.first()?.root, image.number_of_frames)?;
        let first = attributes.iter().find_map(|frame| plan.of_frame(*frame))?;
        let mean = mean_of(&first.frames, image, attributes, decode)?;
        let window = VoiWindow::spanning(0.0, 0.0);
        let run = Self { plan, window, mean: (first.frames, mean) };
        let differences = window_frames(image.number_of_frames).into_iter().filter_map(|index| {
            let decoded = decode(index).ok()?;
            run.differences(&decoded.samples, image, *attributes.get(index as usize)?, attributes, decode)
        });
        let window = window_of_run(differences);
        Some(Self { window, ..run })
    }

    /// Whether the run is initially shown subtracted.
    pub fn is_default(&self) -> bool {
        self.plan.is_default
    }

    /// The mask of one frame.
    pub fn mask(&self, frame: FrameAttributes<'_>) -> Option<FrameMask> {
        let Mask { frames, shift } = self.plan.of_frame(frame)?;
        let window = Window::new(self.window, None);
        Some(FrameMask { frames, shift, is_default: self.plan.is_default, window })
    }

    /// One frame as shown subtracted, with its overlays; `None` if it has no mask.
    pub fn show(
        &self,
        samples: &Samples,
        image: &ImagePixel,
        frame: FrameAttributes<'_>,
        attributes: &[FrameAttributes<'_>],
        decode: &dyn Fn(u32) -> Result<Decoded, ImagingError>,
    ) -> Option<DisplayFrame> {
        let differences = self.differences(samples, image, frame, attributes, decode)?;
        let mut shown = show_differences(&differences, image, self.window);
        over_frame(frame, samples).iter().for_each(|overlay| overlay.draw(&mut shown));
        Some(shown)
    }

    /// Modality values of one frame minus those of its mask; `None` if it has none.
    fn differences(
        &self,
        samples: &Samples,
        image: &ImagePixel,
        frame: FrameAttributes<'_>,
        attributes: &[FrameAttributes<'_>],
        decode: &dyn Fn(u32) -> Result<Decoded, ImagingError>,
    ) -> Option<Vec<f32>> {
        let mask = self.plan.of_frame(frame)?;
        let own: Vec<f32>;
        let mean = if mask.frames == self.mean.0 {
            &self.mean.1
        } else {
            own = mean_of(&mask.frames, image, attributes, decode)?;
            &own
        };
        let moved = shifted(mean, image, mask.shift);
        let values = modality_values(samples, &Modality::of_frame(frame, image));
        Some(values.iter().zip(moved.iter()).map(|(value, mask)| value - mask).collect())
    }
}

/// The mean modality values of frames, given by their numbers.
fn mean_of(
    numbers: &[u32],
    image: &ImagePixel,
    attributes: &[FrameAttributes<'_>],
    decode: &dyn Fn(u32) -> Result<Decoded, ImagingError>,
) -> Option<Vec<f32>> {
    let mut sum = vec![0.0_f32; image.pixels()];
    for number in numbers {
        let index = number.checked_sub(1)?;
        let modality = Modality::of_frame(*attributes.get(index as usize)?, image);
        let decoded = decode(index).ok()?;
        for (total, value) in sum.iter_mut().zip(modality_values(&decoded.samples, &modality)) {
            *total += value;
        }
    }
    sum.iter_mut().for_each(|total| *total /= numbers.len() as f32);
    Some(sum)
}

fn modality_values(samples: &Samples, modality: &Modality) -> Vec<f32> {
    match samples {
        Samples::Bytes(bytes) => {
            let table: Vec<f32> = (0..=255_u8).map(|b| modality.apply(f64::from(b)) as f32).collect();
            bytes.iter().map(|b| table[usize::from(*b)]).collect()
        }
        Samples::Words { words, format } => {
            words.iter().map(|word| modality.apply(f64::from(format.value(*word))) as f32).collect()
        }
        Samples::Numbers(values) => values.iter().map(|v| modality.apply(*v) as f32).collect(),
    }
}

/// Bilinear; outside the image, the nearest pixel.
fn shifted<'v>(values: &'v [f32], image: &ImagePixel, [down, right]: [f64; 2]) -> Cow<'v, [f32]> {
    if down == 0.0 && right == 0.0 {
        return Cow::Borrowed(values);
    }
    let taps = |place: usize, shift: f64, count: usize| {
        let from = (place as f64 - shift).clamp(0.0, (count - 1) as f64);
        let first = from.floor() as usize;
        (first, (first + 1).min(count - 1), (from - from.floor()) as f32)
    };
    let columns: Vec<_> = (0..image.columns).map(|column| taps(column, right, image.columns)).collect();
    let mut out = Vec::with_capacity(values.len());
    for row in 0..image.rows {
        let (above, below, share) = taps(row, down, image.rows);
        let line = |row: usize| &values[row * image.columns..(row + 1) * image.columns];
        let (above, below) = (line(above), line(below));
        out.extend(columns.iter().map(|(left, right, part)| {
            let mix = |line: &[f32]| line[*left] + (line[*right] - line[*left]) * part;
            mix(above) + (mix(below) - mix(above)) * share
        }));
    }
    Cow::Owned(out)
}

/// The window of a run, from the differences of some of its frames. All frames share it, so that one sees the contrast
/// agent come and go. The file does not give a width, because its window is meant for whole values.
fn window_of_run(differences: impl IntoIterator<Item = Vec<f32>>) -> VoiWindow {
    let mut seen: Vec<f32> = Vec::new();
    for frame in differences.into_iter().take(WINDOW_FRAMES_MAX as usize) {
        let stride = frame.len().div_ceil(DIFFERENCES_MAX).max(1);
        seen.extend(frame.iter().step_by(stride).filter(|v| v.is_finite()));
    }
    seen.sort_unstable_by(f32::total_cmp);
    let share = |share: f64| {
        seen.get(((seen.len().max(1) - 1) as f64 * share).round() as usize).copied().unwrap_or(0.0)
    };
    // 0, no change, always lies within.
    let (lowest, highest) =
        (f64::from(share(LOWEST_SHARE)).min(0.0), f64::from(share(HIGHEST_SHARE)).max(0.0));
    let margin = ((highest - lowest) * MARGIN).max(1.0);
    VoiWindow::spanning(lowest - margin, highest + margin)
}

/// Up to eight evenly spaced frames, counted from 0, for computing the window.
fn window_frames(frames: u32) -> Vec<u32> {
    let count = frames.min(WINDOW_FRAMES_MAX);
    (0..count).map(|i| (u64::from(i) * u64::from(frames) / u64::from(count)) as u32).collect()
}

/// Differences, as shown.
fn show_differences(differences: &[f32], image: &ImagePixel, window: VoiWindow) -> DisplayFrame {
    let inverted = image.photometric == "MONOCHROME1";
    let pixels = differences.iter().map(|value| {
        let shown = (window.apply(f64::from(*value)) * 255.0).round() as u8;
        if inverted { 255 - shown } else { shown }
    });
    DisplayFrame {
        width: image.columns as u32,
        height: image.rows as u32,
        channels: 1,
        pixels: pixels.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_moves_down_and_to_the_right() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let moved = |shift| shifted(&values, &ImagePixel::of_grey(3, 3, 16, false), shift).into_owned();
        assert_eq!(moved([0.0, 0.0]), values);
        assert_eq!(moved([1.0, 0.0]), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(moved([0.0, -1.0]), [2.0, 3.0, 3.0, 5.0, 6.0, 6.0, 8.0, 9.0, 9.0]);
        assert_eq!(moved([0.0, 0.5])[..3], [1.0, 1.5, 2.5]);
        assert_eq!(moved([9e3, -9e3]), [3.0; 9]);
    }

    #[test]
    fn window_of_a_run_holds_its_contrast_and_nothing_else() {
        let mut frame = vec![0.0; 10_000];
        frame[..500].fill(-300.0);
        frame[500] = 30_000.0;
        let window = window_of_run([vec![0.0; 10_000], frame]);
        assert!((window.apply(-300.0) - 0.083).abs() < 0.01 && window.apply(0.0) > 0.9);
        assert!(window_of_run([vec![f32::NAN; 4]]).width > 0.0);
        assert!(window_of_run([]).width > 0.0);
        assert_eq!(window_frames(75), [0, 9, 18, 28, 37, 46, 56, 65]);
        assert_eq!(window_frames(3), [0, 1, 2]);
    }
}
