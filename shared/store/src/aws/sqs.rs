use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;

use super::port_error;
use crate::port::{PortError, Queue, QueueName};

/// SQS takes a delay of at most 15 minutes.
const DELAY_MAX: Duration = Duration::from_secs(900);

/// Where each queue is.
#[derive(Debug, Clone)]
pub struct QueueUrls {
    /// URL of the intake queue.
    pub intake: String,
    /// URL of the settle queue.
    pub settle: String,
    /// URL of the downloads queue.
    pub downloads: String,
    /// URL of the release queue.
    pub release: String,
    /// URL of the notices queue.
    pub notices: String,
}

impl QueueUrls {
    /// The URL of a queue.
    #[must_use]
    pub fn of(&self, queue: QueueName) -> &str {
        match queue {
            QueueName::Intake => &self.intake,
            QueueName::Settle => &self.settle,
            QueueName::Downloads => &self.downloads,
            QueueName::Release => &self.release,
            QueueName::Notices => &self.notices,
        }
    }
}

/// The queues of SQS.
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
        let url = self.urls.of(queue);
        // Rounded up: a quiet period must not end early.
        let delay = delay.min(DELAY_MAX).as_millis().div_ceil(1000);
        let request = self.client.send_message().queue_url(url).message_body(body);
        let request = request.delay_seconds(i32::try_from(delay).unwrap_or(900));
        request.send().await.map(|_| ()).map_err(port_error("SendMessage"))
    }
}
