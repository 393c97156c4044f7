use crate::queue::table::timestamp;
use std::{fmt, time::Duration};

use filmless_store::port::QueueName;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::time::Instant;

use super::{DurableQueue, QueueError, later, table};

/// Most messages per receive, SQS's own limit.
const RECEIVE_MAX: usize = 10;

/// A message the receiver holds until it deletes it, puts it back, or its time runs out.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The same for every receive of the message.
    pub id: i64,
    /// Identifies this receive; a later receive of the same message invalidates it.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// Which receive this is, from 1.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was first received.
    pub first_received_at: Timestamp,
}

/// Bodies name objects and may contain secrets sealed for one patient: they must not be logged.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("id", &self.id)
            .field("receive_count", &self.receive_count)
            .finish_non_exhaustive()
    }
}

/// What happened to a message that could not be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It becomes visible again after this wait.
    After(Duration),
    /// It was received too often and is now a dead letter.
    DeadLettered,
    /// The receipt is no longer valid: somebody else holds the message, or it is gone.
    NotHeld,
}

impl DurableQueue {
    /// Takes up to `max` due messages (at most 10) and hides them from others for `visibility`. Does not wait.
    ///
    /// # Errors
    /// [`QueueError::Database`] or [`QueueError::Randomness`].
    pub async fn receive(
        &self,
        queue: QueueName,
        max: usize,
        visibility: Duration,
    ) -> Result<Vec<Received>, QueueError> {
        let (now_ms, receives_max) = (self.now_ms(), self.policy.receives_max);
        let until_ms = later(now_ms, visibility);
        self.database
            .write(move |c| {
                table::bury_exhausted(c, queue, now_ms, receives_max)?;
                take(c, queue, max.min(RECEIVE_MAX), now_ms, until_ms)
            })
            .await
    }

    /// Like [`receive`](Self::receive), but waits up to `wait` for the first message. Sleeps until the next message is
    /// due or one is sent; it does not poll.
    ///
    /// # Errors
    /// [`QueueError::Database`] or [`QueueError::Randomness`].
    pub async fn receive_wait(
        &self,
        queue: QueueName,
        max: usize,
        visibility: Duration,
        wait: Duration,
    ) -> Result<Vec<Received>, QueueError> {
        let deadline = Instant::now() + wait;
        loop {
            let Some(arrival) = self.arrivals.get(&queue) else { return Ok(Vec::new()) };
            // Listen before looking, so that a message sent in between is not missed.
            let arrived = arrival.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();

            let next_due_ms: Option<i64> =
                self.database.read(move |c| Ok::<_, QueueError>(table::next_due_ms(c, queue)?)).await?;
            let until_due = next_due_ms.map(|due_ms| due_ms.saturating_sub(self.now_ms()));
            if until_due.is_some_and(|ms| ms <= 0) {
                let received = self.receive(queue, max, visibility).await?;
                if !received.is_empty() {
                    return Ok(received);
                }
                continue;
            }
            if Instant::now() >= deadline {
                return Ok(Vec::new());
            }
            let due = until_due.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
            let wake = due.map_or(deadline, |wait| deadline.min(Instant::now() + wait));
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep_until(wake) => {}
            }
        }
    }

    /// Removes a message for good. `false` if the receipt was no longer valid.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn delete(&self, receipt: &str) -> Result<bool, QueueError> {
        let receipt = receipt.to_owned();
        self.database.write(move |c| Ok(table::delete(c, &receipt)?)).await
    }

    /// Keeps a held message hidden for `visibility` from now. `false` if the receipt was no longer valid.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub async fn change_visibility(&self, receipt: &str, visibility: Duration) -> Result<bool, QueueError> {
        let (receipt, due_ms) = (receipt.to_owned(), later(self.now_ms(), visibility));
        let held = self
            .database
            .write(move |c| {
                let held = table::held(c, &receipt)?;
                table::postpone(c, &receipt, due_ms)?;
                Ok::<_, QueueError>(held)
            })
            .await?;
        if let Some((_, queue, _)) = &held {
            self.announce_named(queue);
        }
        Ok(held.is_some())
    }

    /// Puts back a message that could not be processed, with exponential back-off and jitter, or gives up on it. `code`
    /// tells readers of the dead letters why.
    ///
    /// # Errors
    /// [`QueueError::Database`] or [`QueueError::Randomness`].
    pub async fn release_for_retry(
        &self,
        receipt: &str,
        code: Option<&'static str>,
    ) -> Result<Retry, QueueError> {
        let mut jitter = [0; 2];
        getrandom::fill(&mut jitter).map_err(|_| QueueError::Randomness)?;
        let (receipt, now_ms, policy) = (receipt.to_owned(), self.now_ms(), self.policy);
        let (queue, retry) = self
            .database
            .write(move |c| {
                let Some((id, queue, receive_count)) = table::held(c, &receipt)? else {
                    return Ok((String::new(), Retry::NotHeld));
                };
                table::remember_error(c, id, code)?;
                if receive_count >= policy.receives_max {
                    table::bury(c, id, now_ms)?;
                    return Ok((queue, Retry::DeadLettered));
                }
                let wait = policy.backoff(receive_count, u16::from_ne_bytes(jitter));
                table::put_back(c, id, later(now_ms, wait))?;
                Ok::<_, QueueError>((queue, Retry::After(wait)))
            })
            .await?;
        self.announce_named(&queue);
        Ok(retry)
    }

    fn announce_named(&self, name: &str) {
        if let Some(queue) = QueueName::ALL.into_iter().find(|queue| queue.as_str() == name) {
            self.announce(queue);
        }
    }
}

fn take(
    connection: &Connection,
    queue: QueueName,
    max: usize,
    now_ms: i64,
    until_ms: i64,
) -> Result<Vec<Received>, QueueError> {
    let mut taken = Vec::new();
    for due in table::due(connection, queue, now_ms, max)? {
        let receipt = random_receipt()?;
        table::hold(connection, due.id, &receipt, now_ms, until_ms)?;
        taken.push(Received {
            id: due.id,
            receipt,
            body: due.body,
            receive_count: due.receive_count.saturating_add(1),
            sent_at: timestamp(due.sent_ms),
            first_received_at: timestamp(due.first_received_ms.unwrap_or(now_ms)),
        });
    }
    Ok(taken)
}

fn random_receipt() -> Result<String, QueueError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| QueueError::Randomness)?;
    Ok(hex::encode(bytes))
}
