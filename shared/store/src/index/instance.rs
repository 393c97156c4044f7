//! Instances: one small item each, so counting stays exact when events repeat.

use filmless_domain::{
    AccessionNumber, KeyReference, ObjectKey, PatientDemographics, SeriesAttributes, SeriesInstanceUid,
    SopInstanceUid, StudyInstanceUid,
};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize, Serializer};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey, Transaction, TransactionOutcome, UploadOwner, UploadRecord};
use crate::StoreError;

/// One instance, by its SOP Instance UID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InstanceRecord {
    /// Which instance.
    pub sop_instance_uid: SopInstanceUid,
    /// SOP Class UID.
    pub sop_class_uid: String,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// What is shown of its series.
    #[serde(flatten)]
    pub series: SeriesAttributes,
    /// Instance Number.
    #[serde(default)]
    pub instance_number: Option<i64>,
    /// Position along the slice normal, in mm.
    #[serde(default, serialize_with = "position")]
    pub slice_position: Option<f64>,
    /// Acquisition Time, which separates the passes of a dynamic series.
    #[serde(default)]
    pub acquisition_time: Option<String>,
    /// Frames; 0 without pixels.
    #[serde(default)]
    pub frames: u32,
    /// The images that it marks, if it is a key object selection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_references: Vec<KeyReference>,
    /// Whether it may be the signed result: a doctor's report (SR, encapsulated PDF or CDA), neither preliminary nor
    /// partial nor unverified.
    #[serde(default)]
    pub is_report: bool,
    /// The patient it names; `None` in items from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientDemographics>,
    /// Its Accession Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession_number: Option<AccessionNumber>,
    /// When its object was written; `None` in items from before this was kept.
    #[serde(default, with = "millisecond::optional", skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
    /// Key of its object in the studies bucket.
    pub key: ObjectKey,
    /// Version of that object.
    #[serde(default)]
    pub version_id: Option<String>,
    /// ETag of that object.
    pub etag: String,
    /// Size of that object.
    pub bytes: u64,
}

/// Largest plausible position in a body, in mm. DynamoDB cannot hold every number either (1e-130 to 1e126).
const POSITION_MAX: f64 = 1e9;

/// A position as stored: `None` if it is impossible, and no finer than a billionth of a millimetre.
#[allow(clippy::ref_option, reason = "serde hands over the field")]
fn position<S: Serializer>(position: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    let kept = position.filter(|position| position.abs() <= POSITION_MAX);
    kept.map(|position| if position.abs() < POSITION_MAX.recip() { 0.0 } else { position })
        .serialize(serializer)
}

fn instance_key(study: &StudyInstanceUid, instance: &SopInstanceUid) -> ItemKey {
    ItemKey::new(study_pk(study), format!("INSTANCE#{instance}"))
}

impl Index {
    /// Adds an instance; returns the existing one, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_instance(
        &self,
        study: &StudyInstanceUid,
        instance: &InstanceRecord,
    ) -> Result<Option<InstanceRecord>, StoreError> {
        let key = instance_key(study, &instance.sop_instance_uid);
        if self.put_new(&key, instance).await? { Ok(None) } else { self.get(&key).await }
    }

    /// Replaces an instance by its correction, if it is still there; both are identified by their objects. The same
    /// transaction records the old object as an upload of the study.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_instance(
        &self,
        study: &StudyInstanceUid,
        old: &InstanceRecord,
        new: &InstanceRecord,
    ) -> Result<bool, StoreError> {
        let same = |name, value: &str| Change::new().when(&Condition::is_text(name, value));
        let condition = same("etag", &old.etag).when(&Condition::is_text("key", old.key.as_str()));
        let upload = UploadRecord {
            key: old.key.clone(),
            version_id: old.version_id.clone(),
            etag: old.etag.clone(),
            quarantined: Vec::new(),
            lost: None,
        };
        let transaction = Transaction::new()
            .put(&instance_key(study, &new.sop_instance_uid), new, condition)?
            .put(&upload.item_key(UploadOwner::Study(study)), &upload, Change::new())?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Removes an instance whose object its owner deleted, if it still has that object.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_instance(
        &self,
        study: &StudyInstanceUid,
        instance: &InstanceRecord,
    ) -> Result<(), StoreError> {
        let key = instance_key(study, &instance.sop_instance_uid);
        let present: Option<InstanceRecord> = self.get(&key).await?;
        if present.is_some_and(|present| present.etag == instance.etag && present.key == instance.key) {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// One instance of a study.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instance(
        &self,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<InstanceRecord>, StoreError> {
        self.get(&instance_key(study, instance)).await
    }

    /// All instances of a study, by UID.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn instances(&self, study: &StudyInstanceUid) -> Result<Vec<InstanceRecord>, StoreError> {
        self.query(&study_pk(study), "INSTANCE#").await
    }
}
