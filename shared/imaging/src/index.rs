//! The index of a series pack: what a viewer fetches first. `docs/SERIES-PACK.md` describes it with examples.
//!
//! What is unknown is null or absent. Offsets count from the first byte of the pack; places count from 0 in `frames`.

use filmless_domain::ReportLack;
use serde::{Deserialize, Serialize};

use crate::arrange::Place;
use crate::diagnostic::SampleType;
use crate::part::NoteCode;
use crate::resolution::Resolution;
use crate::viewer::FrameView;
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
    /// Which frame the poster shows: the first key image, else the middle one; null without pictures.
    pub poster_frame: Option<u32>,
    /// Look-up tables, to which frames refer by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<LookUpTable>,
    /// Every frame that has a picture, in display order.
    pub frames: Vec<FrameEntry>,
    /// Reports, documents and videos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentEntry>,
    /// Instances that are kept and can be downloaded, but are nothing to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherEntry>,
    /// What is missing of what is shown, or differs from what its file says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteEntry>,
    /// Every instance, or frame, that should have a picture and has none.
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
    /// Where it lies among the others; absent without a position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Marked by a key object selection.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_key: bool,
    /// Modality LUT, a place in `tables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality_lut: Option<u32>,
    /// VOI LUT, a place in `tables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voi_lut: Option<u32>,
    /// Palette, a place in `tables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub palette: Option<u32>,
    /// Planes drawn over the frame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<OverlayEntry>,
    /// Mask subtraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<MaskEntry>,
    /// Measures and presentation.
    #[serde(flatten)]
    pub view: FrameView,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A look-up table. A value below the first or above the last entry takes that entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpTable {
    /// What the entries are.
    pub kind: TableKind,
    /// The value that the first entry belongs to.
    pub first: i32,
    /// Bits of an entry.
    pub bits: u32,
    /// The entries, base64.
    pub data: String,
}

/// What the entries of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableKind {
    /// Sixteen bits each, little endian.
    Grey,
    /// Three bytes each: red, green, blue.
    Palette,
}

/// An overlay plane within the pack: one bit per pixel, row by row without alignment, lowest bit first (PS3.5 8.1.2),
/// deflated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayEntry {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Rows of the plane.
    pub rows: u32,
    /// Columns of the plane.
    pub columns: u32,
    /// Row and column of the image at which the plane begins, from 1; may lie outside.
    pub origin: [i32; 2],
    /// What its author calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What is shown is the modality value less the mean modality value of the mask frames (PS3.3 C.7.6.10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskEntry {
    /// The mask frames, as places in `frames`.
    pub frames: Vec<u32>,
    /// By how many rows and columns the mask is shifted.
    pub shift: [f64; 2],
    /// Whether the preview shows the difference.
    pub is_default: bool,
    /// The window in which the difference is shown.
    pub window: Window,
}

/// What kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// What a doctor reports: a structured report as lines of text (`application/json`).
    Report,
    /// What a machine notes (marks of software, log of a procedure), as lines of text too.
    Record,
    /// What a machine notes of the radiation dose, in the same way.
    Dose,
    /// A key object selection, as lines of text and the images that it selects.
    Selection,
    /// Encapsulated PDF.
    Pdf,
    /// Encapsulated CDA.
    Cda,
    /// Encapsulated text, as UTF-8 (`text/plain`). Nobody vouches for it as a report.
    Text,
    /// MPEG-2, MPEG-4, HEVC.
    Video,
}

impl DocumentKind {
    /// Whether it may be what the doctor says of the images.
    #[must_use]
    pub const fn is_report(self) -> bool {
        matches!(self, Self::Report | Self::Pdf | Self::Cda)
    }
}

/// A document within the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Of its instance.
    pub sop_instance_uid: String,
    /// What it is.
    pub kind: DocumentKind,
    /// What its author calls it.
    pub title: Option<String>,
    /// What keeps it from being the signed result, where it is a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<ReportLack>,
    /// What the bytes are.
    pub media_type: String,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// An instance that is nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherEntry {
    /// Of the instance.
    pub sop_instance_uid: String,
    /// What it is.
    pub sop_class_uid: String,
    /// Its name in the standard.
    pub name: Option<String>,
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
    /// Prefixes that decode to lower resolutions, ascending; the last is the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
}

/// Modality value = stored value × slope + intercept. With a slope of 0, as a writer's default, no value is to be told: the picture
/// and its windows are those of a slope of 1.
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
    /// Which attribute says so: `pixel-spacing`, also `-by-geometry` or `-by-fiducial`; `imager-pixel-spacing` (at the
    /// detector, not in the patient), `imager-pixel-spacing-over-magnification` (at the object, as estimated);
    /// `nominal-scanned-pixel-spacing`, `ultrasound-region`.
    pub source: String,
}

/// What a reader has to know of an instance that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteEntry {
    /// Of the instance.
    pub sop_instance_uid: String,
    /// What is noted.
    pub code: NoteCode,
    /// How many bytes, or frames.
    pub count: u64,
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
