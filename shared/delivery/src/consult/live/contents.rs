//! What the studies of a consultation hold: nobody shows what is not there.

use std::collections::HashMap;
use std::sync::Arc;

use filmless_consult::Contents;
use jiff::SignedDuration;

use super::entrance::Live;
use super::look::Look;
use crate::DeliveryError;

/// What is older is read again if a message names an image that is not in it: new ones come while a study is received. What
/// is newer is not: a flood of such messages reads nothing.
pub(super) const CONTENTS_AGE_MIN: SignedDuration = SignedDuration::from_secs(1);

impl Live {
    /// What the studies hold, not older than this.
    pub(super) async fn contents(
        &self,
        look: &Look,
        age: SignedDuration,
    ) -> Result<Arc<Contents>, DeliveryError> {
        let consultation = &look.record.consultation;
        if let Some((read_at, contents)) = self.shelves.get(&consultation.id)
            && look.now.duration_since(read_at) < age
        {
            return Ok(contents);
        }
        let mut contents = Contents::default();
        for study in &consultation.studies {
            let mut frames = HashMap::new();
            for series in self.common.index.series(study).await? {
                let places =
                    series.frames.saturating_add(series.documents).saturating_add(series.without_picture);
                frames.insert(series.series_instance_uid.clone(), series.frames);
                contents.add(study, series.series_instance_uid, places.max(1));
            }
            for instance in self.common.index.instances(study).await? {
                let series = &instance.series_instance_uid;
                // Items from before frames were counted say 0: they have no more than their series.
                let known = Some(instance.frames).filter(|known| *known > 0);
                let frames = known.or_else(|| frames.get(series).copied()).unwrap_or_default();
                contents.add_image(series, instance.sop_instance_uid, frames);
            }
        }
        let contents = Arc::new(contents);
        self.shelves.keep(&consultation.id, (look.now, Arc::clone(&contents)));
        Ok(contents)
    }
}
