//! What this process judged of tokens, so that the next request of one costs a single read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_store::index::{Snapshot, Watched};
use jiff::{SignedDuration, Timestamp};

use super::admission::Admission;

/// A judgement is not relied on for longer.
pub(super) const JUDGEMENT_TTL: SignedDuration = SignedDuration::from_secs(60);

/// Tokens that one process remembers; the one longest not judged goes first. A study of 5,000 images takes some 5 MB.
const TOKENS_MAX: usize = 32;

/// A judgement, and all that it rests on.
#[derive(Debug)]
pub(super) struct Remembered {
    pub watched: Watched,
    /// As it was when the judgement began; none where it was not yet known then what to look at.
    pub snapshot: Option<Snapshot>,
    pub judged_at: Timestamp,
    /// When time alone ends it.
    pub good_until: Timestamp,
    pub admission: Admission,
}

impl Remembered {
    /// Whether the judgement holds at a moment at which the items are like this.
    pub fn holds(&self, now: Timestamp, snapshot: &Snapshot) -> bool {
        self.snapshot.as_ref() == Some(snapshot)
            && now < self.good_until
            && now < self.judged_at + JUDGEMENT_TTL
    }
}

/// What is remembered, by the digest of the token.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, Arc<Remembered>>>);

impl Memory {
    pub fn get(&self, token_digest: &str) -> Option<Arc<Remembered>> {
        self.locked().get(token_digest).cloned()
    }

    pub fn forget(&self, token_digest: &str) {
        self.locked().remove(token_digest);
    }

    pub fn keep(&self, token_digest: &str, remembered: Remembered) {
        let mut all = self.locked();
        all.insert(token_digest.to_owned(), Arc::new(remembered));
        if all.len() > TOKENS_MAX
            && let Some(oldest) = all.iter().min_by_key(|(_, one)| one.judged_at).map(|(key, _)| key.clone())
        {
            all.remove(&oldest);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Arc<Remembered>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
