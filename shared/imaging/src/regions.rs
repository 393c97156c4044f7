//! Calibrated regions of ultrasound images (PS3.3 C.8.5.5).

use filmless_dicom::{Item, tags};
use serde::{Deserialize, Serialize};

/// More regions than any device draws.
const REGIONS_MAX: usize = 64;

/// A part of an image with its own axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Left column, from 0.
    pub x0: u32,
    /// Top row, from 0.
    pub y0: u32,
    /// Right column.
    pub x1: u32,
    /// Bottom row.
    pub y1: u32,
    /// Region Spatial Format (C.8.5.5.1.1): 1 two-dimensional, 2 M mode, 3 spectral, …
    pub spatial_format: u32,
    /// Region Data Type (C.8.5.5.1.2).
    pub data_type: u32,
    /// Physical Units X Direction (C.8.5.5.1.15): 3 centimetres, 4 seconds, 7 centimetres per second, …
    pub unit_x: u32,
    /// Physical Units Y Direction.
    pub unit_y: u32,
    /// Physical Delta X: units per column.
    pub delta_x: f64,
    /// Physical Delta Y: units per row.
    pub delta_y: f64,
    /// Reference Pixel X0: the column of the origin, within the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_x: Option<i64>,
    /// Reference Pixel Y0: a row whose value is known, within the region (C.8.5.5.1.16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_y: Option<i64>,
    /// Reference Pixel Physical Value Y: what that row stands for; 0 where the file does not say.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reference_value_y: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// The regions of an image, without those that lack an axis.
pub(crate) fn regions(root: Item<'_>) -> Vec<Region> {
    let Some(sequence) = root.get(tags::SEQUENCE_OF_ULTRASOUND_REGIONS) else { return Vec::new() };
    sequence.items().filter_map(Region::read).take(REGIONS_MAX).collect()
}

impl Region {
    fn read(item: Item<'_>) -> Option<Self> {
        let count = |tag| item.int(tag).and_then(|v| u32::try_from(v).ok());
        Some(Self {
            x0: count(tags::REGION_LOCATION_MIN_X0)?,
            y0: count(tags::REGION_LOCATION_MIN_Y0)?,
            x1: count(tags::REGION_LOCATION_MAX_X1)?,
            y1: count(tags::REGION_LOCATION_MAX_Y1)?,
            spatial_format: count(tags::REGION_SPATIAL_FORMAT)?,
            data_type: count(tags::REGION_DATA_TYPE)?,
            unit_x: count(tags::PHYSICAL_UNITS_X_DIRECTION)?,
            unit_y: count(tags::PHYSICAL_UNITS_Y_DIRECTION)?,
            delta_x: item.float(tags::PHYSICAL_DELTA_X)?,
            delta_y: item.float(tags::PHYSICAL_DELTA_Y)?,
            reference_x: item.int(tags::REFERENCE_PIXEL_X0),
            reference_y: item.int(tags::REFERENCE_PIXEL_Y0),
            reference_value_y: item.float(tags::REFERENCE_PIXEL_PHYSICAL_VALUE_Y).unwrap_or_default(),
        })
    }
}
