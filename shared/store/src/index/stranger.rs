//! Files that name another patient than the study whose UID they have. They wait in quarantine and keep the study
//! hidden until it is corrected or staff decide.

use filmless_domain::{SopInstanceUid, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Index, ItemKey, UploadOwner, UploadRecord};
use crate::StoreError;

/// One such file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StrangerRecord {
    /// Its object.
    pub upload: UploadRecord,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was written.
    #[serde(with = "millisecond::required")]
    pub written_at: Timestamp,
    /// Which instance it would have been; `None` in items from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sop_instance_uid: Option<SopInstanceUid>,
}

fn stranger_key(study: &StudyInstanceUid, upload: &UploadRecord) -> ItemKey {
    let digest = upload.item_key(UploadOwner::Study(study)).sk.replace("OBJECT#", "STRANGER#");
    ItemKey::new(study_pk(study), digest)
}

impl Index {
    /// Stores a file of another patient.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_stranger(
        &self,
        study: &StudyInstanceUid,
        stranger: &StrangerRecord,
    ) -> Result<(), StoreError> {
        self.put_new(&stranger_key(study, &stranger.upload), stranger).await.map(|_| ())
    }

    /// The files of other patients that came under a study's UID.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn strangers(&self, study: &StudyInstanceUid) -> Result<Vec<StrangerRecord>, StoreError> {
        self.query(&study_pk(study), "STRANGER#").await
    }

    /// Forgets one: it belongs to the study after all, or staff decided without it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_stranger(
        &self,
        study: &StudyInstanceUid,
        upload: &UploadRecord,
    ) -> Result<(), StoreError> {
        self.delete(&stranger_key(study, upload)).await
    }
}
