//! The order in which previews lie in a pack: first those of a series thinned out, then all others.

use std::collections::BTreeMap;

use crate::index::FrameEntry;

/// Of so many slices of a volume, the preview of one comes first.
const THINNED: usize = 8;

/// The places of `frames` in the order in which their previews are written: every eighth slice of each volume and its
/// last one, so that one range of the pack shows planes through all of it; then all that lie in between. Frames that
/// are no slices come with these.
pub(super) fn preview_order(frames: &[FrameEntry]) -> Vec<usize> {
    let mut volumes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, place) in
        frames.iter().enumerate().filter_map(|(at, frame)| frame.place.map(|place| (at, place)))
    {
        volumes.entry((place.plane, place.volume, place.phase)).or_default().push(at);
    }
    let mut is_between = vec![true; frames.len()];
    for slices in volumes.values() {
        for at in slices.iter().step_by(THINNED).chain(slices.last()) {
            is_between[*at] = false;
        }
    }
    let mut order: Vec<usize> = (0..frames.len()).collect();
    order.sort_by_key(|at| is_between[*at]);
    order
}
