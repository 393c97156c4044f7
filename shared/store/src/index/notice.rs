//! Notices: what to tell a patient, and what happened to it.

use std::collections::BTreeMap;

use filmless_domain::{Channel, Language, PhoneNumber, Reach, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey, LogEntry, LogName, Transaction, TransactionOutcome};
use crate::StoreError;

/// The state of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    /// Not sent yet.
    Pending,
    /// Being handed to the provider. If it stays so, nobody knows whether it went out.
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
    /// Its state.
    pub state: ChannelState,
    /// The provider's id of the message.
    #[serde(default)]
    pub provider_id: Option<String>,
    /// When it got this state.
    #[serde(default, with = "millisecond::optional")]
    pub at: Option<Timestamp>,
    /// What the provider said about a failure: its own code or word, never an address.
    #[serde(default)]
    pub detail: Option<String>,
}

impl ChannelState {
    /// The name in items, JSON and the history.
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
    /// A message that is not sent yet.
    #[must_use]
    pub fn pending() -> Self {
        Self { state: ChannelState::Pending, provider_id: None, at: None, detail: None }
    }
}

/// The channels of an older notice, from before the map: one attribute each for the two channels of that time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsOfBefore {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms_channel: Option<ChannelRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_channel: Option<ChannelRecord>,
}

/// The attribute of the channels.
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

/// The notice of one link version. Its secrets are sealed, and erased once every channel is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeRecord {
    /// The study it is about.
    pub study_instance_uid: StudyInstanceUid,
    /// The version of its link.
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
    /// Its channels, and the state of the message on each.
    #[serde(default)]
    pub channels: BTreeMap<Channel, ChannelRecord>,
    /// The same in older items, which keep their shape.
    #[serde(flatten)]
    pub of_before: ChannelsOfBefore,
    /// The password, sealed for [`NoticeRecord::seal_context`]; absent once erased.
    #[serde(default)]
    pub sealed_password: Option<String>,
    /// The link's token, sealed in the same way.
    #[serde(default)]
    pub sealed_token: Option<String>,
    /// When the slip was made.
    #[serde(with = "millisecond::required")]
    pub issued_at: Timestamp,
    /// When link and password end, in seconds since 1970. Renamed together with the shape of the channels: during an
    /// update an older function fails on such an item and retries, rather than think that there is nothing to send.
    #[serde(rename = "link_ends_at", alias = "link_expires_at")]
    pub link_expires_at: i64,
}

/// Leads from the provider's id of a message to its notice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessagePointer {
    /// The study of the message.
    pub study_instance_uid: StudyInstanceUid,
    /// The version of its link.
    pub link_version: u32,
    /// Its channel.
    pub channel: Channel,
    /// When the item expires (the table's TTL), in seconds since 1970; a provider's reports come within days.
    pub expires_at: i64,
}

/// A report that came before its message was known: a provider can be faster than our own write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyReport {
    /// Why the message did not arrive; absent if it did.
    #[serde(default)]
    pub failure: Option<String>,
    /// When the item expires (the table's TTL), in seconds since 1970.
    pub expires_at: i64,
}

/// How long we expect reports of a provider, in seconds.
pub(super) const MESSAGE_POINTER_SECONDS: i64 = 30 * 24 * 3600;

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

    /// The context its secrets are sealed for: they open nowhere else.
    #[must_use]
    pub fn seal_context(study: &StudyInstanceUid, link_version: u32) -> String {
        format!("notice {study} {link_version}")
    }

    /// One of its channels, if it has that one.
    #[must_use]
    pub fn channel(&self, channel: Channel) -> Option<&ChannelRecord> {
        self.channels.get(&channel).or_else(|| self.of_before.get(channel).map(|(_, record)| record))
    }

    /// All its channels, and the message on each.
    pub fn messages(&self) -> impl Iterator<Item = (Channel, &ChannelRecord)> {
        Channel::ALL.into_iter().filter_map(|channel| Some((channel, self.channel(channel)?)))
    }

    /// The address of its messages on channels of this kind.
    #[must_use]
    pub fn address(&self, reach: Reach) -> Option<&str> {
        match reach {
            Reach::Phone => self.phone.as_ref().map(PhoneNumber::as_str),
            Reach::Mailbox => self.email.as_deref(),
        }
    }

    /// Whether nothing is left to send.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let is_left = |state| matches!(state, ChannelState::Pending | ChannelState::Sending);
        !self.messages().any(|(_, message)| is_left(message.state))
    }

    /// The change of a channel from one state, in the item's own shape.
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

    /// Records a channel's new state, if it is still in the old one; returns whether it was. A sent message can then
    /// be found by the provider's id.
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

    /// Records that a channel failed, and adds in the same write a new channel to try instead. Only for a notice with
    /// its channels in a map.
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

    /// Counts a message to a receiver; returns how many went there in the current window.
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

    /// The message with this provider's id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn message(&self, provider_id: &str) -> Result<Option<MessagePointer>, StoreError> {
        self.get(&message_key(provider_id)).await
    }

    /// Keeps a report of a message that is not known yet; a failure replaces a success.
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

    /// Keeps a report of a message that is not known yet, unless one is kept already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_first_report(&self, provider_id: &str, report: &EarlyReport) -> Result<(), StoreError> {
        self.put_new(&report_key(provider_id), report).await.map(|_| ())
    }

    /// Takes back a kept failure, because the message arrived; only if it is still the failure that was read.
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
