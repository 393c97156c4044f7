//! How staff find a patient: by phone number, by words of the name, and by patient code.

use filmless_domain::{BirthDate, Order, PatientId, PhoneNumber, person_name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Index, ItemKey, Transaction};
use crate::StoreError;

/// Most words of a name that are indexed: DynamoDB limits a transaction, and no name has more.
const NAME_WORDS_MAX: usize = 12;
/// How much of a word is indexed, in characters: DynamoDB's keys have 2 KB, and no word of a name is longer. The words
/// themselves are compared whole.
const WORD_CHARS_MAX: usize = 64;

/// Leads to a patient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PatientPointer {
    /// Which patient.
    pub patient_id: PatientId,
    /// The whole name, folded; other words of a search are looked up in it.
    #[serde(default)]
    pub name: String,
}

fn phone_pk(phone: &PhoneNumber) -> String {
    format!("PHONE#{}", phone.as_str())
}

/// How many last digits of a number are indexed.
pub const PHONE_END_DIGITS: usize = 4;

/// The pointers from a number to a patient: by the whole number, and by its end.
pub(super) fn phone_keys(phone: &PhoneNumber, patient: &PatientId) -> [ItemKey; 2] {
    let (number, patient) = (phone.as_str(), patient.as_str());
    let last = number.get(number.len().saturating_sub(PHONE_END_DIGITS)..).unwrap_or_default();
    [
        ItemKey::new(phone_pk(phone), patient),
        ItemKey::new(format!("PHONEEND#{last}"), format!("{number}#{patient}")),
    ]
}

/// A code as typed from memory: only letters and digits, in capitals.
fn plain_code(code: &str) -> String {
    code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn code_pk(code: &str) -> String {
    format!("CODE#{}", plain_code(code))
}

fn born_pk(date: BirthDate) -> String {
    format!("BORN#{}", String::from(date))
}

fn name_pk(word: &str) -> String {
    let word: String = word.chars().take(WORD_CHARS_MAX).collect();
    format!("NAME#{word}")
}

/// The pointers of an order, besides the one by accession number.
pub(super) fn pointer_keys(order: &Order) -> Vec<ItemKey> {
    let patient = order.patient.id.as_str();
    let words = person_name::words(&order.patient.name);
    let mut names: Vec<String> = words.iter().map(|word| name_pk(word)).collect();
    names.dedup();
    let mut keys: Vec<ItemKey> =
        names.into_iter().take(NAME_WORDS_MAX).map(|name| ItemKey::new(name, patient)).collect();
    if let Some(phone) = &order.patient.phone {
        keys.extend(phone_keys(phone, &order.patient.id));
    }
    keys.push(ItemKey::new(born_pk(order.patient.birth_date), patient));
    keys.extend([patient, order.accession_number.as_str()].map(|code| ItemKey::new(code_pk(code), patient)));
    // A patient code and an accession number may be equal, and a transaction must not name an item twice.
    keys.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
    keys.dedup();
    keys
}

impl Transaction {
    /// Adds the pointers that lead to an order's patient.
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

    /// Adds the pointer from a phone number to a patient; a family may share a number.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn point_phone(self, phone: &PhoneNumber, patient: &PatientId) -> Result<Self, StoreError> {
        let pointer = PatientPointer { patient_id: patient.clone(), name: String::new() };
        let [whole, end] = phone_keys(phone, patient);
        self.put(&whole, &pointer, Change::new())?.put(&end, &pointer, Change::new())
    }
}

/// What a member of staff searched for, stored so that the address of the result names nobody.
#[derive(Clone, Serialize, Deserialize)]
pub struct SearchRecord {
    /// Who searched, by stable name; nobody else can read it.
    pub subject: String,
    /// What was typed.
    pub query: String,
    /// When it expires, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

impl std::fmt::Debug for SearchRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SearchRecord(hidden)")
    }
}

fn search_key(id: &str) -> ItemKey {
    ItemKey::new(format!("SEARCH#{id}"), "SEARCH")
}

impl Index {
    /// Stores a search under a new id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_search(&self, id: &str, search: &SearchRecord) -> Result<(), StoreError> {
        self.put_new(&search_key(id), search).await.map(|_| ())
    }

    /// A search, unless it expired: the table removes expired items late.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn search(&self, id: &str, now: Timestamp) -> Result<Option<SearchRecord>, StoreError> {
        let search: Option<SearchRecord> = self.get(&search_key(id)).await?;
        Ok(search.filter(|search| search.expires_at > now.as_second()))
    }

    /// The patients whose number ends in these digits, at least [`PHONE_END_DIGITS`] of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_phone_end(&self, digits: &str) -> Result<Vec<PatientPointer>, StoreError> {
        let Some(last) = digits.len().checked_sub(PHONE_END_DIGITS).and_then(|at| digits.get(at..)) else {
            return Ok(Vec::new());
        };
        let pk = format!("PHONEEND#{last}");
        let keys = self.query_keys(&pk, "").await?;
        // The key has it all: the number, and the patient's code.
        let parts = keys.iter().filter_map(|key| key.sk.split_once('#'));
        let patients = parts.filter(|(phone, _)| phone.ends_with(digits));
        let patients = patients.filter_map(|(_, patient)| PatientId::parse(patient).ok());
        Ok(patients.map(|patient_id| PatientPointer { patient_id, name: String::new() }).collect())
    }

    /// The patients with this birth date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_born(&self, date: BirthDate) -> Result<Vec<PatientPointer>, StoreError> {
        self.query(&born_pk(date), "").await
    }

    /// The patients whose code, or whose order's number, has these letters and digits, whatever separates them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_code(&self, code: &str) -> Result<Vec<PatientPointer>, StoreError> {
        if plain_code(code).is_empty() {
            return Ok(Vec::new());
        }
        self.query(&code_pk(code), "").await
    }

    /// The patients whose messages go, or went, to this number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_phone(&self, phone: &PhoneNumber) -> Result<Vec<PatientPointer>, StoreError> {
        self.query(&phone_pk(phone), "").await
    }

    /// The patients with this word in their name, folded; sorted by code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn patients_of_word(&self, word: &str) -> Result<Vec<PatientPointer>, StoreError> {
        self.query(&name_pk(word), "").await
    }

    /// The first of them, at most `max`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first_patients_of_word(
        &self,
        word: &str,
        max: i32,
    ) -> Result<Vec<PatientPointer>, StoreError> {
        Ok(self.query_start(&name_pk(word), "", max).await?.0)
    }
}
