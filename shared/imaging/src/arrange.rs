//! Puts the frames of a series into display order, once all are known.
//!
//! Planes of one orientation (and stack) stay together, in the order they were taken, so a scout comes before or after
//! the slices. Within a plane, slices follow each other along its normal (PS3.3 C.7.6.2.1.1). If positions repeat,
//! volume follows volume; only the phases of a heart stay together at each slice, to be played. Frames without a
//! position come last, in the order they were written.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use filmless_dicom::geometry;

use crate::index::FrameEntry;
use crate::place::Place;

/// How much directions of one plane may differ: the cosine of a quarter of a degree.
const SAME_DIRECTION_MIN: f64 = 0.999_99;
/// Positions closer than this share of the slice thickness are one, within these bounds in millimetres.
const SAME_PLACE_SHARE: f64 = 0.02;
const SAME_PLACE_MM: (f64, f64) = (0.005, 0.1);
const SAME_PLACE_USUAL_MM: f64 = 0.01;
/// Phases of a heart lie within one beat; the slowest takes three seconds.
const BEAT_MS_MAX: f64 = 3000.0;
/// Most planes a frame is compared with: a run around an axis has as many planes as frames.
const PLANES_COMPARED_MAX: usize = 256;

/// The frames in display order, as places in `frames`, with the position of each.
pub(crate) fn arrange(frames: &[FrameEntry], modality: &str) -> Vec<(usize, Option<Place>)> {
    let mut planes: Vec<Plane> = Vec::new();
    let mut unplaced = Vec::new();
    for (at, frame) in frames.iter().enumerate() {
        let Some(kind) = PlaneKind::of(frame) else {
            unplaced.push(at);
            continue;
        };
        let known = planes.iter_mut().rev().take(PLANES_COMPARED_MAX).find(|plane| plane.kind.is_same(&kind));
        match known {
            Some(plane) => plane.members.push(at),
            None => planes.push(Plane { kind, members: vec![at] }),
        }
    }
    let first = |plane: &Plane| plane.members.iter().map(|at| taken(*at, &frames[*at])).min();
    planes.sort_by_cached_key(first);
    let placed = planes.iter().zip(1..).flat_map(|(plane, number)| plane.arranged(frames, modality, number));
    let mut order: Vec<_> = placed.map(|(at, place)| (at, Some(place))).collect();
    order.extend(by_index(unplaced, frames).into_iter().map(|at| (at, None)));
    order
}

/// When a frame was taken, as far as its numbers tell.
fn taken(at: usize, frame: &FrameEntry) -> (i64, i64, usize) {
    let dimensions = &frame.view.dimensions;
    let stack = dimensions.stack.as_ref().and_then(|stack| stack.trim().parse().ok());
    (dimensions.instance_number.unwrap_or(i64::MAX), stack.unwrap_or(i64::MAX), at)
}

/// Sorts frames of an enhanced object without a position by their dimension indexes, if they have any (C.7.6.17).
fn by_index(mut unplaced: Vec<usize>, frames: &[FrameEntry]) -> Vec<usize> {
    for run in unplaced.chunk_by_mut(|a, b| frames[*a].sop_instance_uid == frames[*b].sop_instance_uid) {
        run.sort_by(|a, b| frames[*a].view.dimensions.index.cmp(&frames[*b].view.dimensions.index));
    }
    unplaced
}

struct PlaneKind {
    orientation: Option<[f64; 6]>,
    stack: Option<String>,
}

impl PlaneKind {
    /// `None` for a frame without a position.
    fn of(frame: &FrameEntry) -> Option<Self> {
        let view = &frame.view;
        let orientation = view.position.and(view.orientation).filter(|orientation| {
            view.position.is_some_and(|position| geometry::slice_position(position, *orientation).is_some())
        });
        let is_placed =
            orientation.is_some() || view.slice_position.is_some() || view.dimensions.in_stack.is_some();
        is_placed.then(|| Self { orientation, stack: view.dimensions.stack.clone() })
    }

    fn is_same(&self, other: &Self) -> bool {
        let directions = match (&self.orientation, &other.orientation) {
            (Some(a), Some(b)) => {
                a.chunks(3).zip(b.chunks(3)).all(|(a, b)| cosine(a, b) >= SAME_DIRECTION_MIN)
            }
            (a, b) => a.is_none() && b.is_none(),
        };
        directions && self.stack == other.stack
    }
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

struct Plane {
    kind: PlaneKind,
    members: Vec<usize>,
}

/// A frame of a plane, while it is being sorted.
struct Member {
    at: usize,
    slice: u32,
    labels: Vec<usize>,
    /// Its number among those with the same slice and labels.
    nth: u32,
}

impl Plane {
    fn arranged(&self, frames: &[FrameEntry], modality: &str, number: u32) -> Vec<(usize, Place)> {
        let mut members = self.slices(frames);
        let mut per_slice: BTreeMap<u32, usize> = BTreeMap::new();
        for member in &members {
            *per_slice.entry(member.slice).or_default() += 1;
        }
        let repeats = per_slice.values().copied().max().unwrap_or(1);
        let beats = repeats > 1 && has_phases(&members, frames, modality);
        if repeats > 1 {
            label(&mut members, frames, beats, repeats);
        }
        count_repeats(&mut members, frames);
        // Phases belong to a slice; any other repetition is a volume of its own.
        let nth_volume = |member: &Member| if beats { 0 } else { member.nth };
        let mut volumes: Vec<_> = members.iter().map(|m| (m.labels.clone(), nth_volume(m))).collect();
        volumes.sort();
        volumes.dedup();
        let mut arranged: Vec<(usize, Place)> = members
            .into_iter()
            .map(|member| {
                let nth = nth_volume(&member);
                let phase = beats.then_some(member.nth + 1);
                let volume = volumes.binary_search(&(member.labels, nth)).unwrap_or_default() as u32 + 1;
                (member.at, Place { plane: number, slice: member.slice, volume, phase })
            })
            .collect();
        arranged.sort_by_key(|(at, place)| (place.volume, place.slice, place.phase, *at));
        arranged
    }

    /// The frames of the plane along its normal; those at one position share a number.
    fn slices(&self, frames: &[FrameEntry]) -> Vec<Member> {
        let along = |at: usize| {
            let view = &frames[at].view;
            let normal = self.kind.orientation.zip(view.position);
            normal
                .and_then(|(orientation, position)| geometry::slice_position(position, orientation))
                .or(view.slice_position)
                .or(view.dimensions.in_stack.map(|number| number as f64))
                .unwrap_or_default()
        };
        let mut placed: Vec<(f64, usize)> = self.members.iter().map(|at| (along(*at), *at)).collect();
        placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let thickness = self.members.iter().filter_map(|at| frames[*at].view.dimensions.thickness_mm);
        let thinnest = thickness.min_by(f64::total_cmp);
        let near = thinnest.map_or(SAME_PLACE_USUAL_MM, |thinnest| {
            (thinnest * SAME_PLACE_SHARE).clamp(SAME_PLACE_MM.0, SAME_PLACE_MM.1)
        });
        let mut slice = 0;
        let mut last = f64::NEG_INFINITY;
        let numbered = placed.into_iter().map(|(along, at)| {
            if slice == 0 || along - last > near {
                slice += 1;
            }
            last = along;
            Member { at, slice, labels: Vec::new(), nth: 0 }
        });
        numbered.collect()
    }
}

/// Whether repetitions at a slice are the phases of a beating heart. The gates of nuclear medicine are volumes.
fn has_phases(members: &[Member], frames: &[FrameEntry], modality: &str) -> bool {
    let phases: Option<Vec<f64>> =
        members.iter().map(|member| frames[member.at].view.dimensions.phase).collect();
    let Some(phases) = phases.filter(|_| !matches!(modality, "PT" | "NM")) else { return false };
    let (least, most) = phases
        .iter()
        .fold((f64::MAX, f64::MIN), |(least, most), phase| (least.min(*phase), most.max(*phase)));
    let varies_at_a_slice = members.iter().zip(&phases).collect::<Vec<_>>().windows(2).any(|pair| {
        let [(a, one), (b, other)] = pair else { return false };
        a.slice == b.slice && one != other
    });
    varies_at_a_slice && most - least <= BEAT_MS_MAX
}

/// An attribute that may separate volumes.
type Label = fn(&FrameEntry) -> Option<Value>;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    Numbers(Vec<i64>),
}

impl Value {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Numbers(a), Self::Numbers(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

/// Attributes that separate volumes, and the phases of a heart too.
const LABELS: [Label; 9] = [
    |f| f.view.dimensions.kind.clone().map(Value::Text),
    |f| f.view.dimensions.gate.map(Value::Number),
    |f| f.view.dimensions.echo_ms.map(Value::Number),
    |f| f.view.dimensions.inversion_ms.map(Value::Number),
    |f| f.view.dimensions.flip_angle.map(Value::Number),
    |f| f.view.dimensions.b_value.map(Value::Number),
    |f| f.view.position_in_run?.energy_window.map(|n| Value::Number(f64::from(n))),
    |f| f.view.position_in_run?.rr_interval.map(|n| Value::Number(f64::from(n))),
    |f| f.view.position_in_run?.time_slot.map(|n| Value::Number(f64::from(n))),
];
/// Attributes that separate only volumes: phases differ in them.
const TIMES: [Label; 5] = [
    |f| Some(f.view.dimensions.volume_index.clone()).filter(|index| !index.is_empty()).map(Value::Numbers),
    |f| f.view.dimensions.temporal_position.map(|n| Value::Number(n as f64)),
    |f| f.view.dimensions.reference_time_ms.map(Value::Number),
    |f| f.view.dimensions.acquisition.map(|n| Value::Number(n as f64)),
    |f| f.view.dimensions.time.clone().map(Value::Text),
];

/// Gives each member the labels that identify its volume. A label counts if some slice has all its values. One that
/// changes from slice to slice, like the time of a slice, does not separate volumes.
fn label(members: &mut [Member], frames: &[FrameEntry], beats: bool, repeats: usize) {
    let times: &[Label] = if beats { &[] } else { &TIMES };
    for value_of in times.iter().chain(&LABELS) {
        let values: Vec<_> = members.iter().map(|member| value_of(&frames[member.at])).collect();
        let mut distinct: Vec<&Option<Value>> = Vec::new();
        for value in &values {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
            if distinct.len() > repeats {
                break;
            }
        }
        if distinct.len() < 2 || distinct.len() > repeats {
            continue;
        }
        distinct.sort_by(|a, b| match (a, b) {
            (Some(a), Some(b)) => a.compare(b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
        let ranks: Vec<usize> =
            values.iter().map(|value| distinct.iter().position(|d| *d == value).unwrap_or(0)).collect();
        let mut at_slice: BTreeMap<u32, Vec<bool>> = BTreeMap::new();
        for (member, rank) in members.iter().zip(&ranks) {
            at_slice.entry(member.slice).or_insert_with(|| vec![false; distinct.len()])[*rank] = true;
        }
        if at_slice.values().any(|seen| seen.iter().all(|seen| *seen)) {
            members.iter_mut().zip(ranks).for_each(|(member, rank)| member.labels.push(rank));
        }
    }
}

/// Numbers the members with the same slice and labels by phase, time and number.
fn count_repeats(members: &mut [Member], frames: &[FrameEntry]) {
    let by_time = |a: &Member, b: &Member| {
        let (one, other) = (&frames[a.at].view.dimensions, &frames[b.at].view.dimensions);
        let phase = |phase: Option<f64>| phase.unwrap_or(f64::NEG_INFINITY);
        phase(one.phase)
            .total_cmp(&phase(other.phase))
            .then_with(|| one.time.cmp(&other.time))
            .then_with(|| one.instance_number.cmp(&other.instance_number))
            .then_with(|| a.at.cmp(&b.at))
    };
    members.sort_by(|a, b| (a.slice, &a.labels).cmp(&(b.slice, &b.labels)).then_with(|| by_time(a, b)));
    for run in members.chunk_by_mut(|a, b| a.slice == b.slice && a.labels == b.labels) {
        run.iter_mut().zip(0..).for_each(|(member, nth)| member.nth = nth);
    }
}
