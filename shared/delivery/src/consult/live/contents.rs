//! What the studies of a consultation hold: nobody shows what is not there.

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
            for series in self.common.index.series(study).await? {
                let places =
                    series.frames.saturating_add(series.documents).saturating_add(series.without_picture);
                contents.add(study, series.series_instance_uid, places.max(1));
            }
            for instance in self.common.index.instances(study).await? {
                contents.add_image(&instance.series_instance_uid, instance.sop_instance_uid, instance.frames);
            }
        }
        let contents = Arc::new(contents);
        self.shelves.keep(&consultation.id, (look.now, Arc::clone(&contents)));
        Ok(contents)
    }
}
