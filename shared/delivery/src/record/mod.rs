//! What every step writes: messages to the next step, the audit log, the usage ledger.

pub mod audit;
pub mod health;
pub mod log;
pub mod messages;
pub mod outbox;
pub(crate) mod usage;
