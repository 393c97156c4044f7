//! What the driver sees, small enough to travel: no image data.
//!
//! Everything is relative to the images, never to a screen, so that a telephone shows the same as a workstation.

use std::collections::BTreeSet;

use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};
use serde::{Deserialize, Serialize};

use crate::limits::VIEW_BYTES_MAX;
use crate::refusal::Refusal;

/// Most rows of the grid.
const ROWS_MAX: u8 = 3;
/// Most columns of the grid: a rule of hanging may have one more than a reader can choose.
const COLUMNS_MAX: u8 = 4;
/// Most frames of a series.
const FRAMES_MAX: u32 = 1_000_000;
/// Largest magnitude of a window.
const WINDOW_MAX: f64 = 1e12;
/// Largest enlargement, and largest shift.
const SCALE_MAX: f64 = 10_000.0;
/// Farthest point from the origin of the patient's coordinates, in millimetres.
const MILLIMETRES_MAX: f64 = 1e6;
/// Longest part of a unit vector, as arithmetic leaves it.
const UNIT_MAX: f64 = 1.001;
/// Fastest cine.
const FRAMES_PER_SECOND_MAX: f64 = 240.0;
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
    /// Which frame of the series, from 0.
    pub frame: u32,
    /// In units of the modality; as the image says if it is absent.
    pub window: Option<Window>,
    /// Whether dark and light are exchanged.
    pub is_inverted: bool,
    /// Name of a palette.
    pub colours: Option<String>,
    /// Which part of the image.
    pub view: ViewPlace,
    /// A plane through the volume instead of a frame.
    pub plane: Option<PlaneState>,
    /// Whether it is being played.
    pub cine: Option<Cine>,
}

/// A window (PS3.3 C.11.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its centre.
    pub center: f64,
    /// Its width.
    pub width: f64,
}

/// Which part of the image is seen, and how it is turned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewPlace {
    /// Enlargement: 1 for the picture fitted into its pane.
    pub scale: f64,
    /// From the middle of the pane to the middle of the picture, as parts of the fitted picture.
    pub shift: Shift,
    /// Quarter turns and flips.
    pub turn: Turn,
}

/// Parts of the fitted picture's width and height, to the right and down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// x' = a·x + c·y, y' = b·x + d·y.
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
    /// Which.
    pub kind: PlaneKind,
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
    Oblique,
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

/// How it is being played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cine {
    /// How fast.
    pub frames_per_second: f64,
    /// Which way.
    pub is_forward: bool,
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
        if !is_whole || self.sent_at > WHOLE_MAX || !self.panes.iter().flatten().all(PaneState::is_sound) {
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
        self.panes.iter().flatten().map(|pane| &pane.study_instance_uid).collect()
    }
}

impl PaneState {
    fn is_sound(&self) -> bool {
        let Self { frame, window, colours, view, plane, cine, .. } = self;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        *frame < FRAMES_MAX
            && window
                .is_none_or(|it| within(it.center, WINDOW_MAX) && it.width > 0.0 && it.width <= WINDOW_MAX)
            && colours
                .as_ref()
                .is_none_or(|name| (1..=COLOURS_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_name))
            && view.is_sound()
            && plane.is_none_or(|plane| plane.is_sound())
            && cine
                .is_none_or(|it| it.frames_per_second > 0.0 && it.frames_per_second <= FRAMES_PER_SECOND_MAX)
    }
}

impl ViewPlace {
    fn is_sound(&self) -> bool {
        let Self { scale, shift: Shift { x, y }, turn: Turn { a, b, c, d } } = *self;
        let is_turn = [a, b, c, d].into_iter().all(|part| within(part, UNIT_MAX));
        scale > 0.0 && scale <= SCALE_MAX && within(x, SCALE_MAX) && within(y, SCALE_MAX) && is_turn
    }
}

impl PlaneState {
    fn is_sound(&self) -> bool {
        let is_within = |numbers: &[f64], most| numbers.iter().all(|number| within(*number, most));
        is_within(&self.point, MILLIMETRES_MAX)
            && is_within(&self.row, UNIT_MAX)
            && is_within(&self.column, UNIT_MAX)
            && (0.0..=MILLIMETRES_MAX).contains(&self.slab_mm)
    }
}

/// Finite, and not farther from zero.
fn within(number: f64, most: f64) -> bool {
    number.abs() <= most
}
