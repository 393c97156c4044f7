//! From the queue's event to the use case.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::Services;
use filmless_delivery::notice::send_notice;
use filmless_delivery::record::messages::NoticeTask;
use filmless_runtime::batch::each_task;

/// Handles one batch; messages that failed come again.
pub async fn handle(services: &Services, event: SqsEvent) -> SqsBatchResponse {
    each_task(event, |task: NoticeTask| {
        let services = services.clone();
        async move { send_notice(&services, &task.study_instance_uid, task.link_version).await }
    })
    .await
}
