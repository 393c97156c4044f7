//! Turns the queue's event into calls of the use case.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::parts::Release;
use filmless_delivery::record::messages::ReleaseTask;
use filmless_delivery::release::release_study;
use filmless_runtime::batch::each_task;

/// Handles one batch; messages that failed come again.
pub async fn handle(release: &Release, event: SqsEvent) -> SqsBatchResponse {
    each_task(event, |task: ReleaseTask| {
        let release = release.clone();
        async move { release_study(&release, &task.study_instance_uid).await }
    })
    .await
}
