//! DICOM headers from untrusted bytes: bounded scan, charset repair, frames.
