//! Append-only logs. An event is written in the transaction of the change it records, and later moved into a
//! hash-chained object.

use filmless_domain::chain::ChainHead;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// Number of partitions; spreads the load of a busy table.
const SHARDS: u8 = 8;

/// The logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogName {
    /// Who did what.
    Audit,
    /// What was delivered.
    Usage,
}

/// An event that is not in a log object yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogEntry {
    /// Unique id of the event.
    pub id: String,
    /// When it happened.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// The event: one JSON object.
    pub event: String,
}

/// Where a log's objects end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogHead {
    /// End of the chain.
    #[serde(flatten)]
    pub chain: ChainHead,
    /// Key of the next object, once a writer has claimed it.
    #[serde(default)]
    pub next_key: Option<String>,
}

impl LogName {
    /// The name in keys, on the command line and in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Usage => "usage",
        }
    }

    fn head_key(self) -> ItemKey {
        ItemKey::new(format!("LOG#{}", self.as_str()), "HEAD")
    }

    /// The key of a pending event; the first hex digit of its id selects the partition.
    #[must_use]
    pub fn pending_key(self, id: &str, at: Timestamp) -> ItemKey {
        let digit = id.chars().next().and_then(|c| c.to_digit(16)).unwrap_or_default();
        let shard = digit % u32::from(SHARDS);
        // Zero-padded, so that sort keys order by time.
        ItemKey::new(format!("LOG#{}#{shard}", self.as_str()), format!("{:015}#{id}", at.as_millisecond()))
    }
}

impl Transaction {
    /// Adds an event to a log.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn log(self, name: LogName, entry: &LogEntry) -> Result<Self, StoreError> {
        self.put(&name.pending_key(&entry.id, entry.at), entry, Change::new())
    }

    /// Adds several events.
    ///
    /// # Errors
    /// As [`Transaction::log`].
    pub fn log_all(self, name: LogName, entries: &[LogEntry]) -> Result<Self, StoreError> {
        entries.iter().try_fold(self, |transaction, entry| transaction.log(name, entry))
    }
}

impl Index {
    /// Adds an event that records no change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn log(&self, name: LogName, entry: &LogEntry) -> Result<(), StoreError> {
        self.put_new(&name.pending_key(&entry.id, entry.at), entry).await.map(|_| ())
    }

    /// Where this log's objects end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn log_head(&self, name: LogName) -> Result<LogHead, StoreError> {
        Ok(self.get(&name.head_key()).await?.unwrap_or_default())
    }

    /// The events that are not in an object yet, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_log(&self, name: LogName) -> Result<Vec<LogEntry>, StoreError> {
        let mut entries: Vec<LogEntry> = Vec::new();
        for shard in 0..SHARDS {
            entries.extend(self.query(&format!("LOG#{}#{shard}", name.as_str()), "").await?);
        }
        entries.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(entries)
    }

    /// Claims the key of the object after this head: the first caller decides for all. `None` if the head has moved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_log_key(
        &self,
        name: LogName,
        head: &LogHead,
        proposed: &str,
    ) -> Result<Option<String>, StoreError> {
        let change = Change::new()
            .set("sequence", head.chain.sequence)
            .set("digest", &head.chain.digest)
            .set_if_absent("next_key", proposed)
            .when(&at_head(head));
        let claimed: Option<LogHead> = self.update(&name.head_key(), change).await?;
        Ok(claimed.and_then(|head| head.next_key))
    }

    /// Removes a pending event that is now in an object.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_pending_log(&self, name: LogName, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.delete(&name.pending_key(id, at)).await
    }

    /// Moves the head past a written object; false if another run did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn move_log_head(
        &self,
        name: LogName,
        from: &LogHead,
        to: &ChainHead,
    ) -> Result<bool, StoreError> {
        let change = Change::new()
            .set("sequence", to.sequence)
            .set("digest", &to.digest)
            .remove("next_key")
            .when(&at_head(from));
        Ok(self.update::<LogHead>(&name.head_key(), change).await?.is_some())
    }
}

fn at_head(head: &LogHead) -> Condition {
    let sequence = i64::try_from(head.chain.sequence).unwrap_or(i64::MAX);
    let here = Condition::is_number("sequence", sequence);
    if sequence == 0 { Condition::Any(vec![Condition::Absent("sequence"), here]) } else { here }
}
