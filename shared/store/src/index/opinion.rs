//! Opinions in consultations: written once, as they were signed.

use filmless_consult::{ConsultationId, Opinion};
use serde::{Deserialize, Serialize};

use super::consultation::consult_pk;
use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// An opinion, as JSON: what was signed stays byte for byte.
#[derive(Debug, Serialize, Deserialize)]
struct OpinionRecord {
    opinion: String,
}

impl Transaction {
    /// Adds an opinion. Unmet if its member has one of this number.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn add_opinion(self, opinion: &Opinion) -> Result<Self, StoreError> {
        let signed = &opinion.signed;
        let key = ItemKey::new(
            consult_pk(&signed.consultation),
            format!("OPINION#{}#{:04}", signed.by.id, signed.number),
        );
        let text = serde_json::to_string(opinion).map_err(StoreError::corrupt("write an opinion"))?;
        self.put(&key, &OpinionRecord { opinion: text }, Change::new().when(&Condition::Absent("pk")))
    }
}

impl Index {
    /// All opinions of a consultation, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn opinions(&self, consultation: &ConsultationId) -> Result<Vec<Opinion>, StoreError> {
        let records: Vec<OpinionRecord> = self.query(&consult_pk(consultation), "OPINION#").await?;
        let read = |record: OpinionRecord| serde_json::from_str(&record.opinion);
        let opinions: Result<Vec<Opinion>, _> = records.into_iter().map(read).collect();
        let mut opinions = opinions.map_err(StoreError::corrupt("read an opinion"))?;
        opinions.sort_by_key(|opinion| (opinion.signed.at, opinion.signed.number));
        Ok(opinions)
    }
}
