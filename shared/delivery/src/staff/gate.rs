//! Releasing and holding by hand.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::usage::UsageKind;
use filmless_domain::{AccessionNumber, HoldReason, StudyInstanceUid, StudyState};
use filmless_store::index::{
    Change, Index, OrderRecord, SamePersonRecord, StaffRelease, StudyRecord, Transaction, TransactionOutcome,
};

use super::facts::{IdentityView, Looked};
use super::{Case, Desk, Refusal, StaffError, reason_of};
use crate::consult::end_all_of_study;
use crate::prepare::settle;
use crate::record::messages::{ReleaseTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::booking;
use crate::sight;

/// Most studies that one decision sends to the gate again; `reconcile` sends the rest.
const STUDIES_AT_ONCE: usize = 20;

/// What a member of staff decides after seeing the facts.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Under which order; `None` for the one the gate would use.
    pub order: Option<AccessionNumber>,
    /// Why.
    pub reason: String,
    /// [`IdentityView::seen`] as they saw it.
    pub seen: String,
    /// Whether the named persons are one person, also in later studies.
    pub is_same_person: bool,
}

/// The outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// The study goes to the gate, which lets it pass.
    Released,
    /// Another member of staff must agree.
    AskedAnother,
}

impl Desk {
    /// Releases a study whatever the gate says: under the order named, else the one the gate would use. The facts must
    /// still be as seen. If the hospital requires four eyes and anything differs, another member of staff must have
    /// decided the same. Nothing puts a study into somebody else's account. A recalled study is rendered again first;
    /// its old links stay closed.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn release(
        &self,
        study: &StudyInstanceUid,
        decision: &Decision,
    ) -> Result<Decided, StaffError> {
        self.demand(Act::Release, AuditAction::ReleaseStudy).await?;
        let reason = reason_of(&decision.reason)?;
        let case = self.case(study).await?;
        if case.study.instances == 0 {
            return Err(Refusal::StudyWithoutImages.into());
        }
        let order = self.order_for(&case.study, decision.order.as_ref()).await?;
        self.check_owner(&case, &order).await?;
        let looked = self.look(&case.study, &order).await?;
        check_looked(&looked.view, decision)?;
        let asked = self.common.index.asked_release(study).await?;
        let is_second = asked.as_ref().is_some_and(|asked| {
            asked.by != self.member.subject
                && asked.seen == decision.seen
                && asked.is_same_person == decision.is_same_person
        });
        if self.common.settings.identity.four_eyes && looked.view.differs && !is_second {
            self.ask_another(&case, decision, &reason).await?;
            return Ok(Decided::AskedAnother);
        }
        self.commit_release(&case, &order, &looked, decision, &reason).await?;
        Ok(Decided::Released)
    }

    async fn check_owner(&self, case: &Case, order: &OrderRecord) -> Result<(), StaffError> {
        if let (Some(account), Some(key)) = (&case.account, &case.study.account_key) {
            let owner = self.common.index.account_of_patient(&order.order.patient.id).await?;
            if owner.is_none_or(|owner| owner.account_key != account.account_key && owner.account_key != *key)
            {
                return Err(Refusal::ReleasedToAnother.into());
            }
        }
        Ok(())
    }

    async fn ask_another(&self, case: &Case, decision: &Decision, reason: &str) -> Result<(), StaffError> {
        let asked = filmless_store::index::AskedRelease {
            by: self.member.subject.clone(),
            at: self.common.clock.now(),
            seen: decision.seen.clone(),
            is_same_person: decision.is_same_person,
            order: decision.order.clone(),
            reason: reason.to_owned(),
        };
        let key = Index::asked_release_key(&case.study.study_instance_uid);
        let transaction = Transaction::new().put(&key, &asked, Change::new())?;
        let detail = format!("asked for a second pair of eyes: {reason}");
        let detail: String = detail.chars().take(filmless_domain::audit::REASON_CHARS_MAX).collect();
        let transaction = self.sign(transaction, AuditAction::ReleaseStudy, case, Some(&detail))?;
        self.common.index.commit(transaction).await?.or_contention()?;
        Ok(())
    }

    async fn commit_release(
        &self,
        case: &Case,
        order: &OrderRecord,
        looked: &Looked,
        decision: &Decision,
        reason: &str,
    ) -> Result<(), StaffError> {
        let (index, uid) = (&self.common.index, &case.study.study_instance_uid);
        let patient = &order.order.patient.id;
        let release = StaffRelease {
            accession_number: order.order.accession_number.clone(),
            patient_id: patient.clone(),
            facts: Some(sight::facts_digest(&case.study, &order.order)),
        };
        let mut messages = vec![ReleaseTask { study_instance_uid: uid.clone() }.to_outbox()?];
        let (key, change) = Index::staff_release_change(&case.study, &release);
        let mut transaction = Transaction::new().update(key, change).delete(Index::asked_release_key(uid));
        if decision.is_same_person {
            for pair in &looked.pairs {
                let said = SamePersonRecord {
                    pair: pair.clone(),
                    by: self.member.subject.clone(),
                    reason: reason.to_owned(),
                    at: self.common.clock.now(),
                };
                transaction =
                    transaction.put(&Index::same_person_key(patient, pair), &said, Change::new())?;
            }
            // Studies that wait for the same decision need not wait any more.
            let held = index.studies_of_patient(patient).await?;
            let held = held
                .into_iter()
                .filter(|other| other.state == StudyState::Held && other.study_instance_uid != *uid);
            for other in held.take(STUDIES_AT_ONCE) {
                messages.push(ReleaseTask { study_instance_uid: other.study_instance_uid }.to_outbox()?);
            }
        }
        let entry = outbox::entry(&self.common, messages)?;
        let transaction = transaction.announce(&entry)?;
        let transaction = self.sign(transaction, AuditAction::ReleaseStudy, case, Some(reason))?;
        if index.commit(transaction).await? != TransactionOutcome::Committed {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        for stranger in index.strangers(uid).await? {
            index.forget_stranger(uid, &stranger.upload).await?;
        }
        if case.study.state == StudyState::Recalled {
            index.forget_rendering(uid).await?;
            outbox::leave_to_sweeper(settle::schedule(&self.common, uid).await);
        }
        outbox::leave_to_sweeper(outbox::publish(&self.common, &entry).await);
        Ok(())
    }

    pub(super) async fn order_for(
        &self,
        study: &StudyRecord,
        named: Option<&AccessionNumber>,
    ) -> Result<OrderRecord, StaffError> {
        let index = &self.common.index;
        if let Some(accession) = named {
            let order = index.order(accession).await?.ok_or(StaffError::NotFound)?;
            if order.study_instance_uid.as_ref().is_some_and(|bound| *bound != study.study_instance_uid) {
                return Err(Refusal::OrderTaken.into());
            }
            return Ok(order);
        }
        let candidates = sight::orders_for(&self.common, study).await?;
        candidates.meant().cloned().ok_or(StaffError::Refused(Refusal::NameTheOrder))
    }

    /// Holds a study: its patient does not see it, and only a release by hand brings it back. Consultations about it end.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn hold(&self, study: &StudyInstanceUid, reason: &str) -> Result<(), StaffError> {
        self.demand(Act::Hold, AuditAction::HoldStudy).await?;
        let reason = reason_of(reason)?;
        let case = self.case(study).await?;
        if case.study.state == StudyState::Recalled {
            return Err(Refusal::Recalled.into());
        }
        let code = HoldReason::HeldByStaff.code();
        let booking = booking::reversal(&self.common, &case.study, code).await?;
        let (key, change) = Index::staff_hold_change(&case.study, HoldReason::HeldByStaff);
        let change = change.book(&case.study, booking.as_ref());
        let occasion = self.common.clock.now().as_millisecond().to_string();
        let held = Pen::of_study(&self.common, &case.study).await?.event(UsageKind::StudyHeld, &occasion);
        let held = held.because(code);
        let transaction = usage::add(
            Transaction::new().update(key, change).list_held(&case.study, HoldReason::HeldByStaff)?,
            &[held],
        )?;
        let transaction = transaction.log_booking(booking.as_ref())?;
        let transaction = self.sign(transaction, AuditAction::HoldStudy, &case, Some(&reason))?;
        match self.common.index.commit(transaction).await? {
            TransactionOutcome::Committed => {
                end_all_of_study(&self.common, study, &self.actor(), Some(&self.source)).await?;
                Ok(())
            }
            TransactionOutcome::ConditionUnmet(_) => Err(Refusal::ChangedMeanwhile.into()),
        }
    }
}

/// The decision must match the current facts, and must not lead into somebody else's account.
fn check_looked(view: &IdentityView, decision: &Decision) -> Result<(), StaffError> {
    if decision.seen != view.seen {
        return Err(Refusal::FactsChanged.into());
    }
    if view.is_cancelled {
        return Err(Refusal::OrderCancelled.into());
    }
    if view.is_account_anothers && !decision.is_same_person {
        return Err(Refusal::AccountOfAnother.into());
    }
    Ok(())
}
