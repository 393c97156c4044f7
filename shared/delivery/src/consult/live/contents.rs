//! What the studies of a consultation hold, as this process last read it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_consult::{ConsultationId, Contents};
use jiff::{SignedDuration, Timestamp};

use super::entrance::Live;
use super::look::Look;
use crate::DeliveryError;

/// What is older is read again if a message names an image that is not in it: new ones come while a study is received. What
/// is newer is not: a flood of such messages reads nothing.
pub(super) const CONTENTS_AGE_MIN: SignedDuration = SignedDuration::from_secs(1);

/// Consultations that one process remembers; beyond it, it begins anew.
const CONSULTATIONS_MAX: usize = 256;

/// What was read of each consultation's studies, and when.
#[derive(Debug, Default)]
pub(super) struct Shelves(Mutex<HashMap<ConsultationId, (Timestamp, Arc<Contents>)>>);

impl Live {
    /// What the studies hold, not older than this.
    pub(super) async fn contents(
        &self,
        look: &Look,
        age: SignedDuration,
    ) -> Result<Arc<Contents>, DeliveryError> {
        let consultation = &look.record.consultation;
        if let Some((read_at, contents)) = self.shelves.locked().get(&consultation.id)
            && look.now.duration_since(*read_at) < age
        {
            return Ok(Arc::clone(contents));
        }
        let mut contents = Contents::default();
        for study in &consultation.studies {
            for series in self.common.index.series(study).await? {
                let places =
                    series.frames.saturating_add(series.documents).saturating_add(series.without_picture);
                contents.add(study, series.series_instance_uid, places.max(1));
            }
        }
        let contents = Arc::new(contents);
        let mut shelves = self.shelves.locked();
        if shelves.len() >= CONSULTATIONS_MAX {
            shelves.clear();
        }
        shelves.insert(consultation.id.clone(), (look.now, Arc::clone(&contents)));
        Ok(contents)
    }
}

impl Shelves {
    fn locked(&self) -> MutexGuard<'_, HashMap<ConsultationId, (Timestamp, Arc<Contents>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
