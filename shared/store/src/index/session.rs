//! Sessions: found by the hash of their cookie.

use filmless_domain::{Language, PatientId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Index, ItemKey};
use crate::StoreError;

/// Somebody who was let in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The account they entered.
    pub account_key: String,
    /// As printed on slips.
    pub account_name: String,
    /// Whose account it is.
    pub patient_id: PatientId,
    /// Name as the hospital writes it.
    pub patient_name: String,
    /// Language of the order.
    pub language: Language,
    /// When it ends, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

fn session_key(token_digest: &str) -> ItemKey {
    ItemKey::new(format!("SESSION#{token_digest}"), "SESSION")
}

impl Index {
    /// Starts a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn start_session(&self, token_digest: &str, session: &SessionRecord) -> Result<(), StoreError> {
        self.put_new(&session_key(token_digest), session).await.map(|_| ())
    }

    /// The session, unless it ended: the table removes ended items late.
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

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, token_digest: &str) -> Result<(), StoreError> {
        self.delete(&session_key(token_digest)).await
    }
}
