//! Orders: by accession number, and by patient.

use filmless_domain::{AccessionNumber, Order, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::patient_pk;
use super::{
    Change, Condition, Index, ItemKey, LogEntry, LogName, OutboxRecord, Transaction, TransactionOutcome,
    UploadOwner, UploadRecord,
};
use crate::StoreError;

/// Largest order that is kept in its item, in bytes of JSON: DynamoDB's items have 400 KB.
const ORDER_BYTES_MAX: usize = 256 << 10;

/// The latest state of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderRecord {
    /// The order as uploaded: one text, because a map of DynamoDB holds neither every number nor every depth of JSON.
    #[serde(with = "one_text")]
    pub order: Order,
    /// Where the whole order lies, when it is too large for an item: then the fields that the product does not use are
    /// only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<UploadRecord>,
    /// When its object was written: the last one wins, whatever the order of events.
    #[serde(with = "millisecond::required")]
    pub written_at: Timestamp,
    /// The study that was released under it.
    #[serde(default)]
    pub study_instance_uid: Option<StudyInstanceUid>,
}

/// What the usage ledger is told with an order.
#[derive(Debug, Clone, Default)]
pub struct UsageOfOrder {
    /// When the order was written that it corrects.
    pub since: Option<Timestamp>,
    /// The events.
    pub entries: Vec<LogEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderPointer {
    accession_number: AccessionNumber,
}

pub(super) fn order_pk(accession: &AccessionNumber) -> String {
    format!("ORDER#{accession}")
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
            /// As it was written before.
            Map(Box<Order>),
        }
        match Stored::deserialize(deserializer)? {
            // serde's own words may repeat a value.
            Stored::Text(text) => serde_json::from_str(&text).map_err(|_| de::Error::custom("no order")),
            Stored::Map(order) => Ok(*order),
        }
    }
}

fn order_key(accession: &AccessionNumber) -> ItemKey {
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
        upload: &UploadRecord,
        written_at: Timestamp,
        messages: &OutboxRecord,
        usage: &UsageOfOrder,
    ) -> Result<bool, StoreError> {
        let key = order_key(&order.accession_number);
        let not_older = Condition::Any(vec![
            Condition::Absent("written_at"),
            Condition::below("written_at", written_at.as_millisecond() + 1),
        ]);
        let mut text = one_text::write(order)?;
        let mut change = Change::new().set("written_at", written_at.as_millisecond()).when(&not_older);
        if text.len() > ORDER_BYTES_MAX {
            text = one_text::write(&order.abridged())?;
            change = change.set("whole", upload);
        } else {
            change = change.remove("whole");
        }
        change = change.set("order", text);
        // What is corrected is corrected against one order, once.
        if let (false, Some(since)) = (usage.entries.is_empty(), usage.since) {
            change = change.when(&Condition::is_number("written_at", since.as_millisecond()));
        }
        let pointer = OrderPointer { accession_number: order.accession_number.clone() };
        let pointer_key = pointer_key(&order.patient.id, &order.accession_number);
        let transaction = Transaction::new()
            .update(key, change)
            .put(&pointer_key, &pointer, Change::new())?
            .put(&upload.item_key(UploadOwner::Order(&order.accession_number)), upload, Change::new())?
            .point_to_patient(order)?
            .announce(messages)?
            .log_all(LogName::Usage, &usage.entries)?;
        match self.commit(transaction).await? {
            TransactionOutcome::Committed => Ok(true),
            TransactionOutcome::ConditionUnmet(_) if usage.entries.is_empty() => Ok(false),
            TransactionOutcome::ConditionUnmet(_) => {
                Err(StoreError::Contention { operation: "take an order" })
            }
        }
    }

    /// The change that binds an order to the study released under it.
    #[must_use]
    pub fn bind_order_change(accession: &AccessionNumber, study: &StudyInstanceUid) -> (ItemKey, Change) {
        let change =
            Change::new().set_if_absent("study_instance_uid", study).when(&Condition::Present("order"));
        (order_key(accession), change)
    }
}
