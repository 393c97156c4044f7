//! Joins two codes of one patient into one account.

use filmless_domain::audit::AuditAction;
use filmless_domain::identity::compare;
use filmless_domain::staff::Act;
use filmless_domain::{PatientDemographics, PatientId};
use filmless_store::index::{AccountRecord, Change, Index, Transaction, TransactionOutcome};
use serde::Serialize;

use super::{Desk, Refusal, StaffError, reason_of};
use crate::sight::person_of;

/// What a merge moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// Studies that the other account shows now.
    pub studies: usize,
    /// Shares of the merged account. They ended, because nobody could list them any more.
    pub shares: usize,
}

impl Desk {
    /// Merges the account of `from` into the account of `into`: its studies show there, its slips and links still open
    /// and lead there. Name and birth date of both must be the same. Merging two people would show one patient's
    /// images to another.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn merge(
        &self,
        from: &PatientId,
        into: &PatientId,
        reason: &str,
    ) -> Result<Merged, StaffError> {
        self.demand(Act::Merge, AuditAction::MergePatients).await?;
        let reason = reason_of(reason)?;
        let (old, new) = (self.account_of(from).await?, self.account_of(into).await?);
        if old.account_key == new.account_key {
            return Err(Refusal::SameAccount.into());
        }
        self.check_same_person(from, into).await?;
        self.check_accounts(&old, &new).await?;
        let index = &self.common.index;
        let (key, change) = Index::merge_change(&old.account_key, &new.account_key);
        let transaction = Transaction::new().update(key, change);
        let detail = format!("account {} taken in: {reason}", old.account_key);
        let action = AuditAction::MergePatients;
        let transaction = self.sign_for_patient(transaction, action, Some(&new), Some(&detail))?;
        if index.commit(transaction).await? != TransactionOutcome::Committed {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let studies = self.move_studies(&old.account_key, &new.account_key, from, &new.patient_id).await?;
        Ok(Merged { studies, shares: self.end_shares_of(&old.account_key).await? })
    }

    async fn move_studies(
        &self,
        old_key: &str,
        new_key: &str,
        from: &PatientId,
        owner: &PatientId,
    ) -> Result<usize, StaffError> {
        let index = &self.common.index;
        let mut moved = 0;
        for study in index.studies_of_patient(from).await? {
            if study.account_key.as_deref() != Some(old_key) {
                continue;
            }
            let (study_key, change) = Index::account_change(&study, old_key, new_key);
            let (pointer_key, pointer) = Index::patient_pointer(owner, &study.study_instance_uid);
            let transaction =
                Transaction::new().update(study_key, change).put(&pointer_key, &pointer, Change::new())?;
            moved += usize::from(index.commit(transaction).await? == TransactionOutcome::Committed);
        }
        Ok(moved)
    }

    async fn check_same_person(&self, from: &PatientId, into: &PatientId) -> Result<(), StaffError> {
        let (a, b) = (self.latest_order(from).await?, self.latest_order(into).await?);
        let (Some(a), Some(b)) = (a, b) else { return Err(StaffError::NotFound) };
        self.check_persons(a.order.demographics(), b.order.demographics())
    }

    /// Compares the persons the two accounts belong to: a mistyped code may make their latest orders somebody else's.
    async fn check_accounts(&self, old: &AccountRecord, new: &AccountRecord) -> Result<(), StaffError> {
        let (a, b) =
            (person_of(&self.common, old.clone()).await?, person_of(&self.common, new.clone()).await?);
        match (a, b) {
            (Some(a), Some(b)) => self.check_persons(a, b),
            _ => Ok(()),
        }
    }

    /// Twins share a birth date, and may have names of the same words or letters: those are not enough here.
    fn check_persons(&self, a: PatientDemographics, b: PatientDemographics) -> Result<(), StaffError> {
        let same_code =
            |person| PatientDemographics { id: None, issuer: None, is_id_unreadable: false, ..person };
        let comparison = compare(&same_code(a), &same_code(b), &self.common.settings.identity);
        if comparison.is_same_person() {
            return Ok(());
        }
        Err(Refusal::NotOnePerson.into())
    }
}
