//! Durable queues with the semantics of SQS: at least once, in any order, with visibility timeout and dead letters.

mod backoff;
mod dead_letters;
mod port;
mod receive;
mod state;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt, path::Path, sync::Arc, time::Duration};

use filmless_store::port::{Clock, QueueName, SystemClock};
use thiserror::Error;
use tokio::sync::Notify;

use crate::database::{Database, DatabaseError};

pub use backoff::RetryPolicy;
pub use receive::{Received, Retry};
pub use state::{DeadLetter, Depth};

/// Longest delay of a message, SQS's own limit.
const DELAY_MAX: Duration = Duration::from_secs(15 * 60);
/// Largest body of a message in bytes, SQS's own limit.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Why a queue failed.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The database failed; it may work later.
    #[error("the queue's database failed")]
    Database {
        /// The cause.
        #[from]
        source: DatabaseError,
    },
    /// The body is larger than a queue accepts.
    #[error("the message is larger than {BODY_BYTES_MAX} bytes")]
    BodyTooLarge,
    /// The delay is longer than a queue accepts.
    #[error("the delay is longer than 15 minutes")]
    DelayTooLong,
    /// The operating system gave no random bytes.
    #[error("no randomness is available")]
    Randomness,
}

impl From<rusqlite::Error> for QueueError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database { source: error.into() }
    }
}

/// All queues of the embedded profile, in `embedded.db`.
pub struct DurableQueue {
    database: Database,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    arrivals: HashMap<QueueName, Notify>,
}

impl DurableQueue {
    /// Opens the queues. Messages held by a process that died become visible at once.
    pub(crate) async fn open(
        database: Database,
        clock: Arc<dyn Clock>,
        policy: RetryPolicy,
    ) -> Result<Self, DatabaseError> {
        let now_ms = clock.now().as_millisecond();
        database.write(move |c| table::release_interrupted(c, now_ms)).await?;
        let arrivals = QueueName::ALL.into_iter().map(|queue| (queue, Notify::new())).collect();
        Ok(Self { database, clock, policy, arrivals })
    }

    /// Opens the queues of a data folder while another process works on them. Messages in flight stay in flight. The
    /// other process sees what is sent here within the time of its long poll.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn attach(data_dir: &Path, policy: RetryPolicy) -> Result<Self, DatabaseError> {
        let path = data_dir.join("embedded.db");
        let opened = tokio::task::spawn_blocking(move || Database::open(&path)).await;
        let database = opened.map_err(|_| DatabaseError::Closed)??;
        let arrivals = QueueName::ALL.into_iter().map(|queue| (queue, Notify::new())).collect();
        Ok(Self { database, clock: Arc::new(SystemClock), policy, arrivals })
    }

    /// Sends a message that becomes visible after `delay`. Once this returns `Ok`, the message survives a crash.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), QueueError> {
        if body.len() > BODY_BYTES_MAX {
            return Err(QueueError::BodyTooLarge);
        }
        if delay > DELAY_MAX {
            return Err(QueueError::DelayTooLong);
        }
        let (body, now_ms) = (body.to_owned(), self.now_ms());
        let due_ms = later(now_ms, delay);
        self.database
            .write(move |c| table::insert(c, queue, &body, now_ms, due_ms).map_err(QueueError::from))
            .await?;
        self.announce(queue);
        Ok(())
    }

    /// Wakes the waiting receivers of the queue: a message may have become due.
    pub(crate) fn announce(&self, queue: QueueName) {
        if let Some(arrival) = self.arrivals.get(&queue) {
            arrival.notify_waiters();
        }
    }

    /// The number of messages in the queue.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn depth(&self, queue: QueueName) -> Result<Depth, QueueError> {
        let (now_ms, receives_max) = (self.now_ms(), self.policy.receives_max);
        self.database.read(move |c| Ok(table::depth(c, queue, now_ms, receives_max)?)).await
    }

    /// How long the longest-waiting message has been due, across all queues.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn overdue(&self) -> Result<Duration, QueueError> {
        let now_ms = self.now_ms();
        let since_ms =
            self.database.read(move |c| Ok::<_, QueueError>(table::due_since_ms(c, now_ms)?)).await?;
        let waited_ms = since_ms.map_or(0, |since_ms| now_ms.saturating_sub(since_ms));
        Ok(Duration::from_millis(u64::try_from(waited_ms).unwrap_or_default()))
    }

    /// The age of the oldest message that could be received now.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn oldest(&self, queue: QueueName) -> Result<Duration, QueueError> {
        let now_ms = self.now_ms();
        let sent_ms = self
            .database
            .read(move |c| Ok::<_, QueueError>(table::oldest_sent_ms(c, queue, now_ms)?))
            .await?;
        let waited_ms = sent_ms.map_or(0, |sent_ms| now_ms.saturating_sub(sent_ms));
        Ok(Duration::from_millis(u64::try_from(waited_ms).unwrap_or_default()))
    }

    /// Whether no queue has work left, now or later. Dead letters do not count.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn is_idle(&self) -> Result<bool, QueueError> {
        let receives_max = self.policy.receives_max;
        let now_ms = self.now_ms();
        self.database.read(move |c| Ok(!table::any_alive(c, now_ms, receives_max)?)).await
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}

impl fmt::Debug for DurableQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DurableQueue").field("policy", &self.policy).finish_non_exhaustive()
    }
}

fn later(now_ms: i64, wait: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}
