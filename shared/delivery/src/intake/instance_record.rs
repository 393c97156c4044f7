//! The item of an instance.

use filmless_dicom::InstanceHeader;
use filmless_store::index::InstanceRecord;

use super::CreatedObject;

pub(crate) fn is_same_object(a: &InstanceRecord, b: &InstanceRecord) -> bool {
    a.key == b.key && a.version_id == b.version_id && a.etag == b.etag
}

pub(crate) fn record_of(object: &CreatedObject, header: InstanceHeader) -> InstanceRecord {
    InstanceRecord {
        is_report: header.is_result,
        sop_instance_uid: header.sop_instance_uid,
        sop_class_uid: header.sop_class_uid,
        series_instance_uid: header.series_instance_uid,
        series: header.series,
        instance_number: header.instance_number,
        slice_position: header.slice_position,
        acquisition_time: header.acquisition_time,
        patient: Some(header.patient),
        accession_number: header.accession_number,
        written_at: Some(object.created_at),
        frames: header.number_of_frames,
        key_references: header.key_references,
        key: object.key.clone(),
        version_id: object.version_id.clone(),
        etag: object.etag.clone(),
        bytes: object.bytes,
    }
}
