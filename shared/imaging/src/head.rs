//! How much of a file must be in memory.

use std::borrow::Cow;

use filmless_dicom::{
    DataSet, HeaderError, InstanceHeader, InstanceKind, RangedBytes, Scan, scan_file, scan_prefix,
};
use filmless_domain::Limits;

use crate::ImagingError;

/// Reads the header of an image, whose frames are read later when needed. Reads all of what is passed on as a whole,
/// and of a deflated data set, whose parts cannot be located otherwise.
pub(crate) fn read_needed<'f>(
    file: &'f dyn RangedBytes,
    limits: &Limits,
) -> Result<Cow<'f, [u8]>, ImagingError> {
    let total = file.total();
    let read = |end: u64| file.range(0..end.min(total)).ok_or(ImagingError::Header(HeaderError::Truncated));
    for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max] {
        let bytes = read(step)?;
        if bytes.len() as u64 == total {
            return Ok(bytes);
        }
        let kind = match scan_prefix(&bytes, total, limits).map_err(ImagingError::Header)? {
            Scan::NeedMore => continue,
            Scan::Complete(data_set) => InstanceHeader::from_data_set(&data_set)
                .as_ref()
                .map_or(InstanceKind::Image, InstanceHeader::kind),
        };
        return match kind {
            // Longer ones are not shown.
            InstanceKind::Video | InstanceKind::Report
                if total > limits.document_bytes_max + limits.header_bytes_max =>
            {
                Err(ImagingError::DocumentNotShown)
            }
            InstanceKind::Video | InstanceKind::Report => read(total),
            _ => Ok(bytes),
        };
    }
    // A deflated data set, or too long a header.
    read(total)
}

/// Scans the part of a file that was read.
pub(crate) fn rescan<'b>(
    bytes: &'b [u8],
    total: u64,
    limits: &Limits,
) -> Result<Box<DataSet<'b>>, ImagingError> {
    if bytes.len() as u64 == total {
        return scan_file(bytes, limits).map_err(ImagingError::Header);
    }
    match scan_prefix(bytes, total, limits).map_err(ImagingError::Header)? {
        Scan::Complete(data_set) => Ok(data_set),
        Scan::NeedMore => Err(ImagingError::Header(HeaderError::Truncated)),
    }
}
