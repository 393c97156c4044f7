//! The members of consultations, and the messages to them.

use filmless_consult::{ConsultationId, Member, MemberId, MemberStatus};
use filmless_domain::staff::Identified;
use filmless_domain::{Channel, Language};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::TransactionOutcome;
use super::consultation::consult_pk;
use super::notice::MESSAGE_POINTER_SECONDS;
use super::{Change, ChannelRecord, ChannelState, Condition, Index, ItemKey, LogEntry, LogName, Transaction};
use crate::StoreError;

/// A member, and the share that they come with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberRecord {
    /// Who it is, and how far they have come.
    #[serde(flatten)]
    pub member: Member,
    /// The account at the hospital's identity provider with which they have to come, where whoever invites picked one: its stable
    /// name, or its email address.
    #[serde(default)]
    pub account: Option<String>,
    /// The stable name of the account with which they came. Nobody else takes this seat from then on.
    #[serde(default)]
    pub identified_as: Option<String>,
    /// SHA-256 of the token of their newest link, in hex; absent until they are invited.
    #[serde(default)]
    pub share_digest: Option<String>,
    /// The id of that share.
    #[serde(default)]
    pub share: Option<String>,
    /// How many messages were made for them so far.
    #[serde(default)]
    pub messages: u32,
    /// When they first entered a code.
    #[serde(default, with = "millisecond::optional")]
    pub came_at: Option<Timestamp>,
    /// When they were admitted.
    #[serde(default, with = "millisecond::optional")]
    pub admitted_at: Option<Timestamp>,
    /// When they were removed.
    #[serde(default, with = "millisecond::optional")]
    pub removed_at: Option<Timestamp>,
}

impl MemberRecord {
    /// Whether they come with an account of the hospital, so that there is no code.
    #[must_use]
    pub const fn signs_in(&self) -> bool {
        self.account.is_some() || self.identified_as.is_some()
    }

    /// Whether this is the person who was invited: who came before; else whoever has the account that was picked; else, where none
    /// was, the invited mailbox, which the provider verified.
    #[must_use]
    pub fn is(&self, who: &Identified) -> bool {
        let has_mailbox =
            |address: &str| who.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(address));
        match (&self.identified_as, &self.account) {
            (Some(known), _) => *known == who.subject,
            // A stable name may be chosen by whoever has it, and look like an address.
            (None, Some(account)) if account.contains('@') => has_mailbox(account),
            (None, Some(account)) => *account == who.subject,
            (None, None) => self.member.email.as_deref().is_some_and(has_mailbox),
        }
    }
}

/// What a message to a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberMessageKind {
    /// The invitation, with the link.
    Link,
    /// The code that opens the link.
    Code,
    /// Something new is there.
    News,
}

/// One message to a member. Its secret is sealed, and erased once it was sent or given up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberMessageRecord {
    /// Of which consultation.
    pub consultation: ConsultationId,
    /// To whom.
    pub member: MemberId,
    /// Which one of theirs, from 1.
    pub number: u32,
    /// What it is.
    pub kind: MemberMessageKind,
    /// How it goes.
    pub channel: Channel,
    /// Its language.
    pub language: Language,
    /// Token or code, sealed for [`MemberMessageRecord::seal_context`]; absent for news, and once erased.
    #[serde(default)]
    pub sealed: Option<String>,
    /// What became of it.
    pub delivery: ChannelRecord,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
}

/// Leads from the provider's id of a message to the message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberMessagePointer {
    /// Of which consultation.
    pub consultation: ConsultationId,
    /// To whom.
    pub member: MemberId,
    /// Which one of theirs.
    pub number: u32,
    /// When the item expires (the table's TTL), in seconds since 1970; a provider's reports come within days.
    pub expires_at: i64,
}

fn pointer_key(provider_id: &str) -> ItemKey {
    ItemKey::new(format!("MESSAGE#{provider_id}"), "MEMBER")
}

fn member_key(consultation: &ConsultationId, member: &MemberId) -> ItemKey {
    ItemKey::new(consult_pk(consultation), format!("MEMBER#{member}"))
}

fn message_key(consultation: &ConsultationId, member: &MemberId, number: u32) -> ItemKey {
    ItemKey::new(consult_pk(consultation), format!("MESSAGE#{member}#{number:05}"))
}

impl MemberMessageRecord {
    /// The context its secret is sealed for: it opens nowhere else.
    #[must_use]
    pub fn seal_context(consultation: &ConsultationId, member: &MemberId, number: u32) -> String {
        format!("consultation {consultation} {member} {number}")
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        message_key(&self.consultation, &self.member, self.number)
    }
}

impl Index {
    /// The key of a member.
    #[must_use]
    pub fn member_key(consultation: &ConsultationId, member: &MemberId) -> ItemKey {
        member_key(consultation, member)
    }

    /// All members of a consultation, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn members(&self, consultation: &ConsultationId) -> Result<Vec<MemberRecord>, StoreError> {
        self.query(&consult_pk(consultation), "MEMBER#").await
    }

    /// A member.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
    ) -> Result<Option<MemberRecord>, StoreError> {
        self.get(&member_key(consultation, member)).await
    }

    /// The change that lets a member in, who is waiting.
    #[must_use]
    pub fn admit_member_change(
        consultation: &ConsultationId,
        member: &MemberId,
        at: Timestamp,
    ) -> (ItemKey, Change) {
        let change = Change::new()
            .set("status", MemberStatus::Admitted)
            .set("admitted_at", at.as_millisecond())
            .when(&Condition::is_text("status", "waiting"));
        (member_key(consultation, member), change)
    }

    /// The change that removes a member, once.
    #[must_use]
    pub fn remove_member_change(
        consultation: &ConsultationId,
        member: &MemberId,
        at: Timestamp,
    ) -> (ItemKey, Change) {
        let change = Change::new()
            .set("status", MemberStatus::Removed)
            .set("removed_at", at.as_millisecond())
            .when(&Condition::Present("name"))
            .when(&Condition::Absent("removed_at"));
        (member_key(consultation, member), change)
    }

    /// The change of a member who entered their code: invited so far, they wait for the chair from now on. The chair waits
    /// for nobody.
    #[must_use]
    pub fn seat_member_change(
        consultation: &ConsultationId,
        member: &MemberRecord,
        at: Timestamp,
    ) -> (ItemKey, Change) {
        let is_new = member.member.status == MemberStatus::Invited;
        let change = Change::new().set_if_absent("came_at", at.as_millisecond());
        let change = match (is_new, member.member.is_chair()) {
            (true, true) => {
                change.set("status", MemberStatus::Admitted).set("admitted_at", at.as_millisecond())
            }
            (true, false) => change.set("status", MemberStatus::Waiting),
            (false, _) => change,
        };
        let as_read = Condition::is_text("status", status_word(member.member.status));
        (member_key(consultation, &member.member.id), change.when(&as_read))
    }

    /// The change of a member whom the identity provider identified, and who is named by it. With that of
    /// [`Index::seat_member_change`].
    #[must_use]
    pub fn identify_member(change: Change, name: &str, subject: &str) -> Change {
        let as_before = Condition::Any(vec![
            Condition::Absent("identified_as"),
            Condition::is_text("identified_as", subject),
        ]);
        change.set("name", name).set("identified_as", subject).when(&as_before)
    }

    /// The change that gives a member a new link, and counts the messages that were made for them.
    #[must_use]
    pub fn invite_member_change(
        consultation: &ConsultationId,
        member: &MemberRecord,
        share: (&str, &str),
        messages: u32,
    ) -> (ItemKey, Change) {
        let (share, digest) = share;
        let change = Change::new().set("share", share).set("share_digest", digest);
        (member_key(consultation, &member.member.id), counted(change, member, messages))
    }

    /// The change that counts messages that were made for a member.
    #[must_use]
    pub fn tell_member_change(
        consultation: &ConsultationId,
        member: &MemberRecord,
        messages: u32,
    ) -> (ItemKey, Change) {
        (member_key(consultation, &member.member.id), counted(Change::new(), member, messages))
    }

    /// A message to a member.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member_message(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
        number: u32,
    ) -> Result<Option<MemberMessageRecord>, StoreError> {
        self.get(&message_key(consultation, member, number)).await
    }

    /// All messages to the members of a consultation, by member and then oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member_messages(
        &self,
        consultation: &ConsultationId,
    ) -> Result<Vec<MemberMessageRecord>, StoreError> {
        self.query(&consult_pk(consultation), "MESSAGE#").await
    }

    /// All messages to one member, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn messages_to(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
    ) -> Result<Vec<MemberMessageRecord>, StoreError> {
        self.query(&consult_pk(consultation), &format!("MESSAGE#{member}#")).await
    }

    /// The message to a member with this provider's id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn member_message_of(
        &self,
        provider_id: &str,
    ) -> Result<Option<MemberMessagePointer>, StoreError> {
        self.get(&pointer_key(provider_id)).await
    }

    /// Records what became of a message, if it is still in that state; returns whether it was. What is sent or given up
    /// keeps no secret; what is sent is found by the provider's id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_member_message(
        &self,
        message: &MemberMessageRecord,
        from: ChannelState,
        to: &ChannelRecord,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("delivery", to)
            .when(&Condition::is_text_at(["delivery", "state"], from.as_str()));
        let is_left = matches!(to.state, ChannelState::Pending | ChannelState::Sending);
        let change = if is_left { change } else { change.remove("sealed") };
        let mut transaction =
            Transaction::new().update(message.key(), change).log_all(LogName::Usage, usage)?;
        if let (ChannelState::Sent, Some(id)) = (to.state, &to.provider_id) {
            let pointer = MemberMessagePointer {
                consultation: message.consultation.clone(),
                member: message.member.clone(),
                number: message.number,
                expires_at: to.at.unwrap_or(message.created_at).as_second() + MESSAGE_POINTER_SECONDS,
            };
            transaction = transaction.put(&pointer_key(id), &pointer, Change::new())?;
        }
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Counts a code that a member asked for; returns how many there were in the current window.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_code_request(
        &self,
        share_digest: &str,
        now: Timestamp,
        window_seconds: u32,
    ) -> Result<u32, StoreError> {
        let digest = hex::encode(Sha256::digest(share_digest));
        let key = ItemKey::new(format!("CODES#{}", &digest[..32]), "CODES");
        self.count_in_window(&key, now, window_seconds).await
    }
}

/// Counts messages from what was read, so that two that are made at the same moment have different numbers; a member who was
/// removed gets none.
fn counted(change: Change, member: &MemberRecord, messages: u32) -> Change {
    let as_read = match member.messages {
        0 => Condition::Any(vec![Condition::Absent("messages"), Condition::is_number("messages", 0)]),
        sent => Condition::is_number("messages", i64::from(sent)),
    };
    change
        .set("messages", member.messages.saturating_add(messages))
        .when(&Condition::Present("name"))
        .when(&Condition::Absent("removed_at"))
        .when(&as_read)
}

const fn status_word(status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Invited => "invited",
        MemberStatus::Waiting => "waiting",
        MemberStatus::Admitted => "admitted",
        MemberStatus::Removed => "removed",
    }
}
