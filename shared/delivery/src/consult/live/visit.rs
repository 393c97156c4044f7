//! Who was in a room, from when until when: for the audit log, and for the patient to read. A line that breaks and comes back
//! within a minute is one visit.

use std::collections::BTreeSet;

use filmless_consult::{Change, Consultation, MemberId};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::{LogEntry, LogName, Transaction, VisitRecord};
use jiff::{SignedDuration, Timestamp};

use super::append::Writing;
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;

/// Whoever comes back so soon has not left; and no member's leaving is logged more often.
const BREAK: SignedDuration = SignedDuration::from_secs(60);

/// Adds to the transaction of a line who came with it, and who left. Everybody leaves a room that ends.
pub(super) async fn add_visits(
    mut transaction: Transaction,
    common: &Common,
    writing: &Writing<'_>,
) -> Result<Transaction, DeliveryError> {
    let look = &writing.look;
    let is_end = matches!(writing.applied.change, Some(Change::End(_)));
    if look.room.ended.is_some() && !is_end {
        return Ok(transaction);
    }
    let before: BTreeSet<&MemberId> = writing.before.iter().map(|(_, member)| member).collect();
    let after: BTreeSet<&MemberId> = look.room.here.values().filter(|_| !is_end).collect();
    let consultation = &look.record.consultation;
    for member in before.symmetric_difference(&after) {
        let last = common.index.last_visit(&consultation.id, member).await?;
        let (visit, told) = match (last, writing.speaker) {
            (Some(visit), _) if before.contains(member) => left(visit, look.now),
            (last, Some(speaker)) if speaker.member.member.id == **member => {
                let actor = speaker.member.share.clone().map(|share| Actor::Share { share });
                came(last, look.now, member, (actor.unwrap_or(Actor::System), &speaker.source))
            }
            _ => continue,
        };
        if let Some(action) = told {
            transaction = transaction.log(LogName::Audit, &entry(common, consultation, action, &visit)?)?;
        }
        transaction = transaction.put_visit(&consultation.id, &visit)?;
    }
    Ok(transaction)
}

fn came(
    last: Option<VisitRecord>,
    now: Timestamp,
    member: &MemberId,
    (actor, source): (Actor, &str),
) -> (VisitRecord, Option<AuditAction>) {
    match last.filter(|visit| visit.left_at.is_some_and(|left_at| now < left_at + BREAK)) {
        Some(visit) => (VisitRecord { left_at: None, ..visit }, None),
        None => {
            let (member, source) = (member.clone(), source.to_owned());
            let visit =
                VisitRecord { member, actor, source, came_at: now, left_at: None, left_told_at: None };
            (visit, Some(AuditAction::EnterRoom))
        }
    }
}

fn left(visit: VisitRecord, now: Timestamp) -> (VisitRecord, Option<AuditAction>) {
    let is_told = visit.left_told_at.is_none_or(|told_at| now >= told_at + BREAK);
    let left_told_at = if is_told { Some(now) } else { visit.left_told_at };
    let visit = VisitRecord { left_at: Some(now), left_told_at, ..visit };
    (visit, is_told.then_some(AuditAction::LeaveRoom))
}

fn entry(
    common: &Common,
    consultation: &Consultation,
    action: AuditAction,
    visit: &VisitRecord,
) -> Result<LogEntry, DeliveryError> {
    let mut detail = format!("consultation {}, member {}", consultation.id, visit.member);
    if action == AuditAction::LeaveRoom {
        // One line that breaks often has several such entries; the last one counts.
        detail.push_str(&visit.came_at.strftime(", there since %Y-%m-%dT%H:%M:%SZ").to_string());
    }
    let record = Record::new(action, visit.actor.clone()).from(&visit.source);
    record.account(&consultation.account).detail(detail).entry(common)
}
