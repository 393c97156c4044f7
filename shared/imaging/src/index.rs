//! The index of a series pack: what a viewer fetches first.
//!
//! ```json
//! {"version": 1, "study_instance_uid": "…", "series_instance_uid": "…", "modality": "CT", "series_number": 2,
//!  "series_description": "…", "preview_layer": {"offset": 0, "length": 10000},
//!  "thumbs": {"tile": 96, "columns": 10, "frames": [0, 3, 6]},
//!  "frames": [{"sop_instance_uid": "…", "frame": 1, "rows": 512, "columns": 512,
//!    "preview": {"offset": 0, "length": 5000, "width": 512, "height": 512, "media_type": "image/webp"},
//!    "diagnostic": null, "bits_stored": 12, "photometric_interpretation": "MONOCHROME2",
//!    "rescale": {"slope": 1.0, "intercept": -1024.0, "unit": "HU"},
//!    "window": {"center": 40.0, "width": 400.0},
//!    "spacing": {"row_mm": 0.7, "column_mm": 0.7, "source": "pixel-spacing"},
//!    "position": [0, 0, 0], "orientation": [1, 0, 0, 0, 1, 0], "slice_position": 12.5, "frame_time_ms": 33.3}],
//!  "without_picture": [{"sop_instance_uid": "…", "code": "no-pixel-data"}]}
//! ```
//!
//! What is unknown is null or absent. `diagnostic`, where there is one, is
//! `{"offset": 5000, "length": 170000, "transfer_syntax_uid": "1.2.840.10008.1.2.4.80", "media_type": "image/jls",
//! "photometric_interpretation": "MONOCHROME2", "samples_per_pixel": 1, "bits_per_sample": 12,
//! "sample_type": "unsigned"}`. `frame` counts from 1 within its instance; `thumbs.frames` are places in
//! `frames`, left to right and top to bottom. Offsets count from the first byte of the pack.

use serde::{Deserialize, Serialize};

use crate::diagnostic::SampleType;
use crate::window::{VoiFunction, VoiWindow};

/// The index of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesIndex {
    /// Of this format.
    pub version: u32,
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Series Instance UID.
    pub series_instance_uid: String,
    /// Modality.
    pub modality: String,
    /// Series Number.
    pub series_number: Option<i64>,
    /// Series Description.
    pub series_description: Option<String>,
    /// Where all previews lie.
    pub preview_layer: PreviewLayer,
    /// How the contact sheet is laid out; null without pictures.
    pub thumbs: Option<ThumbSheet>,
    /// Every frame that has a picture, in display order.
    pub frames: Vec<FrameEntry>,
    /// Every instance, or frame, that has none.
    pub without_picture: Vec<WithoutPicture>,
}

/// A range of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PreviewLayer {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// The layout of `thumbs.jpg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThumbSheet {
    /// Side of a tile in pixels.
    pub tile: u32,
    /// Tiles in a row.
    pub columns: u32,
    /// Which frame each tile shows.
    pub frames: Vec<u32>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameEntry {
    /// Of its instance.
    pub sop_instance_uid: String,
    /// Number within its instance, from 1.
    pub frame: u32,
    /// Rows as stored.
    pub rows: u32,
    /// Columns as stored.
    pub columns: u32,
    /// The lossy preview.
    pub preview: PreviewEntry,
    /// The bit-exact frame.
    pub diagnostic: Option<Diagnostic>,
    /// Bits Stored.
    pub bits_stored: u32,
    /// Photometric Interpretation as stored.
    pub photometric_interpretation: String,
    /// Stored value to modality value.
    pub rescale: Option<Rescale>,
    /// Default window.
    pub window: Option<Window>,
    /// All windows that the modality proposes, when there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Window>,
    /// Size of a pixel.
    pub spacing: Option<Spacing>,
    /// Image Position (Patient).
    pub position: Option<[f64; 3]>,
    /// Image Orientation (Patient).
    pub orientation: Option<[f64; 6]>,
    /// Along the slice normal, in millimetres.
    pub slice_position: Option<f64>,
    /// How long it is shown in a cine.
    pub frame_time_ms: Option<f64>,
}

/// A preview within the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewEntry {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Always `image/webp`.
    pub media_type: String,
}

/// A bit-exact frame within the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// How it is encoded.
    pub transfer_syntax_uid: String,
    /// The same for a browser; `application/octet-stream` for deflated little endian samples.
    pub media_type: String,
    /// What the decoded samples mean: `RGB` where a codec undoes the colour transform that the image's own
    /// Photometric Interpretation names.
    pub photometric_interpretation: String,
    /// 1 or 3, interleaved.
    pub samples_per_pixel: u8,
    /// Bits of a decoded sample; deflated samples fill 8, 16, 32 or 64 bits.
    pub bits_per_sample: u8,
    /// `unsigned`, `signed` (two's complement in so many bits) or `float`.
    pub sample_type: SampleType,
}

/// Modality value = stored value × slope + intercept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rescale {
    /// Factor.
    pub slope: f64,
    /// Summand.
    pub intercept: f64,
    /// Unit of the modality value.
    pub unit: Option<String>,
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
    /// What the modality calls it.
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

/// Size of a pixel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spacing {
    /// Between the centres of two rows.
    pub row_mm: f64,
    /// Between the centres of two columns.
    pub column_mm: f64,
    /// Which attribute says so: `pixel-spacing`, `imager-pixel-spacing` (at the detector, not in the patient),
    /// `nominal-scanned-pixel-spacing`, `ultrasound-region`.
    pub source: String,
}

/// An instance or frame that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutPicture {
    /// Of the instance.
    pub sop_instance_uid: String,
    /// Why.
    pub code: String,
    /// The frame, from 1, when the others of the instance have pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
}
