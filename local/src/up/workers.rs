//! Feeds the handlers from the durable queues, with the same events the Lambdas get.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use export_usage::handler::ExportEvent;
use filmless_delivery::parts::{Common, Export, Reconcile, Upkeep};
use filmless_delivery::record::outbox;
use filmless_delivery::{InstanceRenderer, Services};
use filmless_embedded::{DurableQueue, Received};
use filmless_runtime::batch::{FailureCodes, with_failure_codes};
use filmless_runtime::error_chain;
use filmless_store::port::QueueName;
use reconcile::handler::ReconcileEvent;
use run_upkeep::handler::{Job, UpkeepEvent};
use serde_json::json;
use tokio::task::JoinHandle;
use tracing::{error, warn};

use super::machine::Machine;

/// Like SQS's event source mapping: how many workers, how many messages each takes, and for how long.
struct Mapping {
    queue: QueueName,
    workers: usize,
    batch: usize,
    visibility: Duration,
}

const MAPPINGS: [Mapping; 5] = [
    Mapping { queue: QueueName::Intake, workers: 3, batch: 10, visibility: Duration::from_secs(300) },
    Mapping { queue: QueueName::Settle, workers: 2, batch: 1, visibility: Duration::from_secs(900) },
    Mapping { queue: QueueName::Downloads, workers: 2, batch: 1, visibility: Duration::from_secs(900) },
    Mapping { queue: QueueName::Release, workers: 2, batch: 1, visibility: Duration::from_secs(120) },
    Mapping { queue: QueueName::Notices, workers: 1, batch: 1, visibility: Duration::from_secs(120) },
];

/// As long as somebody at the command line is willing to wait.
const SWEEP_INTERVAL: Duration = Duration::from_secs(2);
/// More often than on AWS, because it costs nothing here.
const MINUTELY: Duration = Duration::from_secs(15);
const HOURLY: Duration = Duration::from_secs(3600);
const DAILY: Duration = Duration::from_secs(24 * 3600);
/// The longest wait SQS allows a receiver.
const LONG_POLL: Duration = Duration::from_secs(20);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Starts all workers and the sweeper of the outbox.
pub fn start(
    services: &Services,
    renderer: &Arc<dyn InstanceRenderer>,
    queue: &Arc<DurableQueue>,
    machine: &Machine,
) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![
        tokio::spawn(sweep(services.into())),
        tokio::spawn(keep_up(services.into(), Job::Minutely, MINUTELY)),
        tokio::spawn(keep_up(services.into(), Job::Daily, DAILY)),
        tokio::spawn(look_for_losses(services.into())),
        tokio::spawn(export(services.into())),
        tokio::spawn(do_asked(services.into())),
    ];
    for mapping in &MAPPINGS {
        for _ in 0..mapping.workers {
            let (renderer, queue) = (Arc::clone(renderer), Arc::clone(queue));
            tasks.push(tokio::spawn(work(services.clone(), renderer, queue, machine.clone(), mapping)));
        }
    }
    tasks
}

async fn sweep(common: Common) {
    // What an earlier process left, only we can send.
    let mut all = true;
    loop {
        match outbox::sweep(&common, all).await {
            Ok(_) => all = false,
            Err(failure) => error!(code = failure.code(), cause = error_chain(&failure), "outbox not swept"),
        }
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

/// Runs what AWS starts by schedule; also right after a start, for a machine that is switched off every night.
async fn keep_up(upkeep: Upkeep, job: Job, interval: Duration) {
    loop {
        if let Err(failure) = run_upkeep::handler::handle(&upkeep, UpkeepEvent { job }).await {
            error!(?job, code = failure.code(), cause = error_chain(&failure), "upkeep failed");
        }
        tokio::time::sleep(interval).await;
    }
}

async fn look_for_losses(parts: Reconcile) {
    loop {
        tokio::time::sleep(HOURLY).await;
        // Boxed: the compiler limits how deep futures may nest.
        let done = Box::pin(reconcile::handler::handle(&parts, ReconcileEvent::default())).await;
        if let Err(failure) = done {
            error!(code = failure.code(), cause = error_chain(&failure), "not reconciled");
        }
    }
}

/// Once a day, and an hour after a start, when unfinished work is done.
async fn export(parts: Export) {
    tokio::time::sleep(HOURLY).await;
    loop {
        let done = Box::pin(export_usage::handler::handle(&parts, ExportEvent::default())).await;
        if let Err(failure) = done {
            error!(cause = error_chain(&failure), "usage not exported");
        }
        tokio::time::sleep(DAILY).await;
    }
}

/// Runs what finance requested on its page.
async fn do_asked(parts: Export) {
    loop {
        let asked = ExportEvent { asked: true, ..ExportEvent::default() };
        if let Err(failure) = Box::pin(export_usage::handler::handle(&parts, asked)).await {
            error!(cause = error_chain(&failure), "what finance asked for is not done");
        }
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

async fn work(
    services: Services,
    renderer: Arc<dyn InstanceRenderer>,
    queue: Arc<DurableQueue>,
    machine: Machine,
    mapping: &'static Mapping,
) {
    loop {
        machine.until_there_is_room().await;
        let messages = match queue
            .receive_wait(mapping.queue, mapping.batch, mapping.visibility, LONG_POLL)
            .await
        {
            Ok(messages) => messages,
            Err(failure) => {
                error!(queue = mapping.queue.as_str(), cause = error_chain(&failure), "queue not readable");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        let (failed, codes) = match event_of(mapping.queue, &messages) {
            Ok(event) => {
                let handled = with_failure_codes(handle(&services, &renderer, mapping.queue, event)).await;
                (failed_ids(&handled.0), handled.1)
            }
            Err(failure) => {
                error!(cause = error_chain(&failure), "event not made");
                (messages.iter().map(|m| m.id.to_string()).collect(), FailureCodes::new())
            }
        };
        for message in messages {
            let id = message.id.to_string();
            let settled = if failed.contains(&id) {
                queue.release_for_retry(&message.receipt, codes.get(&id).copied()).await.map(|retry| {
                    warn!(queue = mapping.queue.as_str(), message_id = message.id, ?retry, "message failed");
                })
            } else {
                queue.delete(&message.receipt).await.map(|_| ())
            };
            if let Err(failure) = settled {
                error!(queue = mapping.queue.as_str(), cause = error_chain(&failure), "message not settled");
            }
        }
    }
}

/// The event as Lambda's event source mapping writes it.
fn event_of(queue: QueueName, messages: &[Received]) -> Result<SqsEvent, serde_json::Error> {
    let records: Vec<_> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id.to_string(),
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": message.receive_count.to_string(),
                    "SentTimestamp": message.sent_at.as_millisecond().to_string(),
                    "ApproximateFirstReceiveTimestamp": message.first_received_at.as_millisecond().to_string(),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:local:000000000000:{}", queue.as_str()),
                "awsRegion": crate::instance::REGION,
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records }))
}

async fn handle(
    services: &Services,
    renderer: &Arc<dyn InstanceRenderer>,
    queue: QueueName,
    event: SqsEvent,
) -> SqsBatchResponse {
    match queue {
        QueueName::Intake => ingest_study::handler::handle(&services.into(), event).await,
        QueueName::Settle | QueueName::Downloads => {
            prepare_study::handler::handle(&services.into(), renderer, event).await
        }
        QueueName::Release => release_study::handler::handle(&services.into(), event).await,
        QueueName::Notices => send_notice::handler::handle(&services.into(), event).await,
    }
}

fn failed_ids(response: &SqsBatchResponse) -> Vec<String> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.clone()).collect()
}
