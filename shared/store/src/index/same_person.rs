//! Decisions of the records office about persons, stored under the patient of the order they were made for.

use filmless_domain::identity::AcceptedPairs;
use filmless_domain::{AccessionNumber, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::{patient_pk, study_pk};
use super::{Index, ItemKey};
use crate::StoreError;

/// Two descriptions that belong to one person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SamePersonRecord {
    /// Digest of the pair.
    pub pair: String,
    /// Who decided it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
}

/// A release by hand that waits for a second member of staff.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskedRelease {
    /// Who decided.
    pub by: String,
    /// When.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// Digest of the facts they saw.
    pub seen: String,
    /// Whether they said that those named are one person.
    pub is_same_person: bool,
    /// The order they named.
    #[serde(default)]
    pub order: Option<AccessionNumber>,
    /// Why.
    pub reason: String,
}

impl Index {
    /// The key of a release that waits for a second member of staff.
    #[must_use]
    pub fn asked_release_key(study: &StudyInstanceUid) -> ItemKey {
        ItemKey::new(study_pk(study), "SECOND")
    }

    /// The release of a study that waits for a second member of staff.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn asked_release(&self, study: &StudyInstanceUid) -> Result<Option<AskedRelease>, StoreError> {
        self.get(&Self::asked_release_key(study)).await
    }

    /// The key of a decision.
    #[must_use]
    pub fn same_person_key(patient: &PatientId, pair: &str) -> ItemKey {
        ItemKey::new(patient_pk(patient), format!("SAME#{pair}"))
    }

    /// The pairs that were decided to be one person, for this patient.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accepted_pairs(&self, patient: &PatientId) -> Result<AcceptedPairs, StoreError> {
        let records: Vec<SamePersonRecord> = self.query(&patient_pk(patient), "SAME#").await?;
        Ok(AcceptedPairs(records.into_iter().map(|record| record.pair).collect()))
    }
}
