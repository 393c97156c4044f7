//! Writes DICOM files: file-sets with a DICOMDIR (PS3.10), and instances as Explicit VR Little Endian.

mod explicit;

pub use explicit::{EXPLICIT_VR_LITTLE_ENDIAN, ExplicitError, ExplicitInstance};
