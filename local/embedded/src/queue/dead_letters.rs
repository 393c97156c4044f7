use filmless_store::port::QueueName;
use jiff::Timestamp;

use super::state::DeadLetter;
use super::{DurableQueue, QueueError, table};

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

    /// Gives every dead letter since then a fresh start, in all queues, and returns their number. For failures whose
    /// cause is over.
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

    /// Gives every dead letter of the queue a fresh start and returns their number.
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
