//! What is remembered between requests of one process. Keys name contents, so that nothing remembered is ever outdated; the
//! token is judged before anything is looked up.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// The newest of what was made, up to a weight of all together.
pub(crate) struct Remembered<T> {
    weight_max: usize,
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    known: HashMap<String, (Arc<T>, usize)>,
    oldest_first: VecDeque<String>,
    weight: usize,
}

impl<T> Remembered<T> {
    pub fn new(weight_max: usize) -> Self {
        let entries = Entries { known: HashMap::new(), oldest_first: VecDeque::new(), weight: 0 };
        Self { weight_max, entries: Mutex::new(entries) }
    }

    pub fn get(&self, key: &str) -> Option<Arc<T>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.known.get(key).map(|(value, _)| Arc::clone(value))
    }

    /// Keeps a value, unless it alone is too much.
    pub fn keep(&self, key: &str, value: Arc<T>, weight: usize) {
        let mut guard = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = &mut *guard;
        if weight > self.weight_max || entries.known.contains_key(key) {
            return;
        }
        entries.known.insert(key.to_owned(), (value, weight));
        entries.oldest_first.push_back(key.to_owned());
        entries.weight += weight;
        while entries.weight > self.weight_max {
            let Some(oldest) = entries.oldest_first.pop_front() else { break };
            if let Some((_, weight)) = entries.known.remove(&oldest) {
                entries.weight -= weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_too_much_is_not_kept() {
        let remembered = Remembered::new(10);
        for (key, weight) in [("a", 4), ("b", 4), ("b", 4), ("c", 4), ("d", 11)] {
            remembered.keep(key, Arc::new(weight), weight);
        }
        let known = ["a", "b", "c", "d"].map(|key| remembered.get(key).is_some());
        assert_eq!(known, [false, true, true, false]);
    }
}
