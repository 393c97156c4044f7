//! Orders: by accession number, and by patient.

use crate::index::upload::order_pk;
use filmless_domain::{AccessionNumber, Order, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::patient_pk;
use super::{
    Change, Condition, Index, ItemKey, OutboxRecord, ReviewRecord, Transaction, TransactionOutcome,
    UploadOwner, UploadRecord,
};
use crate::StoreError;

/// Largest order kept in its item, in bytes of JSON: a DynamoDB item has 400 KB.
const ORDER_BYTES_MAX: usize = 256 << 10;

/// The latest state of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderRecord {
    /// The order as uploaded. Stored as text, because a DynamoDB map cannot hold every number or every depth of JSON.
    #[serde(with = "one_text")]
    pub order: Order,
    /// The object of the whole order, if it is too large for an item; fields that we do not use are only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<UploadRecord>,
    /// When its object was written. Of two objects the later one wins, whatever the order of events; of two versions
    /// of one object the current one, whatever the clock.
    #[serde(with = "millisecond::required")]
    pub written_at: Timestamp,
    /// Its object; `None` in items from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadRecord>,
    /// The study that was released under it.
    #[serde(default)]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// When a signed result last replaced another, or was taken back.
    #[serde(default, with = "millisecond::optional", skip_serializing_if = "Option::is_none")]
    pub result_changed_at: Option<Timestamp>,
}

/// An order to take in, and what is written with it.
#[derive(Debug)]
pub struct OrderTaken<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its object.
    pub upload: UploadRecord,
    /// When its object was written.
    pub written_at: Timestamp,
    /// Now.
    pub taken_at: Timestamp,
    /// The order it replaces, as read.
    pub earlier: Option<&'a OrderRecord>,
    /// The messages that follow from it.
    pub messages: &'a OutboxRecord,
    /// What to tell the records office.
    pub review: Option<&'a ReviewRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderPointer {
    accession_number: AccessionNumber,
}

/// The order as one attribute.
mod one_text {
    use filmless_domain::Order;
    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    use crate::StoreError;

    pub fn write(order: &Order) -> Result<String, StoreError> {
        serde_json::to_string(order).map_err(StoreError::corrupt("write an order"))
    }

    pub fn serialize<S: Serializer>(order: &Order, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(order).map_err(ser::Error::custom)?)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Stored {
            Text(String),
            /// The older form.
            Map(Box<Order>),
        }
        match Stored::deserialize(deserializer)? {
            // serde's own message may repeat a value.
            Stored::Text(text) => serde_json::from_str(&text).map_err(|_| de::Error::custom("no order")),
            Stored::Map(order) => Ok(*order),
        }
    }
}

pub(super) fn order_key(accession: &AccessionNumber) -> ItemKey {
    ItemKey::new(order_pk(accession), "ORDER")
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
        let orders = self.orders_among(pointers.iter().map(|pointer| &pointer.accession_number)).await?;
        Ok(orders.into_values().filter(|order| order.order.patient.id == *patient).collect())
    }

    /// Takes an order in, if the one it replaces has not changed since it was read. What follows from it is written in
    /// the same transaction.
    ///
    /// # Errors
    /// [`StoreError::Contention`] if another order was taken in meanwhile, [`StoreError`].
    pub async fn take_order(&self, taken: &OrderTaken<'_>) -> Result<(), StoreError> {
        let order = taken.order;
        let as_read = match taken.earlier {
            Some(earlier) => Condition::is_number("written_at", earlier.written_at.as_millisecond()),
            None => Condition::Absent("written_at"),
        };
        let text = one_text::write(order)?;
        let mut change = Change::new()
            .set("upload", &taken.upload)
            .set("written_at", taken.written_at.as_millisecond())
            .when(&as_read);
        let signed_before = taken.earlier.and_then(|earlier| earlier.order.signed_result());
        if signed_before.is_some() && signed_before != order.signed_result() {
            change = change.set("result_changed_at", taken.taken_at.as_millisecond());
        }
        if text.len() > ORDER_BYTES_MAX {
            change = change.set("order", one_text::write(&order.abridged())?).set("whole", &taken.upload);
        } else {
            change = change.set("order", text).remove("whole");
        }
        let pointer = OrderPointer { accession_number: order.accession_number.clone() };
        let pointer_key = pointer_key(&order.patient.id, &order.accession_number);
        let upload_key = taken.upload.item_key(UploadOwner::Order(&order.accession_number));
        let mut transaction = Transaction::new()
            .update(order_key(&order.accession_number), change)
            .put(&pointer_key, &pointer, Change::new())?
            .put(&upload_key, &taken.upload, Change::new())?
            .point_to_patient(order)?
            .announce(taken.messages)?;
        if let Some(review) = taken.review {
            transaction = transaction.put(&review.key(), review, Change::new())?;
        }
        match self.commit(transaction).await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::ConditionUnmet(_) => {
                Err(StoreError::Contention { operation: "take an order" })
            }
        }
    }

    /// The change that ties an order to the study released under it.
    #[must_use]
    pub fn bind_order_change(accession: &AccessionNumber, study: &StudyInstanceUid) -> (ItemKey, Change) {
        let change =
            Change::new().set_if_absent("study_instance_uid", study).when(&Condition::Present("order"));
        (order_key(accession), change)
    }
}
