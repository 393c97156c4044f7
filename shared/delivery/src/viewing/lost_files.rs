//! Files of a study that were refused and are missing.

use filmless_store::Index;
use std::collections::{BTreeMap, BTreeSet};

use filmless_domain::{ObjectKey, SopInstanceUid};
use filmless_store::index::{InstanceRecord, LostFile, StudyRecord, UploadOwner};

use crate::DeliveryError;

/// How many files of a study were refused and did not come again; without those that name somebody else.
pub(crate) async fn count_lost(index: &Index, study: &StudyRecord) -> Result<u32, DeliveryError> {
    let uid = &study.study_instance_uid;
    let uploads = index.uploads_of(UploadOwner::Study(uid)).await?;
    let is_theirs = |lost: &LostFile| {
        let names = study.patient_ids();
        lost.patient.as_ref().is_none_or(|patient| names.is_empty() || names.contains(&patient))
    };
    let mut lost: Vec<(ObjectKey, LostFile)> = uploads
        .into_iter()
        .filter_map(|upload| upload.lost.map(|lost| (upload.key, lost)))
        .filter(|(_, lost)| is_theirs(lost))
        .collect();
    if lost.is_empty() {
        return Ok(0);
    }
    // One query, however many were refused.
    let instances = index.instances(uid).await?;
    let there: BTreeMap<&SopInstanceUid, &InstanceRecord> =
        instances.iter().map(|instance| (&instance.sop_instance_uid, instance)).collect();
    let keys: BTreeSet<&ObjectKey> = instances.iter().map(|instance| &instance.key).collect();
    lost.retain(|(key, lost)| {
        let present = lost.instance.as_ref().and_then(|instance| there.get(instance));
        let stands_for_it = |present: &&&InstanceRecord| {
            lost.series.as_ref().is_none_or(|series| *series == present.series_instance_uid)
        };
        present.filter(stands_for_it).is_none() && !keys.contains(key)
    });
    let named: BTreeSet<_> =
        lost.iter().filter(|(_, l)| l.instance.is_some()).map(|(_, l)| (&l.instance, &l.series)).collect();
    let nameless = lost.iter().filter(|(_, lost)| lost.instance.is_none()).count();
    let count = nameless + named.len();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
