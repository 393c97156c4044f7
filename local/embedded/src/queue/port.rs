use std::time::Duration;

use async_trait::async_trait;
use filmless_store::port::{PortError, Queue, QueueName};

use super::{DurableQueue, QueueError};

#[async_trait]
impl Queue for DurableQueue {
    async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), PortError> {
        let operation = "send a message";
        Self::send(self, queue, body, delay).await.map_err(|error| match error {
            QueueError::Database { .. } | QueueError::Randomness => {
                PortError::Unavailable { operation, source: Box::new(error) }
            }
            QueueError::BodyTooLarge | QueueError::DelayTooLong => {
                PortError::Refused { operation, source: Box::new(error) }
            }
        })
    }
}
