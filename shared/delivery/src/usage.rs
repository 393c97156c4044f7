//! Writing the usage ledger: events that go into the transaction of the change that they tell of.

use filmless_domain::Order;
use filmless_domain::usage::{
    StorageClass, UsageContext, UsageEvent, UsageKind, UsageUnit, event_id, films_of, films_printed_of,
};
use filmless_store::index::{LogEntry, LogName, StudyRecord, Transaction};
use jiff::Timestamp;

use crate::{DeliveryError, Services, identity, log};

/// Writes events of one study.
pub(crate) struct Pen {
    context: UsageContext,
    at: Timestamp,
}

impl Pen {
    /// For a study and the order it is shown, or may be shown, under.
    pub fn new(services: &Services, study: &StudyRecord, order: Option<&Order>) -> Self {
        let context = UsageContext::new(&study.study_instance_uid, &study.modalities, order);
        Self { context, at: in_milliseconds(services.clock.now()) }
    }

    /// For a study whose order has to be looked up.
    pub async fn of_study(services: &Services, study: &StudyRecord) -> Result<Self, DeliveryError> {
        let candidates = identity::orders_for(services, study).await?;
        Ok(Self::new(services, study, candidates.named().map(|record| &record.order)))
    }

    /// An event; `occasion` tells it from others of its kind.
    pub fn event(&self, kind: UsageKind, occasion: &str) -> UsageEvent {
        self.context.event(kind, occasion, self.at)
    }

    /// Bytes that came to be, or are no more.
    pub fn stored(&self, class: StorageClass, occasion: &str, bytes: i64) -> UsageEvent {
        let occasion = format!("{} {occasion}", class.as_str());
        self.event(UsageKind::BytesStored, &occasion).bytes(class, bytes)
    }

    /// What a first release is: the study, and its films, printed or not.
    pub fn released(&self, order: &Order, images: u32) -> Vec<UsageEvent> {
        let mut events = vec![self.event(UsageKind::StudyReleased, "").count(1, UsageUnit::Study)];
        let (avoided, printed) = self.films(order, images);
        for (kind, films) in [(UsageKind::FilmAvoided, avoided), (UsageKind::FilmPrinted, printed)] {
            if films > 0 {
                events.push(self.event(kind, "").count(films, UsageUnit::Film));
            }
        }
        events
    }

    /// What a changed order of a released study corrects; nothing when finance counts as before.
    pub fn corrected(
        &self,
        before: &Self,
        orders: (&Order, &Order),
        images: u32,
        occasion: &str,
    ) -> Vec<UsageEvent> {
        let (earlier, later) = orders;
        let (avoided, printed) = before.films(earlier, images);
        let (avoided_now, printed_now) = self.films(later, images);
        if self.context == before.context && (avoided, printed) == (avoided_now, printed_now) {
            return Vec::new();
        }
        let study = &self.context.study_instance_uid;
        let correction = |kind, of| self.event(kind, occasion).corrects(event_id(of, study, ""));
        let released = correction(UsageKind::OrderCorrected, UsageKind::StudyReleased);
        let mut events = vec![released];
        for (kind, films) in
            [(UsageKind::FilmAvoided, avoided_now - avoided), (UsageKind::FilmPrinted, printed_now - printed)]
        {
            if films != 0 {
                events.push(correction(kind, kind).count(films, UsageUnit::Film));
            }
        }
        events
    }

    /// Films avoided and films printed.
    fn films(&self, order: &Order, images: u32) -> (i64, i64) {
        let printed = films_printed_of(&self.context, order, images);
        ((films_of(&self.context, order, images) - printed).max(0), printed)
    }
}

/// The entry of an event, for the transaction of what it tells of.
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

/// A number of bytes as the ledger counts it.
pub(crate) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn in_milliseconds(now: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
