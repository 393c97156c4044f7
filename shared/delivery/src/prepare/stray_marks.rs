//! Marks whose study became another patient's: the hospital corrected whose the images are, and cannot correct the marks.

use filmless_domain::identity::files_contradict;
use filmless_domain::object_key::Upload;
use filmless_store::index::{InstanceRecord, StudyRecord, UploadOwner, UploadRecord};
use tracing::info;

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::prepare::file_facts::FileFacts;

/// Takes marks out of the study that name somebody whom its files do not name; returns what is left. Their objects stay,
/// recorded as uploads of the study, and are erased with it.
pub(crate) async fn set_aside(
    prepare: &Prepare,
    study: &StudyRecord,
    instances: Vec<InstanceRecord>,
) -> Result<Vec<InstanceRecord>, DeliveryError> {
    let (index, rules) = (&prepare.common.index, &prepare.common.settings.identity);
    if instances.iter().all(|instance| instance.key.upload() != Upload::Marks) {
        return Ok(instances);
    }
    let mut persons = FileFacts::of(study, &instances).persons;
    if persons.is_empty() {
        persons.push(study.patient.clone());
    }
    let is_stray = |instance: &InstanceRecord| {
        let patient = instance.patient.as_ref().unwrap_or(&study.patient);
        instance.key.upload() == Upload::Marks
            && persons.iter().any(|person| files_contradict(person, patient, rules))
    };
    let (strays, kept): (Vec<_>, Vec<_>) = instances.into_iter().partition(is_stray);
    for stray in &strays {
        let upload = UploadRecord {
            key: stray.key.clone(),
            version_id: stray.version_id.clone(),
            etag: stray.etag.clone(),
            quarantined: Vec::new(),
            lost: None,
        };
        index.remember_upload(UploadOwner::Study(&study.study_instance_uid), &upload).await?;
        index.drop_instance(&study.study_instance_uid, stray).await?;
    }
    if !strays.is_empty() {
        info!(count = strays.len(), "marks of another patient set aside");
    }
    Ok(kept)
}
