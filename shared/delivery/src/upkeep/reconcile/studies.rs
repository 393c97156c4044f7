//! The index against itself and against the derived objects: is every study where it should be by now?

use std::collections::HashSet;

use filmless_domain::object_key::{self, SeriesKeys};
use filmless_domain::{HoldReason, ObjectKey, StudyState};
use filmless_store::index::{InstanceRecord, OutboxMessage, SeriesRecord, StudyRecord};
use jiff::{SignedDuration, Timestamp};

use super::{Finding, FindingKind, Run};
use crate::DeliveryError;
use crate::notice::send;
use crate::prepare::{file_facts, rebuild, settle};
use crate::record::messages::{NoticeTask, ReleaseTask, SeriesContents, SettleTask, Task};
use crate::record::outbox;
use crate::release::late_contact;
use crate::sight::{self, Asked};

/// A complete study is checked again after this time, even if nothing arrived.
const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Most objects derived from one study.
const DERIVED_MAX: usize = 100_000;

impl Run<'_> {
    pub(super) async fn look_at_studies(&mut self) -> Result<(), DeliveryError> {
        for day in self.days.clone() {
            for study in self.parts.common.index.studies_of_day(day).await? {
                let instances = self.parts.common.index.instances(&study.study_instance_uid).await?;
                let is_listed =
                    |key: &str| self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()));
                self.known.add_study(&study.study_instance_uid, &instances, is_listed);
                self.report.studies += 1;
                if study.state != StudyState::Recalled && changed_at(&study) <= self.before {
                    self.look_at(&study, &instances).await?;
                }
            }
            self.known.add_day(day);
        }
        Ok(())
    }

    /// Whether derived objects must be listed: once complete, a study presumably stays so until something arrives.
    fn is_derived_due(&self, study: &StudyRecord) -> bool {
        let is_fresh = |at: Timestamp| at > changed_at(study) && at + LOOK_AGAIN_AFTER > self.before;
        self.scope.is_thorough || !study.reconciled_at.is_some_and(is_fresh)
    }

    async fn look_at(
        &mut self,
        study: &StudyRecord,
        instances: &[InstanceRecord],
    ) -> Result<(), DeliveryError> {
        let found_before = self.report.found.values().sum::<usize>();
        match study.state {
            StudyState::Receiving => self.look_at_receiving(study).await?,
            StudyState::Settled => self.look_at_settled(study, instances).await?,
            StudyState::Rendered | StudyState::Held | StudyState::Released => {
                let is_due = self.is_derived_due(study);
                let is_made_anew = self.look_at_mark(study, instances).await?
                    || (is_due && self.look_at_derived(study, instances).await?);
                if !is_made_anew {
                    self.look_at_verdict(study).await?;
                }
            }
            StudyState::Recalled => {}
        }
        self.look_at_notices(study).await?;
        let is_whole = self.report.found.values().sum::<usize>() == found_before;
        let is_at_rest = matches!(study.state, StudyState::Held | StudyState::Released);
        if is_whole && is_at_rest && self.scope.repair && self.is_derived_due(study) {
            self.parts.common.index.mark_reconciled(study, self.parts.common.clock.now()).await?;
        }
        Ok(())
    }

    async fn look_at_receiving(&mut self, study: &StudyRecord) -> Result<(), DeliveryError> {
        let due = study.settle_due_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let due = due.unwrap_or(study.last_received_at + self.parts.common.settings.quiet_period);
        if due > self.before {
            return Ok(());
        }
        let check = SettleTask::CheckQuiet { study_instance_uid: study.study_instance_uid.clone() };
        self.tell(FindingKind::StudyNotSettled, study, vec![check.to_outbox()?], None).await
    }

    async fn look_at_settled(
        &mut self,
        study: &StudyRecord,
        instances: &[InstanceRecord],
    ) -> Result<(), DeliveryError> {
        let uid = &study.study_instance_uid;
        let all = self.parts.common.index.series(uid).await?;
        let is_outdated = |series: &SeriesRecord| {
            crate::prepare::digest::series_digest(instances, &series.series_instance_uid)
                != series.content_digest
        };
        if usize::try_from(study.instances) != Ok(instances.len()) || all.iter().any(is_outdated) {
            // An instance came or was corrected, but its run did not get to schedule the check.
            if self.scope.repair {
                rebuild::restart(&self.parts.common, study).await?;
            }
            self.add(FindingKind::StudyNotSettled, study, None);
            return Ok(());
        }
        let is_rendered = |s: &SeriesRecord| s.rendered_digest.as_ref() == Some(&s.content_digest);
        let contents = |s: SeriesRecord| {
            let (series_instance_uid, content_digest) = (s.series_instance_uid, s.content_digest);
            (SeriesContents { series_instance_uid, content_digest }, s.instances as usize)
        };
        let wanted: Vec<_> = all.into_iter().filter(|s| !is_rendered(s)).map(contents).collect();
        let count = wanted.len();
        let tasks = settle::tasks_of(uid, wanted);
        let mut messages: Vec<_> = tasks.iter().map(Task::to_outbox).collect::<Result<_, _>>()?;
        if messages.is_empty() {
            // All are rendered, but the last run did not get to finish the study.
            messages.push(SettleTask::CheckQuiet { study_instance_uid: uid.clone() }.to_outbox()?);
        }
        self.tell(FindingKind::SeriesNotRendered, study, messages, Some(count)).await
    }

    /// Returns whether the study must be made again.
    async fn look_at_derived(
        &mut self,
        study: &StudyRecord,
        instances: &[InstanceRecord],
    ) -> Result<bool, DeliveryError> {
        let uid = &study.study_instance_uid;
        let index = &self.parts.common.index;
        let series = index.series(uid).await?;
        let keys = self.parts.derived.list(&format!("{uid}/"), DERIVED_MAX).await?;
        let there: HashSet<&str> = keys.iter().map(ObjectKey::as_str).collect();
        let is_there = |key: &ObjectKey| there.contains(key.as_str());
        let mut missing = usize::from(!is_there(&object_key::study_manifest(uid)));
        let mut damaged = Vec::new();
        for series in &series {
            let lacking = needed(study, series).iter().filter(|key| !is_there(key)).count();
            if lacking > 0 {
                missing += lacking;
                damaged.push(&series.series_instance_uid);
            }
        }
        let counted = usize::try_from(study.instances).unwrap_or(usize::MAX);
        let kind = match (missing, counted == instances.len()) {
            (0, true) => return Ok(false),
            (0, false) => FindingKind::CountDiffers,
            _ => FindingKind::DerivedMissing,
        };
        if self.scope.repair {
            for series in damaged {
                index.forget_series_rendering(uid, series).await?;
            }
            rebuild::restart(&self.parts.common, study).await?;
        }
        let count = if missing > 0 { missing } else { counted.abs_diff(instances.len()) };
        self.add(kind, study, Some(count));
        Ok(true)
    }

    /// Returns whether the study must settle again, because it is wrongly marked as two patients'.
    async fn look_at_mark(
        &mut self,
        study: &StudyRecord,
        instances: &[InstanceRecord],
    ) -> Result<bool, DeliveryError> {
        if !file_facts::is_marked_in_vain(&self.parts.common, study, instances).await? {
            return Ok(false);
        }
        if self.scope.repair {
            rebuild::restart(&self.parts.common, study).await?;
        }
        self.add(FindingKind::StudyNotJudged, study, None);
        Ok(true)
    }

    /// The gate's decision may have changed without a message: an order was taken in, or changed hands.
    async fn look_at_verdict(&mut self, study: &StudyRecord) -> Result<(), DeliveryError> {
        let is_left_alone = study.is_held_for(HoldReason::HeldByStaff) || study.is_held_for_unknown();
        let verdict = sight::verdict(&self.parts.common, study, Asked::WhetherToRelease).await?;
        let is_as_it_should_be = is_left_alone
            || match (study.state, &verdict) {
                (StudyState::Released, Ok(order)) => {
                    sight::is_owner(&self.parts.common, study, order).await?
                }
                (StudyState::Held, Ok(order)) => {
                    // Released to one patient and now ordered for another: the gate stays shut.
                    study.account_key.is_some() && !sight::is_owner(&self.parts.common, study, order).await?
                }
                (StudyState::Held, Err(reason)) => study.is_held_for(*reason),
                _ => false,
            };
        if is_as_it_should_be {
            return Ok(());
        }
        let task = ReleaseTask { study_instance_uid: study.study_instance_uid.clone() };
        self.tell(FindingKind::StudyNotJudged, study, vec![task.to_outbox()?], None).await
    }

    async fn look_at_notices(&mut self, study: &StudyRecord) -> Result<(), DeliveryError> {
        let notices = self.parts.common.index.notices(&study.study_instance_uid).await?;
        let is_at_rest = study.state == StudyState::Released && changed_at(study) <= self.before;
        if is_at_rest && late_contact::due(&self.parts.common, study, &notices).await?.is_some() {
            let task = ReleaseTask { study_instance_uid: study.study_instance_uid.clone() };
            self.tell(FindingKind::NoticePending, study, vec![task.to_outbox()?], None).await?;
        }
        if self.scope.repair {
            self.parts.common.index.relist(study, &notices).await?;
        }
        for notice in notices {
            let has_secrets = notice.sealed_password.is_some() || notice.sealed_token.is_some();
            let task = NoticeTask {
                study_instance_uid: study.study_instance_uid.clone(),
                link_version: notice.link_version,
            };
            let is_left = notice.is_done() && has_secrets && notice.issued_at <= self.before;
            if is_left && sight::order_in_sight(&self.parts.common, study).await?.is_some() {
                // `send-notice` first makes the slip if it is missing, then erases them.
                self.tell(FindingKind::SecretsLeft, study, vec![task.to_outbox()?], None).await?;
            } else if is_left {
                if self.scope.repair {
                    send::close_unseen(&self.parts.common, &notice).await?;
                }
                self.add(FindingKind::SecretsLeft, study, None);
            }
            // A notice that staff replaced is not sent any more.
            let is_current = notice.link_version == study.link_version;
            let is_due = !notice.is_done() && is_current && notice.issued_at <= self.before;
            if is_due && sight::order_in_sight(&self.parts.common, study).await?.is_some() {
                self.tell(FindingKind::NoticePending, study, vec![task.to_outbox()?], None).await?;
            }
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        kind: FindingKind,
        study: &StudyRecord,
        messages: Vec<OutboxMessage>,
        count: Option<usize>,
    ) -> Result<(), DeliveryError> {
        if self.scope.repair {
            outbox::send(&self.parts.common, messages).await?;
        }
        self.add(kind, study, count);
        Ok(())
    }

    fn add(&mut self, kind: FindingKind, study: &StudyRecord, count: Option<usize>) {
        self.report.add(Finding {
            code: kind,
            study_instance_uid: Some(study.study_instance_uid.clone()),
            key: None,
            count,
            is_mended: self.scope.repair,
        });
    }
}

/// When it last changed, as far as its record shows.
fn changed_at(study: &StudyRecord) -> Timestamp {
    let moments = [Some(study.last_received_at), study.rendered_at, study.released_at];
    moments.into_iter().flatten().max().unwrap_or_default()
}

/// The objects of a rendered series.
fn needed(study: &StudyRecord, series: &SeriesRecord) -> Vec<ObjectKey> {
    let digest = series.rendered_digest.as_ref().unwrap_or(&series.content_digest);
    let keys = SeriesKeys::new(&study.study_instance_uid, &series.series_instance_uid, digest);
    let mut needed = vec![keys.pack, keys.index, keys.metadata];
    if series.frames > 0 {
        needed.extend([keys.poster, keys.thumbs]);
    }
    needed
}
