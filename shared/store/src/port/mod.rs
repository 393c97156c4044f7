//! Ports: the places where two worlds really differ.

mod clock;
mod dead_letters;
mod email;
mod queue;
mod randomness;
mod sms;

pub use clock::{Clock, SystemClock};
pub use dead_letters::{DeadLetters, DeadMessage};
pub use email::{Email, EmailGateway};
pub use queue::{Queue, QueueName};
pub use randomness::{OsRandomness, Randomness};
pub use sms::{Sms, SmsGateway};

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
