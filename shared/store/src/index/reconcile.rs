//! What `reconcile` stores and changes so that nothing stays lost.

use filmless_domain::{SeriesInstanceUid, StudyInstanceUid, StudyState};
use jiff::Timestamp;

use super::study::{series_key, study_key};
use super::study_state::unchanged;
use super::{
    Change, Condition, Index, ItemKey, OutboxRecord, SeriesRecord, StudyRecord, Transaction,
    TransactionOutcome,
};
use crate::{ListMarker, StoreError};

fn crawl_key() -> ItemKey {
    ItemKey::new("RECONCILE#studies".to_owned(), "CURSOR")
}

impl Index {
    /// Takes a study back to receiving, so that the message's check settles it again; false if it changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn restart_study(
        &self,
        study: &StudyRecord,
        due: Timestamp,
        message: &OutboxRecord,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("state", StudyState::Receiving)
            .set("settle_due_ms", due.as_millisecond())
            .remove("reconciled_at")
            .when(&Condition::is_text("state", study.state.as_str()))
            .when(&unchanged(study));
        let transaction = Transaction::new().update(study_key(&study.study_instance_uid), change);
        let transaction = transaction.announce(message)?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Forgets that a series was rendered, because its objects are gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_series_rendering(
        &self,
        study: &StudyInstanceUid,
        series: &SeriesInstanceUid,
    ) -> Result<(), StoreError> {
        let change = Change::new().remove("rendered_digest").when(&Condition::Present("content_digest"));
        self.update::<SeriesRecord>(&series_key(study, series), change).await.map(|_| ())
    }

    /// Records that a study was found complete, unless it changed since it was read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_reconciled(&self, study: &StudyRecord, at: Timestamp) -> Result<(), StoreError> {
        let change = Change::new()
            .set("reconciled_at", at.as_millisecond())
            .when(&Condition::is_text("state", study.state.as_str()))
            .when(&unchanged(study));
        self.update::<StudyRecord>(&study_key(&study.study_instance_uid), change).await.map(|_| ())
    }

    /// Where the walk through the whole bucket continues.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn crawl_marker(&self) -> Result<Option<ListMarker>, StoreError> {
        self.get(&crawl_key()).await
    }

    /// Stores where the walk continues; without a marker it starts again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_crawl_marker(&self, marker: Option<&ListMarker>) -> Result<(), StoreError> {
        let Some(marker) = marker else { return self.delete(&crawl_key()).await };
        let change = Change::new().set("key", &marker.key);
        let change = match &marker.version_id {
            Some(version_id) => change.set("version_id", version_id),
            None => change.remove("version_id"),
        };
        self.update::<ListMarker>(&crawl_key(), change).await.map(|_| ())
    }
}
