//! Pixels to display values, previews, thumbnails and series packs.
//!
//! [`render_instance`] takes the bytes of one instance and gives back, per frame, a preview in the default window
//! and what a viewer must know; [`SeriesPackBuilder`] puts the frames of a series into one object with an index.
//! All of it is pure: no clock, no environment, no randomness.
//!
//! The display pipeline is our own, after PS3.3 C.11 and PS3.4 N.2: stored value → modality → VOI → presentation.
//! Codecs are libraries, and none of them sees a codestream whose dimensions were not compared with Rows and Columns
//! first; each runs where a panic is caught. Nothing is allocated before [`filmless_domain::Limits`] allow it.

mod codec;
mod colour;
mod diagnostic;
mod display;
mod error;
mod frame_source;
mod functional_groups;
mod image_pixel;
mod index;
mod lut;
mod pack;
mod palette;
mod preview;
mod render;
mod samples;
mod viewer;
mod window;

pub use diagnostic::{DiagnosticFrame, SampleType};
pub use display::DisplayFrame;
pub use error::ImagingError;
pub use index::{
    Diagnostic, FrameEntry, PreviewEntry, PreviewLayer, Rescale, SeriesIndex, Spacing, ThumbSheet, Window,
    WithoutPicture,
};
pub use pack::{PackError, SeriesArtifacts, SeriesPackBuilder};
pub use preview::{Preview, PreviewSize, Thumbnail};
pub use render::{
    FrameFailure, Layers, RenderedFrame, RenderedInstance, display_frame, render_instance, render_layers,
};
pub use viewer::FrameView;
