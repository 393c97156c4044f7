//! What has to happen by the clock: sweep the outbox, seal the logs, end retention.

pub mod handler;
