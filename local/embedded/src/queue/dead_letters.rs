use std::fmt;

use filmless_store::port::QueueName;
use jiff::Timestamp;

use super::{DurableQueue, QueueError, table};

/// A message that was received too often.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's id.
    pub id: i64,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was given up on.
    pub dead_at: Timestamp,
    /// The code with which it failed last; none where whoever held it never came back.
    pub last_error: Option<String>,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").field("id", &self.id).finish_non_exhaustive()
    }
}

impl DurableQueue {
    /// The queue's dead letters, oldest first.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn dead_letters(&self, queue: QueueName) -> Result<Vec<DeadLetter>, QueueError> {
        let (now_ms, receives_max) = (self.now_ms(), self.policy.receives_max);
        self.database
            .write(move |c| {
                table::bury_exhausted(c, queue, now_ms, receives_max)?;
                Ok(table::dead_letters(c, queue)?)
            })
            .await
    }

    /// Gives every dead letter that was given up since then a fresh start, whatever its queue, and returns how many there
    /// were: what failed for a reason that is over.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn redrive_since(&self, since: Timestamp) -> Result<usize, QueueError> {
        let (now_ms, receives_max) = (self.now_ms(), self.policy.receives_max);
        let count = self
            .database
            .write(move |c| {
                for queue in QueueName::ALL {
                    table::bury_exhausted(c, queue, now_ms, receives_max)?;
                }
                Ok::<_, QueueError>(table::redrive_since(c, since.as_millisecond(), now_ms)?)
            })
            .await?;
        for queue in QueueName::ALL {
            self.announce(queue);
        }
        Ok(count)
    }

    /// Gives every dead letter of the queue a fresh start and returns how many there were.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn redrive(&self, queue: QueueName) -> Result<usize, QueueError> {
        let (now_ms, receives_max) = (self.now_ms(), self.policy.receives_max);
        let count = self
            .database
            .write(move |c| {
                table::bury_exhausted(c, queue, now_ms, receives_max)?;
                Ok::<_, QueueError>(table::redrive(c, queue, now_ms)?)
            })
            .await?;
        self.announce(queue);
        Ok(count)
    }
}
