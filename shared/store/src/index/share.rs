//! Shares: found by the hash of their token, listed by account.

use filmless_consult::{ConsultationId, MemberId};
use filmless_domain::audit::Actor;
use filmless_domain::share::Relation;
use filmless_domain::{Language, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::account::account_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// A share's place in a consultation. Until the chair admits its member, the share opens no study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Which consultation.
    pub consultation: ConsultationId,
    /// Which member.
    pub member: MemberId,
    /// Until when its studies open, in seconds since 1970; the share itself ends later, so that minutes can be signed.
    pub studies_until: i64,
    /// Whether it has no code, because its member signs in with the hospital's account.
    #[serde(default)]
    pub by_account: bool,
}

/// What a patient opened for somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShareRecord {
    /// Its id in logs and on pages; it opens nothing.
    pub id: String,
    /// SHA-256 of its token, in hex.
    pub token_digest: String,
    /// Whose studies.
    pub account_key: String,
    /// Their patient code.
    pub patient_id: PatientId,
    /// Their name as the hospital writes it.
    pub patient_name: String,
    /// Whom it is for, in the patient's words.
    pub label: String,
    /// What they are to the patient.
    pub relation: Relation,
    /// What it opens.
    pub studies: Vec<StudyInstanceUid>,
    /// Whether files may be downloaded.
    pub may_download: bool,
    /// Whether marks may be saved; false in items from before there was this right.
    #[serde(default)]
    pub may_annotate: bool,
    /// Whether consultations may be started; false in items from before there was this right.
    #[serde(default)]
    pub may_consult: bool,
    /// The place in a consultation that it is for.
    #[serde(default)]
    pub seat: Option<Seat>,
    /// SHA-256 of token and code: the code is short, and the token is not stored. Of a seat, see [`Seat`], of the token's digest
    /// and code; empty once the code was used.
    pub code_hash: String,
    /// Wrong codes so far.
    #[serde(default)]
    pub failures: u32,
    /// Language of the patient.
    pub language: Language,
    /// Who made it.
    pub created_by: Actor,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When somebody ended it.
    #[serde(default, with = "millisecond::optional")]
    pub ended_at: Option<Timestamp>,
    /// When it ends, in seconds since 1970. The table's TTL is later, so the patient can still see who opened it.
    pub ends_at: i64,
    /// When the item expires (the table's TTL), in seconds since 1970.
    pub expires_at: i64,
}

/// Leads from an account to a share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SharePointer {
    /// SHA-256 of the share's token, in hex.
    pub token_digest: String,
    /// The same as the share's.
    pub expires_at: i64,
}

impl ShareRecord {
    /// Whether it still opens anything.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.ends_at > now.as_second()
    }
}

pub(super) fn share_key(token_digest: &str) -> ItemKey {
    ItemKey::new(format!("SHARE#{token_digest}"), "SHARE")
}

impl Index {
    /// The pointer from an account to its share.
    #[must_use]
    pub fn share_pointer(share: &ShareRecord) -> (ItemKey, SharePointer) {
        let key = ItemKey::new(account_pk(&share.account_key), format!("SHARE#{}", share.id));
        (key, SharePointer { token_digest: share.token_digest.clone(), expires_at: share.expires_at })
    }

    /// The key of the share whose token has this digest.
    #[must_use]
    pub fn share_key(token_digest: &str) -> ItemKey {
        share_key(token_digest)
    }

    /// The share whose token has this digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn share(&self, token_digest: &str) -> Result<Option<ShareRecord>, StoreError> {
        self.get(&share_key(token_digest)).await
    }

    /// All shares of an account, including ended ones, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shares(&self, account_key: &str) -> Result<Vec<ShareRecord>, StoreError> {
        let pointers: Vec<SharePointer> = self.query(&account_pk(account_key), "SHARE#").await?;
        let mut shares = Vec::new();
        for pointer in pointers {
            shares.extend(self.share(&pointer.token_digest).await?);
        }
        shares.sort_by_key(|share| share.created_at);
        Ok(shares)
    }

    /// Counts a code before it is checked; `None` if the share has no attempts left.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_share_check(
        &self,
        token_digest: &str,
        failures_max: u32,
    ) -> Result<Option<ShareRecord>, StoreError> {
        let allowed = Condition::All(vec![
            Condition::Present("label"),
            Condition::below("failures", i64::from(failures_max)),
        ]);
        self.update(&share_key(token_digest), Change::new().add("failures", 1).when(&allowed)).await
    }

    /// Takes back one counted code, because it was right.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn uncount_share_check(&self, token_digest: &str) -> Result<(), StoreError> {
        let change = Change::new().add("failures", -1).when(&Condition::Present("label"));
        self.update::<ShareRecord>(&share_key(token_digest), change).await.map(|_| ())
    }

    /// The change that uses up the code of a seat, once; and opens studies to it, where its member is the chair.
    #[must_use]
    pub fn use_seat_code_change(
        share: &ShareRecord,
        studies: Option<&[StudyInstanceUid]>,
    ) -> (ItemKey, Change) {
        let change = Change::new()
            .set("code_hash", "")
            .set("failures", 0)
            .when(&Condition::is_text("code_hash", &share.code_hash))
            .when(&Condition::Absent("ended_at"));
        let change = match studies {
            Some(studies) => change.set("studies", studies),
            None => change,
        };
        (share_key(&share.token_digest), change)
    }

    /// The change that gives a seat another code. `forgives` the wrong ones so far: not where whoever has the link alone asks for
    /// it, who could be guessing.
    #[must_use]
    pub fn new_seat_code_change(token_digest: &str, code_hash: &str, forgives: bool) -> (ItemKey, Change) {
        let change = Change::new().set("code_hash", code_hash);
        let change = if forgives { change.set("failures", 0) } else { change };
        let change = change.when(&Condition::Present("seat")).when(&Condition::Absent("ended_at"));
        (share_key(token_digest), change)
    }

    /// The change that opens studies to a seat whose member was admitted.
    #[must_use]
    pub fn open_seat_change(token_digest: &str, studies: &[StudyInstanceUid]) -> (ItemKey, Change) {
        let change = Change::new()
            .set("studies", studies)
            .when(&Condition::Present("seat"))
            .when(&Condition::Absent("ended_at"));
        (share_key(token_digest), change)
    }

    /// The change that ends a share, once.
    #[must_use]
    pub fn end_share_change(token_digest: &str, at: Timestamp) -> (ItemKey, Change) {
        let change = Change::new()
            .set("ended_at", at.as_millisecond())
            .when(&Condition::Present("label"))
            .when(&Condition::Absent("ended_at"));
        (share_key(token_digest), change)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_share_from_before_there_was_a_right_to_annotate_does_not_have_it() {
        let item = json!({
            "id": "s1", "token_digest": "00", "account_key": "a", "patient_id": "N1", "patient_name": "A", "label": "BS. B",
            "relation": "doctor", "studies": ["1.2.3"], "may_download": true, "code_hash": "00", "language": "vi",
            "created_by": { "kind": "system" }, "created_at": 0, "ends_at": 0, "expires_at": 0,
        });
        let share: ShareRecord = serde_json::from_value(item).unwrap();
        assert!(share.may_download && !share.may_annotate && !share.may_consult && share.seat.is_none());
    }
}
