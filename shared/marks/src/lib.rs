//! What a reader marked in a study, as DICOM objects that every other software reads.
//!
//! Everything here is pure: a request, the headers of the images that it names, a moment and a seed in; files out.
//!
//! - [`Marks::parse`] reads a request and checks everything about it that needs no image.
//! - [`StudyHeader`] and [`MarkedImage`] are what is read of the stored images.
//! - [`write_marks`] writes one Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010), a presentation state for the images of
//!   a series that look alike (A.33.1; A.33.2 for colour), and one Comprehensive SR (A.35.3, TID 1500).
//! - [`write_pdf`] writes the minutes of a consultation as Encapsulated PDF (A.45.1).
//!
//! Coordinates are pixels of the frame, column then row, from the outer corner of its first pixel: 0\0 to Columns\Rows
//! (PS3.3 C.10.5 and C.18.6.1.2). The centre of the first pixel is 0.5\0.5. The same numbers go into presentation states and
//! reports.

mod bad_marks;
mod check;
mod code;
mod colour_profile;
mod content;
mod context;
mod decimal;
mod document;
mod encapsulated;
mod image;
mod key_objects;
pub mod limits;
mod measurements;
mod origin;
mod presentations;
mod quantity;
mod request;
mod seed;
mod shape;
mod text;
mod write;

pub use bad_marks::{BadMarks, MarksFault};
pub use context::{MarksContext, MarksVersion};
pub use encapsulated::{EncapsulatedPdf, write_pdf};
pub use image::{ImageRef, MarkedImage, StudyHeader};
pub use request::{Author, KeyImage, Marks, Measurement, NamedImage, Presentation};
pub use seed::Seed;
pub use write::{WrittenInstance, write_marks};
