//! The result of rendering, part by part, so that a run of a thousand frames is never in memory as a whole.

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

/// One part of a rendered instance. For an image, its attributes come first, then each frame in order.
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
    /// What is missing from an instance that is shown anyway, or differs from what its file says.
    Note(InstanceNote),
    /// A document to read, or a video.
    Document(DocumentPart),
    /// Nothing to look at: a presentation state, a segmentation, a radiotherapy object.
    Other {
        /// Its SOP class.
        sop_class_uid: String,
    },
    /// The next frame of a segmentation; they follow its [`RenderedPart::Other`].
    Segment(SegmentFrame),
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
    /// For the contact sheet; in long runs only evenly spaced frames have one.
    pub thumbnail: Option<Thumbnail>,
    /// A larger JPEG, if this frame was requested as the poster.
    pub poster_jpeg: Option<ByteBuf>,
    /// The bit-exact frame, if it was requested.
    pub diagnostic: Option<DiagnosticFrame>,
    /// What is drawn over the frame.
    pub overlays: Vec<OverlayPlane>,
    /// The mask that the frame is subtracted from.
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
    /// The window for the difference.
    pub window: Window,
}

/// One frame of a segmentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentFrame {
    /// 1, 8 or 16 bits for each value.
    pub bits_allocated: u32,
    /// The values, row by row, little endian; of single bits the lowest comes first, and the last byte is filled up
    /// with 0. Deflated; empty if the frame cannot be read.
    pub deflated: ByteBuf,
}

/// What a reader must know about an instance that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceNote {
    /// What it is.
    pub code: NoteCode,
    /// How many bytes, or frames.
    pub count: u64,
}

/// The meaning of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum NoteCode {
    /// This many bytes are missing at the end of the pixels, or this many frames are compressed data that ends early.
    /// The missing part is black or grey.
    CutPixelData,
    /// This many bytes are missing at the end of overlays.
    CutOverlay,
    /// This many frames of Number of Frames are missing.
    FewerFrames,
    /// There are this many frames more than Number of Frames says.
    MoreFrames,
    /// Size or components come from the codestream, not from the header (PS3.5 8.2.1).
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

/// A document to read, or a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPart {
    /// What it is.
    pub kind: DocumentKind,
    /// Its author's title.
    pub title: Option<String>,
    /// What a report lacks to be the signed result.
    #[serde(default)]
    pub lacks: Option<ReportLack>,
    /// The type of `bytes`.
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
