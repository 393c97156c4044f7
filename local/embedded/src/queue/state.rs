//! The content of a queue: how many messages in which state, and the dead letters.

use std::fmt;

use jiff::Timestamp;

/// How many messages a queue holds, and in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Can be received now.
    pub visible: u64,
    /// Held by a receiver.
    pub in_flight: u64,
    /// Not yet due.
    pub delayed: u64,
    /// Given up on.
    pub dead: u64,
}

/// A message that was received too often.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's id.
    pub id: i64,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was given up on.
    pub dead_at: Timestamp,
    /// The code of its last failure; `None` if its holder never came back.
    pub last_error: Option<String>,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").field("id", &self.id).finish_non_exhaustive()
    }
}
