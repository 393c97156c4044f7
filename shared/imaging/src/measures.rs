//! What stored values and pixels measure.

use serde::{Deserialize, Serialize};

/// Modality value = stored value × slope + intercept. A slope of 0 is a writer's default: no values are reported, and
/// the picture and its windows are those of a slope of 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rescale {
    /// Factor.
    pub slope: f64,
    /// Summand.
    pub intercept: f64,
    /// Unit of the modality value.
    pub unit: Option<String>,
}

/// Size of a pixel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spacing {
    /// Between the centres of two rows.
    pub row_mm: f64,
    /// Between the centres of two columns.
    pub column_mm: f64,
    /// The attribute it comes from: `pixel-spacing`, also `-by-geometry` or `-by-fiducial`; `imager-pixel-spacing` (at
    /// the detector, not in the patient), `imager-pixel-spacing-over-magnification` (at the object, as estimated);
    /// `nominal-scanned-pixel-spacing`, `ultrasound-region`.
    pub source: String,
}
