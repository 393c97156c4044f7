//! Instances: one small item each, which is what makes counting exact under repeated events.

use filmless_domain::{KeyReference, ObjectKey, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Index, ItemKey};
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
    /// Series Number.
    #[serde(default)]
    pub series_number: Option<i64>,
    /// Series Description.
    #[serde(default)]
    pub series_description: Option<String>,
    /// Modality.
    #[serde(default)]
    pub modality: String,
    /// Instance Number.
    #[serde(default)]
    pub instance_number: Option<i64>,
    /// Position along the normal of the slice, in mm.
    #[serde(default)]
    pub slice_position: Option<f64>,
    /// Acquisition Time, which parts the passes of a dynamic series.
    #[serde(default)]
    pub acquisition_time: Option<String>,
    /// Frames; 0 without pixels.
    #[serde(default)]
    pub frames: u32,
    /// The images that it marks, when it is a key object selection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_references: Vec<KeyReference>,
    /// Whether it is a report (SR, encapsulated PDF).
    #[serde(default)]
    pub is_report: bool,
    /// Where its bytes are, in the studies bucket.
    pub key: ObjectKey,
    /// Version of that object.
    #[serde(default)]
    pub version_id: Option<String>,
    /// ETag of that object.
    pub etag: String,
    /// Size of that object.
    pub bytes: u64,
}

fn instance_key(study: &StudyInstanceUid, instance: &SopInstanceUid) -> ItemKey {
    ItemKey::new(study_pk(study), format!("INSTANCE#{instance}"))
}

impl Index {
    /// Adds an instance; returns the one that is there already, if there is one.
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
