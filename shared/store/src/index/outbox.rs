//! The outbox: messages written in the same transaction as the change that causes them, sent right after, and
//! swept when a crash came between.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Index, ItemKey};
use crate::StoreError;
use crate::port::QueueName;

/// Number of partitions: spreads the load of a busy table.
const SHARDS: u8 = 8;

/// One message to a queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxMessage {
    /// Name of the queue, see [`QueueName::as_str`].
    pub queue: String,
    /// Body of the message.
    pub body: String,
    /// Delay in milliseconds.
    pub delay_ms: u64,
}

/// The messages of one change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxRecord {
    /// Random name of this entry.
    pub id: String,
    /// When it was written.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// Its messages.
    pub messages: Vec<OutboxMessage>,
}

impl OutboxMessage {
    /// A message without delay.
    #[must_use]
    pub fn new(queue: QueueName, body: String) -> Self {
        Self { queue: queue.as_str().to_owned(), body, delay_ms: 0 }
    }
}

impl OutboxRecord {
    /// Its key; the first hex digit of its random name chooses the partition.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        let digit = self.id.chars().next().and_then(|c| c.to_digit(16)).unwrap_or_default();
        let shard = digit % u32::from(SHARDS);
        // Zero-padded, so that sort keys order by time.
        ItemKey::new(
            format!("OUTBOX#{shard}"),
            format!("{:015}#{}", self.created_at.as_millisecond(), self.id),
        )
    }
}

impl Index {
    /// Removes an entry whose messages are sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_outbox(&self, entry: &OutboxRecord) -> Result<(), StoreError> {
        self.delete(&entry.key()).await
    }

    /// The entries written before `before`: a crash or an outage came between them and their queue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stale_outbox(&self, before: Timestamp) -> Result<Vec<OutboxRecord>, StoreError> {
        let mut stale = Vec::new();
        for shard in 0..SHARDS {
            let entries: Vec<OutboxRecord> = self.query(&format!("OUTBOX#{shard}"), "").await?;
            stale.extend(entries.into_iter().filter(|entry| entry.created_at < before));
        }
        Ok(stale)
    }
}
