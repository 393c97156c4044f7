//! Turns the queue's event into calls of the use case.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::notice::{send_member_message, send_notice};
use filmless_delivery::parts::Notify;
use filmless_delivery::record::messages::NoticesTask;
use filmless_runtime::batch::each_task;

/// Handles one batch; messages that failed come again.
pub async fn handle(notify: &Notify, event: SqsEvent) -> SqsBatchResponse {
    each_task(event, |task: NoticesTask| {
        let notify = notify.clone();
        async move {
            match task {
                NoticesTask::Notice(task) => {
                    send_notice(&notify, &task.study_instance_uid, task.link_version).await
                }
                NoticesTask::Member(task) => send_member_message(&notify, &task).await,
            }
        }
    })
    .await
}
