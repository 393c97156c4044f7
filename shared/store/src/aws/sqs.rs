use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;

use super::port_error;
use crate::port::{PortError, Queue, QueueName};

/// SQS takes a delay of at most 15 minutes.
const DELAY_MAX: Duration = Duration::from_secs(900);

/// The URLs of the queues that a program sends to; it knows no others.
#[derive(Debug, Clone, Default)]
pub struct QueueUrls(HashMap<QueueName, String>);

impl<const N: usize> From<[(QueueName, String); N]> for QueueUrls {
    fn from(urls: [(QueueName, String); N]) -> Self {
        Self(urls.into())
    }
}

impl QueueUrls {
    /// The URL of a queue.
    ///
    /// # Errors
    /// [`PortError::Refused`] if the program was not given that queue.
    pub fn of(&self, queue: QueueName) -> Result<&str, PortError> {
        let url = self.0.get(&queue).map(String::as_str);
        url.ok_or_else(|| {
            let source = format!("this program was not told where the queue {} is", queue.as_str());
            PortError::Refused { operation: "SendMessage", source: source.into() }
        })
    }
}

/// The queues on SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    urls: QueueUrls,
}

impl SqsQueue {
    /// Queues at these URLs.
    #[must_use]
    pub fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), PortError> {
        let url = self.urls.of(queue)?;
        // Rounded up: a quiet period must not end early.
        let delay = delay.min(DELAY_MAX).as_millis().div_ceil(1000);
        let request = self.client.send_message().queue_url(url).message_body(body);
        let request = request.delay_seconds(i32::try_from(delay).unwrap_or(900));
        request.send().await.map(|_| ()).map_err(port_error("SendMessage"))
    }
}
