//! What can still be read of a refused file.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::{
    AccessionNumber, Limits, PatientId, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid,
};

use crate::header::{accession_number, patient};
use crate::scan::{Scan, scan_prefix};

/// What can be read of a file that [`read_header`](crate::read_header) refuses because it is cut off or its UIDs are
/// unusable.
#[derive(Clone, PartialEq, Default)]
pub struct RefusedHeader {
    /// The patient.
    pub patient: Option<PatientId>,
    /// The order's number.
    pub accession_number: Option<AccessionNumber>,
    /// The study.
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// The series, if that is why the file is refused.
    pub series_instance_uid: Option<SeriesInstanceUid>,
    /// The instance.
    pub sop_instance_uid: Option<SopInstanceUid>,
}

/// Reads what it can from the first bytes of a file that [`read_header`](crate::read_header) refuses.
#[must_use]
pub fn read_refused(prefix: &[u8], limits: &Limits) -> RefusedHeader {
    // Pretend that all of it is here.
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
