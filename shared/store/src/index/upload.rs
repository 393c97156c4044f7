//! Uploads that nothing else in the index leads to. They are erased with the study, order or patient they belong to.

use std::fmt;

use filmless_domain::{
    AccessionNumber, ObjectKey, PatientId, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::study::{patient_pk, study_pk};
use super::{Index, ItemKey};
use crate::{ObjectVersion, StoreError};

/// One upload to the studies bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRecord {
    /// Its key.
    pub key: ObjectKey,
    /// Its version, in a versioned bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its ETag.
    pub etag: String,
    /// If it was refused: its copy in quarantine, and the reason beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<ObjectKey>,
    /// What could be read of a refused file that is missing from its study. `Debug` hides the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostFile>,
}

/// A file missing from its study: it cannot be read, or has the UID of another one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFile {
    /// Its study.
    pub study: StudyInstanceUid,
    /// Its patient, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientId>,
    /// Its series, if an instance with its UID in another series does not count as this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesInstanceUid>,
    /// Its instance, if it names one: once that arrives intact, nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<SopInstanceUid>,
}

impl fmt::Debug for LostFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LostFile(hidden)")
    }
}

/// What an upload belongs to.
#[derive(Debug, Clone, Copy)]
pub enum UploadOwner<'a> {
    /// A study: a repeated instance, or a refused file of its patient.
    Study(&'a StudyInstanceUid),
    /// An order.
    Order(&'a AccessionNumber),
    /// A patient whose files were refused for another patient's study.
    Patient(&'a PatientId),
}

/// A ZIP whose entries are all separate objects in the bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnpackedRecord {
    /// Number of entries.
    pub entries: u32,
    /// The ZIP itself.
    pub upload: UploadRecord,
}

impl UploadRecord {
    /// Its version.
    #[must_use]
    pub fn version(&self) -> ObjectVersion<'_> {
        ObjectVersion { key: &self.key, version_id: self.version_id.as_deref() }
    }

    pub(super) fn item_key(&self, owner: UploadOwner<'_>) -> ItemKey {
        let pk = owner.pk();
        let version = self.version_id.as_deref().unwrap_or_default();
        let digest = hex::encode(Sha256::digest(format!("{}\n{version}\n{}", self.key.as_str(), self.etag)));
        ItemKey::new(pk, format!("OBJECT#{}", &digest[..32]))
    }
}

impl UploadOwner<'_> {
    fn pk(self) -> String {
        match self {
            Self::Study(study) => study_pk(study),
            Self::Order(accession) => order_pk(accession),
            Self::Patient(patient) => patient_pk(patient),
        }
    }
}

fn unpacked_key(zip_name: &str) -> ItemKey {
    ItemKey::new(format!("ZIP#{zip_name}"), "ZIP")
}

impl Index {
    /// Records what an upload belongs to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remember_upload(
        &self,
        owner: UploadOwner<'_>,
        upload: &UploadRecord,
    ) -> Result<(), StoreError> {
        self.put_new(&upload.item_key(owner), upload).await.map(|_| ())
    }

    /// Forgets that an upload belongs to this owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_upload(
        &self,
        owner: UploadOwner<'_>,
        upload: &UploadRecord,
    ) -> Result<(), StoreError> {
        self.delete(&upload.item_key(owner)).await
    }

    /// The uploads recorded for this owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn uploads_of(&self, owner: UploadOwner<'_>) -> Result<Vec<UploadRecord>, StoreError> {
        self.query(&owner.pk(), "OBJECT#").await
    }

    /// Whether an upload is recorded for this owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_remembered(
        &self,
        owner: UploadOwner<'_>,
        upload: &UploadRecord,
    ) -> Result<bool, StoreError> {
        Ok(self.get::<UploadRecord>(&upload.item_key(owner)).await?.is_some())
    }

    /// Records that a ZIP is unpacked, under the name that its entries are below.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_unpacked(&self, zip_name: &str, zip: &UnpackedRecord) -> Result<(), StoreError> {
        self.put_new(&unpacked_key(zip_name), zip).await.map(|_| ())
    }

    /// The ZIP unpacked under this name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unpacked(&self, zip_name: &str) -> Result<Option<UnpackedRecord>, StoreError> {
        self.get(&unpacked_key(zip_name)).await
    }

    /// Forgets a ZIP that no longer exists.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_unpacked(&self, zip_name: &str) -> Result<(), StoreError> {
        self.delete(&unpacked_key(zip_name)).await
    }
}

pub(crate) fn order_pk(accession: &AccessionNumber) -> String {
    format!("ORDER#{accession}")
}
