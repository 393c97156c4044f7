use std::time::Duration;

use async_trait::async_trait;

use super::PortError;

/// The queues between the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueName {
    /// S3 object-created events → `ingest-study`.
    Intake,
    /// Quiet-period checks and series to render → `prepare-study`.
    Settle,
    /// Downloads to pack → `prepare-study`, apart from [`QueueName::Settle`], so that no images wait for them.
    Downloads,
    /// Studies for the publish gate → `release-study`.
    Release,
    /// Notices to send → `send-notice`.
    Notices,
}

impl QueueName {
    /// All queues.
    pub const ALL: [Self; 5] = [Self::Intake, Self::Settle, Self::Downloads, Self::Release, Self::Notices];

    /// The name used in configuration, logs and `docs/CONFIGURATION.md`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Settle => "settle",
            Self::Downloads => "downloads",
            Self::Release => "release",
            Self::Notices => "notices",
        }
    }
}

/// The sending side of the queues. Delivery is at least once and in any order, so receivers must be idempotent.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends one message, to be received after `delay` (at most 15 minutes, SQS's limit).
    ///
    /// # Errors
    /// [`PortError`]. After `Ok` the message survives a crash.
    async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), PortError>;

    /// Whether messages can be sent from here at all. If not, the outbox sweep sends them, and need not wait for
    /// anybody.
    fn is_at_hand(&self) -> bool {
        true
    }
}
