//! What can be read of a file that is refused.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::{
    AccessionNumber, Limits, PatientId, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid,
};

use crate::header::{accession_number, patient};
use crate::scan::{Scan, scan_prefix};

/// What can be read of a file that [`read_header`](crate::read_header) refuses: of one that is cut off, or whose UIDs are unusable.
#[derive(Clone, PartialEq, Default)]
pub struct RefusedHeader {
    /// Whose it is.
    pub patient: Option<PatientId>,
    /// Under which order.
    pub accession_number: Option<AccessionNumber>,
    /// Of which study.
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// Of which series, where it is refused for that.
    pub series_instance_uid: Option<SeriesInstanceUid>,
    /// Which instance.
    pub sop_instance_uid: Option<SopInstanceUid>,
}

/// Reads what can be read of a file that [`read_header`](crate::read_header) refuses, of its first bytes.
#[must_use]
pub fn read_refused(prefix: &[u8], limits: &Limits) -> RefusedHeader {
    // As if all of it were there.
    let Ok(Scan::Complete(data_set)) = scan_prefix(prefix, limits.object_bytes_max, limits) else {
        return RefusedHeader::default();
    };
    let root = data_set.root();
    let uid = |tag: Tag| root.text(tag).unwrap_or_default();
    RefusedHeader {
        patient: patient(root).id,
        accession_number: accession_number(root),
        study_instance_uid: StudyInstanceUid::parse(&uid(tags::STUDY_INSTANCE_UID)).ok(),
        series_instance_uid: None,
        sop_instance_uid: SopInstanceUid::parse(&uid(tags::SOP_INSTANCE_UID)).ok(),
    }
}
