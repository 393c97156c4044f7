//! Patient accounts and their credentials.

use filmless_domain::{PatientDemographics, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::patient_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// The account of one patient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Its look-up key.
    pub account_key: String,
    /// As printed on slips.
    pub account_name: String,
    /// Whose account it is.
    pub patient_id: PatientId,
    /// Its person, as named by the order of its first release; `None` in items from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PatientDemographics>,
    /// Salt of its credentials, 16 random bytes in hex. One per account, so a sign-in costs one hash however many
    /// slips exist. The passwords are random, so no two are equal.
    pub salt: String,
    /// Sessions that began before this have ended.
    #[serde(default, with = "millisecond::optional")]
    pub sessions_from: Option<Timestamp>,
    /// The account this one was merged into: two codes of one patient.
    #[serde(default)]
    pub merged_into: Option<String>,
}

/// One issued password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialRecord {
    /// argon2id of the password under the account's salt, in hex.
    pub hash: String,
    /// When it ends, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountPointer {
    pub(super) account_key: String,
}

pub(super) fn account_pk(account_key: &str) -> String {
    format!("ACCOUNT#{account_key}")
}

/// The key of the item of an account itself.
pub(super) fn account_key_of(account_key: &str) -> ItemKey {
    ItemKey::new(account_pk(account_key), "ACCOUNT")
}

/// Longest chain of merged accounts that is followed.
pub const MERGES_MAX: usize = 8;

fn failures_key(account_key: &str, source_digest: &str) -> ItemKey {
    ItemKey::new(account_pk(account_key), format!("FAILURES#{source_digest}"))
}

impl Index {
    /// The account under this look-up key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account(&self, account_key: &str) -> Result<Option<AccountRecord>, StoreError> {
        self.get(&account_key_of(account_key)).await
    }

    /// The account of this patient, or the one it was merged into.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_of_patient(&self, patient: &PatientId) -> Result<Option<AccountRecord>, StoreError> {
        let pointer: Option<AccountPointer> = self.get(&ItemKey::new(patient_pk(patient), "ACCOUNT")).await?;
        match pointer {
            Some(pointer) => self.account_after_merges(&pointer.account_key).await,
            None => Ok(None),
        }
    }

    /// The account, or the one it was merged into.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_after_merges(&self, account_key: &str) -> Result<Option<AccountRecord>, StoreError> {
        let mut account_key = account_key.to_owned();
        for _ in 0..MERGES_MAX {
            match self.account(&account_key).await? {
                Some(AccountRecord { merged_into: Some(into), .. }) => account_key = into,
                found => return Ok(found),
            }
        }
        Ok(None)
    }

    /// Adds the person to an account from before persons were kept, unless another writer just did; returns the
    /// account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_person(
        &self,
        account_key: &str,
        person: &PatientDemographics,
    ) -> Result<Option<AccountRecord>, StoreError> {
        let change = Change::new().set_if_absent("person", person).when(&Condition::Present("account_key"));
        self.update(&account_key_of(account_key), change).await
    }

    /// The change that ends every session of an account that began earlier.
    #[must_use]
    pub fn end_sessions_change(account_key: &str, now: Timestamp) -> (ItemKey, Change) {
        let change =
            Change::new().set("sessions_from", now.as_millisecond()).when(&Condition::Present("account_key"));
        (account_key_of(account_key), change)
    }

    /// Opens an account unless the patient has one or the name is taken. Two conditional writes, the patient's pointer
    /// last: a crash in between leaves an account that nobody can enter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_account(&self, account: &AccountRecord) -> Result<bool, StoreError> {
        let key = account_key_of(&account.account_key);
        if !self.put_new(&key, account).await? {
            let present: Option<AccountRecord> = self.get(&key).await?;
            if present.is_none_or(|present| present.patient_id != account.patient_id) {
                return Ok(false);
            }
        }
        let pointer = AccountPointer { account_key: account.account_key.clone() };
        self.put_new(&ItemKey::new(patient_pk(&account.patient_id), "ACCOUNT"), &pointer).await?;
        Ok(true)
    }

    /// The key of a credential: one per slip.
    #[must_use]
    pub fn credential_key(account_key: &str, slip: &str) -> ItemKey {
        ItemKey::new(account_pk(account_key), format!("CREDENTIAL#{slip}"))
    }

    /// All credentials of an account, including ended ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn credentials(&self, account_key: &str) -> Result<Vec<CredentialRecord>, StoreError> {
        self.query(&account_pk(account_key), "CREDENTIAL#").await
    }

    /// Ends passwords of an account: those of one study, of one study before a link version, or all. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_credentials(
        &self,
        account_key: &str,
        study: Option<&StudyInstanceUid>,
        before: Option<u32>,
    ) -> Result<usize, StoreError> {
        let prefix = study.map_or_else(|| "CREDENTIAL#".to_owned(), |study| format!("CREDENTIAL#{study}#"));
        let mut keys = self.query_keys(&account_pk(account_key), &prefix).await?;
        let version = |key: &ItemKey| key.sk.rsplit('#').next().and_then(|text| text.parse::<u32>().ok());
        keys.retain(|key| before.is_none_or(|before| version(key).is_some_and(|version| version < before)));
        for key in &keys {
            self.delete(key).await?;
        }
        Ok(keys.len())
    }

    /// The change that merges an account into another, once.
    #[must_use]
    pub fn merge_change(account_key: &str, into: &str) -> (ItemKey, Change) {
        let change = Change::new()
            .set("merged_into", into)
            .when(&Condition::Present("account_key"))
            .when(&Condition::Absent("merged_into"));
        (account_key_of(account_key), change)
    }

    /// Counts a sign-in to this account (empty: any) from this source (empty: any) before its password is checked;
    /// returns the count in the current window.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_sign_in(
        &self,
        account_key: &str,
        source_digest: &str,
        now: Timestamp,
        window_seconds: u32,
    ) -> Result<u32, StoreError> {
        self.count_in_window(&failures_key(account_key, source_digest), now, window_seconds).await
    }

    /// Takes back one counted sign-in, because it was right.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn uncount_sign_in(&self, account_key: &str, source_digest: &str) -> Result<(), StoreError> {
        self.uncount(&failures_key(account_key, source_digest)).await
    }

    /// Forgets the sign-ins from this source, because one was right.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_sign_ins(&self, account_key: &str, source_digest: &str) -> Result<(), StoreError> {
        self.delete(&failures_key(account_key, source_digest)).await
    }
}
