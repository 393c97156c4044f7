//! Ends access to a patient's studies, and shares on a patient's behalf.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{Language, PatientId, person_name};
use filmless_store::index::{Index, LinkState, Transaction};
use serde::Serialize;

use super::{Desk, Refusal, StaffError, reason_of};
use crate::consult::end_all_of_account;
use crate::sight::{find_in_sight, latest_order_of};
use crate::viewing::{NewShare, ShareOwner, ShareRequest, create_share_of, end_share_of};

/// What was ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Revoked {
    /// Links that still opened.
    pub links: usize,
    /// Passwords.
    pub passwords: usize,
    /// Shares that were open.
    pub shares: usize,
}

impl Desk {
    /// Ends every session, link, password and share of a patient: a phone or a slip is in the wrong hands.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn revoke(&self, patient: &PatientId, reason: &str) -> Result<Revoked, StaffError> {
        self.demand(Act::Revoke, AuditAction::RevokeAccess).await?;
        let reason = reason_of(reason)?;
        let account = self.account_of(patient).await?;
        let index = &self.common.index;
        // Sessions first: they are open right now.
        let (key, change) = Index::end_sessions_change(&account.account_key, self.common.clock.now());
        let transaction = Transaction::new().update(key, change);
        let action = AuditAction::RevokeAccess;
        let transaction = self.sign_for_patient(transaction, action, Some(&account), Some(&reason))?;
        index.commit(transaction).await?.or_contention()?;
        let mut ended = Revoked::default();
        for study in index.studies_of_patient(&account.patient_id).await? {
            for link in index.links(&study.study_instance_uid).await? {
                let is_closed = index.close_link(&link.token_digest, LinkState::Revoked).await?;
                ended.links += usize::from(is_closed);
            }
        }
        for key in self.account_keys(&account, patient).await? {
            ended.passwords += index.end_credentials(&key, None, None).await?;
        }
        ended.shares = self.end_shares_of(&account.account_key).await?;
        // Once more: somebody may have come in by a link that was not closed yet.
        let (key, change) = Index::end_sessions_change(&account.account_key, self.common.clock.now());
        index.commit(Transaction::new().update(key, change)).await?.or_contention()?;
        Ok(ended)
    }

    /// Ends every open share of an account, and its consultations.
    pub(super) async fn end_shares_of(&self, account_key: &str) -> Result<usize, StaffError> {
        end_all_of_account(&self.common, account_key, &self.actor(), Some(&self.source)).await?;
        let now = self.common.clock.now();
        let mut ended = 0;
        for share in self.common.index.shares(account_key).await?.into_iter().filter(|s| s.is_open(now)) {
            let done = end_share_of(&self.common, account_key, &share.id, self.actor(), &self.source).await?;
            ended += usize::from(done);
        }
        Ok(ended)
    }

    /// Makes a share of the patient's visible studies on their behalf; `None` if the request is impossible.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn share(&self, patient: &PatientId, request: &ShareRequest) -> Result<NewShare, StaffError> {
        self.demand(Act::Share, AuditAction::CreateShare).await?;
        let account = self.account_of(patient).await?;
        for study in &request.studies {
            let seen = find_in_sight(&self.common, study).await?;
            let is_theirs = seen
                .is_some_and(|(study, _)| study.account_key.as_deref() == Some(account.account_key.as_str()));
            if !is_theirs {
                return Err(StaffError::NotFound);
            }
        }
        let latest = latest_order_of(&self.common, &account).await?.map(|order| order.patient);
        let name = latest.as_ref().map(|p| person_name::display(&p.name)).unwrap_or_default();
        let owner = ShareOwner {
            account_key: &account.account_key,
            patient_id: &account.patient_id,
            patient_name: &name,
            language: latest.map_or(Language::default(), |p| p.language),
            created_by: self.actor(),
            source: &self.source,
        };
        let made = create_share_of(&self.common, &owner, request).await?;
        made.ok_or(StaffError::Refused(Refusal::BadShare))
    }

    /// Ends a patient's share.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn end_share(&self, patient: &PatientId, share: &str) -> Result<(), StaffError> {
        self.demand(Act::Share, AuditAction::EndShare).await?;
        let account = self.account_of(patient).await?;
        let key = &account.account_key;
        let is_ended = end_share_of(&self.common, key, share, self.actor(), &self.source).await?;
        if is_ended { Ok(()) } else { Err(StaffError::NotFound) }
    }
}
