//! Quarantine: a copy of what was refused, beside a reason its sender can read. The upload itself stays.

use filmless_dicom::RefusedHeader;
use filmless_domain::{ObjectKey, Rejection, object_key};
use filmless_store::index::{LostFile, UploadOwner};
use filmless_store::{Bucket, ObjectVersion, Served, StoreError};
use serde_json::json;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::CreatedObject;
use crate::DeliveryError;
use crate::parts::Intake;

/// The name of the copy must be the same under a repeated event and differ between two uploads of one key.
fn digest_of(object: &CreatedObject) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}\n{}", object.key.as_str(), object.etag, object.bytes)))
}

/// Where its copy and the reason lie.
fn places_of(object: &CreatedObject) -> [ObjectKey; 2] {
    let digest = digest_of(object);
    [object_key::quarantined(&object.key, &digest), object_key::quarantine_reason(&object.key, &digest)]
}

/// Refuses an object that may be known to be about somebody, or of a study: then it goes when all about them goes, and the
/// study's readers are told that it is missing.
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

/// Refuses an object whose facts the table cannot hold: it would fail as often as it came again. Any other outcome stays.
pub(super) async fn quarantine_unless_storable<T: Default>(
    intake: &Intake,
    object: &CreatedObject,
    outcome: Result<T, DeliveryError>,
) -> Result<T, DeliveryError> {
    let Err(DeliveryError::Store(StoreError::NotStorable { operation, source })) = outcome else {
        return outcome;
    };
    // What the table says is about sizes and names of attributes.
    warn!(operation, cause = %source, "the table cannot hold it");
    let message = "The index cannot hold what this object says: some of it is longer than a table takes.";
    quarantine(intake, object, &Rejection::new("not-storable", message)).await.map(|()| T::default())
}

/// Whether an object was refused, and its sender told why.
pub(crate) async fn is_quarantined(studies: &Bucket, object: &CreatedObject) -> Result<bool, DeliveryError> {
    let [_, reason] = places_of(object);
    match studies.size(ObjectVersion { key: &reason, version_id: None }).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Refuses an object of which nothing can be read. Refusing it again changes nothing.
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
        // Deleted meanwhile by its owner: the reason still says what it was.
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    write_reason(intake, header, object, &place, rejection).await?;
    warn!(code = rejection.code, bytes = object.bytes, "object refused");
    Ok(())
}

/// Leaves a word about an object that was taken, where its sender finds reasons; returns its place.
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
