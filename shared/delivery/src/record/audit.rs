//! Records who did what.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::{Actor, AuditAction, AuditEvent, AuditOutcome};
use filmless_store::index::{LogEntry, LogName};

use crate::DeliveryError;
use crate::parts::Common;
use crate::record::log;

/// An event that is being built.
#[derive(Debug, Clone)]
pub struct Record {
    action: AuditAction,
    outcome: AuditOutcome,
    actor: Actor,
    source: Option<String>,
    study: Option<StudyInstanceUid>,
    account: Option<String>,
    detail: Option<String>,
}

impl Record {
    /// An action of an actor.
    #[must_use]
    pub fn new(action: AuditAction, actor: Actor) -> Self {
        let outcome = AuditOutcome::Success;
        Self { action, outcome, actor, source: None, study: None, account: None, detail: None }
    }

    /// Sets the outcome.
    #[must_use]
    pub fn outcome(self, outcome: AuditOutcome) -> Self {
        Self { outcome, ..self }
    }

    /// Sets where it came from.
    #[must_use]
    pub fn from(self, source: &str) -> Self {
        Self { source: Some(source.to_owned()), ..self }
    }

    /// Sets the study.
    #[must_use]
    pub fn study(self, study: &StudyInstanceUid) -> Self {
        Self { study: Some(study.clone()), ..self }
    }

    /// Sets the account.
    #[must_use]
    pub fn account(self, account_key: &str) -> Self {
        Self { account: Some(account_key.to_owned()), ..self }
    }

    /// Adds a detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The entry, for the transaction of the change that it records.
    pub(crate) fn entry(self, common: &Common) -> Result<LogEntry, DeliveryError> {
        let (id, at) = log::new_id(common)?;
        let event = AuditEvent {
            id: id.clone(),
            at,
            action: self.action,
            outcome: self.outcome,
            actor: self.actor,
            source: self.source,
            study_instance_uid: self.study,
            account: self.account,
            detail: self.detail,
        };
        log::entry(&id, at, &event)
    }

    /// Writes it on its own, if it records no change.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn write(self, common: &Common) -> Result<(), DeliveryError> {
        let entry = self.entry(common)?;
        Ok(common.index.log(LogName::Audit, &entry).await?)
    }
}
