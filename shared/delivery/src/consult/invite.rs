//! Invitations: the link in one message, the code in another, by another way. What no message carries is shown once to
//! whoever invites, who passes it on.

use filmless_consult::{BadField, ConsultationId, Fault, Member, MemberId, MemberRole};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::share::{Relation, SHARE_CODE_DIGITS, SHARE_LABEL_CHARS_MAX};
use filmless_domain::{Channel, Secret, access};
use filmless_store::index::{
    Change, Condition, ConsultationRecord, Index, LogName, MemberMessageKind, MemberRecord, Seat,
    ShareRecord, Transaction,
};
use jiff::{SignedDuration, Timestamp};

use super::Consultations;
use super::letters::Letters;
use super::message_rules::{LinkBy, Ways};
use super::new_member::{NewMember, add_member, member_of};
use crate::record::audit::Record;
use crate::viewing::seat_code_hash;
use crate::{DeliveryError, credentials};

/// So long after a consultation's end its members may still sign its minutes, in days. They see no images then.
pub const SIGNING_DAYS: i64 = 14;

/// An ended share stays readable this long, so that the patient can see who opened what.
const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Most codes that a member may ask for by themselves within an hour.
pub const CODE_REQUESTS_MAX: u32 = 5;
const CODE_WINDOW_SECONDS: u32 = 3600;

/// How a member was invited, or given another code.
#[derive(Debug)]
pub struct Invited {
    /// Which member.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// How the link goes; `None` if whoever invites passes it on.
    pub link_by: Option<Channel>,
    /// The link, where no message carries it.
    pub link: Option<Secret>,
    /// How the code goes; `None` if whoever invites passes it on.
    pub code_by: Option<Channel>,
    /// The code, where no message carries it.
    pub code: Option<Secret>,
    /// Whether there is no code, because they come with the hospital's account.
    pub by_account: bool,
}

/// The answer to a member who asks for another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It is on its way, by this channel.
    Sent(Channel),
    /// The member has no other address than that of the link, or messages there do not arrive: the chair, or who started the
    /// consultation, makes the code.
    AskTheChair,
    /// They asked [`CODE_REQUESTS_MAX`] times within an hour.
    TooMany,
    /// The link opens nothing.
    Gone,
}

impl Consultations {
    /// Invites a member, or invites them again: a new link, which goes as wished, and a new code; the link of before ends.
    /// `None` if they were removed, or are being invited by somebody else at this moment, or if the consultation ended meanwhile.
    pub(super) async fn invite(
        &self,
        record: &ConsultationRecord,
        member: &MemberRecord,
        by: LinkBy,
        (actor, source): (Actor, &str),
    ) -> Result<Option<Invited>, DeliveryError> {
        let common = &self.common;
        let (id, who) = (&record.consultation.id, &member.member);
        let token = credentials::new_token(common.randomness.as_ref())?;
        let code = credentials::new_code(common.randomness.as_ref(), SHARE_CODE_DIGITS)?;
        let share = new_seat(self, record, member, &token, &code, actor.clone())?;
        let ways = self.ways_to(record, member).await?;
        let link_by = ways.link(by);
        let by_account = member.signs_in();
        let code_by = ways.code(link_by).filter(|_| !by_account);
        let mut letters = Letters { record, member, made: Vec::new(), delay: SignedDuration::ZERO };
        if let Some(channel) = link_by {
            letters.add(self, MemberMessageKind::Link, channel, Some(&token)).await?;
        }
        if let Some(channel) = code_by {
            letters.add(self, MemberMessageKind::Code, channel, Some(&code)).await?;
        }
        let (member_key, invited) =
            Index::invite_member_change(id, member, (&share.id, &share.token_digest), letters.count());
        let new = || Change::new().when(&Condition::Absent("pk"));
        let (pointer_key, pointer) = Index::share_pointer(&share);
        let audit = Record::new(AuditAction::InviteMember, actor).from(source);
        let detail = format!("consultation {id}, member {}, link and code", who.id);
        let entry = audit.account(&record.consultation.account).detail(detail).entry(common)?;
        let (key, counted) = Index::count_invitation_change(&record.consultation);
        let mut transaction = Transaction::new()
            .update(key, counted)
            .update(member_key, invited)
            .put(&Index::share_key(&share.token_digest), &share, new())?
            .put(&pointer_key, &pointer, new())?
            .log(LogName::Audit, &entry)?;
        if let Some(before) = self.open_share_of(member).await? {
            let (key, ended) = Index::end_share_change(&before.token_digest, common.clock.now());
            transaction = transaction.update(key, ended);
        }
        if !letters.queue_up(self, transaction).await? {
            return Ok(None);
        }
        let link = Secret::new(format!("{}/c/{}", common.settings.public_url, token.expose()));
        Ok(Some(Invited {
            member: who.id.clone(),
            name: who.name.clone(),
            link: link_by.is_none().then_some(link),
            link_by,
            code: (code_by.is_none() && !by_account).then_some(code),
            code_by,
            by_account,
        }))
    }

    /// Gives a member another code for the link they have. `None` if they have none, if it has ended, and for whoever comes with the
    /// hospital's account.
    pub(super) async fn new_code(
        &self,
        record: &ConsultationRecord,
        member: &MemberRecord,
        (actor, source): (Actor, &str),
    ) -> Result<Option<Invited>, DeliveryError> {
        let common = &self.common;
        let share = self.open_share_of(member).await?.filter(|_| !member.signs_in());
        let Some(share) = share else { return Ok(None) };
        let (id, who) = (&record.consultation.id, &member.member);
        let code = credentials::new_code(common.randomness.as_ref(), SHARE_CODE_DIGITS)?;
        let code_by = self.ways_to(record, member).await?.code_for_last_link();
        let mut letters = Letters { record, member, made: Vec::new(), delay: SignedDuration::ZERO };
        if let Some(channel) = code_by {
            letters.add(self, MemberMessageKind::Code, channel, Some(&code)).await?;
        }
        let (member_key, told) = Index::tell_member_change(id, member, letters.count());
        let hash = seat_code_hash(&share.token_digest, code.expose());
        let forgives = actor != Actor::Share { share: share.id.clone() };
        let (share_key, given) = Index::new_seat_code_change(&share.token_digest, &hash, forgives);
        let audit = Record::new(AuditAction::InviteMember, actor).from(source);
        let detail = format!("consultation {id}, member {}, code", who.id);
        let entry = audit.account(&record.consultation.account).detail(detail).entry(common)?;
        let transaction = Transaction::new()
            .update(member_key, told)
            .update(share_key, given)
            .log(LogName::Audit, &entry)?;
        if !letters.queue_up(self, transaction).await? {
            return Ok(None);
        }
        let (member, name) = (who.id.clone(), who.name.clone());
        let code = code_by.is_none().then_some(code);
        Ok(Some(Invited { member, name, link_by: None, link: None, code_by, code, by_account: false }))
    }

    /// A member asks for another code, with the link alone: it goes where the link did not.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn ask_for_code(&self, token: &str, source: &str) -> Result<CodeAnswer, DeliveryError> {
        let index = &self.common.index;
        let now = self.common.clock.now();
        let digest = credentials::token_digest(access::token_of_link(token));
        let failures_max = self.common.settings.limits.link_failures_max;
        let share = index.share(&digest).await?;
        let share = share.filter(|share| share.is_open(now) && share.failures < failures_max);
        let Some((share, seat)) = share.and_then(|share| share.seat.clone().map(|seat| (share, seat))) else {
            return Ok(CodeAnswer::Gone);
        };
        if index.count_code_request(&digest, now, CODE_WINDOW_SECONDS).await? > CODE_REQUESTS_MAX {
            return Ok(CodeAnswer::TooMany);
        }
        let record = index.consultation(&seat.consultation).await?;
        let member = index.member(&seat.consultation, &seat.member).await?;
        let (Some(record), Some(member)) = (record, member) else { return Ok(CodeAnswer::Gone) };
        let ways = self.ways_to(&record, &member).await?;
        let channel = ways.code_for_last_link().filter(|_| !member.signs_in());
        let Some(channel) = channel else { return Ok(CodeAnswer::AskTheChair) };
        let actor = Actor::Share { share: share.id };
        Ok(match self.new_code(&record, &member, (actor, source)).await? {
            Some(_) => CodeAnswer::Sent(channel),
            None => CodeAnswer::Gone,
        })
    }

    /// Adds a member to a consultation that is open, and invites them.
    pub(super) async fn add_and_invite(
        &self,
        record: &ConsultationRecord,
        typed: &NewMember,
        actor: Actor,
        source: &str,
    ) -> Result<Result<Option<Invited>, BadField>, DeliveryError> {
        let known: Vec<Member> =
            self.common.index.members(&record.consultation.id).await?.into_iter().map(|m| m.member).collect();
        if known.len() >= filmless_consult::limits::MEMBERS_MAX {
            return Ok(Err(BadField { field: "members".into(), kind: Fault::TooMany }));
        }
        let member = match member_of(self.new_member_id(&known)?, typed, MemberRole::Member) {
            Ok(member) => member,
            Err(bad) => return Ok(Err(bad)),
        };
        add_member(self, record, &member).await?;
        Ok(Ok(self.invite(record, &member, LinkBy::Usual, (actor, source)).await?))
    }

    async fn ways_to(
        &self,
        record: &ConsultationRecord,
        member: &MemberRecord,
    ) -> Result<Ways, DeliveryError> {
        let told = self.common.index.messages_to(&record.consultation.id, &member.member.id).await?;
        Ok(Ways::of(&member.member, &told))
    }

    /// The share of a member's newest link, while it is open.
    pub(super) async fn open_share_of(
        &self,
        member: &MemberRecord,
    ) -> Result<Option<ShareRecord>, DeliveryError> {
        let Some(digest) = &member.share_digest else { return Ok(None) };
        let now = self.common.clock.now();
        Ok(self.common.index.share(digest).await?.filter(|share| share.is_open(now)))
    }
}

/// The share of a new link. It names the studies only if its member is admitted.
fn new_seat(
    consultations: &Consultations,
    record: &ConsultationRecord,
    member: &MemberRecord,
    token: &Secret,
    code: &Secret,
    created_by: Actor,
) -> Result<ShareRecord, DeliveryError> {
    let (consultation, who) = (&record.consultation, &member.member);
    let (id, now) = crate::record::log::new_id(&consultations.common)?;
    let token_digest = credentials::token_digest(token.expose());
    let ends_at = link_ends_at(consultation.ends_at);
    let label: String = who.name.chars().take(SHARE_LABEL_CHARS_MAX).collect();
    Ok(ShareRecord {
        id: id[..16].to_owned(),
        code_hash: if member.signs_in() {
            String::new()
        } else {
            seat_code_hash(&token_digest, code.expose())
        },
        token_digest,
        account_key: consultation.account.clone(),
        patient_id: record.patient_id.clone(),
        patient_name: record.patient_name.clone(),
        label,
        relation: Relation::Doctor,
        studies: if who.is_admitted() { consultation.studies.clone() } else { Vec::new() },
        may_download: false,
        may_annotate: record.may_annotate,
        may_consult: false,
        seat: Some(seat_of(&consultation.id, member, consultation.ends_at)),
        failures: 0,
        language: record.language,
        created_by,
        created_at: now,
        ended_at: None,
        ends_at: ends_at.as_second(),
        expires_at: (ends_at + KEPT_AFTER_END).as_second(),
    })
}

fn seat_of(consultation: &ConsultationId, member: &MemberRecord, ends_at: Timestamp) -> Seat {
    Seat {
        consultation: consultation.clone(),
        member: member.member.id.clone(),
        studies_until: ends_at.as_second(),
        by_account: member.signs_in(),
    }
}

/// A link ends some days after its consultation, so that minutes can be signed.
fn link_ends_at(ends_at: Timestamp) -> Timestamp {
    ends_at + SignedDuration::from_hours(24 * SIGNING_DAYS)
}
