//! A sweep that deletes what lifecycle rules and the table's TTL delete on AWS, and messages, which AWS never stores.

use std::sync::Arc;
use std::time::Duration;

use filmless_embedded::{EmbeddedError, Expiry, Sweeper};
use filmless_runtime::error_chain;
use filmless_store::port::Clock;
use tokio::task::JoinHandle;
use tracing::{error, info};

use crate::instance::{DERIVED_BUCKET, SLIPS_BUCKET};

use super::outbox::OutboxFolder;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Slips contain passwords, and so do messages (`SlipRetentionDays` in `infra/template/parameters.yaml`).
const SECRETS_KEPT: Duration = DAY.saturating_mul(7);
/// A download is made again on request (`downloads-are-made-again` in `infra/template/buckets.yaml`).
const DOWNLOADS_KEPT: Duration = DAY.saturating_mul(7);
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);
/// Longest time that deleted data stays on the disk.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// The lifecycle rules of the buckets.
pub fn rules() -> Vec<Expiry> {
    let rule = |bucket: &str, prefix: &str, after| Expiry {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        after,
    };
    vec![rule(SLIPS_BUCKET, "", SECRETS_KEPT), rule(DERIVED_BUCKET, "downloads/", DOWNLOADS_KEPT)]
}

/// Starts the sweep: now, then regularly.
pub fn start(sweeper: Sweeper, outbox: OutboxFolder, clock: Arc<dyn Clock>) -> [JoinHandle<()>; 2] {
    let forgetter = sweeper.clone();
    let sweeping = async move {
        loop {
            if let Err(failure) = sweep(&sweeper, &outbox, clock.as_ref()).await {
                error!(cause = error_chain(&failure), "what is due could not be deleted");
            }
            tokio::time::sleep(SWEEP_EVERY).await;
        }
    };
    let forgetting = async move {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            if let Err(failure) = forgetter.forget_deleted().await {
                error!(cause = error_chain(&failure), "journals could not be cut");
            }
        }
    };
    [tokio::spawn(sweeping), tokio::spawn(forgetting)]
}

/// Deletes what is due now.
async fn sweep(sweeper: &Sweeper, outbox: &OutboxFolder, clock: &dyn Clock) -> Result<(), EmbeddedError> {
    let messages = outbox.expire(clock.now() - SECRETS_KEPT).await;
    let swept = sweeper.sweep().await?;
    let messages = messages
        .map_err(|source| EmbeddedError::Folder { operation: "delete old messages of the outbox", source })?;
    if messages + swept.objects + swept.uploads + swept.items > 0 {
        info!(
            messages,
            objects = swept.objects,
            uploads = swept.uploads,
            items = swept.items,
            "deleted what was due"
        );
    }
    Ok(())
}
