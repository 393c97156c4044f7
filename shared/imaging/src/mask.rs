//! The Mask Module (PS3.3 C.7.6.10): which frames are subtracted from which.

use filmless_dicom::{Item, tags};

use crate::functional_groups::FrameAttributes;

/// The mask of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mask {
    /// The frames to average: numbers within the instance, from 1.
    pub frames: Vec<u32>,
    /// How far the mask is shifted first, down and to the right, in pixels.
    pub shift: [f64; 2],
}

/// The mask operations of an instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MaskPlan {
    items: Vec<MaskItem>,
    frames: u32,
    /// Recommended Viewing Mode is SUB. Anything else, or nothing, means as stored (C.7.6.10).
    pub is_default: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct MaskItem {
    operation: Operation,
    /// First and last frame, from 1; empty means all frames.
    ranges: Vec<[i64; 2]>,
    shift: [f64; 2],
    /// Subtraction Item ID: frames of enhanced images name their own shifts by it.
    id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
enum Operation {
    Average(Vec<u32>),
    /// Time Interval Differencing, with an offset.
    Interval(i64),
    /// The same, backwards from the first frame of the first range.
    ReversedInterval(i64),
}

impl MaskPlan {
    /// The plan of a run with this many frames; `None` if nothing is to be subtracted.
    pub fn of(root: Item<'_>, frames: u32) -> Option<Self> {
        let items: Vec<MaskItem> = root
            .get(tags::MASK_SUBTRACTION_SEQUENCE)?
            .items()
            .filter_map(|item| MaskItem::read(item, frames))
            .collect();
        let is_default = root.text(tags::RECOMMENDED_VIEWING_MODE).as_deref() == Some("SUB");
        (frames > 1 && !items.is_empty()).then_some(Self { items, frames, is_default })
    }

    /// The mask of one frame: its own shift, if any, takes precedence over that of the operation.
    pub fn of_frame(&self, frame: FrameAttributes<'_>) -> Option<Mask> {
        let (item, frames) = self.frames_for(frame.index)?;
        let own = frame.group(tags::FRAME_PIXEL_SHIFT_SEQUENCE).filter(|own| {
            let id = own.int(tags::SUBTRACTION_ITEM_ID);
            id.is_none() || item.id.is_none() || id == item.id
        });
        let shift = own.and_then(shift_of).unwrap_or(item.shift);
        Some(Mask { frames, shift })
    }

    fn frames_for(&self, index: u32) -> Option<(&MaskItem, Vec<u32>)> {
        let number = i64::from(index) + 1;
        self.items.iter().find_map(|item| {
            let applies = item.ranges.is_empty()
                || item.ranges.iter().any(|[first, last]| (*first..=*last).contains(&number));
            let frames = match &item.operation {
                _ if !applies => return None,
                Operation::Average(frames) => frames.clone(),
                Operation::Interval(offset) => vec![self.existing(number - offset)?],
                Operation::ReversedInterval(offset) => {
                    let first = item.ranges.first()?[0];
                    vec![self.existing(first - offset - (number - first))?]
                }
            };
            Some((item, frames))
        })
    }

    fn existing(&self, number: i64) -> Option<u32> {
        u32::try_from(number).ok().filter(|number| (1..=self.frames).contains(number))
    }
}

impl MaskItem {
    fn read(item: Item<'_>, frames: u32) -> Option<Self> {
        let numbers = |tag| item.get(tag).map(|e| e.ints()).unwrap_or_default();
        // An SS, so sums with frame numbers cannot overflow.
        let offset = item.int(tags::TID_OFFSET).map_or(1, |offset| i64::from(offset as i16));
        let operation = match item.text(tags::MASK_OPERATION)?.as_str() {
            "AVG_SUB" => {
                let numbers = numbers(tags::MASK_FRAME_NUMBERS);
                let averaged: Vec<u32> = numbers
                    .into_iter()
                    .filter_map(|v| u32::try_from(v).ok())
                    .filter(|v| (1..=frames).contains(v))
                    .collect();
                (!averaged.is_empty()).then_some(Operation::Average(averaged))?
            }
            "TID" => Operation::Interval(offset),
            "REV_TID" => Operation::ReversedInterval(offset),
            _ => return None,
        };
        let bounds = numbers(tags::APPLICABLE_FRAME_RANGE);
        let ranges = bounds
            .chunks_exact(2)
            .map(|pair| [i64::from(pair[0] as u16), i64::from(pair[1] as u16)])
            .collect();
        let shift = shift_of(item).unwrap_or([0.0; 2]);
        Some(Self { operation, ranges, shift, id: item.int(tags::SUBTRACTION_ITEM_ID) })
    }
}

/// Mask Sub-pixel Shift: down and to the right. A shift of more than an image is nonsense.
fn shift_of(item: Item<'_>) -> Option<[f64; 2]> {
    item.floats(tags::MASK_SUB_PIXEL_SHIFT)
        .filter(|shift: &[f64; 2]| shift.iter().all(|v| v.abs() < 32_768.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(operation: Operation, ranges: Vec<[i64; 2]>) -> MaskPlan {
        let items = vec![MaskItem { operation, ranges, shift: [0.0; 2], id: None }];
        MaskPlan { items, frames: 10, is_default: true }
    }

    #[test]
    fn every_frame_finds_its_mask() {
        let masks = |plan: &MaskPlan| -> Vec<Vec<u32>> {
            (0..10)
                .map(|index| plan.frames_for(index).map(|(_, frames)| frames).unwrap_or_default())
                .collect()
        };
        let none: Vec<u32> = Vec::new();
        let all = masks(&plan(Operation::Average(vec![1, 2]), vec![]));
        assert!(all.iter().all(|frames| *frames == [1, 2]));
        let some = masks(&plan(Operation::Average(vec![1]), vec![[3, 4], [7, 7]]));
        assert_eq!(some.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 1, 1, 0, 0, 1, 0, 0, 0]);
        let interval = masks(&plan(Operation::Interval(2), vec![]));
        assert_eq!((&interval[1], &interval[2], &interval[9]), (&none, &vec![1], &vec![8]));
        let ahead = masks(&plan(Operation::Interval(-1), vec![]));
        assert_eq!((&ahead[0], &ahead[9]), (&vec![2], &none));
        // MFN = (FCFN - TID Offset) - (CFN - FCFN) (C.7.6.10.1.1).
        let reversed = masks(&plan(Operation::ReversedInterval(1), vec![[6, 9]]));
        assert_eq!(reversed[5..9], [vec![5], vec![4], vec![3], vec![2]]);
        assert_eq!(masks(&plan(Operation::ReversedInterval(1), vec![]))[5], none);
    }
}
