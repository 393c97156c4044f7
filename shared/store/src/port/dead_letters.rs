use async_trait::async_trait;
use jiff::Timestamp;

use super::{PortError, QueueName};

/// A message that was given up on. `Debug` hides what it says: keys of objects may hold a name.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadMessage {
    /// The queue's name of it.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
    /// When it was sent, as far as the queue tells.
    pub sent_at: Option<Timestamp>,
    /// The code with which it failed last, where the queue remembers it. SQS does not: the log does.
    pub last_error: Option<String>,
}

impl std::fmt::Debug for DeadMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeadMessage({})", self.id)
    }
}

/// The dead-letter queues: what nobody could work on waits there for somebody to look.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// The dead letters of a queue.
    ///
    /// # Errors
    /// [`PortError`].
    async fn list(&self, queue: QueueName) -> Result<Vec<DeadMessage>, PortError>;

    /// Sends them all back to their queue, and returns how many there were. One may come twice when this is cut short.
    ///
    /// # Errors
    /// [`PortError`].
    async fn redrive(&self, queue: QueueName) -> Result<usize, PortError>;
}
