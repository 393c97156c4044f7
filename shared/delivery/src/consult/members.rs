//! Letting members in and sending them out.

use filmless_consult::{BadField, ConsultationId, MemberId, MemberStatus};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::{ConsultationRecord, Index, LogName, MemberRecord, Transaction};

use super::Consultations;
use super::invite::Invited;
use super::message_rules::LinkBy;
use super::new_member::NewMember;
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;
use crate::viewing::Session;

/// What a member gets once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Another code for the link that they have.
    Code,
    /// Another link and code.
    Link(LinkBy),
}

/// What came of an act on a member.
#[derive(Debug)]
pub enum MemberAct {
    /// Done; what was sent, or is to be passed on.
    Invited(Box<Invited>),
    /// A field cannot be taken.
    Bad(BadField),
    /// Whoever asks may not, or there is no such member, or not in that state.
    Refused,
}

/// Adds the admission of a member to a transaction: status, studies of their share, audit. `None` unless they are waiting and
/// the consultation is open.
pub(crate) fn admit_in(
    transaction: Transaction,
    common: &Common,
    record: &ConsultationRecord,
    member: &MemberRecord,
    by: (Actor, &str),
) -> Result<Option<Transaction>, DeliveryError> {
    let (consultation, now) = (&record.consultation, common.clock.now());
    let (Some(digest), MemberStatus::Waiting) = (&member.share_digest, member.member.status) else {
        return Ok(None);
    };
    if !consultation.is_open_at(now) {
        return Ok(None);
    }
    let entry = entry(common, AuditAction::AdmitMember, record, &member.member.id, by)?;
    let (member_key, admitted) = Index::admit_member_change(&consultation.id, &member.member.id, now);
    let (share_key, opened) = Index::open_seat_change(digest, &consultation.studies);
    Ok(Some(transaction.update(member_key, admitted).update(share_key, opened).log(LogName::Audit, &entry)?))
}

/// Adds the removal of a member to a transaction: status, the end of their share, audit. `None` for the chair, and for one who
/// is removed already. `is_share_open`: whether their newest link still opens anything.
pub(crate) fn remove_in(
    transaction: Transaction,
    common: &Common,
    record: &ConsultationRecord,
    member: &MemberRecord,
    is_share_open: bool,
    by: (Actor, &str),
) -> Result<Option<Transaction>, DeliveryError> {
    if member.member.is_chair() || member.member.status == MemberStatus::Removed {
        return Ok(None);
    }
    let (id, now) = (&record.consultation.id, common.clock.now());
    let entry = entry(common, AuditAction::RemoveMember, record, &member.member.id, by)?;
    let (member_key, removed) = Index::remove_member_change(id, &member.member.id, now);
    let mut transaction = transaction.update(member_key, removed).log(LogName::Audit, &entry)?;
    if let Some(digest) = member.share_digest.as_ref().filter(|_| is_share_open) {
        let (share_key, ended) = Index::end_share_change(digest, now);
        transaction = transaction.update(share_key, ended);
    }
    Ok(Some(transaction))
}

fn entry(
    common: &Common,
    action: AuditAction,
    record: &ConsultationRecord,
    member: &MemberId,
    (actor, source): (Actor, &str),
) -> Result<filmless_store::index::LogEntry, DeliveryError> {
    let detail = format!("consultation {}, member {member}", record.consultation.id);
    let audit = Record::new(action, actor).from(source).account(&record.consultation.account);
    audit.detail(detail).entry(common)
}

impl Consultations {
    /// Makes another code, or another link and code, for a member.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn invite_again(
        &self,
        session: &Session,
        id: &ConsultationId,
        member: &MemberId,
        again: Again,
    ) -> Result<MemberAct, DeliveryError> {
        let Some(place) = self.managed(session, id).await? else { return Ok(MemberAct::Refused) };
        let Some(member) = self.common.index.member(id, member).await? else {
            return Ok(MemberAct::Refused);
        };
        let by = (session.actor(), session.source.as_str());
        self.invite_member_again(&place.record, &member, again, by).await
    }

    /// The same, once it is clear that whoever asks may.
    pub(crate) async fn invite_member_again(
        &self,
        record: &ConsultationRecord,
        member: &MemberRecord,
        again: Again,
        by: (Actor, &str),
    ) -> Result<MemberAct, DeliveryError> {
        let is_reached = match record.consultation.ended {
            None => true,
            // Who was not admitted would wait for nobody; after a recall nobody comes back.
            Some(reason) => reason.leaves_signing() && member.member.is_admitted(),
        };
        if !is_reached {
            return Ok(MemberAct::Refused);
        }
        let invited = match again {
            Again::Code if member.share_digest.is_some() => self.new_code(record, member, by).await?,
            Again::Code => self.invite(record, member, LinkBy::Usual, by).await?,
            Again::Link(how) => self.invite(record, member, how, by).await?,
        };
        Ok(invited.map_or(MemberAct::Refused, |invited| MemberAct::Invited(Box::new(invited))))
    }

    /// Invites one more member.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn add_member(
        &self,
        session: &Session,
        id: &ConsultationId,
        typed: &NewMember,
    ) -> Result<MemberAct, DeliveryError> {
        let Some(place) = self.managed(session, id).await? else { return Ok(MemberAct::Refused) };
        self.add_member_to(&place.record, typed, (session.actor(), &session.source)).await
    }

    /// The same, once it is clear that whoever asks may.
    pub(crate) async fn add_member_to(
        &self,
        record: &ConsultationRecord,
        typed: &NewMember,
        (actor, source): (Actor, &str),
    ) -> Result<MemberAct, DeliveryError> {
        if !record.consultation.is_open_at(self.common.clock.now()) {
            return Ok(MemberAct::Refused);
        }
        Ok(match self.add_and_invite(record, typed, actor, source).await? {
            Ok(Some(invited)) => MemberAct::Invited(Box::new(invited)),
            Ok(None) => MemberAct::Refused,
            Err(bad) => MemberAct::Bad(bad),
        })
    }
}
