//! What rendering gives back, part by part, so that a run of a thousand frames is never held as a whole.

use filmless_dicom::PixelLayout;
use filmless_domain::ReportLack;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use strum::{IntoStaticStr, VariantArray};

use crate::diagnostic::DiagnosticFrame;
use crate::document_kind::DocumentKind;
use crate::look_up_table::LookUpTable;
use crate::overlay::OverlayPlane;
use crate::preview::{Preview, Thumbnail};
use crate::viewer::FrameView;
use crate::{ImagingError, Window};

/// One part of a rendered instance. An image comes as its attributes, then each of its frames in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RenderedPart {
    /// The attributes of the instance in the DICOM JSON Model (PS3.18 F), one object.
    Metadata(ByteBuf),
    /// What all frames share.
    Image(Box<ImageAttributes>),
    /// One frame.
    Frame(Box<RenderedFrame>),
    /// A frame that cannot be shown.
    Failure(FrameFailure),
    /// What is missing of an instance that is shown all the same, or differs from what it says.
    Note(InstanceNote),
    /// Something to read, or a video.
    Document(DocumentPart),
    /// Nothing to look at: a presentation state, a segmentation, a radiotherapy object.
    Other {
        /// What it is.
        sop_class_uid: String,
    },
    /// How the native pixels lie that follow, of [`NativeJob`](crate::NativeJob).
    Layout(Box<PixelLayout>),
    /// The next bytes of a frame, of [`NativeJob`](crate::NativeJob).
    Native(NativePiece),
    /// What [`PictureJob`](crate::PictureJob) asked for.
    Picture(Picture),
    /// The instance has no picture; a stable code says why.
    NoPicture {
        /// See [`ImagingError::code`] and [`NoPicture`](crate::NoPicture).
        code: String,
    },
}

/// What all frames of an image share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImageAttributes {
    /// Rows as stored.
    pub rows: u32,
    /// Columns as stored.
    pub columns: u32,
    /// Bits Stored.
    pub bits_stored: u32,
    /// Photometric Interpretation as stored.
    pub photometric_interpretation: String,
    /// Modality LUT Sequence (PS3.3 C.11.1).
    pub modality_lut: Option<LookUpTable>,
    /// The first VOI LUT (PS3.3 C.11.2).
    pub voi_lut: Option<LookUpTable>,
    /// Palette Color Lookup Tables (PS3.3 C.7.9).
    pub palette: Option<LookUpTable>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderedFrame {
    /// Number within the instance, from 1.
    pub frame: u32,
    /// The preview.
    pub preview: Preview,
    /// For the contact sheet; of long runs only evenly spaced frames have one.
    pub thumbnail: Option<Thumbnail>,
    /// A larger JPEG, of the frame that it was asked for.
    pub poster_jpeg: Option<ByteBuf>,
    /// The bit-exact frame, when it was asked for.
    pub diagnostic: Option<DiagnosticFrame>,
    /// What is drawn over the frame.
    pub overlays: Vec<OverlayPlane>,
    /// From what the frame is subtracted.
    pub mask: Option<FrameMask>,
    /// What a viewer must know.
    pub view: FrameView,
}

/// Mask subtraction of one frame (PS3.3 C.7.6.10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameMask {
    /// The frames whose mean is subtracted, as numbers within the instance, from 1.
    pub frames: Vec<u32>,
    /// Mask Sub-pixel Shift: rows, columns.
    pub shift: [f64; 2],
    /// Whether the preview shows the difference.
    pub is_default: bool,
    /// The window in which the difference is shown.
    pub window: Window,
}

/// What a reader has to know of an instance that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceNote {
    /// What it is.
    pub code: NoteCode,
    /// How many bytes, or frames.
    pub count: u64,
}

/// What a note says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum NoteCode {
    /// So many bytes are missing at the end of the pixels, or so many frames are compressed data that ends early; what is
    /// missing is black or grey.
    CutPixelData,
    /// So many bytes are missing at the end of overlays.
    CutOverlay,
    /// So many frames that Number of Frames names are not there.
    FewerFrames,
    /// So many frames are there that Number of Frames does not name.
    MoreFrames,
    /// Size or components are those of the codestream, not of the header (PS3.5 8.2.1).
    SizeOfCodestream,
}

impl NoteCode {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code of `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// A frame that cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameFailure {
    /// Number within the instance, from 1.
    pub frame: u32,
    /// Why.
    pub error: ImagingError,
}

/// Something to read, or a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPart {
    /// What it is.
    pub kind: DocumentKind,
    /// What its author calls it.
    pub title: Option<String>,
    /// What keeps it from being the signed result, where it is a report.
    #[serde(default)]
    pub lacks: Option<ReportLack>,
    /// What `bytes` are.
    pub media_type: String,
    /// The document.
    pub bytes: ByteBuf,
}

/// Bytes of a frame: native, little endian. A frame comes in as many of them as it needs, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativePiece {
    /// Number within the instance, from 1.
    pub frame: u32,
    /// The bytes.
    pub bytes: ByteBuf,
}

/// One frame as a file of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file.
    pub bytes: ByteBuf,
}
