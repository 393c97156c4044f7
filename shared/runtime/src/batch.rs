//! Partial batch failures: a failed message comes again alone; the others of its batch are done.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::record::messages::Task;
use filmless_delivery::{DeliveryError, trace};
use tracing::error;

use crate::error_chain;

/// The failure codes of messages, by message id.
pub type FailureCodes = HashMap<String, &'static str>;

tokio::task_local! {
    static FAILED: RefCell<FailureCodes>;
}

/// Runs a handler; also returns the failure codes of its messages. SQS has no field for them, our own queue has.
pub async fn with_failure_codes<R>(handler: impl Future<Output = R>) -> (R, FailureCodes) {
    let noting = async {
        let answer = handler.await;
        (answer, FAILED.with(RefCell::take))
    };
    FAILED.scope(RefCell::default(), noting).await
}

/// Runs one task per message, one after the other, and reports those that fail.
pub async fn each_task<T, F, R>(event: SqsEvent, run: F) -> SqsBatchResponse
where
    T: Task,
    F: Fn(T) -> R,
    R: Future<Output = Result<(), DeliveryError>>,
{
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let body = message.body.unwrap_or_default();
        let outcome = match T::parse(&body) {
            Ok(task) => {
                let (step, study) = (task.step(), task.study().clone());
                trace::follow(step, &study, &body, Box::pin(run(task))).await
            }
            Err(error) => Err(error),
        };
        if let Err(failure) = outcome {
            report(&mut response, message.message_id, &failure);
        }
    }
    response
}

/// Logs a failure with its causes, once, and marks its message to come again.
pub fn report(response: &mut SqsBatchResponse, message_id: Option<String>, failure: &DeliveryError) {
    let message_id = message_id.unwrap_or_default();
    error!(code = failure.code(), message_id, cause = error_chain(failure), "message failed");
    let _ = FAILED.try_with(|failed| failed.borrow_mut().insert(message_id.clone(), failure.code()));
    response.add_failure(message_id);
}

#[cfg(test)]
mod tests {
    use super::*;
    use filmless_delivery::record::messages::ReleaseTask;
    use filmless_store::StoreError;

    #[tokio::test]
    async fn only_the_messages_that_failed_come_again() {
        let event = serde_json::json!({ "Records": [
            { "messageId": "good", "body": "{\"study_instance_uid\":\"1.2\"}" },
            { "messageId": "poison", "body": "not ours" },
            { "messageId": "unlucky", "body": "{\"study_instance_uid\":\"1.3\"}" },
        ]});
        let handled = each_task(serde_json::from_value(event).unwrap(), async |task: ReleaseTask| {
            if task.study_instance_uid.as_str() == "1.3" { Err(StoreError::NotFound.into()) } else { Ok(()) }
        });
        let (response, codes) = with_failure_codes(handled).await;
        let failed = serde_json::to_value(response).unwrap();
        let failed: Vec<&str> = failed["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["itemIdentifier"].as_str().unwrap())
            .collect();
        assert_eq!(failed, ["poison", "unlucky"]);
        assert_eq!((codes["poison"], codes["unlucky"]), ("bad-message", "storage-failed"));
    }
}
