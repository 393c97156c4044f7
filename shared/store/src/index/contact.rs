//! Corrected contacts of a patient: the hotline knows a better number than the order.

use filmless_domain::{Order, PatientId, PhoneNumber, Reach};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::patient_pk;
use super::{Index, ItemKey, OrderRecord};
use crate::StoreError;

/// A correction by staff.
#[derive(Clone, Serialize, Deserialize)]
pub struct ContactRecord {
    /// The right number; `None` if the patient has none.
    #[serde(default)]
    pub phone: Option<PhoneNumber>,
    /// The right address; `None` if the patient has none.
    #[serde(default)]
    pub email: Option<String>,
    /// The wrong number in the orders.
    #[serde(default)]
    pub wrong_phone: Option<PhoneNumber>,
    /// The wrong address in the orders.
    #[serde(default)]
    pub wrong_email: Option<String>,
    /// When it was corrected.
    #[serde(with = "millisecond::required")]
    pub corrected_at: Timestamp,
}

/// Where messages for an order go. `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The phone number.
    pub phone: Option<PhoneNumber>,
    /// The email address.
    pub email: Option<String>,
}

impl std::fmt::Debug for ContactRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactRecord(hidden)")
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(hidden)")
    }
}

impl Contact {
    /// Whether there is an address of this kind.
    #[must_use]
    pub const fn is_known(&self, reach: Reach) -> bool {
        match reach {
            Reach::Phone => self.phone.is_some(),
            Reach::Mailbox => self.email.is_some(),
        }
    }

    /// Only the address of this kind.
    #[must_use]
    pub fn only(self, reach: Reach) -> Self {
        match reach {
            Reach::Phone => Self { email: None, ..self },
            Reach::Mailbox => Self { phone: None, ..self },
        }
    }

    /// The contact for an order: the correction, unless the order is newer and differs from what was corrected.
    #[must_use]
    pub fn of(order: &Order, written_at: Timestamp, corrected: Option<&ContactRecord>) -> Self {
        let stated = Self { phone: order.patient.phone.clone(), email: order.patient.email.clone() };
        let Some(corrected) = corrected else { return stated };
        let is_older = written_at <= corrected.corrected_at;
        let phone = is_older || stated.phone == corrected.wrong_phone;
        let email = is_older || stated.email == corrected.wrong_email;
        Self {
            phone: if phone { corrected.phone.clone() } else { stated.phone },
            email: if email { corrected.email.clone() } else { stated.email },
        }
    }
}

impl Index {
    /// The key of a patient's correction.
    #[must_use]
    pub fn contact_key(patient: &PatientId) -> ItemKey {
        ItemKey::new(patient_pk(patient), "CONTACT")
    }

    /// The correction for this patient, if any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn corrected_contact(&self, patient: &PatientId) -> Result<Option<ContactRecord>, StoreError> {
        self.get(&Self::contact_key(patient)).await
    }

    /// Where messages for this order go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contact_of(&self, order: &OrderRecord) -> Result<Contact, StoreError> {
        let corrected = self.corrected_contact(&order.order.patient.id).await?;
        Ok(Contact::of(&order.order, order.written_at, corrected.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(phone: &str) -> Order {
        let json = serde_json::json!({
            "accession_number": "A1",
            "patient": { "id": "N1", "name": "A", "birth_date": "1958-03-02", "phone": phone, "email": "a@b.vn" },
        });
        Order::parse(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_correction_counts_until_an_order_says_something_new() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let phone = |text| PhoneNumber::parse(text).ok();
        let corrected = ContactRecord {
            phone: phone("0903000002"),
            email: None,
            wrong_phone: phone("0903000001"),
            wrong_email: Some("a@b.vn".into()),
            corrected_at: at(100),
        };
        for (stated, written, expected) in [
            ("0903000001", 50, "0903000002"),
            ("0903000001", 150, "0903000002"),
            ("0903000003", 50, "0903000002"),
            ("0903000003", 150, "0903000003"),
        ] {
            let contact = Contact::of(&order(stated), at(written), Some(&corrected));
            assert_eq!(contact.phone, phone(expected), "{stated} {written}");
            assert_eq!(contact.email, None);
        }
        assert_eq!(Contact::of(&order("0903000001"), at(1), None).email.as_deref(), Some("a@b.vn"));
    }
}
