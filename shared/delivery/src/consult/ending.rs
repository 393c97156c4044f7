//! The end of a consultation: by its chair, by time, or because a study is not to be seen any more.

use filmless_consult::{ConsultationId, ConsultationState, EndReason};
use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::{ConsultationRecord, Index, LogName, Transaction, TransactionOutcome};

use super::Consultations;
use super::places::{Place, Who};
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;
use crate::viewing::Session;

/// Adds the end of a consultation to a transaction: state and audit. The shares of its members go on where minutes may be
/// signed; else [`end_shares`] ends them.
pub(crate) fn end_in(
    transaction: Transaction,
    common: &Common,
    record: &ConsultationRecord,
    reason: EndReason,
    (actor, source): (Actor, Option<&str>),
) -> Result<Transaction, DeliveryError> {
    let consultation = &record.consultation;
    let word: &'static str = reason.into();
    let mut audit = Record::new(AuditAction::EndConsultation, actor).account(&consultation.account);
    if let Some(source) = source {
        audit = audit.from(source);
    }
    let entry = audit.detail(format!("consultation {}, {word}", consultation.id)).entry(common)?;
    let (key, ended) = Index::end_consultation_change(&consultation.id, reason, common.clock.now());
    Ok(transaction.update(key, ended).log(LogName::Audit, &entry)?)
}

/// Ends the shares of all members.
async fn end_shares(common: &Common, record: &ConsultationRecord) -> Result<(), DeliveryError> {
    for member in common.index.members(&record.consultation.id).await? {
        let Some(digest) = &member.share_digest else { continue };
        let (key, ended) = Index::end_share_change(digest, common.clock.now());
        // Unmet if it ended before.
        let _ = common.index.commit(Transaction::new().update(key, ended)).await?;
    }
    Ok(())
}

/// Ends a consultation whose studies are not to be seen any more, and all that its members have. Doing it again changes nothing.
async fn recall(
    common: &Common,
    record: &ConsultationRecord,
    reason: EndReason,
    by: (Actor, Option<&str>),
) -> Result<bool, DeliveryError> {
    // First nobody sees anything, then it is written down.
    end_shares(common, record).await?;
    if record.consultation.state == ConsultationState::Ended {
        return Ok(false);
    }
    let ended = end_in(Transaction::new(), common, record, reason, by)?;
    Ok(common.index.commit(ended).await? == TransactionOutcome::Committed)
}

/// Ends every consultation that names a study. Returns how many.
pub(crate) async fn end_all_of_study(
    common: &Common,
    study: &StudyInstanceUid,
    actor: &Actor,
    source: Option<&str>,
) -> Result<usize, DeliveryError> {
    let mut ended = 0;
    for record in common.index.consultations_of_study(study).await? {
        let by = (actor.clone(), source);
        ended += usize::from(recall(common, &record, EndReason::Recalled, by).await?);
    }
    Ok(ended)
}

/// Ends every consultation of an account. Returns how many.
pub(crate) async fn end_all_of_account(
    common: &Common,
    account_key: &str,
    actor: &Actor,
    source: Option<&str>,
) -> Result<usize, DeliveryError> {
    let mut ended = 0;
    for record in common.index.consultations_of_account(account_key).await? {
        let by = (actor.clone(), source);
        ended += usize::from(recall(common, &record, EndReason::Recalled, by).await?);
    }
    Ok(ended)
}

impl Consultations {
    /// Ends a consultation: by its chair, by who started it, or by its patient, who takes back the consent. The reason, for the
    /// room; `None` for anybody else, and where it ended before.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<EndReason>, DeliveryError> {
        if let Some(Place { record, who: Who::Patient }) = self.place(session, id).await? {
            let by = (session.actor(), Some(session.source.as_str()));
            let has_ended = record.consultation.ended.is_some();
            // Whoever ended it, the members keep nothing.
            let is_ended = recall(&self.common, &record, EndReason::Withdrawn, by).await? || has_ended;
            return Ok(is_ended.then_some(EndReason::Withdrawn));
        }
        let Some(place) = self.managed(session, id).await? else { return Ok(None) };
        let reason = if place.is_chair() { EndReason::Chair } else { EndReason::Starter };
        let is_ended = self.end_by(&place.record, reason, (session.actor(), Some(&session.source))).await?;
        Ok(is_ended.then_some(reason))
    }

    /// The same, once it is clear that whoever asks may.
    pub(crate) async fn end_by(
        &self,
        record: &ConsultationRecord,
        reason: EndReason,
        by: (Actor, Option<&str>),
    ) -> Result<bool, DeliveryError> {
        let ended = end_in(Transaction::new(), &self.common, record, reason, by)?;
        Ok(self.common.index.commit(ended).await? == TransactionOutcome::Committed)
    }

    /// A consultation as it is now: one whose time is over has ended.
    pub(crate) async fn up_to_date(
        &self,
        record: ConsultationRecord,
    ) -> Result<ConsultationRecord, DeliveryError> {
        let consultation = &record.consultation;
        if consultation.state != ConsultationState::Open || self.common.clock.now() < consultation.ends_at {
            return Ok(record);
        }
        let ended =
            end_in(Transaction::new(), &self.common, &record, EndReason::Time, (Actor::System, None))?;
        // Unmet if somebody else was first.
        let _ = self.common.index.commit(ended).await?;
        Ok(self.common.index.consultation(&consultation.id).await?.unwrap_or(record))
    }
}
