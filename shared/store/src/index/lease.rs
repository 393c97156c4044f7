//! Work that one run does at a time.

use filmless_domain::{Parcel, StudyInstanceUid};
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
    /// How far it is.
    #[serde(flatten)]
    progress: PackingProgress,
}

/// How far the packing of a parcel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackingProgress {
    /// Files that are packed.
    #[serde(default)]
    pub files_done: u32,
    /// All files; 0 before they are counted.
    #[serde(default)]
    pub files: u32,
}

fn key(study: &StudyInstanceUid, parcel: &Parcel) -> ItemKey {
    let name = parcel.to_string();
    let sort = if name.is_empty() { "LEASE".to_owned() } else { format!("LEASE#{name}") };
    ItemKey::new(format!("PACKING#{study}"), sort)
}

fn until(end: Timestamp, progress: PackingProgress) -> Change {
    Change::new()
        .set("leased_until", end.as_millisecond())
        .set("expires_at", end.as_second() + 3600)
        .set("files_done", progress.files_done)
        .set("files", progress.files)
}

impl Index {
    /// Takes the lease for packing a parcel of a study, for `life`; false while another run has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_packing(
        &self,
        study: &StudyInstanceUid,
        parcel: &Parcel,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<bool, StoreError> {
        let is_free = Condition::Any(vec![
            Condition::Absent("leased_until"),
            Condition::below("leased_until", now.as_millisecond()),
        ]);
        let taken = self
            .update::<LeaseRecord>(
                &key(study, parcel),
                until(now + life, PackingProgress::default()).when(&is_free),
            )
            .await?;
        Ok(taken.is_some())
    }

    /// Renews it for `life`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_packing(
        &self,
        study: &StudyInstanceUid,
        parcel: &Parcel,
        now: Timestamp,
        life: SignedDuration,
        progress: PackingProgress,
    ) -> Result<(), StoreError> {
        self.update::<LeaseRecord>(&key(study, parcel), until(now + life, progress)).await.map(|_| ())
    }

    /// How far it is; nothing while nobody packs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn packing_progress(
        &self,
        study: &StudyInstanceUid,
        parcel: &Parcel,
        now: Timestamp,
    ) -> Result<Option<PackingProgress>, StoreError> {
        let lease: Option<LeaseRecord> = self.get(&key(study, parcel)).await?;
        let is_alive = |lease: &LeaseRecord| lease.leased_until >= now.as_millisecond();
        Ok(lease.filter(is_alive).map(|lease| lease.progress))
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_packing(&self, study: &StudyInstanceUid, parcel: &Parcel) -> Result<(), StoreError> {
        self.delete(&key(study, parcel)).await
    }
}
