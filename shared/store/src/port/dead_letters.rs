use async_trait::async_trait;
use jiff::Timestamp;

use super::{PortError, QueueName};

/// A message that was given up on. `Debug` hides its body: an object key may contain a name.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadMessage {
    /// Its id in the queue.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
    /// When it was sent, if the queue says so.
    pub sent_at: Option<Timestamp>,
    /// The code of its last failure, if the queue keeps it. SQS does not; see the log.
    pub last_error: Option<String>,
}

impl std::fmt::Debug for DeadMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeadMessage({})", self.id)
    }
}

/// The dead-letter queues: messages that could not be processed wait there for somebody to look.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// The dead letters of a queue.
    ///
    /// # Errors
    /// [`PortError`].
    async fn list(&self, queue: QueueName) -> Result<Vec<DeadMessage>, PortError>;

    /// Sends them all back to their queue; returns how many. If interrupted, one may be sent twice.
    ///
    /// # Errors
    /// [`PortError`].
    async fn redrive(&self, queue: QueueName) -> Result<usize, PortError>;
}
