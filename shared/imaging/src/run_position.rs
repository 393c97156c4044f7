//! The position of a frame of a nuclear medicine image among the others (PS3.3 C.8.4.8): each dimension has a vector
//! with one number per frame.

use filmless_dicom::{Item, Tag, geometry, tags};
use serde::{Deserialize, Serialize};

/// Numbers from 1, for the dimensions that the image names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunPosition {
    /// Energy Window Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_window: Option<u32>,
    /// Detector Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<u32>,
    /// Phase Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
    /// Rotation Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<u32>,
    /// R-R Interval Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rr_interval: Option<u32>,
    /// Time Slot Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slot: Option<u32>,
    /// Angular View Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub angular_view: Option<u32>,
    /// Slice Vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<u32>,
}

impl RunPosition {
    /// The position of a frame, counted from 0; `None` if no dimension is named.
    pub(crate) fn of(root: Item<'_>, index: u32) -> Option<Self> {
        let number = |tag: Tag| {
            let numbers = root.get(tag)?.ints();
            numbers.get(index as usize).and_then(|v| u32::try_from(*v).ok()).filter(|v| *v > 0)
        };
        let position = Self {
            energy_window: number(tags::ENERGY_WINDOW_VECTOR),
            detector: number(tags::DETECTOR_VECTOR),
            phase: number(tags::PHASE_VECTOR),
            rotation: number(tags::ROTATION_VECTOR),
            rr_interval: number(tags::RR_INTERVAL_VECTOR),
            time_slot: number(tags::TIME_SLOT_VECTOR),
            angular_view: number(tags::ANGULAR_VIEW_VECTOR),
            slice: number(tags::SLICE_VECTOR),
        };
        (position != Self::default()).then_some(position)
    }

    /// Where a reconstructed slice lies in the patient: its position and orientation. The object names those of the first slice, in the item
    /// of its detector (C.8.4.11), and how far each lies behind the one before it; in front of it if that is negative (C.8.4.15).
    /// `None` for projections, which lie nowhere, and where the distance is not known.
    pub(crate) fn slice_place(self, root: Item<'_>) -> Option<([f64; 3], [f64; 6])> {
        let kind = root.get(tags::IMAGE_TYPE)?.texts().into_iter().nth(2)?;
        if !["RECON TOMO", "RECON GATED TOMO"].contains(&kind.trim()) {
            return None;
        }
        let before = self.slice? - 1;
        let detector = self.detector.unwrap_or(1) as usize;
        let detector = root.get(tags::DETECTOR_INFORMATION_SEQUENCE)?.items().nth(detector - 1)?;
        let orientation = detector.floats(tags::IMAGE_ORIENTATION_PATIENT)?;
        let first: [f64; 3] = detector.floats(tags::IMAGE_POSITION_PATIENT)?;
        let normal = geometry::normal(orientation)?;
        let spacing = root.float(tags::SPACING_BETWEEN_SLICES).filter(|mm| *mm != 0.0 && mm.is_finite())?;
        let away = spacing * f64::from(before);
        Some((std::array::from_fn(|axis| first[axis] + normal[axis] * away), orientation))
    }

    /// How long the frame took, in milliseconds: from its phase (C.8.4.10) or its gate (C.8.4.11).
    pub(crate) fn frame_time_ms(root: Item<'_>, position: Option<Self>) -> Option<f64> {
        let of_phase = || {
            let phase = position?.phase? as usize;
            let item = root.get(tags::PHASE_INFORMATION_SEQUENCE)?.items().nth(phase - 1)?;
            item.float(tags::ACTUAL_FRAME_DURATION)
        };
        let of_gate = || {
            let gate = root.first_item(tags::GATED_INFORMATION_SEQUENCE)?;
            gate.first_item(tags::DATA_INFORMATION_SEQUENCE)?.float(tags::FRAME_TIME)
        };
        of_phase().or_else(of_gate)
    }
}
