//! The index of a pack: what a viewer fetches first. `docs/SERIES-PACK.md` describes it with examples.
//!
//! Unknown values are null or absent. Offsets count from the first byte of the pack; places count from 0 in `frames`.

use filmless_domain::ReportLack;
use serde::{Deserialize, Serialize};

use crate::diagnostic::SampleType;
use crate::document_kind::DocumentKind;
use crate::look_up_table::LookUpTable;
use crate::part::NoteCode;
use crate::place::Place;
use crate::resolution::Resolution;
use crate::viewer::FrameView;
use crate::window::Window;

/// The index of one pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesIndex {
    /// Version of this format.
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
    /// Where the previews are.
    pub preview_layer: PreviewLayer,
    /// Layout of the contact sheet; null without pictures.
    pub thumbs: Option<ThumbSheet>,
    /// The frame on the poster: the first key image, else the middle one, of several volumes the middle one of one; null without
    /// pictures.
    pub poster_frame: Option<u32>,
    /// Look-up tables; frames refer to them by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<LookUpTable>,
    /// Every frame with a picture, in display order.
    pub frames: Vec<FrameEntry>,
    /// Reports, documents and videos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentEntry>,
    /// Instances that are kept and can be downloaded, but have nothing to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherEntry>,
    /// What is missing from the shown images, or differs from what the file says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteEntry>,
    /// Every instance, or frame, that should have a picture but has none.
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
    /// The frame on each tile.
    pub frames: Vec<u32>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameEntry {
    /// The instance.
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
    /// Its position among the others; absent if unknown.
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
    /// Measurements and presentation.
    #[serde(flatten)]
    pub view: FrameView,
}

fn is_false(value: &bool) -> bool {
    !value
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
    /// Row and column of the image at which the plane begins, from 1; may be outside the image.
    pub origin: [i32; 2],
    /// Its author's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Mask subtraction shows the modality value minus the mean modality value of the mask frames (PS3.3 C.7.6.10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskEntry {
    /// The mask frames, as places in `frames`.
    pub frames: Vec<u32>,
    /// Rows and columns by which the mask is shifted.
    pub shift: [f64; 2],
    /// Whether the preview shows the difference.
    pub is_default: bool,
    /// The window for the difference.
    pub window: Window,
}

/// A document within the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// The instance.
    pub sop_instance_uid: String,
    /// The kind of document.
    pub kind: DocumentKind,
    /// Its author's title.
    pub title: Option<String>,
    /// What a report lacks to be the signed result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<ReportLack>,
    /// The type of the bytes.
    pub media_type: String,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// An instance with nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherEntry {
    /// The instance.
    pub sop_instance_uid: String,
    /// Its SOP class.
    pub sop_class_uid: String,
    /// Its name in the standard.
    pub name: Option<String>,
    /// The pixels of a segmentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_data: Option<SegmentPixels>,
}

/// The frames of a segmentation within the pack, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPixels {
    /// First byte.
    pub offset: u64,
    /// Bits of each value: 1, 8 or 16.
    pub bits_allocated: u32,
    /// Bytes of each frame, in the order of the file; 0 for one that cannot be read.
    pub lengths: Vec<u64>,
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
    /// The same, named for a browser; `application/octet-stream` for deflated little endian samples.
    pub media_type: String,
    /// What the decoded samples mean: `RGB` if a codec undoes the colour transform that the image's own Photometric
    /// Interpretation names.
    pub photometric_interpretation: String,
    /// 1 or 3, interleaved.
    pub samples_per_pixel: u8,
    /// Bits of a decoded sample; deflated samples fill 8, 16, 32 or 64 bits.
    pub bits_per_sample: u8,
    /// `unsigned`, `signed` (two's complement in that many bits) or `float`.
    pub sample_type: SampleType,
    /// Prefixes that decode to lower resolutions, ascending; the last one is the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
}

/// What a reader must know about an instance that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteEntry {
    /// The instance.
    pub sop_instance_uid: String,
    /// What is noted.
    pub code: NoteCode,
    /// How many bytes, or frames.
    pub count: u64,
}

/// An instance or frame that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutPicture {
    /// The instance.
    pub sop_instance_uid: String,
    /// Why.
    pub code: String,
    /// The frame, from 1, if other frames of the instance have pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
}
