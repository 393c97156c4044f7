//! What this process judged of connections, so that the next message of one needs no more than a look.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_store::index::{RoomConnection, RoomWatched, Snapshot};
use jiff::{SignedDuration, Timestamp};

/// A judgement is not relied on for longer.
const JUDGEMENT_TTL: SignedDuration = SignedDuration::from_secs(60);

/// Connections that one process remembers; the one longest not judged goes first.
const CONNECTIONS_MAX: usize = 4096;

/// A judgement that was good, and all that it rests on.
#[derive(Debug)]
pub(super) struct Remembered {
    pub connection: RoomConnection,
    pub watched: RoomWatched,
    /// As it was when the judgement began; none where it was not yet known then what to look at.
    pub snapshot: Option<Snapshot>,
    pub judged_at: Timestamp,
    /// When time alone ends it.
    pub good_until: Timestamp,
}

impl Remembered {
    /// Whether the judgement holds at a moment at which the items are like this.
    pub fn holds(&self, now: Timestamp, snapshot: &Snapshot) -> bool {
        self.snapshot.as_ref() == Some(snapshot)
            && now < self.good_until
            && now < self.judged_at + JUDGEMENT_TTL
    }
}

/// What is remembered, by connection.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, Arc<Remembered>>>);

impl Memory {
    pub fn get(&self, connection: &str) -> Option<Arc<Remembered>> {
        self.locked().get(connection).cloned()
    }

    pub fn forget(&self, connection: &str) {
        self.locked().remove(connection);
    }

    pub fn keep(&self, connection: &str, remembered: Remembered) {
        let mut all = self.locked();
        all.insert(connection.to_owned(), Arc::new(remembered));
        if all.len() > CONNECTIONS_MAX
            && let Some(oldest) = all.iter().min_by_key(|(_, one)| one.judged_at).map(|(key, _)| key.clone())
        {
            all.remove(&oldest);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Arc<Remembered>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
