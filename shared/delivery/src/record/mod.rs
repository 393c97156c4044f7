//! What every step writes: the messages to the next one, the audit log, the usage ledger.

pub mod audit;
pub mod health;
pub mod log;
pub mod messages;
pub mod outbox;
pub(crate) mod usage;
