//! How staff find a patient: by phone number and by the words of the name, besides the patient code itself.

use filmless_domain::{Order, PatientId, PhoneNumber, person_name};
use serde::{Deserialize, Serialize};

use super::{Change, Index, ItemKey, Transaction};
use crate::StoreError;

/// Most words of a name that lead to its patient: DynamoDB bounds a transaction, and no name has more.
const NAME_WORDS_MAX: usize = 12;
/// Longest part of a word that leads to a patient, in characters: DynamoDB's keys have 2 KB, and no word of a name has
/// more. The words themselves are compared whole.
const WORD_CHARS_MAX: usize = 64;

/// An item that leads to a patient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PatientPointer {
    /// Which patient.
    pub patient_id: PatientId,
    /// The whole name, folded: other words of a search are looked for in it.
    #[serde(default)]
    pub name: String,
}

fn phone_pk(phone: &PhoneNumber) -> String {
    format!("PHONE#{}", phone.as_str())
}

fn name_pk(word: &str) -> String {
    let word: String = word.chars().take(WORD_CHARS_MAX).collect();
    format!("NAME#{word}")
}

/// The pointers that an order makes, besides the one by its accession number.
pub(super) fn pointer_keys(order: &Order) -> Vec<ItemKey> {
    let patient = order.patient.id.as_str();
    let words = person_name::words(&order.patient.name);
    let mut names: Vec<String> = words.iter().map(|word| name_pk(word)).collect();
    names.dedup();
    let mut keys: Vec<ItemKey> =
        names.into_iter().take(NAME_WORDS_MAX).map(|name| ItemKey::new(name, patient)).collect();
    keys.extend(order.patient.phone.as_ref().map(|phone| ItemKey::new(phone_pk(phone), patient)));
    keys
}

impl Transaction {
    /// Adds the pointers by which the patient of an order is found.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for these types.
    pub fn point_to_patient(mut self, order: &Order) -> Result<Self, StoreError> {
        let name = person_name::words(&order.patient.name).join(" ");
        let pointer = PatientPointer { patient_id: order.patient.id.clone(), name };
        for key in pointer_keys(order) {
            self = self.put(&key, &pointer, Change::new())?;
        }
        Ok(self)
    }

    /// Adds the pointer from a phone number to a patient: a family may share one number.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn point_phone(self, phone: &PhoneNumber, patient: &PatientId) -> Result<Self, StoreError> {
        let pointer = PatientPointer { patient_id: patient.clone(), name: String::new() };
        self.put(&ItemKey::new(phone_pk(phone), patient.as_str()), &pointer, Change::new())
    }
}

impl Index {
    /// The patients whose messages go, or went, to this number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_phone(&self, phone: &PhoneNumber) -> Result<Vec<PatientPointer>, StoreError> {
        self.query(&phone_pk(phone), "").await
    }

    /// The patients in whose name this word is, folded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_word(&self, word: &str) -> Result<Vec<PatientPointer>, StoreError> {
        self.query(&name_pk(word), "").await
    }
}
