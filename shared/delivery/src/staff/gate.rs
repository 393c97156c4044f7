//! Releasing and holding by hand.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::usage::UsageKind;
use filmless_domain::{AccessionNumber, HoldReason, StudyInstanceUid, StudyState};
use filmless_store::index::{Index, OrderRecord, StaffRelease, StudyRecord, Transaction, TransactionOutcome};

use super::reissue::changed;
use super::{Desk, StaffError, reason_of};
use crate::messages::{ReleaseTask, Task};
use crate::usage::{self, Pen};
use crate::{outbox, release, settle};

impl Desk {
    /// Releases a study under an order, whatever the gate says: the one named, else the one the gate would look at.
    /// What was recalled is rendered anew first; the links that were issued for it stay closed.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn release(
        &self,
        study: &StudyInstanceUid,
        order: Option<&AccessionNumber>,
        reason: &str,
    ) -> Result<(), StaffError> {
        self.demand(Act::Release, AuditAction::ReleaseStudy).await?;
        let reason = reason_of(reason)?;
        let case = self.case(study).await?;
        let order = self.order_for(&case.study, order).await?;
        if let (Some(account), Some(key)) = (&case.account, &case.study.account_key) {
            let owner = self.services.index.account_of_patient(&order.order.patient.id).await?;
            if owner.is_none_or(|owner| owner.account_key != account.account_key && owner.account_key != *key)
            {
                return Err(StaffError::refused(
                    "released-to-another",
                    "The study was released to another patient. Recall it, and upload it again under a new UID.",
                ));
            }
        }
        let release = StaffRelease {
            accession_number: order.order.accession_number.clone(),
            patient_id: order.order.patient.id.clone(),
        };
        let task = ReleaseTask { study_instance_uid: study.clone() };
        let entry = outbox::entry(&self.services, vec![task.to_outbox()?])?;
        let (key, change) = Index::staff_release_change(&case.study, &release);
        let transaction = Transaction::new().update(key, change);
        let transaction = transaction.put(&entry.key(), &entry, filmless_store::index::Change::new())?;
        let transaction = self.sign(transaction, AuditAction::ReleaseStudy, &case, Some(&reason))?;
        if self.services.index.commit(transaction).await? != TransactionOutcome::Committed {
            return Err(changed());
        }
        if case.study.state == StudyState::Recalled {
            self.services.index.forget_rendering(study).await?;
            outbox::leave_to_sweeper(settle::schedule(&self.services, study).await);
        }
        outbox::leave_to_sweeper(outbox::publish(&self.services, &entry).await);
        Ok(())
    }

    async fn order_for(
        &self,
        study: &StudyRecord,
        named: Option<&AccessionNumber>,
    ) -> Result<OrderRecord, StaffError> {
        let index = &self.services.index;
        if let Some(accession) = named {
            let order = index.order(accession).await?.ok_or(StaffError::NotFound)?;
            if order.study_instance_uid.as_ref().is_some_and(|bound| *bound != study.study_instance_uid) {
                return Err(StaffError::refused(
                    "order-taken",
                    "Another study was released under that order.",
                ));
            }
            return Ok(order);
        }
        let (accession_order, mut orders) = release::orders_for(&self.services, study).await?;
        match (accession_order, orders.len()) {
            (Some(order), _) => Ok(order),
            (None, 1) => Ok(orders.remove(0)),
            _ => Err(StaffError::refused(
                "name-the-order",
                "Say under which order: none, or several, could be meant.",
            )),
        }
    }

    /// Holds a study: its patient does not see it, and nothing but a release by hand brings it back.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn hold(&self, study: &StudyInstanceUid, reason: &str) -> Result<(), StaffError> {
        self.demand(Act::Hold, AuditAction::HoldStudy).await?;
        let reason = reason_of(reason)?;
        let case = self.case(study).await?;
        if case.study.state == StudyState::Recalled {
            return Err(StaffError::refused("recalled", "The study is recalled: nobody sees it."));
        }
        let (key, change) = Index::staff_hold_change(&case.study, HoldReason::HeldByStaff);
        let occasion = self.services.clock.now().as_millisecond().to_string();
        let held = Pen::of_study(&self.services, &case.study).await?.event(UsageKind::StudyHeld, &occasion);
        let held = held.because(HoldReason::HeldByStaff.code());
        let transaction = usage::add(Transaction::new().update(key, change), &[held])?;
        let transaction = self.sign(transaction, AuditAction::HoldStudy, &case, Some(&reason))?;
        match self.services.index.commit(transaction).await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::ConditionUnmet(_) => Err(changed()),
        }
    }
}
