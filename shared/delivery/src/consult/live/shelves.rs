//! What the studies of consultations hold, as this process last read it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_consult::{ConsultationId, Contents};
use jiff::Timestamp;

/// Consultations that one process remembers; beyond it, it begins anew.
const CONSULTATIONS_MAX: usize = 256;

type Read = (Timestamp, Arc<Contents>);

/// What was read of each consultation's studies, and when.
#[derive(Debug, Default)]
pub(super) struct Shelves(Mutex<HashMap<ConsultationId, Read>>);

impl Shelves {
    pub fn get(&self, consultation: &ConsultationId) -> Option<Read> {
        self.locked().get(consultation).cloned()
    }

    pub fn keep(&self, consultation: &ConsultationId, read: Read) {
        let mut all = self.locked();
        if all.len() >= CONSULTATIONS_MAX {
            all.clear();
        }
        all.insert(consultation.clone(), read);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<ConsultationId, Read>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
