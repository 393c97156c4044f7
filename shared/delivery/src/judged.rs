//! What one process judged, and all that each judgement rests on: the next request needs one read to know that nothing changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_store::index::Snapshot;
use jiff::{SignedDuration, Timestamp};

/// A judgement is not relied on for longer.
const JUDGEMENT_TTL: SignedDuration = SignedDuration::from_secs(60);

/// A judgement that was good: what it found, and the items `W` that it rests on.
#[derive(Debug)]
pub(crate) struct Judged<W, T> {
    pub watched: W,
    /// As it was when the judgement began; none where it was not yet known then what to look at.
    pub snapshot: Option<Snapshot>,
    pub judged_at: Timestamp,
    /// When time alone ends it.
    pub good_until: Timestamp,
    pub found: T,
}

impl<W, T> Judged<W, T> {
    /// Whether the judgement holds at a moment at which the items are like this.
    pub fn holds(&self, now: Timestamp, snapshot: &Snapshot) -> bool {
        self.snapshot.as_ref() == Some(snapshot)
            && now < self.good_until
            && now < self.judged_at + JUDGEMENT_TTL
    }
}

/// Judgements by name; of too many, the oldest goes first.
#[derive(Debug)]
pub(crate) struct Judgements<W, T> {
    all: Mutex<HashMap<String, Arc<Judged<W, T>>>>,
    max: usize,
}

impl<W, T> Judgements<W, T> {
    /// Room for so many.
    pub fn at_most(max: usize) -> Self {
        Self { all: Mutex::default(), max }
    }

    pub fn get(&self, name: &str) -> Option<Arc<Judged<W, T>>> {
        self.locked().get(name).cloned()
    }

    pub fn forget(&self, name: &str) {
        self.locked().remove(name);
    }

    pub fn keep(&self, name: &str, judged: Judged<W, T>) {
        let mut all = self.locked();
        all.insert(name.to_owned(), Arc::new(judged));
        if all.len() > self.max
            && let Some(oldest) =
                all.iter().min_by_key(|(_, one)| one.judged_at).map(|(name, _)| name.clone())
        {
            all.remove(&oldest);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Arc<Judged<W, T>>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
