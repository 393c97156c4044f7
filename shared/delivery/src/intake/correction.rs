//! Files whose SOP Instance UID is already there: a correction, the same file again, or another image.

use filmless_dicom::RefusedHeader;
use filmless_domain::{Limits, Rejection, RejectionCode, StudyInstanceUid};
use filmless_store::index::{InstanceRecord, UploadOwner};
use filmless_store::{Bucket, ObjectVersion};
use tracing::info;

use super::CreatedObject;
use crate::DeliveryError;
use crate::intake::quarantine::refuse;
use crate::parts::Intake;

/// Whether a file in another series has the UID of an instance that is there: an error of the machine that wrote it
/// (PS3.5 chapter 9), not a correction. It is one if the owner overwrote or deleted the other file: an archive may
/// move an image to another series. A new file that its owner has deleted since is no duplicate either.
pub(super) async fn is_duplicate(
    studies: &Bucket,
    present: &InstanceRecord,
    arrived: &InstanceRecord,
) -> Result<bool, DeliveryError> {
    if present.series_instance_uid == arrived.series_instance_uid || present.key == arrived.key {
        return Ok(false);
    }
    let is_there = studies.current_etag(&present.key).await?.is_some();
    let is_current = studies.current_etag(&arrived.key).await?.is_some_and(|etag| etag == arrived.etag);
    Ok(is_there && is_current)
}

/// Refuses a file that has the UID of another one; the other one stays.
pub(super) async fn refuse_duplicate(
    intake: &Intake,
    study: &StudyInstanceUid,
    record: &InstanceRecord,
    object: &CreatedObject,
) -> Result<(), DeliveryError> {
    let message = "Another file of the study, in another series, has the same SOP Instance UID (0008,0018).";
    let header = RefusedHeader {
        patient: record.patient.as_ref().and_then(|patient| patient.id.clone()),
        accession_number: record.accession_number.clone(),
        study_instance_uid: Some(study.clone()),
        series_instance_uid: Some(record.series_instance_uid.clone()),
        sop_instance_uid: Some(record.sop_instance_uid.clone()),
    };
    refuse(intake, &header, object, &Rejection::new(RejectionCode::DuplicateInstanceUid, message)).await
}

/// The same SOP Instance UID with other bytes: the correction replaces the instance. The old object stays.
pub(super) async fn correct(
    intake: &Intake,
    study: &StudyInstanceUid,
    present: &InstanceRecord,
    arrived: &InstanceRecord,
    object: &CreatedObject,
) -> Result<(), DeliveryError> {
    let owner = UploadOwner::Study(study);
    if !is_same_content(&intake.studies, &intake.common.settings.limits, present, arrived).await?
        && is_later(&intake.studies, present, object).await?
    {
        if !intake.common.index.replace_instance(study, present, arrived).await? {
            return Err(DeliveryError::internal("a correction")("another one came at this moment"));
        }
        info!(study_instance_uid = %study, "instance corrected: the same UID came with other bytes");
        return Ok(());
    }
    Ok(intake.common.index.remember_upload(owner, &object.upload(Vec::new())).await?)
}

/// Of two objects under one key the current one counts, whatever any clock says; otherwise the later one.
pub(super) async fn is_later(
    studies: &Bucket,
    present: &InstanceRecord,
    arrived: &CreatedObject,
) -> Result<bool, DeliveryError> {
    if present.key == arrived.key {
        let current = studies.current_etag(&arrived.key).await?;
        return Ok(current.is_some_and(|etag| etag == arrived.etag));
    }
    Ok(present.written_at.is_none_or(|written_at| written_at <= arrived.created_at))
}

/// Equal ETags mean equal bytes, but equal bytes may have different ETags (multipart uploads). Then compare the
/// bytes.
pub(crate) async fn is_same_content(
    studies: &Bucket,
    limits: &Limits,
    present: &InstanceRecord,
    arrived: &InstanceRecord,
) -> Result<bool, DeliveryError> {
    if present.etag == arrived.etag || present.bytes != arrived.bytes {
        return Ok(present.etag == arrived.etag);
    }
    let limit = limits.object_bytes_max;
    let mut digests = Vec::new();
    for instance in [present, arrived] {
        let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        digests.push(studies.digest(object, limit).await?);
    }
    Ok(digests[0] == digests[1])
}
