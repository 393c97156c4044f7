//! Reads AWS's two kinds of reports for the use case: SES reports through SNS and a queue, SNS through its log.

use aws_lambda_events::cloudwatch_logs::LogsEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::DeliveryError;
use filmless_delivery::notice::feedback::{read_report, record_feedback};
use filmless_delivery::parts::Release;
use filmless_runtime::batch::report;
use serde::Deserialize;

/// What the function is invoked with.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum FeedbackEvent {
    /// A batch of the feedback queue: SES reports through SNS.
    Queue(SqsEvent),
    /// Lines of the log in which SNS reports on SMS.
    Log(LogsEvent),
}

/// Handles one event; messages of the queue that failed come again.
///
/// # Errors
/// [`DeliveryError`] for lines of the log: Lambda then invokes again with the same lines.
pub async fn handle(release: &Release, event: FeedbackEvent) -> Result<SqsBatchResponse, DeliveryError> {
    let mut response = SqsBatchResponse::default();
    match event {
        FeedbackEvent::Queue(event) => {
            for message in event.records {
                let recorded = record_text(release, message.body.as_deref().unwrap_or_default()).await;
                if let Err(failure) = recorded {
                    report(&mut response, message.message_id, &failure);
                }
            }
        }
        FeedbackEvent::Log(event) => {
            for line in event.aws_logs.data.log_events {
                record_text(release, &line.message).await?;
            }
        }
    }
    Ok(response)
}

async fn record_text(release: &Release, text: &str) -> Result<(), DeliveryError> {
    match read_report(text) {
        Some(feedback) => record_feedback(release, &feedback).await.map(|_| ()),
        // Other events of a configuration set (opens, rendering) say nothing about delivery.
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_event_are_read() {
        let read = |event: &str| serde_json::from_str::<FeedbackEvent>(event).unwrap();
        assert!(matches!(
            read(r#"{"Records":[{"messageId":"1","body":"{}"}]}"#),
            FeedbackEvent::Queue(event) if event.records.len() == 1
        ));
        // gzip of {"messageType":"DATA_MESSAGE","owner":"0","logGroup":"g","logStream":"s",
        // "subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":0,"message":"m"}]}, made with Python's gzip.
        let FeedbackEvent::Log(event) = read(&format!(r#"{{"awslogs":{{"data":"{LOG_EVENT}"}}}}"#)) else {
            panic!("no log event")
        };
        assert_eq!(event.aws_logs.data.log_events[0].message, "m");
    }

    const LOG_EVENT: &str = "H4sIAAAAAAACAzWOuwrDMAxF/0VzhnTNZqibqZOzlVCcVhhB/MBSUkLIv1dt6aYjHe7VDhGZfcBhKwgdnM1g7lfrnO\
         ktNJBfCauuW53nHPqal6IYfuikoo/KrMzLxI9KRSinC82ClaG7jV/RrpjkgzvQU/2T+kLaLD5qXtv8v9BbhGM83r/o\
         n8eXAAAA";
}
