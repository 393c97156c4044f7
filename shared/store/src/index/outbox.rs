//! The outbox: messages are written in the transaction of the change that causes them and sent right after; after a
//! crash in between, the sweep sends them.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Change, Index, ItemKey, Transaction};
use crate::StoreError;
use crate::port::QueueName;

/// Number of partitions; spreads the load of a busy table.
const SHARDS: u8 = 8;

/// Most bytes of messages in one item: DynamoDB accepts 400 KB, including the names of attributes.
const ITEM_BYTES_MAX: usize = 256 << 10;

/// Size of a message besides its body and queue: the names of its attributes and its delay.
const MESSAGE_BYTES: usize = 64;

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
    /// Random id of this entry.
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
    /// The items it is stored as, as many as its messages need. The first has its id; the sweep treats each as a
    /// separate entry.
    #[must_use]
    pub fn items(&self) -> Vec<Self> {
        let mut items: Vec<Self> = Vec::new();
        let mut bytes = ITEM_BYTES_MAX;
        for message in &self.messages {
            let size = message.queue.len() + message.body.len() + MESSAGE_BYTES;
            bytes += size;
            if bytes > ITEM_BYTES_MAX {
                let id =
                    if items.is_empty() { self.id.clone() } else { format!("{}.{}", self.id, items.len()) };
                items.push(Self { id, created_at: self.created_at, messages: Vec::new() });
                bytes = size;
            }
            if let Some(item) = items.last_mut() {
                item.messages.push(message.clone());
            }
        }
        if items.is_empty() { vec![self.clone()] } else { items }
    }

    /// Its key; the first hex digit of its random id selects the partition.
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

impl Transaction {
    /// Adds the messages that the change causes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn announce(self, messages: &OutboxRecord) -> Result<Self, StoreError> {
        let items = messages.items();
        items.iter().try_fold(self, |transaction, item| transaction.put(&item.key(), item, Change::new()))
    }
}

impl Index {
    /// Stores messages that no other change causes: they will be sent, whatever happens to the caller.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_outbox(&self, messages: &OutboxRecord) -> Result<(), StoreError> {
        for item in messages.items() {
            self.put_new(&item.key(), &item).await?;
        }
        Ok(())
    }

    /// Removes an entry whose messages were sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_outbox(&self, entry: &OutboxRecord) -> Result<(), StoreError> {
        for item in entry.items() {
            self.delete(&item.key()).await?;
        }
        Ok(())
    }

    /// The entries written before `before`: a crash or an outage kept them from their queue.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(messages: usize, bytes: usize) -> OutboxRecord {
        let message = OutboxMessage::new(QueueName::Settle, "x".repeat(bytes));
        OutboxRecord { id: "a1".into(), created_at: Timestamp::UNIX_EPOCH, messages: vec![message; messages] }
    }

    #[test]
    fn an_entry_is_as_many_items_as_its_messages_need() {
        for (messages, bytes, items) in
            [(0, 0, 1), (1, 10, 1), (700, 300, 1), (2000, 300, 3), (2, 200_000, 2)]
        {
            let found = entry(messages, bytes).items();
            assert_eq!(found.len(), items, "{messages} {bytes}");
            assert_eq!(found.iter().map(|item| item.messages.len()).sum::<usize>(), messages);
            // Each is complete on its own.
            assert!(found.iter().all(|item| item.items().len() == 1));
            assert!(found[0].key() == entry(0, 0).key(), "the first has the entry's id");
        }
    }
}
