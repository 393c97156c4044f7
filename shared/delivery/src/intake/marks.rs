//! Marks of readers: they join a study of the hospital, and never make or change one.
//!
//! What they say of the patient was copied from the study, so it proves nothing about it: it is compared, but neither hides
//! the study nor counts among what its files say.

use filmless_dicom::{InstanceHeader, RefusedHeader};
use filmless_domain::identity::files_contradict;
use filmless_domain::{Rejection, RejectionCode, StudyInstanceUid};

use super::CreatedObject;
use crate::DeliveryError;
use crate::intake::instance_record::{is_same_object, record_of};
use crate::intake::quarantine::refuse;
use crate::parts::Intake;

/// Returns whether the study must settle because of them.
pub(super) async fn index_marks(
    intake: &Intake,
    study: &StudyInstanceUid,
    object: &CreatedObject,
    header: InstanceHeader,
) -> Result<bool, DeliveryError> {
    let (index, rules) = (&intake.common.index, &intake.common.settings.identity);
    let patient = header.patient.clone();
    let present = index.study(study).await?;
    let is_theirs = present.is_some_and(|record| {
        !record.persons().iter().any(|person| files_contradict(person, &patient, rules))
    });
    if !is_theirs {
        // Of the study nothing is missing, and it may not exist: only the patient leads to the copy.
        let header = RefusedHeader { patient: patient.id, ..RefusedHeader::default() };
        let message = "The study of these marks is not here any more, or it is another patient's by now.";
        refuse(intake, &header, object, &Rejection::new(RejectionCode::StrayMarks, message)).await?;
        return Ok(false);
    }
    let record = record_of(object, header);
    // A key holds one object, and a UID has one key: what is there is this object, of an earlier event.
    let present = index.add_instance(study, &record).await?;
    Ok(present.is_none_or(|present| is_same_object(&present, &record)))
}
