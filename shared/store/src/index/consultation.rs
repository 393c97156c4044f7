//! Consultations: one partition each, with its members and what they wrote; found from the patient's account and from the
//! studies.

use filmless_consult::{Consultation, ConsultationId, ConsultationState, EndReason};
use filmless_domain::{Language, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::account::account_pk;
use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// A consultation, and whose it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsultationRecord {
    /// What it opens, for which question, until when.
    #[serde(flatten)]
    pub consultation: Consultation,
    /// The patient's code.
    pub patient_id: PatientId,
    /// Their name as the hospital writes it.
    pub patient_name: String,
    /// The language of its messages.
    pub language: Language,
    /// Who started it, for people to read.
    pub starter: String,
    /// Whether its members may save marks in its studies.
    #[serde(default)]
    pub may_annotate: bool,
    /// When it was started.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(default, with = "millisecond::optional")]
    pub ended_at: Option<Timestamp>,
}

/// Leads from an account or a study to a consultation.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ConsultationPointer {
    consultation: ConsultationId,
}

pub(super) fn consult_pk(id: &ConsultationId) -> String {
    format!("CONSULT#{id}")
}

pub(super) fn room_key(consultation: &ConsultationId) -> ItemKey {
    ItemKey::new(consult_pk(consultation), "ROOM")
}

fn consultation_key(id: &ConsultationId) -> ItemKey {
    ItemKey::new(consult_pk(id), "META")
}

fn pointer_sk(id: &ConsultationId) -> String {
    format!("CONSULT#{id}")
}

impl Transaction {
    /// Adds a new consultation, with the pointers to it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn add_consultation(self, record: &ConsultationRecord) -> Result<Self, StoreError> {
        let consultation = &record.consultation;
        let pointer = ConsultationPointer { consultation: consultation.id.clone() };
        let new = Change::new().when(&Condition::Absent("pk"));
        let partitions = consultation.studies.iter().map(study_pk).chain([account_pk(&consultation.account)]);
        let added = self.put(&consultation_key(&consultation.id), record, new)?;
        partitions
            .map(|pk| ItemKey::new(pk, pointer_sk(&consultation.id)))
            .try_fold(added, |transaction, key| transaction.put(&key, &pointer, Change::new()))
    }
}

impl Index {
    /// This consultation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultation(&self, id: &ConsultationId) -> Result<Option<ConsultationRecord>, StoreError> {
        self.get(&consultation_key(id)).await
    }

    /// All consultations of an account, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultations_of_account(
        &self,
        account_key: &str,
    ) -> Result<Vec<ConsultationRecord>, StoreError> {
        self.consultations_below(&account_pk(account_key)).await
    }

    /// All consultations that name a study, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultations_of_study(
        &self,
        study: &StudyInstanceUid,
    ) -> Result<Vec<ConsultationRecord>, StoreError> {
        self.consultations_below(&study_pk(study)).await
    }

    async fn consultations_below(&self, pk: &str) -> Result<Vec<ConsultationRecord>, StoreError> {
        let pointers: Vec<ConsultationPointer> = self.query(pk, "CONSULT#").await?;
        let keys = pointers.iter().map(|pointer| consultation_key(&pointer.consultation)).collect();
        let mut found: Vec<ConsultationRecord> = self.get_many(keys).await?;
        found.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(found)
    }

    /// The change that opens a consultation that is being prepared, once.
    #[must_use]
    pub fn open_consultation_change(id: &ConsultationId) -> (ItemKey, Change) {
        let change =
            Change::new().set("state", ConsultationState::Open).when(&Condition::is_text("state", "draft"));
        (consultation_key(id), change)
    }

    /// The change that ends a consultation, once.
    #[must_use]
    pub fn end_consultation_change(
        id: &ConsultationId,
        reason: EndReason,
        at: Timestamp,
    ) -> (ItemKey, Change) {
        let change = Change::new()
            .set("state", ConsultationState::Ended)
            .set("ended", reason)
            .set("ended_at", at.as_millisecond())
            .when(&Condition::Present("question"))
            .when(&Condition::Absent("ended"));
        (consultation_key(id), change)
    }

    /// The change that gives a consultation that had ended for one reason another, graver one.
    #[must_use]
    pub fn end_consultation_again_change(
        id: &ConsultationId,
        before: EndReason,
        reason: EndReason,
    ) -> (ItemKey, Change) {
        let word: &'static str = before.into();
        let change = Change::new().set("ended", reason).when(&Condition::is_text("ended", word));
        (consultation_key(id), change)
    }

    /// The change that counts an invitation, as long as the consultation has not ended since it was read, or not for another
    /// reason: nobody is invited to one whose end takes all links away at the same moment.
    #[must_use]
    pub fn count_invitation_change(consultation: &Consultation) -> (ItemKey, Change) {
        let is_as_read = match consultation.ended {
            None => Condition::Absent("ended"),
            Some(reason) => Condition::is_text("ended", reason.into()),
        };
        let change =
            Change::new().add("invitations", 1).when(&Condition::Present("question")).when(&is_as_read);
        (consultation_key(&consultation.id), change)
    }

    /// Erases a consultation: invitations, members, what they wrote, the room and its record, and the pointers. Returns the
    /// number of items. Cut off, it is found again and erased to its end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_consultation(&self, record: &ConsultationRecord) -> Result<usize, StoreError> {
        let consultation = &record.consultation;
        let pk = consult_pk(&consultation.id);
        let mut erased = self.forget_room_connections(&consultation.id).await?;
        // First nobody can add anything any more: a line needs the room as it was read, and a message or a link its member.
        self.delete(&room_key(&consultation.id)).await?;
        erased += 1;
        for member in self.members(&consultation.id).await? {
            self.delete(&Self::member_key(&consultation.id, &member.member.id)).await?;
            erased += 1;
        }
        for share in self.shares(&consultation.account).await? {
            if share.seat.as_ref().is_some_and(|seat| seat.consultation == consultation.id) {
                self.delete(&Self::share_key(&share.token_digest)).await?;
                self.delete(&Self::share_pointer(&share).0).await?;
                erased += 2;
            }
        }
        let meta = consultation_key(&consultation.id);
        for key in self.query_keys(&pk, "").await?.iter().filter(|key| **key != meta) {
            self.delete(key).await?;
            erased += 1;
        }
        // Its own item last, by which a run that was cut off finds it; and whatever was on its way meanwhile.
        erased += self.erase_partition(&pk).await?;
        let partitions = consultation.studies.iter().map(study_pk).chain([account_pk(&consultation.account)]);
        for pk in partitions {
            self.delete(&ItemKey::new(pk, pointer_sk(&consultation.id))).await?;
            erased += 1;
        }
        Ok(erased)
    }
}
