//! Quarantine: a copy of what was refused, beside a reason for its sender. The upload itself stays.

use filmless_dicom::RefusedHeader;
use filmless_domain::{ObjectKey, Rejection, RejectionCode, object_key};
use filmless_store::index::{LostFile, UploadOwner};
use filmless_store::{Bucket, ObjectVersion, Served, StoreError};
use serde_json::json;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::CreatedObject;
use crate::DeliveryError;
use crate::parts::Intake;

/// The name of the copy: the same for a repeated event, different for two uploads of one key.
fn digest_of(object: &CreatedObject) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}\n{}", object.key.as_str(), object.etag, object.bytes)))
}

/// Where the copy and the reason are stored.
fn places_of(object: &CreatedObject) -> [ObjectKey; 2] {
    let digest = digest_of(object);
    [object_key::quarantined(&object.key, &digest), object_key::quarantine_reason(&object.key, &digest)]
}

/// Refuses an object that may belong to a known patient or study. It is then erased with them, and readers of the
/// study learn that it is missing.
pub(super) async fn refuse(
    intake: &Intake,
    header: &RefusedHeader,
    object: &CreatedObject,
    rejection: &Rejection,
) -> Result<(), DeliveryError> {
    let index = &intake.common.index;
    let mut upload = object.upload(places_of(object).to_vec());
    let RefusedHeader { patient, study_instance_uid, series_instance_uid, sop_instance_uid, .. } =
        header.clone();
    if let Some(study) = study_instance_uid {
        upload.lost = Some(LostFile {
            study: study.clone(),
            patient,
            series: series_instance_uid,
            instance: sop_instance_uid,
        });
        index.remember_upload(UploadOwner::Study(&study), &upload).await?;
    }
    if let Some(patient) = &header.patient {
        index.remember_upload(UploadOwner::Patient(patient), &upload).await?;
    }
    quarantine_named(intake, header, object, rejection).await
}

/// Refuses an object whose facts the table cannot hold: it would fail every time. Passes on other outcomes.
pub(super) async fn quarantine_unless_storable<T: Default>(
    intake: &Intake,
    object: &CreatedObject,
    outcome: Result<T, DeliveryError>,
) -> Result<T, DeliveryError> {
    let Err(DeliveryError::Store(StoreError::NotStorable { operation, source })) = outcome else {
        return outcome;
    };
    // The table's message is about sizes and attribute names.
    warn!(operation, cause = %source, "the table cannot hold it");
    let message = "The index cannot hold what this object says: some of it is longer than a table takes.";
    quarantine(intake, object, &Rejection::new(RejectionCode::NotStorable, message))
        .await
        .map(|()| T::default())
}

/// Whether an object was refused and its sender told why.
pub(crate) async fn is_quarantined(studies: &Bucket, object: &CreatedObject) -> Result<bool, DeliveryError> {
    let [_, reason] = places_of(object);
    match studies.size(ObjectVersion { key: &reason, version_id: None }).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Refuses an object that cannot be read at all. Doing it again changes nothing.
pub(super) async fn quarantine(
    intake: &Intake,
    object: &CreatedObject,
    rejection: &Rejection,
) -> Result<(), DeliveryError> {
    quarantine_named(intake, &RefusedHeader::default(), object, rejection).await
}

async fn quarantine_named(
    intake: &Intake,
    header: &RefusedHeader,
    object: &CreatedObject,
    rejection: &Rejection,
) -> Result<(), DeliveryError> {
    let [copy, place] = places_of(object);
    match intake.studies.copy(object.version(), &copy).await {
        Ok(()) => {}
        // Its owner deleted it meanwhile; the reason still says what it was.
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    write_reason(intake, header, object, &place, rejection).await?;
    warn!(code = rejection.code.code(), bytes = object.bytes, "object refused");
    Ok(())
}

/// Leaves a note about an object that was accepted, where its sender looks for reasons; returns the note's key.
pub(super) async fn note(
    intake: &Intake,
    object: &CreatedObject,
    note: &Rejection,
) -> Result<ObjectKey, DeliveryError> {
    let place = object_key::quarantine_note(&object.key, &digest_of(object));
    write_reason(intake, &RefusedHeader::default(), object, &place, note).await.map(|()| place)
}

async fn write_reason(
    intake: &Intake,
    header: &RefusedHeader,
    object: &CreatedObject,
    place: &ObjectKey,
    rejection: &Rejection,
) -> Result<(), DeliveryError> {
    let reason = json!({
        "code": rejection.code,
        "message": rejection.message,
        "accession_number": header.accession_number,
        "patient_id": header.patient,
        "key": object.key,
        "version_id": object.version_id,
        "etag": object.etag,
        "bytes": object.bytes,
        "uploaded_at": object.created_at,
        "refused_at": intake.common.clock.now(),
    });
    let body = serde_json::to_vec_pretty(&reason).map_err(DeliveryError::internal("a quarantine reason"))?;
    intake.studies.put(place, body, Served::uncached("application/json")).await?;
    Ok(())
}
