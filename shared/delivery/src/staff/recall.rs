//! Takes a study back that was, or could have been, shown to the wrong patient.

use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::staff::Act;
use filmless_domain::usage::{Reversal, StorageClass, UsageKind};
use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_store::index::{Index, LinkState, Transaction, TransactionOutcome};
use jiff::Timestamp;
use serde::Serialize;
use tracing::info;

use super::{Case, Desk, Refusal, StaffError, reason_of};
use crate::consult::end_all_of_study;
use crate::record::usage::{self, Pen};
use crate::release::booking;
use crate::upkeep::retention::delete_below;
use crate::viewing::end_share_of;

/// What a recall did, and whom to talk to.
#[derive(Debug, Clone, Serialize)]
pub struct RecallReport {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Links that still opened.
    pub links: usize,
    /// Passwords issued for it.
    pub passwords: usize,
    /// Shares of this study alone.
    pub shares: usize,
    /// Derived objects, slips and downloads deleted.
    pub objects: usize,
    /// Everybody who opened it, oldest first.
    pub viewers: Vec<RecallViewer>,
}

/// Somebody who opened a recalled study.
#[derive(Debug, Clone, Serialize)]
pub struct RecallViewer {
    /// Account, or share.
    pub actor: Actor,
    /// Network address.
    pub source: String,
    /// When they opened it.
    pub opened_at: Timestamp,
    /// When they saw the first image.
    pub first_image_at: Option<Timestamp>,
    /// When they fetched the files.
    pub downloaded_at: Option<Timestamp>,
    /// Whether they looked with their own software.
    pub is_software: bool,
}

impl Desk {
    /// Takes a study back. From the first write on nobody can open it. Then its links and passwords, the account's
    /// sessions, shares of this study alone and all derived objects end. The uploads, orders and logs stay as
    /// evidence. Running it again finishes an interrupted recall.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn recall(&self, study: &StudyInstanceUid, reason: &str) -> Result<RecallReport, StaffError> {
        self.demand(Act::Recall, AuditAction::RecallStudy).await?;
        let reason = reason_of(reason)?;
        let case = self.case(study).await?;
        let index = &self.common.index;
        let booking = booking::reversal(&self.common, &case.study, Reversal::Recalled.code()).await?;
        let (key, change) = Index::recall_change(&case.study);
        let change = change.book(&case.study, booking.as_ref());
        let mut transaction = Transaction::new().update(key, change).unlist_held(&case.study);
        if let Some(account) = &case.account {
            let (key, change) = Index::end_sessions_change(&account.account_key, self.common.clock.now());
            transaction = transaction.update(key, change);
        }
        let transaction = self.sign(transaction, AuditAction::RecallStudy, &case, Some(&reason))?;
        let transaction = self.book_recall(transaction, &case).await?.log_booking(booking.as_ref())?;
        if index.commit(transaction).await? != TransactionOutcome::Committed {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        info!(study_instance_uid = %study, "study recalled");
        let (links, passwords, shares) = self.end_ways_in(&case).await?;
        for notice in index.notices(study).await? {
            index.erase_notice_secrets(&notice).await?;
        }
        let objects = self.delete_derived(study).await?;
        let viewers = self.recall_viewers(study).await?;
        Ok(RecallReport { study_instance_uid: study.clone(), links, passwords, shares, objects, viewers })
    }

    /// Books a recall in the usage ledger; running a recall again books nothing.
    async fn book_recall(&self, transaction: Transaction, case: &Case) -> Result<Transaction, StaffError> {
        if case.study.state == StudyState::Recalled {
            return Ok(transaction);
        }
        let pen = Pen::of_study(&self.common, &case.study).await?;
        let occasion = self.common.clock.now().as_millisecond().to_string();
        let mut events = vec![pen.event(UsageKind::StudyRecalled, &occasion)];
        if case.study.derived_bytes > 0 {
            let deleted = -usage::signed(case.study.derived_bytes);
            events.push(pen.stored(StorageClass::Derived, &occasion, deleted));
        }
        Ok(usage::add(transaction, &events)?)
    }

    async fn end_ways_in(&self, case: &Case) -> Result<(usize, usize, usize), StaffError> {
        let (index, uid) = (&self.common.index, &case.study.study_instance_uid);
        let (mut links, mut passwords, mut shares) = (0, 0, 0);
        end_all_of_study(&self.common, uid, &self.actor(), Some(&self.source)).await?;
        for link in index.links(uid).await? {
            links += usize::from(index.close_link(&link.token_digest, LinkState::Revoked).await?);
        }
        for key in &self.account_keys_of(case).await? {
            passwords += index.end_credentials(key, Some(uid), None).await?;
            let now = self.common.clock.now();
            let is_alone = |studies: &[StudyInstanceUid]| studies.iter().all(|study| study == uid);
            for share in index.shares(key).await? {
                if share.is_open(now) && share.seat.is_none() && is_alone(&share.studies) {
                    let ended =
                        end_share_of(&self.common, key, &share.id, self.actor(), &self.source).await?;
                    shares += usize::from(ended);
                }
            }
        }
        Ok((links, passwords, shares))
    }

    async fn delete_derived(&self, study: &StudyInstanceUid) -> Result<usize, StaffError> {
        let own = format!("{study}/");
        let mut deleted = delete_below(&self.derived, &own).await?;
        deleted += delete_below(&self.derived, &format!("downloads/{study}/")).await?;
        deleted += delete_below(&self.release.slips, &own).await?;
        Ok(deleted)
    }

    async fn recall_viewers(&self, study: &StudyInstanceUid) -> Result<Vec<RecallViewer>, StaffError> {
        let accesses = self.common.index.accesses(study).await?;
        let viewer = |access: filmless_store::index::AccessRecord| RecallViewer {
            actor: access.actor,
            source: access.source,
            opened_at: access.opened_at,
            first_image_at: access.first_image_at,
            downloaded_at: access.downloaded_at,
            is_software: access.is_software,
        };
        Ok(accesses.into_iter().map(viewer).collect())
    }

    /// Who opened a study, with their addresses, to talk to them after a recall.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn viewers(&self, study: &StudyInstanceUid) -> Result<Vec<RecallViewer>, StaffError> {
        self.demand(Act::Recall, AuditAction::ReadHistory).await?;
        self.case(study).await?;
        self.record(AuditAction::ReadHistory).study(study).write(&self.common).await?;
        self.recall_viewers(study).await
    }
}
