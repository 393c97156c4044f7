//! Ports: the places where two worlds really differ.

mod clock;
mod dead_letters;
mod messenger;
mod queue;
mod randomness;

pub use clock::{Clock, SystemClock};
pub use dead_letters::{DeadLetters, DeadMessage};
pub use messenger::{Email, Message, Messenger, Messengers, Sms, Values};
pub use queue::{Queue, QueueName};
pub use randomness::{OsRandomness, Randomness};

use thiserror::Error;

/// Why a port could not do its work, by what the caller can do.
#[derive(Debug, Error)]
pub enum PortError {
    /// It may work later: retry.
    #[error("the service is unavailable ({operation})")]
    Unavailable {
        /// What was asked.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nobody knows whether it was done: the answer did not come.
    #[error("the service did not answer ({operation})")]
    Unanswered {
        /// What was asked.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It will never work with this input: do not retry, tell staff.
    #[error("the service refused the request ({operation})")]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl PortError {
    /// A request that makes no sense, for a reason of ours.
    #[must_use]
    pub fn refused(operation: &'static str, why: &'static str) -> Self {
        Self::Refused { operation, source: why.into() }
    }
}
