//! Windows (PS3.3 C.11.2.1.2, C.11.2.1.3).

use filmless_dicom::tags;
use serde::{Deserialize, Serialize};

use crate::functional_groups::FrameAttributes;

/// VOI LUT Function (0028,1056).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum VoiFunction {
    #[default]
    Linear,
    LinearExact,
    Sigmoid,
}

/// A window in modality values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VoiWindow {
    pub center: f64,
    pub width: f64,
    pub function: VoiFunction,
}

/// The lowest and the highest of a set of modality values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct ValueSpan {
    pub lowest: f64,
    pub highest: f64,
}

impl ValueSpan {
    pub const NONE: Self = Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY };

    pub fn with(self, value: f64) -> Self {
        Self { lowest: self.lowest.min(value), highest: self.highest.max(value) }
    }

    pub fn is_some(&self) -> bool {
        self.lowest <= self.highest
    }
}

impl VoiWindow {
    /// The windows that apply to a frame, default first, with their explanations.
    pub fn of_frame(frame: FrameAttributes<'_>) -> Vec<(Self, Option<String>)> {
        let Some(holder) = frame.holder(tags::WINDOW_CENTER, tags::FRAME_VOILUT_SEQUENCE) else {
            return Vec::new();
        };
        let values = |tag| holder.get(tag).map(|e| e.floats()).unwrap_or_default();
        let named = holder.get(tags::WINDOW_CENTER_WIDTH_EXPLANATION).map(|e| e.texts()).unwrap_or_default();
        let function = match holder.text(tags::VOILUT_FUNCTION).as_deref() {
            Some("SIGMOID") => VoiFunction::Sigmoid,
            Some("LINEAR_EXACT") => VoiFunction::LinearExact,
            _ => VoiFunction::Linear,
        };
        let pairs = values(tags::WINDOW_CENTER).into_iter().zip(values(tags::WINDOW_WIDTH));
        pairs
            .enumerate()
            .filter(|(_, (center, width))| center.is_finite() && width.is_finite() && *width > 0.0)
            .map(|(i, (center, width))| {
                // LINEAR allows no width below 1: LINEAR_EXACT is meant (C.11.2.1.2.1).
                let function = match function {
                    VoiFunction::Linear if width < 1.0 => VoiFunction::LinearExact,
                    function => function,
                };
                (Self { center, width, function }, named.get(i).filter(|n| !n.is_empty()).cloned())
            })
            .collect()
    }

    /// The window that spans all values of a frame.
    pub fn spanning(lowest: f64, highest: f64) -> Self {
        Self {
            center: f64::midpoint(lowest, highest),
            width: highest - lowest,
            function: VoiFunction::LinearExact,
        }
    }

    /// Display value, 0 to 1.
    pub fn apply(self, value: f64) -> f64 {
        let Self { center, width, function } = self;
        match function {
            VoiFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
            VoiFunction::LinearExact if width > 0.0 => (value - center) / width + 0.5,
            VoiFunction::LinearExact => 0.0,
            // A width of 1 or less is a threshold (C.11.2.1.2.1).
            VoiFunction::Linear if width <= 1.0 => f64::from(u8::from(value > center - 0.5)),
            VoiFunction::Linear => (value - (center - 0.5)) / (width - 1.0) + 0.5,
        }
        .clamp(0.0, 1.0)
    }
}

/// A window in modality values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Center.
    pub center: f64,
    /// Width.
    pub width: f64,
    /// `LINEAR_EXACT` or `SIGMOID`; absent for `LINEAR` (PS3.3 C.11.2.1.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The modality's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Window {
    pub(crate) fn new(window: VoiWindow, name: Option<String>) -> Self {
        let function = match window.function {
            VoiFunction::Linear => None,
            VoiFunction::LinearExact => Some("LINEAR_EXACT".to_owned()),
            VoiFunction::Sigmoid => Some("SIGMOID".to_owned()),
        };
        Self { center: window.center, width: window.width, function, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_follow_their_formulas() {
        let window = |function, center, width| VoiWindow { center, width, function };
        for (voi, value, expected) in [
            // The examples of C.11.2.1.2.1: width 100, center 50 maps 0..=99 to the whole range.
            (window(VoiFunction::Linear, 50.0, 100.0), 0.0, 0.0),
            (window(VoiFunction::Linear, 50.0, 100.0), 99.0, 1.0),
            (window(VoiFunction::Linear, 50.0, 100.0), 49.5, 0.5),
            (window(VoiFunction::Linear, 50.0, 1.0), 49.0, 0.0),
            (window(VoiFunction::Linear, 50.0, 1.0), 50.0, 1.0),
            (window(VoiFunction::LinearExact, 50.0, 100.0), 50.0, 0.5),
            (window(VoiFunction::LinearExact, 50.0, 100.0), 100.0, 1.0),
            (window(VoiFunction::Sigmoid, 50.0, 100.0), 50.0, 0.5),
            (window(VoiFunction::Sigmoid, 50.0, 100.0), 1e9, 1.0),
        ] {
            assert!((voi.apply(value) - expected).abs() < 1e-9, "{voi:?} {value}");
        }
    }

    #[test]
    fn a_flat_frame_is_black() {
        assert!(VoiWindow::spanning(7.0, 7.0).apply(7.0).abs() < 1e-9);
    }
}
