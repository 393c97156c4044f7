//! Work that one run does at a time.

use filmless_domain::StudyInstanceUid;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

#[derive(Debug, Serialize, Deserialize)]
struct LeaseRecord {
    /// When the lease ends, in milliseconds since 1970.
    leased_until: i64,
    /// When the item expires (the table's TTL), in seconds since 1970.
    expires_at: i64,
}

fn key(study: &StudyInstanceUid) -> ItemKey {
    ItemKey::new(format!("PACKING#{study}"), "LEASE")
}

fn until(end: Timestamp) -> Change {
    Change::new().set("leased_until", end.as_millisecond()).set("expires_at", end.as_second() + 3600)
}

impl Index {
    /// Takes the lease for packing a study's download, for `life`; false while another run has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_packing(
        &self,
        study: &StudyInstanceUid,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<bool, StoreError> {
        let is_free = Condition::Any(vec![
            Condition::Absent("leased_until"),
            Condition::below("leased_until", now.as_millisecond()),
        ]);
        let taken = self.update::<LeaseRecord>(&key(study), until(now + life).when(&is_free)).await?;
        Ok(taken.is_some())
    }

    /// Renews it for `life`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_packing(
        &self,
        study: &StudyInstanceUid,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<(), StoreError> {
        self.update::<LeaseRecord>(&key(study), until(now + life)).await.map(|_| ())
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_packing(&self, study: &StudyInstanceUid) -> Result<(), StoreError> {
        self.delete(&key(study)).await
    }
}
