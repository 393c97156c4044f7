//! What all files of a study, taken together, say of its patient.

use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX, files_contradict};
use filmless_domain::{AccessionNumber, PatientDemographics};
use filmless_store::index::{InstanceRecord, StudyRecord};

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

/// Whether a study is marked as two patients' though neither its files nor any that was refused say so: an event that is
/// cut short leaves the mark, and where it never comes again nobody else takes that away.
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
    Ok(common.index.strangers(&study.study_instance_uid).await?.is_empty())
}
