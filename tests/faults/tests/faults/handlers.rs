//! Passes messages from a run's queues to the handlers that the Lambdas call.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::{InstanceRenderer, Services};
use filmless_store::port::QueueName;
use record_feedback::handler::FeedbackEvent;
use serde_json::json;

use crate::ports::{Message, RenderOnTheSpot, Source};

/// The event that an event source mapping makes of a batch.
pub fn event_of(batch: &[Message]) -> SqsEvent {
    let records: Vec<_> = batch
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id.to_string(), "receiptHandle": message.id.to_string(), "body": message.body,
                "attributes": { "ApproximateReceiveCount": message.receives.to_string() },
                "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "ap-southeast-1",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

/// Passes an event to the function that reads its queue.
pub async fn handle(services: &Services, source: Source, event: SqsEvent) -> SqsBatchResponse {
    match source {
        Source::Queue(QueueName::Intake) => ingest_study::handler::handle(&services.into(), event).await,
        Source::Queue(QueueName::Settle | QueueName::Downloads) => {
            let renderer: Arc<dyn InstanceRenderer> = Arc::new(RenderOnTheSpot);
            prepare_study::handler::handle(&services.into(), &renderer, event).await
        }
        Source::Queue(QueueName::Release) => release_study::handler::handle(&services.into(), event).await,
        Source::Queue(QueueName::Notices) => send_notice::handler::handle(&services.into(), event).await,
        Source::Feedback => {
            record_feedback::handler::handle(&services.into(), FeedbackEvent::Queue(event)).await.unwrap()
        }
    }
}
