use std::time::Duration;

use async_trait::async_trait;
use filmless_store::port::{DeadLetters, DeadMessage, PortError, Queue, QueueName};

use super::{DELAY_MAX, DurableQueue, QueueError};

fn port_error(operation: &'static str, error: QueueError) -> PortError {
    match error {
        QueueError::Database { .. } | QueueError::Randomness => {
            PortError::Unavailable { operation, source: Box::new(error) }
        }
        QueueError::BodyTooLarge | QueueError::DelayTooLong => {
            PortError::Refused { operation, source: Box::new(error) }
        }
    }
}

#[async_trait]
impl Queue for DurableQueue {
    async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), PortError> {
        // Like the SQS adapter: a caller that waits longer checks the clock in between.
        let delay = delay.min(DELAY_MAX);
        Self::send(self, queue, body, delay).await.map_err(|error| port_error("send a message", error))
    }
}

#[async_trait]
impl DeadLetters for DurableQueue {
    async fn list(&self, queue: QueueName) -> Result<Vec<DeadMessage>, PortError> {
        let letters =
            self.dead_letters(queue).await.map_err(|error| port_error("list dead letters", error))?;
        let message = |letter: super::DeadLetter| DeadMessage {
            id: letter.id.to_string(),
            body: letter.body,
            receives: letter.receive_count,
            sent_at: Some(letter.sent_at),
            last_error: letter.last_error,
        };
        Ok(letters.into_iter().map(message).collect())
    }

    async fn redrive(&self, queue: QueueName) -> Result<usize, PortError> {
        Self::redrive(self, queue).await.map_err(|error| port_error("redrive dead letters", error))
    }
}
