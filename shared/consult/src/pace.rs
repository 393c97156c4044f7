//! How fast one connection may send.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{
    MESSAGES_PER_SECOND_CLOSE, OTHERS_PER_SECOND_MAX, POINTERS_PER_SECOND_MAX, STATES_PER_SECOND_MAX,
};

/// What one connection sent within the current second of the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    second: i64,
    states: u32,
    pointers: u32,
    others: u32,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The room may look at it.
    Pass,
    /// It is refused with `too_fast`.
    TooFast,
    /// The connection is closed.
    Close,
}

impl Pace {
    /// Counts a message by its `type`; one that cannot be read has none.
    pub fn take(&mut self, now: Timestamp, kind: Option<&str>) -> Flow {
        if self.second != now.as_second() {
            *self = Self { second: now.as_second(), ..Self::default() };
        }
        let (count, most) = match kind {
            Some("state" | "scroll") => (&mut self.states, STATES_PER_SECOND_MAX),
            Some("pointer") => (&mut self.pointers, POINTERS_PER_SECOND_MAX),
            _ => (&mut self.others, OTHERS_PER_SECOND_MAX),
        };
        *count = count.saturating_add(1);
        let is_within = *count <= most;
        let all = self.states.saturating_add(self.pointers).saturating_add(self.others);
        if all > MESSAGES_PER_SECOND_CLOSE {
            Flow::Close
        } else if is_within {
            Flow::Pass
        } else {
            Flow::TooFast
        }
    }
}
