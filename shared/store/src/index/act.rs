//! What staff did to a study, for its history.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::AuditAction;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Index, ItemKey};
use crate::StoreError;

/// One act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActRecord {
    /// When.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// Who, by stable name.
    pub by: String,
    /// What.
    pub action: AuditAction,
    /// Why, in their words.
    #[serde(default)]
    pub reason: Option<String>,
}

impl ActRecord {
    /// The key of an act on a study; `id` separates acts of the same moment.
    #[must_use]
    pub fn key(&self, study: &StudyInstanceUid, id: &str) -> ItemKey {
        ItemKey::new(study_pk(study), format!("ACT#{:015}#{id}", self.at.as_millisecond()))
    }
}

impl Index {
    /// What staff did to this study, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn acts(&self, study: &StudyInstanceUid) -> Result<Vec<ActRecord>, StoreError> {
        self.query(&study_pk(study), "ACT#").await
    }
}
