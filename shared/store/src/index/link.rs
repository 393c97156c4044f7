//! Links: found by the hash of their token, never by the token.

use filmless_domain::{Language, StudyInstanceUid};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// Whether a link still opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// It does.
    Open,
    /// A newer slip replaced it.
    Replaced,
    /// Staff ended it.
    Revoked,
}

/// One link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkRecord {
    /// The study of the link.
    pub study_instance_uid: StudyInstanceUid,
    /// The account it opens.
    pub account_key: String,
    /// 1 for the first slip of the study, 2 for its reprint, ….
    pub version: u32,
    /// Whether it still opens.
    pub state: LinkState,
    /// Language of the order.
    pub language: Language,
    /// Wrong answers to its second check so far.
    #[serde(default)]
    pub failures: u32,
    /// When it ends, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

const fn serde_word(state: LinkState) -> &'static str {
    match state {
        LinkState::Open => "open",
        LinkState::Replaced => "replaced",
        LinkState::Revoked => "revoked",
    }
}

impl LinkRecord {
    /// Whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now.as_second()
    }
}

/// Leads from a study to the link of one version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkPointer {
    /// SHA-256 of the link's token, in hex.
    pub token_digest: String,
    /// Version of the link.
    pub version: u32,
    /// When the link ends, in seconds since 1970.
    pub expires_at: i64,
}

impl Index {
    /// The key of the pointer to a link version.
    #[must_use]
    pub fn link_pointer_key(study: &StudyInstanceUid, version: u32) -> ItemKey {
        ItemKey::new(study_pk(study), format!("LINK#{version:05}"))
    }

    /// The links of a study, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn links(&self, study: &StudyInstanceUid) -> Result<Vec<LinkPointer>, StoreError> {
        self.query(&study_pk(study), "LINK#").await
    }

    /// The change that closes an open link; a link that has ended stays as it is.
    #[must_use]
    pub fn close_link_change(token_digest: &str, state: LinkState) -> (ItemKey, Change) {
        let open = serde_word(LinkState::Open);
        let change = Change::new().set("state", state).when(&Condition::is_text("state", open));
        (Self::link_key(token_digest), change)
    }

    /// Erases a link.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_link(&self, token_digest: &str) -> Result<(), StoreError> {
        self.delete(&Self::link_key(token_digest)).await
    }

    /// Closes a link if it is open; returns whether it was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn close_link(&self, token_digest: &str, state: LinkState) -> Result<bool, StoreError> {
        let (key, change) = Self::close_link_change(token_digest, state);
        Ok(self.update::<LinkRecord>(&key, change).await?.is_some())
    }

    /// The key of the link whose token has this SHA-256 digest, in hex.
    #[must_use]
    pub fn link_key(token_digest: &str) -> ItemKey {
        ItemKey::new(format!("LINK#{token_digest}"), "LINK")
    }

    /// The link whose token has this digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, token_digest: &str) -> Result<Option<LinkRecord>, StoreError> {
        self.get(&Self::link_key(token_digest)).await
    }

    /// Counts a second check before it is evaluated; `None` if the link has no checks left.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_link_check(
        &self,
        token_digest: &str,
        failures_max: u32,
    ) -> Result<Option<LinkRecord>, StoreError> {
        let allowed = Condition::All(vec![
            Condition::Present("state"),
            Condition::Any(vec![
                Condition::Absent("failures"),
                Condition::below("failures", i64::from(failures_max)),
            ]),
        ]);
        self.update(&Self::link_key(token_digest), Change::new().add("failures", 1).when(&allowed)).await
    }

    /// Resets the count after a right answer: all attempts are available again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_link_checks(&self, token_digest: &str) -> Result<(), StoreError> {
        let change = Change::new().set("failures", 0).when(&Condition::Present("state"));
        self.update::<LinkRecord>(&Self::link_key(token_digest), change).await.map(|_| ())
    }
}
