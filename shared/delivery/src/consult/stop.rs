//! Ending consultations, whoever wants it: what all ways to it have in common.

use filmless_consult::{ConsultationState, EndReason};
use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::{ConsultationRecord, Index, LogName, Transaction, TransactionOutcome};

use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;

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
pub(super) async fn recall(
    common: &Common,
    record: &ConsultationRecord,
    reason: EndReason,
    by: (Actor, Option<&str>),
) -> Result<bool, DeliveryError> {
    // First nobody sees anything, then it is written down.
    end_shares(common, record).await?;
    let is_new = if record.consultation.state == ConsultationState::Ended {
        end_again(common, record, reason, by).await?
    } else {
        let ended = end_in(Transaction::new(), common, record, reason, by)?;
        common.index.commit(ended).await? == TransactionOutcome::Committed
    };
    // Who was invited between the two; from here on nobody is.
    end_shares(common, record).await?;
    Ok(is_new)
}

/// Writes down that a consultation that had ended is not even to be signed any more. Returns whether that is new.
async fn end_again(
    common: &Common,
    record: &ConsultationRecord,
    reason: EndReason,
    (actor, source): (Actor, Option<&str>),
) -> Result<bool, DeliveryError> {
    let consultation = &record.consultation;
    let Some(before) = consultation.ended.filter(|before| before.leaves_signing()) else { return Ok(false) };
    let word: &'static str = reason.into();
    let audit = Record::new(AuditAction::EndConsultation, actor).account(&consultation.account);
    let audit = source.map_or_else(|| audit.clone(), |source| audit.clone().from(source));
    let entry = audit.detail(format!("consultation {}, {word}", consultation.id)).entry(common)?;
    let (key, change) = Index::end_consultation_again_change(&consultation.id, before, reason);
    let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
    Ok(common.index.commit(transaction).await? == TransactionOutcome::Committed)
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

/// Ends every consultation that was started with a share, which has ended itself. Returns how many.
pub(crate) async fn end_all_of_share(
    common: &Common,
    account_key: &str,
    share: &str,
    reason: EndReason,
    (actor, source): (&Actor, &str),
) -> Result<usize, DeliveryError> {
    let mut ended = 0;
    for record in common.index.consultations_of_account(account_key).await? {
        if is_of_share(&record, share) {
            ended += usize::from(recall(common, &record, reason, (actor.clone(), Some(source))).await?);
        }
    }
    Ok(ended)
}

/// Whether a consultation was started with this share.
pub(crate) fn is_of_share(record: &ConsultationRecord, share: &str) -> bool {
    record.consultation.started_by == Actor::Share { share: share.to_owned() }
}
