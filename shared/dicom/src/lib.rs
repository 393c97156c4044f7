//! DICOM headers from untrusted bytes: bounded scan, charset repair, frames.
//!
//! Everything here is pure and synchronous: bytes in, values out. One pass of [`scan`] walks the data set without
//! recursion and without allocating by a declared length, and leaves a flat list of elements that borrow the input. We
//! deliberately use no general parser: the available ones recurse per sequence level, trust lengths, and accept a
//! header that was cut at an element boundary, which is exactly what a ranged GET returns.
//!
//! - [`read_header`] says what an instance is, or that it needs more bytes.
//! - [`DataSet`] gives the renderer the attributes and the encoded frames; [`metadata_json`] writes all attributes.
//! - [`read_report`], [`encapsulated_document`], [`video_stream`] and [`key_object_selection`] read what is not an
//!   image.
//! - [`charset`] decodes text (PS3.5 6.1), and repairs wrongly labelled text.
//! - [`display_order`] sorts the slices of a series.
//!
//! ```
//! use filmless_dicom::{HeaderRead, Sniffed, read_header, sniff};
//!
//! let file = include_bytes!("../tests/data/MR_truncated.dcm");
//! assert_eq!(sniff(file), Sniffed::Dicom);
//!
//! // Of 200 bytes one cannot tell what the instance is: more are asked for.
//! let limits = filmless_domain::Limits::default();
//! let read = read_header(&file[..200], file.len() as u64, &limits)?;
//! assert!(matches!(read, HeaderRead::NeedMore));
//! # Ok::<(), filmless_dicom::HeaderError>(())
//! ```

pub mod bulk_data;
mod cda;
pub mod charset;
mod code;
pub mod data_set;
mod deflate;
pub mod dicom_json;
pub mod encapsulated;
pub mod error;
pub mod frames;
pub mod geometry;
pub mod header;
mod instance_kind;
pub mod key_objects;
mod measurement_unit;
mod one_line;
mod pixel_element;
mod pixel_layout;
pub mod ranged;
mod refused_header;
pub mod report;
pub mod scan;
pub mod slice_order;
pub mod sniff;
pub mod sop_class;
pub mod transfer_syntax;
pub mod video;
mod vietnamese;

pub use dicom_core::{Tag, VR};
pub use dicom_dictionary_std::tags;

pub use bulk_data::{BulkData, BulkPath, find_bulk_data, swap_words};
pub use code::Code;
pub use data_set::{DataSet, Element, Item};
pub use deflate::inflate_frame;
pub use dicom_json::{corrected_metadata_json, metadata_json};
pub use encapsulated::{DocumentKind, EncapsulatedDocument, encapsulated_document};
pub use error::HeaderError;
pub use frames::{FrameError, FrameRanges, ends_with_marker, frame_ranges};
pub use header::{HeaderRead, InstanceHeader, read_header};
pub use instance_kind::{InstanceKind, ReportKind};
pub use key_objects::{KeyObjectSelection, key_object_selection};
pub use measurement_unit::measurement_unit;
pub use pixel_element::PixelElement;
pub use pixel_layout::{PixelCorrections, PixelLayout, SampleKind};
pub use ranged::RangedBytes;
pub use refused_header::{RefusedHeader, read_refused};
pub use report::{
    ReportAuthor, ReportDocument, ReportLine, ReportWord, SelectedImage, lacks, read_report, read_selection,
};
pub use scan::{Behind, Scan, scan_file, scan_prefix};
pub use slice_order::{SliceKey, display_order};
pub use sniff::{Sniffed, sniff};
pub use sop_class::sop_class_name;
pub use transfer_syntax::{PixelEncoding, TransferSyntax};
pub use video::{VideoStream, video_stream};
