//! Turns the queue's event into calls of the use case.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::DeliveryError;
use filmless_delivery::parts::Prepare;
use filmless_delivery::prepare::pack::{pack_download, pack_retrieval};
use filmless_delivery::prepare::render::{InstanceRenderer, render_series};
use filmless_delivery::prepare::settle::{check_quiet, settle_marks};
use filmless_delivery::record::messages::{SeriesContents, SettleTask};
use filmless_runtime::batch::each_task;

/// Handles one batch; messages that failed come again.
pub async fn handle(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    event: SqsEvent,
) -> SqsBatchResponse {
    each_task(event, |task: SettleTask| {
        let (prepare, renderer) = (prepare.clone(), Arc::clone(renderer));
        async move { run(&prepare, &renderer, task).await }
    })
    .await
}

async fn run(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    task: SettleTask,
) -> Result<(), DeliveryError> {
    match task {
        SettleTask::CheckQuiet { study_instance_uid } => check_quiet(prepare, &study_instance_uid).await,
        SettleTask::SettleMarks { study_instance_uid } => settle_marks(prepare, &study_instance_uid).await,
        SettleTask::RenderSeries { study_instance_uid, series_instance_uid, content_digest } => {
            let series = SeriesContents { series_instance_uid, content_digest };
            render_series(prepare, renderer, &study_instance_uid, &[series]).await
        }
        SettleTask::RenderSmallSeries { study_instance_uid, series } => {
            render_series(prepare, renderer, &study_instance_uid, &series).await
        }
        SettleTask::PackDownload { study_instance_uid, kind } => {
            Box::pin(pack_download(prepare, renderer, &study_instance_uid, kind)).await
        }
        SettleTask::PackRetrieval { study_instance_uid, retrieval } => {
            Box::pin(pack_retrieval(prepare, &study_instance_uid, retrieval)).await
        }
    }
}
