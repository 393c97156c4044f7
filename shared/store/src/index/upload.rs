//! Uploads that nothing else in the index leads to. They go with the study, order or patient that they are about.

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
    /// Its copy in quarantine, and the reason beside that, when it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<ObjectKey>,
    /// What can be read of a file that was refused and is missing from its study. `Debug` hides the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostFile>,
}

/// A file that is missing from its study: it cannot be read, or bears the UID of another one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFile {
    /// Of which study.
    pub study: StudyInstanceUid,
    /// Whose it is, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientId>,
    /// Of which series, where the instance of that UID in another one does not stand for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesInstanceUid>,
    /// Which instance, where it says so: once that comes as a whole, nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<SopInstanceUid>,
}

impl fmt::Debug for LostFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LostFile(hidden)")
    }
}

/// Whom an upload is about.
#[derive(Debug, Clone, Copy)]
pub enum UploadOwner<'a> {
    /// A study: the same instance once more, or refused files of its patient.
    Study(&'a StudyInstanceUid),
    /// An order.
    Order(&'a AccessionNumber),
    /// A patient whose files were refused for another patient's study.
    Patient(&'a PatientId),
}

/// A ZIP whose entries all lie in the bucket as objects of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnpackedRecord {
    /// Number of entries.
    pub entries: u32,
    /// The ZIP itself.
    pub upload: UploadRecord,
}

impl UploadRecord {
    /// Which version it is.
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
    /// Remembers whom an upload is about.
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

    /// Forgets an upload as this owner's.
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

    /// The uploads that were remembered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn uploads_of(&self, owner: UploadOwner<'_>) -> Result<Vec<UploadRecord>, StoreError> {
        self.query(&owner.pk(), "OBJECT#").await
    }

    /// Whether an upload was remembered as this owner's.
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

    /// Remembers that a ZIP is unpacked, under the name that its entries lie below.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_unpacked(&self, zip_name: &str, zip: &UnpackedRecord) -> Result<(), StoreError> {
        self.put_new(&unpacked_key(zip_name), zip).await.map(|_| ())
    }

    /// The ZIP that was unpacked under a name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unpacked(&self, zip_name: &str) -> Result<Option<UnpackedRecord>, StoreError> {
        self.get(&unpacked_key(zip_name)).await
    }

    /// Forgets a ZIP that is no more.
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
