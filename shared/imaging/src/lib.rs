//! Turns pixels into display values, previews, thumbnails and packs.
//!
//! [`render_file`] takes the bytes of one instance and returns, part by part, a preview of each frame in the default
//! window, the bit-exact frame, and what a viewer must know; [`SeriesPackBuilder`] puts the parts of a series into one
//! object with an index. All of it is pure: no clock, no environment, no randomness.
//!
//! The display pipeline is our own, after PS3.3 C.11 and PS3.4 N.2: stored value → modality → VOI → presentation.
//! Codecs are libraries. None of them gets a codestream whose dimensions were not compared with Rows and Columns first,
//! and each runs where a panic is caught. Nothing is allocated before [`filmless_domain::Limits`] allow it.
//!
//! ```
//! use filmless_domain::Limits;
//! use filmless_imaging::display_frame;
//!
//! let file = include_bytes!("../../dicom/tests/data/MR_small_RLE.dcm");
//! let frame = display_frame(file, &Limits::default(), 1)?;
//! assert_eq!((frame.width, frame.height, frame.channels), (64, 64, 1));
//! assert_eq!(frame.pixels.len(), 64 * 64);
//! # Ok::<(), filmless_imaging::ImagingError>(())
//! ```

mod arrange;
mod codec;
mod colour;
mod contact_sheet;
mod corrections;
mod diagnostic;
mod dimensions;
mod display;
mod display_frame;
mod document;
mod document_kind;
mod error;
mod frame_source;
mod functional_groups;
mod head;
mod ht_j2k;
mod image_pixel;
mod index;
mod job;
mod look_up_table;
mod lut;
mod markers;
mod mask;
mod measures;
mod modality;
mod native;
mod open_image;
mod overlay;
mod pack;
mod palette;
mod part;
mod picture;
mod place;
mod preview;
mod regions;
mod render;
mod resolution;
mod run_position;
mod samples;
mod segmentation;
mod sides;
mod span;
mod subtraction;
mod tables;
mod unit;
mod uptake;
mod viewer;
mod window;

pub use diagnostic::{DiagnosticFrame, SampleType};
pub use dimensions::Dimensions;
pub use display_frame::DisplayFrame;
pub use document_kind::DocumentKind;
pub use error::{ImagingError, NoPicture};
pub use filmless_dicom::RangedBytes;
pub use filmless_domain::KeyFrames;
pub use index::{
    Diagnostic, DocumentEntry, FrameEntry, MaskEntry, NoteEntry, OtherEntry, OverlayEntry, PreviewEntry,
    PreviewLayer, SegmentPixels, SeriesIndex, ThumbSheet, WithoutPicture,
};
pub use job::{Job, run_job};
pub use look_up_table::{LookUpTable, TableKind};
pub use measures::{Rescale, Spacing};
pub use native::NativeJob;
pub use overlay::OverlayPlane;
pub use pack::{PackError, SeriesArtifacts, SeriesDescription, SeriesPackBuilder};
pub use part::{
    DocumentPart, FrameFailure, FrameMask, ImageAttributes, InstanceNote, NativePiece, NoteCode, Picture,
    RenderedFrame, RenderedPart, SegmentFrame,
};
pub use picture::{PictureFormat, PictureJob, SourceRegion, Viewport};
pub use place::Place;
pub use preview::{Preview, PreviewSize, Thumbnail};
pub use regions::Region;
pub use render::{
    Layers, RenderOptions, RenderedInstance, display_frame, render_file, render_image, render_ranged,
};
pub use resolution::Resolution;
pub use run_position::RunPosition;
pub use sides::Sides;
pub use viewer::FrameView;
pub use window::Window;
