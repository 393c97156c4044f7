//! How a study moves from state to state. Each step happens only if nothing arrived since its study was read.

use filmless_domain::{HoldReason, SeriesInstanceUid, StudyInstanceUid, StudyState};
use jiff::Timestamp;

use super::study::{facts_unchanged, series_key, study_key};
use super::study_record::{SeriesRecord, StudyRecord};
use super::{
    Booking, Change, Condition, Index, ItemKey, LogEntry, LogName, OutboxRecord, Transaction,
    TransactionOutcome,
};
use crate::StoreError;

/// How often scheduling a settle is retried because the study's state changed.
const SCHEDULE_TRIES_MAX: u32 = 8;

impl Index {
    /// Takes the study back to receiving and ensures that a quiet-period check will come. At most one is pending; one
    /// that is overdue by more than `grace_ms` counts as lost.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schedule_settle(
        &self,
        study: &StudyInstanceUid,
        now: Timestamp,
        due_ms: i64,
        grace_ms: i64,
        message: &OutboxRecord,
    ) -> Result<bool, StoreError> {
        let key = study_key(study);
        let stale_ms = now.as_millisecond() - grace_ms;
        for _ in 0..SCHEDULE_TRIES_MAX {
            let touched = Change::new().set("last_received_at", now.as_millisecond());
            let Some(current) = self.update::<StudyRecord>(&key, touched).await? else { break };
            let is_pending = current.settle_due_ms.is_some_and(|pending_ms| pending_ms > stale_ms);
            if current.state == StudyState::Recalled || (is_pending && current.state == StudyState::Receiving)
            {
                return Ok(false);
            }
            let vacant = Condition::Any(vec![
                Condition::Absent("settle_due_ms"),
                Condition::below("settle_due_ms", stale_ms + 1),
            ]);
            let change = Change::new()
                .set("state", StudyState::Receiving)
                .set("settle_due_ms", due_ms)
                .when(&Condition::is_text("state", current.state.as_str()))
                .when(&vacant);
            let transaction = Transaction::new().update(key.clone(), change).announce(message)?;
            if self.commit(transaction).await? == TransactionOutcome::Committed {
                return Ok(true);
            }
        }
        Err(StoreError::Contention { operation: "schedule a settle" })
    }

    /// Postpones the pending check, unless an instance arrived meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_settle(
        &self,
        study: &StudyRecord,
        due_ms: i64,
        message: &OutboxRecord,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("settle_due_ms", due_ms)
            .when(&Condition::is_text("state", StudyState::Receiving.as_str()));
        self.change_study(study, change, message, &[]).await
    }

    /// Records the contents of a series.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn describe_series(
        &self,
        study: &StudyInstanceUid,
        series: &SeriesRecord,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("series_instance_uid", &series.series_instance_uid)
            .set_fields(&series.attributes)
            .set("content_digest", &series.content_digest)
            .set("instances", series.instances);
        self.update::<SeriesRecord>(&series_key(study, &series.series_instance_uid), change).await.map(|_| ())
    }

    /// Settles the study as given, unless an instance arrived since it was read as `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle_study(
        &self,
        before: &StudyRecord,
        study: &StudyRecord,
        messages: &OutboxRecord,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let mut change = Change::new()
            .set("state", StudyState::Settled)
            .set("patient", &study.patient)
            .set("persons", &study.persons)
            .set("accessions", &study.accessions)
            .set("original_bytes", study.original_bytes)
            .set("instances", study.instances)
            .set("marks", study.marks)
            .set("series", study.series)
            .set("modalities", &study.modalities)
            .set("has_report", study.has_report)
            .remove("settle_due_ms")
            .when(&Condition::is_text("state", StudyState::Receiving.as_str()))
            .when(&unchanged(before));
        if before.two_patients && !study.two_patients {
            change = change.remove("two_patients");
        }
        if let Some(first) = study.accessions.first() {
            change = change.set("accession_number", first);
        }
        self.change_study(study, change, messages, usage).await
    }

    /// Forgets a series without instances.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_series(
        &self,
        study: &StudyInstanceUid,
        series: &SeriesInstanceUid,
    ) -> Result<(), StoreError> {
        self.delete(&series_key(study, series)).await
    }

    /// Records that a series' pack shows these contents.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_series_rendered(
        &self,
        study: &StudyInstanceUid,
        series: &SeriesRecord,
    ) -> Result<(), StoreError> {
        let change = Change::new()
            .set("rendered_digest", &series.rendered_digest)
            .set("frames", series.frames)
            .set("key_frames", series.key_frames)
            .set("documents", series.documents)
            .set("reports", series.reports)
            .set("doses", series.doses)
            .set("report_lacks", series.report_lacks)
            .set("title", &series.title)
            .set("without_picture", series.without_picture)
            .set("cut_instances", series.cut_instances)
            .set("missing_frames", series.missing_frames)
            .set("derived_bytes", series.derived_bytes)
            .when(&Condition::is_text("content_digest", &series.content_digest));
        self.update::<SeriesRecord>(&series_key(study, &series.series_instance_uid), change).await.map(|_| ())
    }

    /// Records that every series is rendered, unless an instance arrived meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_study_rendered(
        &self,
        study: &StudyRecord,
        rendered_at: Timestamp,
        message: &OutboxRecord,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("state", StudyState::Rendered)
            .set("rendered_at", rendered_at.as_millisecond())
            .set("images", study.images)
            .set("derived_bytes", study.derived_bytes)
            .when(&Condition::is_text("state", StudyState::Settled.as_str()))
            .when(&unchanged(study));
        self.change_study(study, change, message, usage).await
    }

    async fn change_study(
        &self,
        study: &StudyRecord,
        change: Change,
        message: &OutboxRecord,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let transaction = Transaction::new().update(study_key(&study.study_instance_uid), change);
        let transaction = transaction.announce(message)?;
        let transaction = transaction.log_all(LogName::Usage, usage)?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Holds the study, if its state and booking have not changed since the decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hold_study(
        &self,
        study: &StudyRecord,
        reason: HoldReason,
        usage: &LogEntry,
        booking: Option<&Booking>,
    ) -> Result<bool, StoreError> {
        let change =
            Change::new()
                .set("state", StudyState::Held)
                .set("reason", reason)
                .when(&Condition::is_text("state", study.state.as_str()))
                .when(&study.reason.as_ref().map_or(Condition::Absent("reason"), |reason| {
                    Condition::is_text("reason", reason.code())
                }))
                .when(&unchanged(study))
                .book(study, booking);
        let transaction = Transaction::new().update(study_key(&study.study_instance_uid), change);
        let transaction = transaction.list_held(study, reason)?.log(LogName::Usage, usage)?;
        let transaction = transaction.log_booking(booking)?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Shows an earlier released study again, without a new link or notice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn show_again(
        &self,
        study: &StudyRecord,
        usage: Option<&LogEntry>,
        booking: Option<&Booking>,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("state", StudyState::Released)
            .remove("reason")
            .when(&Condition::is_text("state", study.state.as_str()))
            .when(&unchanged(study))
            .book(study, booking);
        let transaction =
            Transaction::new().update(study_key(&study.study_instance_uid), change).unlist_held(study);
        let transaction = match usage {
            Some(usage) => transaction.log(LogName::Usage, usage)?,
            None => transaction,
        };
        let transaction = transaction.log_booking(booking)?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// The change of the first release, for the transaction that also makes account, credential, link and notice.
    #[must_use]
    pub fn release_change(study: &StudyRecord, released_at: Timestamp) -> (ItemKey, Change) {
        let change = Change::new()
            .set("state", StudyState::Released)
            .set("released_at", released_at.as_millisecond())
            .set("account_key", &study.account_key)
            .set("order_accession", &study.order_accession)
            .set("link_version", study.link_version)
            .remove("reason")
            .when(&Condition::is_text("state", study.state.as_str()))
            .when(&Condition::Absent("account_key"))
            .when(&unchanged(study));
        (study_key(&study.study_instance_uid), change)
    }
}

/// Nothing arrived, and no second patient appeared, since the record was read.
pub(super) fn unchanged(study: &StudyRecord) -> Condition {
    let same_arrivals = Condition::is_number("last_received_at", study.last_received_at.as_millisecond());
    let mut all = vec![same_arrivals, facts_unchanged(study)];
    if !study.two_patients {
        all.push(Condition::Absent("two_patients"));
    }
    Condition::All(all)
}
