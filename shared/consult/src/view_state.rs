//! What the driver sees, small enough to travel: no image data.
//!
//! Everything is relative to the images, never to a screen, so that a telephone shows the same as a workstation.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use serde::{Deserialize, Serialize};

use crate::limits::{VIEW_BYTES_MAX, VIEW_OBJECTS_MAX, VIEW_PARTS_MAX};
use crate::refusal::Refusal;

/// Most rows of the grid.
const ROWS_MAX: u8 = 3;
/// Most columns of the grid: a rule of hanging may have one more than a reader can choose.
const COLUMNS_MAX: u8 = 4;
/// Most frames of a series.
const FRAMES_MAX: u32 = 1_000_000;
/// Largest magnitude of a window.
const WINDOW_MAX: f64 = 1e12;
/// Narrowest window.
const WINDOW_WIDTH_MIN: f64 = 1e-12;
/// Where the middle of a pane may be on an image: beside it, too.
const CENTRES: RangeInclusive<f64> = -8.0..=9.0;
/// Most of an image that may be seen: much more than all of it.
const EXTENT_MAX: f64 = 64.0;
/// Farthest point from the origin of the patient's coordinates, in millimetres.
const MILLIMETRES_MAX: f64 = 1e6;
/// Thickness of slabs, in millimetres.
const SLABS: RangeInclusive<f64> = 0.0..=1000.0;
/// How far arithmetic leaves unit vectors from their length, and from a right angle.
const ORTHONORMAL_TOLERANCE: f64 = 1e-3;
/// Quarter turns, and their mirror images.
const TURNS: [[f64; 4]; 8] = [
    [1.0, 0.0, 0.0, 1.0],
    [0.0, 1.0, -1.0, 0.0],
    [-1.0, 0.0, 0.0, -1.0],
    [0.0, -1.0, 1.0, 0.0],
    [-1.0, 0.0, 0.0, 1.0],
    [0.0, 1.0, 1.0, 0.0],
    [1.0, 0.0, 0.0, -1.0],
    [0.0, -1.0, -1.0, 0.0],
];
/// How fast and how slow something may be played.
const SPEEDS: RangeInclusive<f64> = 0.1..=10.0;
/// Longest name of colours.
const COLOURS_BYTES_MAX: usize = 32;
/// Largest whole number that JavaScript counts exactly to.
const WHOLE_MAX: u64 = (1 << 53) - 1;

/// Panes, and what each shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewState {
    /// How many panes.
    pub grid: Grid,
    /// The pane in hand, from 0, row by row.
    pub active: u8,
    /// The pane that fills the room, if one does.
    pub enlarged: Option<u8>,
    /// One for each place of the grid; nothing in an empty one.
    pub panes: Vec<Option<PaneState>>,
    /// What is laid over the images of a study. Records of before it was shared do not have it, nor the two that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fusion: Option<FusionState>,
    /// What others drew, as far as it was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectState>,
    /// Whether images are covered by their own shutters.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_shuttered: bool,
    /// When, in milliseconds of the driver's clock: only to tell how late it is. Nothing is decided by it.
    pub sent_at: u64,
}

/// Rows and columns of panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// From 1.
    pub rows: u8,
    /// From 1.
    pub columns: u8,
}

/// What one pane shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaneState {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Which frame of the series, from 0, in the pack that the driver has.
    pub frame: u32,
    /// Which image that is: SOP Instance UID, `/`, and its frame from 1. Once more images arrive, the same number is another
    /// one. None for a plane, a document, and in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// In units of the modality; as the image says if it is absent.
    pub window: Option<Window>,
    /// Whether the table of a presentation state stands in for the window.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_table: bool,
    /// Whether dark and light are exchanged.
    pub is_inverted: bool,
    /// Name of a palette.
    pub colours: Option<String>,
    /// Whether overlays of the image are shown.
    pub has_overlays: bool,
    /// For a subtraction: whether the mask is subtracted.
    pub is_masked: Option<bool>,
    /// Which part of the image; nothing while the series opens.
    pub view: Option<ViewPlace>,
    /// A plane through a volume instead of a frame.
    pub plane: Option<PlaneState>,
    /// How it is being played.
    pub cine: Option<Cine>,
}

/// A series whose values are laid over images in colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FusionState {
    /// Its study; it lies over images of the same one.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Name of a palette.
    pub colours: String,
    /// The value of the last colour, in units of the modality; 0 has the first one.
    pub top: f64,
    /// From 0 to 1.
    pub opacity: f64,
}

/// What somebody drew: a presentation state, measurements, a segmentation or structures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectState {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its file.
    pub sop_instance_uid: SopInstanceUid,
    /// Which of its parts, from 0 in the order of the file; all if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<u16>>,
}

/// A window (PS3.3 C.11.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its centre.
    pub center: f64,
    /// Its width.
    pub width: f64,
    /// VOI LUT Function.
    pub function: WindowFunction,
}

/// VOI LUT Function (0028,1056).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "words of the standard")]
pub enum WindowFunction {
    Linear,
    LinearExact,
    Sigmoid,
}

/// Which part of the image is seen, and how it is turned. A follower shows at least that part, with the same middle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewPlace {
    /// The point of the image in the middle of the pane, before it is turned.
    pub centre: Parts,
    /// How much of the image is seen, before it is turned.
    pub extent: Parts,
    /// Quarter turns and flips.
    pub turn: Turn,
}

/// Parts of the image's width and height: 0 and 1 are its edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Of the columns.
    pub x: f64,
    /// Of the rows.
    pub y: f64,
}

/// x' = a·x + c·y, y' = b·x + d·y; each is -1, 0 or 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the formula says it")]
pub struct Turn {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
}

/// A plane through a volume, in millimetres of the patient (PS3.3 C.7.6.2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaneState {
    /// Which it is, or was before it was turned.
    pub kind: PlaneKind,
    /// Place of the pane whose series is cut.
    pub source: u8,
    /// A point on it.
    pub point: [f64; 3],
    /// Direction of the screen's right, a unit vector.
    pub row: [f64; 3],
    /// Direction of the screen's bottom, a unit vector.
    pub column: [f64; 3],
    /// Thickness; 0 is the plane alone.
    pub slab_mm: f64,
    /// What is put together across it.
    pub projection: Projection,
}

/// How a plane lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "words of anatomy")]
pub enum PlaneKind {
    Axial,
    Coronal,
    Sagittal,
}

/// What is put together across a slab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "words of arithmetic")]
pub enum Projection {
    Average,
    Maximum,
    Minimum,
}

/// How it is being played: always forward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cine {
    /// Times the pace that the file names.
    pub speed: f64,
}

impl ViewState {
    /// Whether it may be shown to the others.
    ///
    /// # Errors
    /// `too_large`, `unknown_study` if it shows a study that is not among `opened`, `malformed` for everything else.
    pub fn check(&self, opened: &[StudyInstanceUid]) -> Result<(), Refusal> {
        if serde_json::to_vec(self).map_or(true, |json| json.len() > VIEW_BYTES_MAX) {
            return Err(Refusal::TooLarge);
        }
        let Grid { rows, columns } = self.grid;
        let is_grid = (1..=ROWS_MAX).contains(&rows) && (1..=COLUMNS_MAX).contains(&columns);
        let places = rows.saturating_mul(columns);
        let is_placed = self.active < places && self.enlarged.is_none_or(|pane| pane < places);
        let is_whole = is_grid && is_placed && self.panes.len() == usize::from(places);
        let are_sound = self.panes.iter().flatten().all(|pane| pane.is_sound(places));
        let are_few =
            self.objects.len() <= VIEW_OBJECTS_MAX && self.objects.iter().all(ObjectState::is_sound);
        let is_laid = self.fusion.as_ref().is_none_or(FusionState::is_sound);
        if !is_whole || self.sent_at > WHOLE_MAX || !are_sound || !are_few || !is_laid {
            return Err(Refusal::Malformed);
        }
        if self.studies().into_iter().any(|study| !opened.contains(study)) {
            return Err(Refusal::UnknownStudy);
        }
        Ok(())
    }

    /// The studies that it shows.
    #[must_use]
    pub fn studies(&self) -> BTreeSet<&StudyInstanceUid> {
        let panes = self.panes.iter().flatten().map(|pane| &pane.study_instance_uid);
        let laid = self.fusion.iter().map(|fusion| &fusion.study_instance_uid);
        panes.chain(laid).chain(self.objects.iter().map(|object| &object.study_instance_uid)).collect()
    }

    /// Goes to frames: places of panes, each with its frame, and the images that these are, or none.
    ///
    /// # Errors
    /// `malformed` for no pane or too many, one in which nothing is, or a frame that there cannot be; then nothing changes.
    pub fn scroll(&mut self, frames: &[(u8, u32)], images: &[String]) -> Result<(), Refusal> {
        let is_filled = |pane: u8| self.panes.get(usize::from(pane)).is_some_and(Option::is_some);
        let are_there = frames.iter().all(|(pane, frame)| is_filled(*pane) && *frame < FRAMES_MAX);
        let are_named =
            images.is_empty() || images.len() == frames.len() && images.iter().all(|name| is_image(name));
        if !are_there || !are_named || frames.is_empty() || frames.len() > self.panes.len() {
            return Err(Refusal::Malformed);
        }
        for (place, (pane, frame)) in frames.iter().enumerate() {
            if let Some(Some(pane)) = self.panes.get_mut(usize::from(*pane)) {
                pane.frame = *frame;
                pane.image = images.get(place).cloned();
            }
        }
        Ok(())
    }
}

impl PaneState {
    /// With this many places in the grid.
    fn is_sound(&self, places: u8) -> bool {
        let Self { frame, image, window, colours, view, plane, cine, .. } = self;
        let is_window =
            |it: Window| it.center.abs() <= WINDOW_MAX && (WINDOW_WIDTH_MIN..=WINDOW_MAX).contains(&it.width);
        *frame < FRAMES_MAX
            && image.as_deref().is_none_or(is_image)
            && window.is_none_or(is_window)
            && colours.as_deref().is_none_or(are_colours)
            && view.is_none_or(|view| view.is_sound())
            && plane.is_none_or(|plane| plane.source < places && plane.is_sound())
            && cine.is_none_or(|cine| SPEEDS.contains(&cine.speed))
    }
}

impl FusionState {
    fn is_sound(&self) -> bool {
        are_colours(&self.colours)
            && self.top > 0.0
            && self.top <= WINDOW_MAX
            && (0.0..=1.0).contains(&self.opacity)
    }
}

impl ObjectState {
    fn is_sound(&self) -> bool {
        self.parts.as_ref().is_none_or(|parts| (1..=VIEW_PARTS_MAX).contains(&parts.len()))
    }
}

impl ViewPlace {
    fn is_sound(&self) -> bool {
        let Self { centre, extent, turn: Turn { a, b, c, d } } = *self;
        [centre.x, centre.y].iter().all(|at| CENTRES.contains(at))
            && [extent.x, extent.y].iter().all(|part| *part > 0.0 && *part <= EXTENT_MAX)
            && TURNS.contains(&[a, b, c, d])
    }
}

impl PlaneState {
    fn is_sound(&self) -> bool {
        let is_within = |numbers: &[f64], most| numbers.iter().all(|number| number.abs() <= most);
        is_within(&self.point, MILLIMETRES_MAX)
            && is_frame(&self.row, &self.column)
            && SLABS.contains(&self.slab_mm)
    }
}

/// Whether these are unit vectors at a right angle.
fn is_frame(row: &[f64; 3], column: &[f64; 3]) -> bool {
    let dot = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let is_near = |number: f64, to: f64| (number - to).abs() <= ORTHONORMAL_TOLERANCE;
    is_near(dot(row, row), 1.0) && is_near(dot(column, column), 1.0) && is_near(dot(row, column), 0.0)
}

/// Whether this can be the name of a palette.
fn are_colours(name: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=COLOURS_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_name)
}

/// Whether this can name an image.
fn is_image(name: &str) -> bool {
    name.split_once('/').is_some_and(|(instance, frame)| {
        let is_frame = frame.parse::<u32>().is_ok_and(|frame| (1..=FRAMES_MAX).contains(&frame));
        is_frame && !frame.starts_with(['0', '+']) && SopInstanceUid::parse(instance).is_ok()
    })
}

/// What records of before do not say.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_false(is: &bool) -> bool {
    !*is
}
