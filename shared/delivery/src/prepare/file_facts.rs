//! What all files of a study, taken together, say of its patient.

use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX, files_contradict};
use filmless_domain::{AccessionNumber, PatientDemographics};
use filmless_store::index::{InstanceRecord, StrangerRecord, StudyRecord};

use crate::DeliveryError;
use crate::parts::Common;

/// Read from the instances themselves: what was corrected is not among it.
pub(crate) struct FileFacts {
    pub persons: Vec<PatientDemographics>,
    pub accessions: Vec<AccessionNumber>,
    /// Whether the files name more persons or accession numbers than one study keeps: nobody can judge it then.
    is_too_much: bool,
}

impl FileFacts {
    /// Instances from before this was kept say what the study says, which the first of them said.
    pub(crate) fn of(study: &StudyRecord, instances: &[InstanceRecord]) -> Self {
        let (mut persons, mut accessions) = (Vec::new(), Vec::new());
        for instance in instances {
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

    /// Whether they cannot all be one patient's.
    pub(crate) fn names_two_patients(&self, rules: &IdentityRules) -> bool {
        let persons = &self.persons;
        let differs = |n: usize| persons[..n].iter().any(|one| files_contradict(one, &persons[n], rules));
        self.is_too_much || (1..persons.len()).any(differs)
    }
}

/// Whether a study is marked as two patients' though neither its files nor any refused file that still counts says so: an event
/// that is cut short leaves the mark, and one that is lost leaves a refused file that was corrected since.
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

/// Whether the hospital put the study's own file in the place of this one, under the same key. Intake forgets such a file when it
/// is asked again. It may refuse one under another key anew, so that is left to staff.
fn is_overtaken(stranger: &StrangerRecord, instances: &[InstanceRecord]) -> bool {
    instances.iter().any(|instance| {
        Some(&instance.sop_instance_uid) == stranger.sop_instance_uid.as_ref()
            && instance.key == stranger.upload.key
            && instance.written_at.is_some_and(|written_at| written_at > stranger.written_at)
    })
}
