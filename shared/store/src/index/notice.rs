//! Notices: what is to be said to a patient, and what became of it.

use filmless_domain::{Language, PhoneNumber, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// Where one message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    /// Still to be sent.
    Pending,
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
    /// The word in items, JSON and the delivery ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
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
    /// The SMS, if there is a number.
    #[serde(default)]
    pub sms_channel: Option<ChannelRecord>,
    /// The email, if there is an address.
    #[serde(default)]
    pub email_channel: Option<ChannelRecord>,
    /// The password, sealed for [`NoticeRecord::seal_context`]; absent once erased.
    #[serde(default)]
    pub sealed_password: Option<String>,
    /// The link's token, sealed likewise.
    #[serde(default)]
    pub sealed_token: Option<String>,
    /// When the slip was made.
    #[serde(with = "millisecond::required")]
    pub issued_at: Timestamp,
    /// When link and password end, in seconds since 1970.
    pub link_expires_at: i64,
}

/// The name of a channel's attribute.
pub(crate) const SMS_CHANNEL: &str = "sms_channel";
pub(crate) const EMAIL_CHANNEL: &str = "email_channel";

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

    /// Whether nothing is left to be sent.
    #[must_use]
    pub fn is_done(&self) -> bool {
        [&self.sms_channel, &self.email_channel]
            .into_iter()
            .flatten()
            .all(|channel| channel.state != ChannelState::Pending)
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

    /// Records what became of the SMS.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_sms(&self, notice: &NoticeRecord, channel: &ChannelRecord) -> Result<(), StoreError> {
        self.mark_channel(notice, SMS_CHANNEL, channel).await
    }

    /// Records what became of the email.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_email(&self, notice: &NoticeRecord, channel: &ChannelRecord) -> Result<(), StoreError> {
        self.mark_channel(notice, EMAIL_CHANNEL, channel).await
    }

    async fn mark_channel(
        &self,
        notice: &NoticeRecord,
        name: &'static str,
        channel: &ChannelRecord,
    ) -> Result<(), StoreError> {
        let key = NoticeRecord::key(&notice.study_instance_uid, notice.link_version);
        let change = Change::new().set(name, channel).when(&Condition::Present(name));
        self.update::<NoticeRecord>(&key, change).await.map(|_| ())
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
