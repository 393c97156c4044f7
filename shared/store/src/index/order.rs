//! Orders: by accession number, and by patient.

use filmless_domain::{AccessionNumber, ObjectKey, Order, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::erase::OrderObject;
use super::study::patient_pk;
use super::{Change, Condition, Index, ItemKey, OutboxRecord, Transaction, TransactionOutcome};
use crate::StoreError;

/// The latest state of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderRecord {
    /// The order as uploaded.
    pub order: Order,
    /// When its object was written: the last one wins, whatever the order of events.
    #[serde(with = "millisecond::required")]
    pub written_at: Timestamp,
    /// The study that was released under it.
    #[serde(default)]
    pub study_instance_uid: Option<StudyInstanceUid>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderPointer {
    accession_number: AccessionNumber,
}

pub(super) fn order_pk(accession: &AccessionNumber) -> String {
    format!("ORDER#{accession}")
}

fn order_key(accession: &AccessionNumber) -> ItemKey {
    ItemKey::new(order_pk(accession), "ORDER")
}

/// An order leads to every object it came in: they go with it.
fn object_key(accession: &AccessionNumber, object: &ObjectKey) -> ItemKey {
    let digest = hex::encode(Sha256::digest(object.as_str()));
    ItemKey::new(order_pk(accession), format!("OBJECT#{}", &digest[..32]))
}

fn pointer_key(patient: &PatientId, accession: &AccessionNumber) -> ItemKey {
    ItemKey::new(patient_pk(patient), format!("ORDER#{accession}"))
}

impl Index {
    /// The order with this accession number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order(&self, accession: &AccessionNumber) -> Result<Option<OrderRecord>, StoreError> {
        self.get(&order_key(accession)).await
    }

    /// All orders of a patient.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders_of_patient(&self, patient: &PatientId) -> Result<Vec<OrderRecord>, StoreError> {
        let pointers: Vec<OrderPointer> = self.query(&patient_pk(patient), "ORDER#").await?;
        let mut orders = Vec::new();
        for pointer in pointers {
            let order = self.order(&pointer.accession_number).await?;
            orders.extend(order.filter(|o| o.order.patient.id == *patient));
        }
        Ok(orders)
    }

    /// Takes an order unless a later one is there; what it makes due is sent in the same transaction. Returns
    /// the order it replaces, and whether it was taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_order(
        &self,
        order: &Order,
        object: &ObjectKey,
        written_at: Timestamp,
        messages: &OutboxRecord,
    ) -> Result<bool, StoreError> {
        let key = order_key(&order.accession_number);
        let not_older = Condition::Any(vec![
            Condition::Absent("written_at"),
            Condition::below("written_at", written_at.as_millisecond() + 1),
        ]);
        let change =
            Change::new().set("order", order).set("written_at", written_at.as_millisecond()).when(&not_older);
        let pointer = OrderPointer { accession_number: order.accession_number.clone() };
        let pointer_key = pointer_key(&order.patient.id, &order.accession_number);
        let transaction = Transaction::new()
            .update(key, change)
            .put(&pointer_key, &pointer, Change::new())?
            .put(
                &object_key(&order.accession_number, object),
                &OrderObject { key: object.clone() },
                Change::new(),
            )?
            .point_to_patient(order)?
            .put(&messages.key(), messages, Change::new())?;
        Ok(self.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// The change that binds an order to the study released under it.
    #[must_use]
    pub fn bind_order_change(accession: &AccessionNumber, study: &StudyInstanceUid) -> (ItemKey, Change) {
        let change =
            Change::new().set_if_absent("study_instance_uid", study).when(&Condition::Present("order"));
        (order_key(accession), change)
    }
}
