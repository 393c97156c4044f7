//! Sessions: found by the hash of their cookie.

use filmless_domain::{Language, PatientId};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::account::account_pk;
use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// Somebody who has signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The account they entered.
    pub account_key: String,
    /// As printed on slips.
    pub account_name: String,
    /// The patient of the account.
    pub patient_id: PatientId,
    /// Name as the hospital writes it.
    pub patient_name: String,
    /// Language of the order.
    pub language: Language,
    /// Digest of the share's token, if they came in with a share.
    #[serde(default)]
    pub share: Option<String>,
    /// When it began.
    #[serde(with = "millisecond::required")]
    pub started_at: Timestamp,
    /// When it was last used, to within a few minutes.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// When it ends at the latest, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
    /// Digests of its viewer tokens, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub viewers: Vec<String>,
    /// How many viewer tokens were made in it.
    #[serde(default, skip_serializing_if = "is_none_made")]
    pub viewers_made: u32,
}

/// Leads from an account to a session that began in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SessionPointer {
    session: String,
    /// The same as the session's.
    expires_at: i64,
}

/// As it was before the first one: a condition asks whether the attribute is there.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over the field")]
const fn is_none_made(made: &u32) -> bool {
    *made == 0
}

pub(super) fn session_key(token_digest: &str) -> ItemKey {
    ItemKey::new(format!("SESSION#{token_digest}"), "SESSION")
}

impl Transaction {
    /// Begins a session, which is new, and has its account lead to it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn begin_session(self, token_digest: &str, session: &SessionRecord) -> Result<Self, StoreError> {
        let pointer = SessionPointer { session: token_digest.to_owned(), expires_at: session.expires_at };
        let short = token_digest.get(..32).unwrap_or(token_digest);
        let pointer_key = ItemKey::new(account_pk(&session.account_key), format!("SESSION#{short}"));
        let new = Change::new().when(&Condition::Absent("pk"));
        self.put(&session_key(token_digest), session, new)?.put(&pointer_key, &pointer, Change::new())
    }
}

impl Index {
    /// The key of a session, for the transaction that starts it.
    #[must_use]
    pub fn session_key(token_digest: &str) -> ItemKey {
        session_key(token_digest)
    }

    /// The session, unless it ended: the table removes expired items late.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(
        &self,
        token_digest: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let session: Option<SessionRecord> = self.get(&session_key(token_digest)).await?;
        Ok(session.filter(|s| s.expires_at > now.as_second()))
    }

    /// Records that the session was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn see_session(&self, token_digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let change =
            Change::new().set("seen_at", now.as_millisecond()).when(&Condition::Present("account_key"));
        self.update::<SessionRecord>(&session_key(token_digest), change).await.map(|_| ())
    }

    /// Erases every session that began in an account, over or not. Returns the number of items.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn erase_sessions(&self, account_key: &str) -> Result<usize, StoreError> {
        let pointers: Vec<SessionPointer> = self.query(&account_pk(account_key), "SESSION#").await?;
        for pointer in &pointers {
            self.delete(&session_key(&pointer.session)).await?;
        }
        Ok(pointers.len())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, token_digest: &str) -> Result<(), StoreError> {
        self.delete(&session_key(token_digest)).await
    }
}
