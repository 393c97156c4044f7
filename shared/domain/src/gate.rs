//! The publish gate: may this study be shown to the patient of that order?

use serde::{Deserialize, Serialize};

use crate::{AccessionNumber, HoldReason, Order, PatientDemographics};

/// What a hospital demands before it releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseOn {
    /// The images alone.
    #[default]
    Images,
    /// A signed result.
    Report,
}

/// What the gate looks at on the side of the study.
#[derive(Debug, Clone)]
pub struct StudyFacts<'a> {
    /// Accession Number of the images, if they carry one.
    pub accession_number: Option<&'a AccessionNumber>,
    /// Whom the images name.
    pub patient: &'a PatientDemographics,
    /// Files of a second patient came under the same UID.
    pub two_patients: bool,
    /// Instances that arrived.
    pub instances: u32,
    /// A report object (SR or encapsulated PDF) is among them.
    pub has_report: bool,
}

/// Finds the order of a study and decides.
///
/// The order with the images' accession number counts; where none has it, the patient's only order does that
/// no other study is known to belong to (`patient_orders`).
///
/// # Errors
/// The reason to hold the study.
pub fn decide<'o>(
    study: &StudyFacts<'_>,
    accession_order: Option<&'o Order>,
    patient_orders: &'o [Order],
    release_on: ReleaseOn,
) -> Result<&'o Order, HoldReason> {
    if study.two_patients {
        return Err(HoldReason::TwoPatients);
    }
    let order = match (accession_order, patient_orders) {
        (Some(order), _) => order,
        (None, [only]) => only,
        (None, []) => return Err(HoldReason::NoOrder),
        (None, _) => return Err(HoldReason::AmbiguousOrder),
    };
    if !is_same_patient(study.patient, order) {
        return Err(HoldReason::PatientMismatch);
    }
    if order.declared_instances.is_some_and(|declared| study.instances < declared) {
        return Err(HoldReason::IncompleteStudy);
    }
    if release_on == ReleaseOn::Report && !order.is_signed() && !study.has_report {
        return Err(HoldReason::ResultNotSigned);
    }
    Ok(order)
}

/// The name must be the order's. Patient id and birth date must not differ, and one of them must agree: a name
/// alone is no identity.
fn is_same_patient(images: &PatientDemographics, order: &Order) -> bool {
    let stated = order.demographics();
    let agrees = images.id == stated.id || images.birth_date == stated.birth_date;
    images.name.is_some() && agrees && !images.contradicts(&stated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BirthDate, PatientId};

    fn order(accession: &str, declared: Option<u32>) -> Order {
        let json = serde_json::json!({
            "accession_number": accession, "declared_instances": declared,
            "patient": { "id": "N1", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02" },
        });
        Order::parse(json.to_string().as_bytes()).unwrap()
    }

    fn images(id: &str, name: &str, birth: &str) -> PatientDemographics {
        PatientDemographics {
            id: PatientId::parse(id).ok(),
            name: Some(name.to_owned()).filter(|n| !n.is_empty()),
            birth_date: BirthDate::parse(birth).ok(),
            sex: None,
        }
    }

    fn facts(patient: &PatientDemographics) -> StudyFacts<'_> {
        StudyFacts { accession_number: None, patient, two_patients: false, instances: 10, has_report: false }
    }

    #[test]
    fn the_right_patient_passes() {
        let order = order("A1", Some(10));
        for patient in [
            images("N1", "NGUYEN^THI HOA", "19580302"),
            images("N1", "NGUYEN^THI HOA", ""),
            images("", "NGUYEN^THI HOA", "19580302"),
        ] {
            assert!(decide(&facts(&patient), Some(&order), &[], ReleaseOn::Images).is_ok());
            assert!(decide(&facts(&patient), None, std::slice::from_ref(&order), ReleaseOn::Images).is_ok());
        }
    }

    #[test]
    fn anybody_else_is_held() {
        let order = order("A1", None);
        for patient in [
            images("N2", "NGUYEN^THI HOA", "19580302"),
            images("N1", "NGUYEN^THI HOA", "19580303"),
            images("N1", "TRAN^THI HOA", "19580302"),
            images("N1", "", "19580302"),
            images("", "NGUYEN^THI HOA", ""),
            images("", "", ""),
        ] {
            let verdict = decide(&facts(&patient), Some(&order), &[], ReleaseOn::Images);
            assert_eq!(verdict.unwrap_err(), HoldReason::PatientMismatch);
        }
    }

    #[test]
    fn each_reason_to_hold() {
        let patient = images("N1", "NGUYEN^THI HOA", "");
        let study = facts(&patient);
        let (plain, many) = (order("A1", None), order("A2", Some(11)));
        let both = [plain.clone(), many.clone()];
        let hold = |verdict: Result<&Order, HoldReason>| verdict.unwrap_err();
        assert_eq!(hold(decide(&study, None, &[], ReleaseOn::Images)), HoldReason::NoOrder);
        assert_eq!(hold(decide(&study, None, &both, ReleaseOn::Images)), HoldReason::AmbiguousOrder);
        assert_eq!(hold(decide(&study, Some(&many), &[], ReleaseOn::Images)), HoldReason::IncompleteStudy);
        assert_eq!(hold(decide(&study, Some(&plain), &[], ReleaseOn::Report)), HoldReason::ResultNotSigned);
        let two = StudyFacts { two_patients: true, ..study.clone() };
        assert_eq!(hold(decide(&two, Some(&plain), &[], ReleaseOn::Images)), HoldReason::TwoPatients);
        let reported = StudyFacts { has_report: true, ..study };
        assert!(decide(&reported, Some(&plain), &[], ReleaseOn::Report).is_ok());
    }
}
