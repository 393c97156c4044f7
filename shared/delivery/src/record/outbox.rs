//! From the outbox to the queues.

use std::time::Duration;

use filmless_store::index::{OutboxMessage, OutboxRecord};
use filmless_store::port::QueueName;
use tracing::debug;

use crate::DeliveryError;
use crate::parts::Common;

/// An entry older than this was left behind by a crash or an outage.
const STALE_AFTER: Duration = Duration::from_secs(10);

/// A new entry with these messages, to be written in the transaction that causes them.
pub(crate) fn entry(common: &Common, messages: Vec<OutboxMessage>) -> Result<OutboxRecord, DeliveryError> {
    let mut id = [0; 16];
    common.randomness.fill(&mut id)?;
    let age = if common.queue.is_at_hand() { Duration::ZERO } else { STALE_AFTER };
    Ok(OutboxRecord { id: hex::encode(id), created_at: common.clock.now() - age, messages })
}

/// Sends the messages of a written entry, then removes it. After a crash in between they are sent again, which
/// every receiver tolerates.
pub(crate) async fn publish(common: &Common, entry: &OutboxRecord) -> Result<(), DeliveryError> {
    for message in &entry.messages {
        pass_on(common, message).await?;
    }
    Ok(common.index.remove_outbox(entry).await?)
}

/// Sends one message that is stored nowhere: whoever waits for what it asks for asks again.
pub(crate) async fn pass_on(common: &Common, message: &OutboxMessage) -> Result<(), DeliveryError> {
    let queue = QueueName::ALL.into_iter().find(|queue| queue.as_str() == message.queue);
    if let Some(queue) = queue {
        common.queue.send(queue, &message.body, Duration::from_millis(message.delay_ms)).await?;
    }
    Ok(())
}

/// Sends messages that no other change causes. They are stored first; if the queue does not accept them now, the
/// sweep sends them.
pub(crate) async fn send(common: &Common, messages: Vec<OutboxMessage>) -> Result<(), DeliveryError> {
    let entry = entry(common, messages)?;
    common.index.add_outbox(&entry).await?;
    send_now(common, &entry).await
}

/// Sends the messages of a written entry, or leaves them to the sweep.
pub(crate) async fn send_now(common: &Common, entry: &OutboxRecord) -> Result<(), DeliveryError> {
    match publish(common, entry).await {
        Err(DeliveryError::Port(error)) => {
            debug!(cause = %error, "messages are left to the sweep");
            Ok(())
        }
        published => published,
    }
}

/// Ignores an error for messages that are stored: the sweep sends them.
pub(crate) fn leave_to_sweeper(sent: Result<(), DeliveryError>) {
    if let Err(error) = sent {
        tracing::info!(code = error.code(), "left to the sweep of the outbox");
    }
}

/// Sends what a crash or an outage left behind; returns how many entries that were. With `all`, also young ones:
/// right after a start, when nobody else can be about to send them.
///
/// # Errors
/// [`DeliveryError`].
pub async fn sweep(common: &Common, all: bool) -> Result<usize, DeliveryError> {
    let age = if all { Duration::ZERO } else { STALE_AFTER };
    let stale = common.index.stale_outbox(common.clock.now() - age).await?;
    for entry in &stale {
        publish(common, entry).await?;
    }
    Ok(stale.len())
}
