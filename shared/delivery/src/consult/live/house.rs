//! What the room has done outside it: a member's status with what their link opens, and the end of the consultation.

use filmless_consult::{EndReason, MemberStatus};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::{Index, LogName, MemberRecord, Transaction};

use super::look::Look;
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;

fn actor_of(by: Option<&MemberRecord>) -> Actor {
    by.and_then(|by| by.share.clone()).map_or(Actor::System, |share| Actor::Share { share })
}

/// Admits or removes a member.
pub(super) fn set_status(
    common: &Common,
    transaction: Transaction,
    look: &Look,
    named: &MemberRecord,
    status: MemberStatus,
    by: Option<&MemberRecord>,
) -> Result<Transaction, DeliveryError> {
    let consultation = &look.record.consultation;
    let digest = named.share_digest.as_deref();
    let (action, (key, change), share) = if status == MemberStatus::Admitted {
        let share = digest.map(|digest| Index::open_seat_change(digest, &consultation.studies));
        let changed = Index::admit_member_change(&consultation.id, &named.member.id, look.now);
        (AuditAction::AdmitMember, changed, share)
    } else {
        let share = digest.map(|digest| Index::end_share_change(digest, look.now));
        let changed = Index::remove_member_change(&consultation.id, &named.member.id, look.now);
        (AuditAction::RemoveMember, changed, share)
    };
    let record = Record::new(action, actor_of(by)).account(&consultation.account);
    let entry = record.detail(format!("consultation {}, member {}", consultation.id, named.member.id));
    let transaction = transaction.update(key, change).log(LogName::Audit, &entry.entry(common)?)?;
    Ok(share.into_iter().fold(transaction, |transaction, (key, change)| transaction.update(key, change)))
}

/// Ends the consultation, unless it has ended.
pub(super) fn end(
    common: &Common,
    transaction: Transaction,
    look: &Look,
    reason: EndReason,
    by: Option<&MemberRecord>,
) -> Result<Transaction, DeliveryError> {
    let consultation = &look.record.consultation;
    if consultation.ended.is_some() {
        return Ok(transaction);
    }
    let word: &str = reason.into();
    let record = Record::new(AuditAction::EndConsultation, actor_of(by)).account(&consultation.account);
    let entry = record.detail(format!("consultation {}, {word}", consultation.id)).entry(common)?;
    let (key, change) = Index::end_consultation_change(&consultation.id, reason, look.now);
    Ok(transaction.update(key, change).log(LogName::Audit, &entry)?)
}
