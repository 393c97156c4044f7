//! Writes the usage ledger: events that join the transaction of the change they record.

use filmless_domain::Order;
use filmless_domain::usage::{StorageClass, UsageContext, UsageEvent, UsageKind};
use filmless_store::index::{LogEntry, LogName, StudyRecord, Transaction};
use jiff::Timestamp;

use crate::parts::Common;
use crate::record::log;
use crate::{DeliveryError, sight};

/// Makes the events of one study.
pub(crate) struct Pen {
    context: UsageContext,
    at: Timestamp,
}

impl Pen {
    /// For a study and the order it is, or may be, shown under.
    pub fn new(common: &Common, study: &StudyRecord, order: Option<&Order>) -> Self {
        let context = UsageContext::new(&study.study_instance_uid, &study.modalities, order);
        Self { context, at: now(common) }
    }

    /// For a study whose order must be looked up.
    pub async fn of_study(common: &Common, study: &StudyRecord) -> Result<Self, DeliveryError> {
        let candidates = sight::orders_for(common, study).await?;
        Ok(Self::new(common, study, candidates.named().map(|record| &record.order)))
    }

    /// An event; `occasion` distinguishes it from others of its kind.
    pub fn event(&self, kind: UsageKind, occasion: &str) -> UsageEvent {
        self.context.event(kind, occasion, self.at)
    }

    /// Bytes added, or removed.
    pub fn stored(&self, class: StorageClass, occasion: &str, bytes: i64) -> UsageEvent {
        let occasion = format!("{} {occasion}", class.as_str());
        self.event(UsageKind::BytesStored, &occasion).bytes(class, bytes)
    }
}

/// The entry of an event, for the transaction of what it records.
pub(crate) fn entry(event: &UsageEvent) -> Result<LogEntry, DeliveryError> {
    log::entry(&event.id, event.at, event)
}

/// The entries of several.
pub(crate) fn entries(events: &[UsageEvent]) -> Result<Vec<LogEntry>, DeliveryError> {
    events.iter().map(entry).collect()
}

/// Adds events to a transaction.
pub(crate) fn add(mut transaction: Transaction, events: &[UsageEvent]) -> Result<Transaction, DeliveryError> {
    for event in events {
        transaction = transaction.log(LogName::Usage, &entry(event)?)?;
    }
    Ok(transaction)
}

/// A number of bytes, signed as in the ledger.
pub(crate) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Now, in the ledger's precision.
pub(crate) fn now(common: &Common) -> Timestamp {
    let now = common.clock.now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
