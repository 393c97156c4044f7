//! Erases items, at the end of retention or at a patient's request.

use filmless_domain::{Order, PatientId};

use super::account::account_pk;
use super::search::{phone_keys, pointer_keys};
use super::study::{listing_partitions, patient_pk, study_pk};
use super::study_record::StudyRecord;
use super::{Index, ItemKey};
use crate::StoreError;
use crate::index::upload::order_pk;

impl Index {
    /// Erases every item of a study and its pointers. The pointer by day goes last: by it the erasing job finds what a
    /// crash left behind. Returns the number of items.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_study(
        &self,
        study: &StudyRecord,
        owner: Option<&PatientId>,
    ) -> Result<usize, StoreError> {
        let uid = &study.study_instance_uid;
        let mut erased = self.unlist(study).await? + self.erase_partition(&study_pk(uid)).await?;
        let mut partitions: Vec<String> =
            owner.into_iter().chain(study.patient.id.as_ref()).map(patient_pk).collect();
        partitions.extend(listing_partitions(study));
        for pk in partitions {
            self.delete(&ItemKey::new(pk, format!("STUDY#{uid}"))).await?;
            erased += 1;
        }
        Ok(erased)
    }

    /// Erases an order and its pointers. Returns the number of items.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_order(&self, order: &Order) -> Result<usize, StoreError> {
        let mut erased = 0;
        for key in pointer_keys(order) {
            self.delete(&key).await?;
            erased += 1;
        }
        let pointer = format!("ORDER#{}", order.accession_number);
        self.delete(&ItemKey::new(patient_pk(&order.patient.id), pointer)).await?;
        Ok(erased + 1 + self.erase_partition(&order_pk(&order.accession_number)).await?)
    }

    /// Erases the rest of a patient: account with passwords, counters and sessions, corrections, pointers. Returns the number of
    /// items.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_patient(&self, patient: &PatientId) -> Result<usize, StoreError> {
        let mut erased = 0;
        if let Some(account_key) = self.own_account_key(patient).await? {
            erased += self.erase_sessions(&account_key).await?;
            for share in self.shares(&account_key).await? {
                self.delete(&Self::share_key(&share.token_digest)).await?;
                erased += 1;
            }
            for consultation in self.consultations_of_account(&account_key).await? {
                erased += self.erase_consultation(&consultation).await?;
            }
            erased += self.erase_partition(&account_pk(&account_key)).await?;
        }
        if let Some(phone) = self.corrected_contact(patient).await?.and_then(|contact| contact.phone) {
            for key in phone_keys(&phone, patient) {
                self.delete(&key).await?;
                erased += 1;
            }
        }
        for review in self.reviews().await?.into_iter().filter(|review| review.patients.contains(patient)) {
            self.delete(&review.key()).await?;
            erased += 1;
        }
        Ok(erased + self.erase_partition(&patient_pk(patient)).await?)
    }

    pub(super) async fn erase_partition(&self, pk: &str) -> Result<usize, StoreError> {
        let keys = self.query_keys(pk, "").await?;
        for key in &keys {
            self.delete(key).await?;
        }
        Ok(keys.len())
    }
}
