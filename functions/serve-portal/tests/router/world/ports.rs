//! The ports without an embedded form: a clock, and providers of messages.

use std::sync::Mutex;

use async_trait::async_trait;
use axum::body::Bytes;
use filmless_domain::Channel;
use filmless_store::port::{Clock, Message, Messenger, PortError, Room};
use jiff::Timestamp;
use tokio::sync::watch;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct Standing(Mutex<Timestamp>);

impl Standing {
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Accepts every message of a channel.
pub struct Post(pub Channel);

#[async_trait]
impl Messenger for Post {
    fn channel(&self) -> Channel {
        self.0
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        Ok(format!("{}-{}", self.0, message.idempotency_key()))
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

/// Nobody has a connection to a room.
pub struct NoRoom;

#[async_trait]
impl Room for NoRoom {
    fn join(&self, _: &str) -> Option<watch::Receiver<()>> {
        None
    }

    fn wake(&self, _: &str) {}

    async fn send(&self, connections: &[String], _: &Bytes) -> Result<Vec<String>, PortError> {
        Ok(connections.to_vec())
    }

    async fn gone(&self, connections: &[String]) -> Result<Vec<String>, PortError> {
        Ok(connections.to_vec())
    }

    async fn leave(&self, _: &str) -> Result<(), PortError> {
        Ok(())
    }
}
