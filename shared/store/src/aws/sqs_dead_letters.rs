use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;
use thiserror::Error;

use super::{QueueUrls, port_error};
use crate::port::{DeadLetters, DeadMessage, PortError, QueueName};

/// How long a message is hidden from others while we look at it or send it back, in seconds.
const HIDDEN_SECONDS: i32 = 60;
/// Most receives in one command: a queue that fills as fast as it is emptied must not keep it busy for ever.
const RECEIVES_MAX: usize = 10_000;

/// The dead-letter queues of SQS, each found by the redrive policy of its queue.
#[derive(Debug, Clone)]
pub struct SqsDeadLetters {
    client: Client,
    urls: QueueUrls,
}

#[derive(Debug, Error)]
#[error("the queue names no dead-letter queue")]
struct NoDeadLetterQueue;

impl SqsDeadLetters {
    /// The dead-letter queues of the queues at these URLs.
    #[must_use]
    pub fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }

    async fn dead_url(&self, queue: QueueName) -> Result<String, PortError> {
        let request = self.client.get_queue_attributes().queue_url(self.urls.of(queue)?);
        let answer = request.attribute_names(QueueAttributeName::RedrivePolicy).send().await;
        let answer = answer.map_err(port_error("GetQueueAttributes"))?;
        let policy = answer.attributes().and_then(|all| all.get(&QueueAttributeName::RedrivePolicy));
        let arn = policy.and_then(|policy| {
            let policy: serde_json::Value = serde_json::from_str(policy).ok()?;
            Some(policy["deadLetterTargetArn"].as_str()?.to_owned())
        });
        let none =
            || PortError::Refused { operation: "GetQueueAttributes", source: Box::new(NoDeadLetterQueue) };
        // arn:aws:sqs:region:account:name
        let name = arn.as_deref().and_then(|arn| arn.rsplit(':').next()).ok_or_else(none)?;
        let url = self.client.get_queue_url().queue_name(name).send().await;
        let url = url.map_err(port_error("GetQueueUrl"))?;
        url.queue_url().map(str::to_owned).ok_or_else(none)
    }

    async fn receive(&self, url: &str) -> Result<Vec<Message>, PortError> {
        let request = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = request.send().await.map_err(port_error("ReceiveMessage"))?;
        Ok(answer.messages.unwrap_or_default())
    }
}

fn dead_message(message: &Message) -> DeadMessage {
    let attribute = |name| message.attributes().and_then(|all| all.get(&name)?.parse::<i64>().ok());
    let sent_ms = attribute(MessageSystemAttributeName::SentTimestamp);
    let receives = attribute(MessageSystemAttributeName::ApproximateReceiveCount).unwrap_or_default();
    DeadMessage {
        last_error: None,
        id: message.message_id().unwrap_or_default().to_owned(),
        body: message.body().unwrap_or_default().to_owned(),
        receives: u32::try_from(receives).unwrap_or_default(),
        sent_at: sent_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn list(&self, queue: QueueName) -> Result<Vec<DeadMessage>, PortError> {
        let url = self.dead_url(queue).await?;
        let mut seen = Vec::new();
        for _ in 0..RECEIVES_MAX {
            let batch = self.receive(&url).await?;
            if batch.is_empty() {
                break;
            }
            seen.extend(batch);
        }
        // We only looked: show them to the next reader, too.
        for message in &seen {
            let request = self.client.change_message_visibility().queue_url(&url).visibility_timeout(0);
            let request = request.receipt_handle(message.receipt_handle().unwrap_or_default());
            request.send().await.map_err(port_error("ChangeMessageVisibility"))?;
        }
        Ok(seen.iter().map(dead_message).collect())
    }

    async fn redrive(&self, queue: QueueName) -> Result<usize, PortError> {
        let (from, to) = (self.dead_url(queue).await?, self.urls.of(queue)?);
        let mut moved = 0;
        for _ in 0..RECEIVES_MAX {
            let batch = self.receive(&from).await?;
            if batch.is_empty() {
                break;
            }
            for message in batch {
                let body = message.body().unwrap_or_default();
                let sent = self.client.send_message().queue_url(to).message_body(body).send().await;
                sent.map_err(port_error("SendMessage"))?;
                let receipt = message.receipt_handle().unwrap_or_default();
                let deleted = self.client.delete_message().queue_url(&from).receipt_handle(receipt);
                deleted.send().await.map_err(port_error("DeleteMessage"))?;
                moved += 1;
            }
        }
        Ok(moved)
    }
}
