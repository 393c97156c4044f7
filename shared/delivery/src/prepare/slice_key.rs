//! Where an instance belongs in its series.

use filmless_dicom::SliceKey;
use filmless_store::index::InstanceRecord;

/// What decides the place of an instance in its series.
pub(crate) fn slice_key(instance: &InstanceRecord) -> SliceKey {
    SliceKey {
        slice_position: instance.slice_position,
        acquisition_time: instance.acquisition_time.clone(),
        instance_number: instance.instance_number,
        sop_instance_uid: instance.sop_instance_uid.as_str().to_owned(),
    }
}
