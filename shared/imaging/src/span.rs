//! The range of a frame's values, for files that name no window.

use filmless_dicom::tags;

use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::modality::{Modality, padding};
use crate::samples::Samples;
use crate::window::ValueSpan;

/// Modalities in which a value far from all others is an artefact. In the others, uptake may well be in a single voxel.
const WITHOUT_STRAYS: [&str; 10] = ["CR", "CT", "DX", "IO", "MG", "MR", "PX", "RF", "RG", "XA"];
/// One pixel in this many may be a stray, and one in a frame of [`PIXELS_MIN`] pixels.
const PIXELS_PER_STRAY: u64 = 5000;
const PIXELS_MIN: u64 = 200;
/// Strays would squeeze all other values into less than this part of the greys.
const SQUEEZED: f64 = 4.0;
/// Fewer levels than this are a drawing, not a measurement.
const LEVELS_MIN: usize = 8;

/// The lowest and highest modality value; `None` if none is a number. Padding does not count, unless nothing would be
/// left to distinguish. Neither does a handful of voxels that would make all others dark.
pub(crate) fn span_of(
    samples: &Samples,
    image: &ImagePixel,
    frame: FrameAttributes<'_>,
    modality: &Modality,
) -> Option<ValueSpan> {
    let padding = padding(frame.root, image);
    let is_padding = |stored: f64| padding.is_some_and(|[low, high]| (low..=high).contains(&stored));
    let mut levels: Vec<Level> = Vec::new();
    let mut see = |stored: f64, count: u64| {
        let value = modality.apply(stored);
        if value.is_finite() {
            levels.push(Level { value, count, is_padding: is_padding(stored) });
        }
    };
    match samples {
        Samples::Bytes(bytes) => {
            occurring(bytes.iter().map(|b| usize::from(*b)), 256, |v, count| see(v as f64, count));
        }
        Samples::Words { words, format } => {
            occurring(words.iter().map(|w| usize::from(*w)), 65_536, |word, count| {
                see(f64::from(format.value(word as u16)), count);
            });
        }
        // Too many to keep one by one: their extremes are enough.
        Samples::Numbers(values) => {
            for wanted in [false, true] {
                let of_kind = values.iter().filter(|stored| is_padding(**stored) == wanted);
                let finite = of_kind.map(|stored| modality.apply(*stored)).filter(|value| value.is_finite());
                let span = finite.fold(ValueSpan::NONE, ValueSpan::with);
                let ends = [span.lowest, span.highest].into_iter().filter(|_| span.is_some());
                levels.extend(ends.map(|value| Level { value, count: 1, is_padding: wanted }));
            }
        }
    }
    levels.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
    let measured: Vec<Level> = levels.iter().filter(|level| !level.is_padding).copied().collect();
    let named = frame.root.text(tags::MODALITY).unwrap_or_default();
    let can_stray = WITHOUT_STRAYS.contains(&named.as_str());
    let span = |levels: &[Level]| if can_stray { without_strays(levels) } else { whole(levels) };
    [span(&measured), span(&levels)]
        .into_iter()
        .find(|span| span.lowest < span.highest)
        .or_else(|| Some(whole(&levels)))
        .filter(ValueSpan::is_some)
}

/// One value, and how often it occurs.
#[derive(Clone, Copy)]
struct Level {
    value: f64,
    count: u64,
    is_padding: bool,
}

fn whole(levels: &[Level]) -> ValueSpan {
    match levels {
        [first, .., last] => ValueSpan { lowest: first.value, highest: last.value },
        [only] => ValueSpan { lowest: only.value, highest: only.value },
        [] => ValueSpan::NONE,
    }
}

/// The range of sorted levels without the few at either end that are so far off that they would squeeze all others into
/// a part of the greys. Percentiles of every frame would also cut small bright things, such as vessels.
fn without_strays(levels: &[Level]) -> ValueSpan {
    let whole = whole(levels);
    let pixels: u64 = levels.iter().map(|level| level.count).sum();
    if pixels < PIXELS_MIN {
        return whole;
    }
    let strays = (pixels / PIXELS_PER_STRAY).max(1);
    let few = |counts: &mut dyn Iterator<Item = u64>| {
        let sums = counts.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        sums.take_while(|sum| *sum <= strays).count()
    };
    let below = few(&mut levels.iter().map(|level| level.count));
    let above = few(&mut levels.iter().rev().map(|level| level.count));
    let Some(kept @ [first, .., last]) = levels.get(below..levels.len().saturating_sub(above)) else {
        return whole;
    };
    if kept.len() < LEVELS_MIN {
        return whole;
    }
    let far = (last.value - first.value) * (SQUEEZED - 1.0);
    ValueSpan {
        lowest: if first.value - whole.lowest > far { first.value } else { whole.lowest },
        highest: if whole.highest - last.value > far { last.value } else { whole.highest },
    }
}

/// Calls `see` once for each value that occurs, with its count.
fn occurring(values: impl Iterator<Item = usize>, distinct: usize, mut see: impl FnMut(usize, u64)) {
    let mut counts = vec![0_u64; distinct];
    values.for_each(|value| counts[value] += 1);
    counts
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0)
        .for_each(|(value, count)| see(value, count));
}
