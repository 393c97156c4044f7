//! Staff at the web console: started sign-ins, and sessions. Both are found by the hash of their cookie.

use std::collections::BTreeSet;

use filmless_domain::staff::Role;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// A sign-in that went to the identity provider and has not come back.
#[derive(Clone, Serialize, Deserialize)]
pub struct StaffSignInRecord {
    /// What we need when it comes back, in the caller's own format.
    pub pending: String,
    /// When it ends, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

/// A member of staff who has signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffSessionRecord {
    /// Their stable name.
    pub subject: String,
    /// Name to display.
    pub name: String,
    /// Their roles when they signed in.
    pub roles: BTreeSet<Role>,
    /// When it began.
    #[serde(with = "millisecond::required")]
    pub started_at: Timestamp,
    /// When it was last used, to within a minute.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// When it ends at the latest, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct StaffRecord {
    #[serde(default, with = "millisecond::optional")]
    sessions_from: Option<Timestamp>,
}

impl std::fmt::Debug for StaffSignInRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffSignInRecord(hidden)")
    }
}

fn sign_in_key(cookie_digest: &str) -> ItemKey {
    ItemKey::new(format!("STAFFSIGNIN#{cookie_digest}"), "SIGNIN")
}

fn staff_key(subject: &str) -> ItemKey {
    ItemKey::new(format!("STAFF#{subject}"), "STAFF")
}

impl Index {
    /// Stores a started sign-in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_staff_sign_in(
        &self,
        cookie_digest: &str,
        record: &StaffSignInRecord,
    ) -> Result<(), StoreError> {
        self.put_new(&sign_in_key(cookie_digest), record).await.map(|_| ())
    }

    /// Takes a started sign-in; only the first caller gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_staff_sign_in(
        &self,
        cookie_digest: &str,
        now: Timestamp,
    ) -> Result<Option<StaffSignInRecord>, StoreError> {
        let taken: Option<StaffSignInRecord> = self.take(&sign_in_key(cookie_digest)).await?;
        Ok(taken.filter(|record| record.expires_at > now.as_second()))
    }

    /// The key of a new session, for the transaction that starts it.
    #[must_use]
    pub fn staff_session_key(cookie_digest: &str) -> ItemKey {
        ItemKey::new(format!("STAFFSESSION#{cookie_digest}"), "SESSION")
    }

    /// The session, unless it is too old or all of this member's sessions were ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_session(
        &self,
        cookie_digest: &str,
        now: Timestamp,
    ) -> Result<Option<StaffSessionRecord>, StoreError> {
        let session: Option<StaffSessionRecord> = self.get(&Self::staff_session_key(cookie_digest)).await?;
        let Some(session) = session.filter(|session| session.expires_at > now.as_second()) else {
            return Ok(None);
        };
        let member: Option<StaffRecord> = self.get(&staff_key(&session.subject)).await?;
        let ended = member.and_then(|member| member.sessions_from);
        Ok(Some(session).filter(|session| ended.is_none_or(|ended| session.started_at > ended)))
    }

    /// Records that the session was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn see_staff_session(&self, cookie_digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let change = Change::new().set("seen_at", now.as_millisecond()).when(&Condition::Present("subject"));
        self.update::<StaffSessionRecord>(&Self::staff_session_key(cookie_digest), change).await.map(|_| ())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_staff_session(&self, cookie_digest: &str) -> Result<(), StoreError> {
        self.delete(&Self::staff_session_key(cookie_digest)).await
    }

    /// The change that ends every session of a member that began earlier.
    #[must_use]
    pub fn end_staff_sessions_change(subject: &str, now: Timestamp) -> (ItemKey, Change) {
        (staff_key(subject), Change::new().set("sessions_from", now.as_millisecond()))
    }
}
