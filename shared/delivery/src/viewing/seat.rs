//! The link of a consultation's member: like that of a share, but its code opens once, and until the chair admits the member
//! it opens no study.

use filmless_consult::{EndReason, Member, MemberStatus};
use filmless_domain::audit::{Actor, AuditAction, AuditOutcome};
use filmless_domain::staff::Identified;
use filmless_domain::{Language, Secret, access};
use filmless_store::index::{
    ConsultationRecord, Index, MemberRecord, ShareRecord, Transaction, TransactionOutcome,
};
use subtle::ConstantTimeEq;

use super::{Portal, Seat, evenly};
use crate::consult::printable::demand_printable;
use crate::record::audit::Record;
use crate::{DeliveryError, credentials};

/// The state of a member's link, before its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatStatus {
    /// Ask for the code.
    Open {
        /// Language of the consultation.
        language: Language,
        /// Whether a code is waiting to be entered; else the last one was used.
        has_code: bool,
        /// Whether there is none, because its member signs in with the hospital's account.
        by_account: bool,
        /// The place that it leads to.
        seat: Seat,
    },
    /// Unknown, ended, removed or used up; the answer does not say which.
    Gone,
}

/// The answer to the code of a member.
#[derive(Debug)]
pub enum SeatOpening {
    /// Right: the token for the session cookie, and where to.
    Granted {
        /// For the cookie.
        session: Secret,
        /// The member's place.
        seat: Seat,
    },
    /// Wrong.
    Wrong {
        /// How many answers are left.
        attempts_left: u32,
    },
    /// The code was used before: it opens once.
    Used,
    /// This account is not the one that was invited.
    NotTheirs,
    /// As [`SeatStatus::Gone`].
    Gone,
}

impl Portal {
    /// The state of a member's link, before its code. Reading it changes nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn seat_status(&self, token: &str) -> Result<SeatStatus, DeliveryError> {
        let share = evenly(self.open_seat(token)).await?;
        Ok(share.map_or(SeatStatus::Gone, |(share, seat)| SeatStatus::Open {
            language: share.language,
            has_code: !share.code_hash.is_empty(),
            by_account: seat.by_account,
            seat,
        }))
    }

    /// Checks the code of a member. A right one is used up, and the member waits for the chair from then on.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take_seat(
        &self,
        token: &str,
        code: &str,
        source: &str,
    ) -> Result<SeatOpening, DeliveryError> {
        let index = &self.common.index;
        let Some((share, seat)) = self.open_seat(token).await? else { return Ok(SeatOpening::Gone) };
        if share.code_hash.is_empty() {
            return Ok(SeatOpening::Used);
        }
        let began_at = self.common.clock.now();
        let failures_max = self.common.settings.limits.link_failures_max;
        let Some(share) = index.count_share_check(&share.token_digest, failures_max).await? else {
            return Ok(SeatOpening::Gone);
        };
        let actor = Actor::Share { share: share.id.clone() };
        let record = Record::new(AuditAction::OpenShare, actor).from(source).account(&share.account_key);
        let record = record.detail(format!("consultation {}, member {}", seat.consultation, seat.member));
        let typed = seat_code_hash(&share.token_digest, access::typed_digits(code).expose());
        let is_right: bool = typed.as_bytes().ct_eq(share.code_hash.as_bytes()).into();
        let account = index.account(&share.account_key).await?.filter(|_| is_right);
        let member = index.member(&seat.consultation, &seat.member).await?;
        let (Some(account), Some(member)) = (account, member) else {
            record.outcome(AuditOutcome::Refused).write(&self.common).await?;
            let attempts_left = failures_max.saturating_sub(share.failures);
            return Ok(SeatOpening::Wrong { attempts_left });
        };
        if !self.use_code(&share, &seat, &member, None).await? {
            return Ok(SeatOpening::Used);
        }
        let session = self.start_session(&account, Some(&share), began_at, record, None).await?;
        Ok(SeatOpening::Granted { session, seat })
    }

    /// The digest of a member's link, for a sign-in with the hospital's account; `None` if it opens nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn seat_to_sign_in(&self, token: &str) -> Result<Option<String>, DeliveryError> {
        Ok(evenly(self.open_seat(token)).await?.map(|(share, _)| share.token_digest))
    }

    /// Seats somebody whom the hospital's identity provider identified, if they are the member of this link: no code is needed,
    /// none opens it from then on, and the provider names them.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take_seat_as(
        &self,
        token_digest: &str,
        who: &Identified,
        source: &str,
    ) -> Result<SeatOpening, DeliveryError> {
        let index = &self.common.index;
        let Some((share, seat)) = self.open_seat_of(token_digest).await? else {
            return Ok(SeatOpening::Gone);
        };
        let began_at = self.common.clock.now();
        let actor = Actor::Share { share: share.id.clone() };
        let record = Record::new(AuditAction::OpenShare, actor).from(source).account(&share.account_key);
        let subject = &who.subject;
        let record = record
            .detail(format!("consultation {}, member {}, account {subject}", seat.consultation, seat.member));
        let account = index.account(&share.account_key).await?;
        let member = index.member(&seat.consultation, &seat.member).await?;
        let (Some(account), Some(member)) = (account, member.filter(|member| member.is(who))) else {
            record.outcome(AuditOutcome::Refused).write(&self.common).await?;
            return Ok(SeatOpening::NotTheirs);
        };
        if !self.use_code(&share, &seat, &member, Some(who)).await? {
            return Ok(SeatOpening::Used);
        }
        let session = self.start_session(&account, Some(&share), began_at, record, None).await?;
        Ok(SeatOpening::Granted { session, seat })
    }

    /// Uses the code up, and seats its member; false if somebody else just did. A crash after this costs a code, and nothing else.
    async fn use_code(
        &self,
        share: &ShareRecord,
        seat: &Seat,
        member: &MemberRecord,
        who: Option<&Identified>,
    ) -> Result<bool, DeliveryError> {
        let index = &self.common.index;
        // The chair waits for nobody, and so sees the studies at once.
        let studies = match index.consultation(&seat.consultation).await? {
            Some(record) if is_new_chair(member) => Some(record.consultation.studies),
            Some(_) => None,
            None => return Ok(false),
        };
        let (share_key, used) = Index::use_seat_code_change(share, studies.as_deref());
        let (member_key, seated) =
            Index::seat_member_change(&seat.consultation, member, self.common.clock.now());
        let seated = match who {
            Some(who) => Index::identify_member(seated, &name_of(member, who), &who.subject),
            None => seated,
        };
        let transaction = Transaction::new().update(share_key, used).update(member_key, seated);
        Ok(index.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// The share of a member's link, while it opens anything.
    async fn open_seat(&self, token: &str) -> Result<Option<(ShareRecord, Seat)>, DeliveryError> {
        self.open_seat_of(&credentials::token_digest(access::token_of_link(token))).await
    }

    async fn open_seat_of(&self, token_digest: &str) -> Result<Option<(ShareRecord, Seat)>, DeliveryError> {
        let Some(share) = self.common.index.share(token_digest).await? else { return Ok(None) };
        let is_open = share.is_open(self.common.clock.now())
            && share.failures < self.common.settings.limits.link_failures_max;
        let Some(seat) = share.seat.clone().filter(|_| is_open) else { return Ok(None) };
        // Whatever link there is: to one that was recalled or withdrawn nobody comes back.
        let record = self.common.index.consultation(&seat.consultation).await?;
        let is_signed =
            |record: ConsultationRecord| record.consultation.ended.is_none_or(EndReason::leaves_signing);
        Ok(record.is_some_and(is_signed).then_some((share, seat)))
    }
}

/// The name that the provider says; what was typed, where it says none, one that is no name, or one that minutes cannot print.
fn name_of(member: &MemberRecord, who: &Identified) -> String {
    let typed = &member.member;
    let printable = who.name.clone().filter(|name| demand_printable([("name", name.as_str())]).is_ok());
    let named = printable.map(|name| Member { name, ..typed.clone() });
    named.and_then(|named| named.checked().ok()).map_or_else(|| typed.name.clone(), |named| named.name)
}

fn is_new_chair(member: &MemberRecord) -> bool {
    member.member.is_chair() && member.member.status == MemberStatus::Invited
}

/// The stored form of a member's code. A code is short, but the table opens nothing with it: of the link, which is asked for
/// with the code, it has only the digest.
pub(crate) fn seat_code_hash(token_digest: &str, code: &str) -> String {
    credentials::token_digest(&format!("{token_digest} {code}"))
}
