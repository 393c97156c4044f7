//! Notices: what is to be said to a patient, and what became of it.

use std::collections::BTreeMap;

use filmless_domain::{Channel, Language, PhoneNumber, Reach, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey, LogEntry, LogName, Transaction, TransactionOutcome};
use crate::StoreError;

/// Where one message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    /// Still to be sent.
    Pending,
    /// Being handed to the provider; found so later, nobody knows whether it went out.
    Sending,
    /// The provider has it.
    Sent,
    /// The provider says that it arrived.
    Delivered,
    /// The provider refused it for good.
    Failed,
}

/// One channel of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRecord {
    /// Where it is.
    pub state: ChannelState,
    /// The provider's id of the message.
    #[serde(default)]
    pub provider_id: Option<String>,
    /// When that became so.
    #[serde(default, with = "millisecond::optional")]
    pub at: Option<Timestamp>,
    /// What the provider said of a failure: its own code or word, never an address.
    #[serde(default)]
    pub detail: Option<String>,
}

impl ChannelState {
    /// The word in items, JSON and the history.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

impl ChannelRecord {
    /// A message that is still to be sent.
    #[must_use]
    pub fn pending() -> Self {
        Self { state: ChannelState::Pending, provider_id: None, at: None, detail: None }
    }
}

/// The channels of a notice that was written before a notice held them in a map: an attribute for each of the two that there were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsOfBefore {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms_channel: Option<ChannelRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_channel: Option<ChannelRecord>,
}

/// The attribute that holds the channels.
const CHANNELS: &str = "channels";

impl ChannelsOfBefore {
    /// Attribute and value of a channel.
    const fn get(&self, channel: Channel) -> Option<(&'static str, &ChannelRecord)> {
        let (name, record) = match channel {
            Channel::Sms => ("sms_channel", &self.sms_channel),
            Channel::Email => ("email_channel", &self.email_channel),
            #[allow(unreachable_patterns, reason = "channels that came later were never kept so")]
            _ => return None,
        };
        match record {
            Some(record) => Some((name, record)),
            None => None,
        }
    }
}

/// The notice of one link version. The secrets in it are sealed, and erased once every channel is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeRecord {
    /// The study it is about.
    pub study_instance_uid: StudyInstanceUid,
    /// The link version it carries.
    pub link_version: u32,
    /// Account name.
    pub account_name: String,
    /// Language.
    pub language: Language,
    /// Where the SMS goes.
    #[serde(default)]
    pub phone: Option<PhoneNumber>,
    /// Where the email goes.
    #[serde(default)]
    pub email: Option<String>,
    /// The channels that it goes over, and where its message on each is.
    #[serde(default)]
    pub channels: BTreeMap<Channel, ChannelRecord>,
    /// The same in items of before, which keep their shape as long as they live.
    #[serde(flatten)]
    pub of_before: ChannelsOfBefore,
    /// The password, sealed for [`NoticeRecord::seal_context`]; absent once erased.
    #[serde(default)]
    pub sealed_password: Option<String>,
    /// The link's token, sealed likewise.
    #[serde(default)]
    pub sealed_token: Option<String>,
    /// When the slip was made.
    #[serde(with = "millisecond::required")]
    pub issued_at: Timestamp,
    /// When link and password end, in seconds since 1970. It was renamed together with the shape of the channels: while functions are
    /// updated, one of before fails on such an item, and tries again later, instead of taking it for one with nothing to send.
    #[serde(rename = "link_ends_at", alias = "link_expires_at")]
    pub link_expires_at: i64,
}

/// An item that leads from the provider's id of a message to its notice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessagePointer {
    /// The study it was about.
    pub study_instance_uid: StudyInstanceUid,
    /// The link version it carried.
    pub link_version: u32,
    /// How it went.
    pub channel: Channel,
    /// When the item goes (the table's TTL), in seconds since 1970: reports of a provider come within days.
    pub expires_at: i64,
}

/// A report that came before its message was known: providers can be faster than the mark that they were handed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyReport {
    /// Why the message did not arrive; absent when it did.
    #[serde(default)]
    pub failure: Option<String>,
    /// When the item goes (the table's TTL), in seconds since 1970.
    pub expires_at: i64,
}

/// How long reports of a provider are expected.
const MESSAGE_POINTER_SECONDS: i64 = 30 * 24 * 3600;

fn message_key(provider_id: &str) -> ItemKey {
    ItemKey::new(format!("MESSAGE#{provider_id}"), "MESSAGE")
}

fn report_key(provider_id: &str) -> ItemKey {
    ItemKey::new(format!("MESSAGE#{provider_id}"), "REPORT")
}

impl NoticeRecord {
    /// The key of the notice of this link version.
    #[must_use]
    pub fn key(study: &StudyInstanceUid, link_version: u32) -> ItemKey {
        ItemKey::new(study_pk(study), format!("NOTICE#{link_version:05}"))
    }

    /// What its secrets are sealed for: they open nowhere else.
    #[must_use]
    pub fn seal_context(study: &StudyInstanceUid, link_version: u32) -> String {
        format!("notice {study} {link_version}")
    }

    /// One of its channels, if it has it.
    #[must_use]
    pub fn channel(&self, channel: Channel) -> Option<&ChannelRecord> {
        self.channels.get(&channel).or_else(|| self.of_before.get(channel).map(|(_, record)| record))
    }

    /// All that it goes over, and where the message on each is.
    pub fn messages(&self) -> impl Iterator<Item = (Channel, &ChannelRecord)> {
        Channel::ALL.into_iter().filter_map(|channel| Some((channel, self.channel(channel)?)))
    }

    /// Where the messages that go that way go.
    #[must_use]
    pub fn address(&self, reach: Reach) -> Option<&str> {
        match reach {
            Reach::Phone => self.phone.as_ref().map(PhoneNumber::as_str),
            Reach::Mailbox => self.email.as_deref(),
        }
    }

    /// Whether nothing is left to be sent.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let is_left = |state| matches!(state, ChannelState::Pending | ChannelState::Sending);
        !self.messages().any(|(_, message)| is_left(message.state))
    }

    /// The change of a channel from one state, in the shape that the item has.
    fn channel_change(&self, channel: Channel, from: ChannelState, to: &ChannelRecord) -> Change {
        match self.of_before.get(channel) {
            Some((name, _)) => {
                Change::new().set(name, to).when(&Condition::is_text_at([name, "state"], from.as_str()))
            }
            None => {
                let path = [CHANNELS, channel.as_str(), "state"];
                let change = Change::new().set_member(CHANNELS, channel.as_str(), to);
                change.when(&Condition::is_text_at(path, from.as_str()))
            }
        }
    }
}

impl Index {
    /// The notice of this link version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice(
        &self,
        study: &StudyInstanceUid,
        link_version: u32,
    ) -> Result<Option<NoticeRecord>, StoreError> {
        self.get(&NoticeRecord::key(study, link_version)).await
    }

    /// All notices of a study, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notices(&self, study: &StudyInstanceUid) -> Result<Vec<NoticeRecord>, StoreError> {
        self.query(&study_pk(study), "NOTICE#").await
    }

    /// Records what became of a channel, if it is still in the state in which that was found; says whether it was. A
    /// message that the provider has is found again by the provider's id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_channel(
        &self,
        notice: &NoticeRecord,
        channel: Channel,
        from: ChannelState,
        to: &ChannelRecord,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let change = notice.channel_change(channel, from, to);
        self.commit_channel(notice, channel, (to, change), usage).await
    }

    /// Records that a channel failed, and in the same write that another one, which the notice did not go over so far, is
    /// tried in its place. Only for a notice that holds its channels in a map.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn follow_channel(
        &self,
        notice: &NoticeRecord,
        channel: Channel,
        failed: &ChannelRecord,
        next: Channel,
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let change = notice.channel_change(channel, ChannelState::Sending, failed);
        let change = change.set_member_if_absent(CHANNELS, next.as_str(), ChannelRecord::pending());
        self.commit_channel(notice, channel, (failed, change), usage).await
    }

    async fn commit_channel(
        &self,
        notice: &NoticeRecord,
        channel: Channel,
        (to, change): (&ChannelRecord, Change),
        usage: &[LogEntry],
    ) -> Result<bool, StoreError> {
        let key = NoticeRecord::key(&notice.study_instance_uid, notice.link_version);
        let mut transaction = Transaction::new().update(key, change).log_all(LogName::Usage, usage)?;
        if let (ChannelState::Sent, Some(id)) = (to.state, &to.provider_id) {
            let pointer = MessagePointer {
                study_instance_uid: notice.study_instance_uid.clone(),
                link_version: notice.link_version,
                channel,
                expires_at: to.at.unwrap_or(notice.issued_at).as_second() + MESSAGE_POINTER_SECONDS,
            };
            transaction = transaction.put(&message_key(id), &pointer, Change::new())?;
        }
        let transaction = transaction.list_channel(notice, to.state)?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// Counts a message to a receiver, and says how many went there in the current window.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_message(
        &self,
        receiver: &str,
        now: Timestamp,
        window_seconds: u32,
    ) -> Result<u32, StoreError> {
        let digest = hex::encode(Sha256::digest(receiver));
        let key = ItemKey::new(format!("RECEIVER#{}", &digest[..32]), "MESSAGES");
        self.count_in_window(&key, now, window_seconds).await
    }

    /// Which message the provider means by this id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn message(&self, provider_id: &str) -> Result<Option<MessagePointer>, StoreError> {
        self.get(&message_key(provider_id)).await
    }

    /// Keeps a report of a message that is not known yet; one of a failure outweighs one of success.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_report(&self, provider_id: &str, report: &EarlyReport) -> Result<(), StoreError> {
        if report.failure.is_none() {
            return self.keep_first_report(provider_id, report).await;
        }
        let key = report_key(provider_id);
        let change = Change::new().set("failure", &report.failure).set("expires_at", report.expires_at);
        self.update::<EarlyReport>(&key, change).await.map(|_| ())
    }

    /// Keeps a report of a message that is not known yet, unless another one is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_first_report(&self, provider_id: &str, report: &EarlyReport) -> Result<(), StoreError> {
        self.put_new(&report_key(provider_id), report).await.map(|_| ())
    }

    /// A kept failure was none, because the message arrived: it is taken back if it is still the one that was read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_report_back(&self, provider_id: &str, failure: &str) -> Result<(), StoreError> {
        let change = Change::new().remove("failure").when(&Condition::is_text("failure", failure));
        self.update::<EarlyReport>(&report_key(provider_id), change).await.map(|_| ())
    }

    /// A report that came before its message was known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_report(&self, provider_id: &str) -> Result<Option<EarlyReport>, StoreError> {
        self.get(&report_key(provider_id)).await
    }

    /// Erases the secrets of a notice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_notice_secrets(&self, notice: &NoticeRecord) -> Result<(), StoreError> {
        let key = NoticeRecord::key(&notice.study_instance_uid, notice.link_version);
        let change = Change::new()
            .remove("sealed_password")
            .remove("sealed_token")
            .when(&Condition::Present("study_instance_uid"));
        self.update::<NoticeRecord>(&key, change).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_notice_of_now_is_none_to_a_program_that_would_find_no_channel_in_it() {
        let before = json!({
            "study_instance_uid": "1.2.3", "link_version": 1, "account_name": "N1", "language": "vi", "issued_at": 0,
            "link_expires_at": 9, "sms_channel": { "state": "pending" },
        });
        let mut notice: NoticeRecord = serde_json::from_value(before.clone()).unwrap();
        assert_eq!(notice.channel(Channel::Sms), Some(&ChannelRecord::pending()));
        notice.channels = [(Channel::Email, ChannelRecord::pending())].into();
        notice.of_before = ChannelsOfBefore::default();
        let now = serde_json::to_value(&notice).unwrap();
        assert_eq!((&now["link_expires_at"], &now["link_ends_at"]), (&json!(null), &json!(9)));
        assert_eq!(now["channels"]["email"]["state"], "pending");
        let read: NoticeRecord = serde_json::from_value(now).unwrap();
        assert_eq!(read.messages().count(), 1);
    }
}
