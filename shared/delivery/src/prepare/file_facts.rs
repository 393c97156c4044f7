//! What all files of a study together say about its patient.

use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX, files_contradict};
use filmless_domain::object_key::Upload;
use filmless_domain::{AccessionNumber, PatientDemographics};
use filmless_store::index::{InstanceRecord, StrangerRecord, StudyRecord};

use crate::DeliveryError;
use crate::parts::Common;

/// Read from the instances, so it excludes what was corrected.
pub(crate) struct FileFacts {
    pub persons: Vec<PatientDemographics>,
    pub accessions: Vec<AccessionNumber>,
    /// The files name more persons or accession numbers than a study keeps, so nobody can judge it.
    is_too_much: bool,
}

impl FileFacts {
    /// Marks of readers only repeat what the study said when they were saved, so they do not count.
    /// An instance from before facts were kept counts as what the study says, taken from its first instance.
    pub(crate) fn of(study: &StudyRecord, instances: &[InstanceRecord]) -> Self {
        let (mut persons, mut accessions) = (Vec::new(), Vec::new());
        for instance in instances.iter().filter(|instance| instance.key.upload() != Upload::Marks) {
            let person = instance.patient.as_ref().unwrap_or(&study.patient);
            if !persons.contains(person) {
                persons.push(person.clone());
            }
            let accession = match &instance.patient {
                Some(_) => instance.accession_number.as_ref(),
                None => study.accession_number.as_ref(),
            };
            accessions.extend(accession.filter(|accession| !accessions.contains(*accession)).cloned());
        }
        let is_too_much = persons.len() > PERSONS_MAX || accessions.len() > ACCESSIONS_MAX;
        persons.truncate(PERSONS_MAX);
        accessions.truncate(ACCESSIONS_MAX);
        Self { persons, accessions, is_too_much }
    }

    /// Whether they cannot all belong to one patient.
    pub(crate) fn names_two_patients(&self, rules: &IdentityRules) -> bool {
        let persons = &self.persons;
        let differs = |n: usize| persons[..n].iter().any(|one| files_contradict(one, &persons[n], rules));
        self.is_too_much || (1..persons.len()).any(differs)
    }
}

/// Whether a study is marked as two patients' although neither its files nor a refused file that still counts says so.
/// An interrupted event leaves such a mark; a lost event leaves a refused file that was corrected since.
///
/// # Errors
/// [`DeliveryError`].
pub(crate) async fn is_marked_in_vain(
    common: &Common,
    study: &StudyRecord,
    instances: &[InstanceRecord],
) -> Result<bool, DeliveryError> {
    // A mark from before facts were kept stays until staff decide.
    if !study.two_patients || study.facts_version == 0 || instances.is_empty() {
        return Ok(false);
    }
    if FileFacts::of(study, instances).names_two_patients(&common.settings.identity) {
        return Ok(false);
    }
    let strangers = common.index.strangers(&study.study_instance_uid).await?;
    Ok(strangers.iter().all(|stranger| is_overtaken(stranger, instances)))
}

/// Whether the hospital replaced this file with the study's own file, under the same key. Intake forgets such a
/// file when its event comes again. Under another key it may refuse it again, so that is left to staff.
fn is_overtaken(stranger: &StrangerRecord, instances: &[InstanceRecord]) -> bool {
    instances.iter().any(|instance| {
        Some(&instance.sop_instance_uid) == stranger.sop_instance_uid.as_ref()
            && instance.key == stranger.upload.key
            && instance.written_at.is_some_and(|written_at| written_at > stranger.written_at)
    })
}
