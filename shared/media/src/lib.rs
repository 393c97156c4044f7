//! Writes DICOM files: file-sets with a DICOMDIR (PS3.10), and instances as Explicit VR Little Endian.
