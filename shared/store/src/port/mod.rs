//! Ports: where the embedded profile and AWS really differ.

mod clock;
mod dead_letters;
mod messenger;
mod queue;
mod randomness;
mod room;

pub use clock::{Clock, SystemClock};
pub use dead_letters::{DeadLetters, DeadMessage};
pub use messenger::{Email, Message, Messenger, Messengers, Sms, Values};
pub use queue::{Queue, QueueName};
pub use randomness::{OsRandomness, Randomness};
pub use room::Room;

use thiserror::Error;

/// Why a port failed, by what the caller can do.
#[derive(Debug, Error)]
pub enum PortError {
    /// It may work later: retry.
    #[error("the service is unavailable ({operation})")]
    Unavailable {
        /// The operation.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No answer came, so nobody knows whether it was done.
    #[error("the service did not answer ({operation})")]
    Unanswered {
        /// The operation.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It will never work with this input: do not retry; tell staff.
    #[error("the service refused the request ({operation})")]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The underlying error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl PortError {
    /// Refused, for a reason of our own.
    #[must_use]
    pub fn refused(operation: &'static str, why: &'static str) -> Self {
        Self::Refused { operation, source: why.into() }
    }
}
