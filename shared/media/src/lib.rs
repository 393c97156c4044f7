//! Writes DICOM files: file-sets with a DICOMDIR (PS3.10), and instances as Explicit VR Little Endian.
//!
//! Everything here is pure: headers in, bytes out.
//!
//! - [`FileHeader`] keeps what a directory says about one file, read without its pixels.
//! - [`FileId`] names a file as PS3.10 8 allows; [`write_directory`] writes the DICOMDIR of a list of files.
//! - [`Profile`] says which general purpose profile of PS3.11 a set of files fits, and which files have to be decoded for it.
//! - [`ExplicitInstance`] writes an instance as Explicit VR Little Endian, frame by frame.
//! - [`VIEWER`] is the page that shows a set in a browser.

mod directory;
mod error;
mod explicit;
mod file_id;
mod header;
mod keys;
mod profile;
mod record_kind;
mod viewer;

pub use directory::{Directory, DirectoryFile, DirectoryOptions, write_directory};
pub use error::MediaError;
pub use explicit::{EXPLICIT_VR_LITTLE_ENDIAN, ExplicitError, ExplicitInstance};
pub use file_id::FileId;
pub use header::FileHeader;
pub use keys::keyword;
pub use profile::Profile;
pub use record_kind::RecordKind;
pub use viewer::{VIEWER, VIEWER_LICENSES};
