//! The publish gate: may this study be shown to the patient of that order?

use serde::{Deserialize, Serialize};

use crate::identity::{AcceptedPairs, IdentityRules};
use crate::{AccessionNumber, HoldReason, Order, PatientDemographics, person_name};

/// What a hospital requires for a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseOn {
    /// Only the images.
    #[default]
    Images,
    /// A signed result.
    Report,
}

/// What the gate checks about the study.
#[derive(Debug, Clone)]
pub struct StudyFacts<'a> {
    /// All persons its files name; usually one patient, in one spelling.
    pub persons: &'a [PatientDemographics],
    /// Files of a second patient came under the same UID.
    pub two_patients: bool,
    /// Instances that arrived.
    pub instances: u32,
    /// They include a report object (SR or encapsulated PDF).
    pub has_report: bool,
}

/// The orders a study may belong to.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'o> {
    /// The accession numbers the study was released under or its files name, each with its order.
    pub named: &'o [(AccessionNumber, Option<Order>)],
    /// The patient's orders that belong to no other study, as far as known. Used if no accession number is named.
    pub of_patient: &'o [Order],
}

/// The rules for comparing persons.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'a> {
    /// The hospital's rules.
    pub rules: &'a IdentityRules,
    /// Decisions of the records office.
    pub accepted: &'a AcceptedPairs,
    /// What is required besides identity.
    pub release_on: ReleaseOn,
}

/// Finds a study's order: the one with an accession number from its files, else the patient's only one.
///
/// # Errors
/// The reason to hold the study.
pub fn find_order<'o>(orders: Orders<'o>) -> Result<&'o Order, HoldReason> {
    if let Some((_, first)) = orders.named.first() {
        // A number without an order may be anybody's, and its result may be unsigned.
        let all: Option<Vec<&Order>> = orders.named.iter().map(|(_, order)| order.as_ref()).collect();
        return match (first, all) {
            (Some(order), Some(_)) => Ok(order),
            _ => Err(HoldReason::NoOrder),
        };
    }
    match orders.of_patient {
        [only] => Ok(only),
        [] => Err(HoldReason::NoOrder),
        _ => Err(HoldReason::AmbiguousOrder),
    }
}

/// Finds a study's order and decides whether its patient may see the study.
///
/// # Errors
/// The reason to hold the study.
pub fn decide<'o>(
    study: &StudyFacts<'_>,
    orders: Orders<'o>,
    judgement: Judgement<'_>,
) -> Result<&'o Order, HoldReason> {
    let order = decide_whose(study, orders, judgement)?;
    let named: Vec<&Order> = orders.named.iter().filter_map(|(_, order)| order.as_ref()).collect();
    let all = if named.is_empty() { vec![order] } else { named };
    if all.iter().any(|order| order.declared_instances.is_some_and(|declared| study.instances < declared)) {
        return Err(HoldReason::IncompleteStudy);
    }
    let is_signed = study.has_report || all.iter().all(|order| order.is_signed());
    if judgement.release_on == ReleaseOn::Report && !is_signed {
        return Err(HoldReason::ResultNotSigned);
    }
    Ok(order)
}

/// The identity part of the decision: whose study it is. Compares every file with every named order.
///
/// # Errors
/// The reason to hold the study.
pub fn decide_whose<'o>(
    study: &StudyFacts<'_>,
    orders: Orders<'o>,
    judgement: Judgement<'_>,
) -> Result<&'o Order, HoldReason> {
    if study.two_patients {
        return Err(HoldReason::TwoPatients);
    }
    let order = find_order(orders)?;
    if orders.named.iter().filter_map(|(_, order)| order.as_ref()).chain([order]).any(Order::is_cancelled) {
        return Err(HoldReason::OrderCancelled);
    }
    let ordered = order.demographics();
    let is_same =
        |person: &PatientDemographics| judgement.accepted.is_same_person(person, &ordered, judgement.rules);
    if orders
        .named
        .iter()
        .filter_map(|(_, other)| other.as_ref())
        .any(|other| !is_same(&other.demographics()))
    {
        return Err(HoldReason::AccessionsDiffer);
    }
    // A blank file belongs to a patient only through the files beside it, which are compared one by one.
    if study.persons.is_empty() || !is_known(study.persons, &ordered, judgement) {
        let is_garbled = |person: &PatientDemographics| {
            person.name.as_deref().is_some_and(person_name::is_of_another_character_set)
        };
        return Err(if study.persons.iter().any(is_garbled) {
            HoldReason::CharacterSetMismatch
        } else {
            HoldReason::PatientMismatch
        });
    }
    Ok(order)
}

/// At least one file must prove who it is, and the others must not contradict it.
fn is_known(
    persons: &[PatientDemographics],
    ordered: &PatientDemographics,
    judgement: Judgement<'_>,
) -> bool {
    let is_same =
        |person: &&PatientDemographics| judgement.accepted.is_same_person(person, ordered, judgement.rules);
    let (proved, rest): (Vec<_>, Vec<_>) = persons.iter().partition(is_same);
    let contradicts =
        |person: &&PatientDemographics| crate::identity::files_contradict(person, ordered, judgement.rules);
    !proved.is_empty() && !rest.iter().any(contradicts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::pair_digest;
    use crate::{BirthDate, PatientId};

    fn order_for(accession: &str, id: &str, change: serde_json::Value) -> Order {
        let mut json = serde_json::json!({
            "accession_number": accession,
            "patient": { "id": id, "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02" },
        });
        json.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        Order::parse(json.to_string().as_bytes()).unwrap()
    }

    fn order(accession: &str) -> Order {
        order_for(accession, "N1", serde_json::json!({}))
    }

    fn images(id: &str, name: &str, birth: &str) -> PatientDemographics {
        PatientDemographics {
            id: PatientId::parse(id).ok(),
            name: Some(name.to_owned()).filter(|n| !n.is_empty()),
            birth_date: BirthDate::parse(birth).ok(),
            ..PatientDemographics::default()
        }
    }

    fn verdict(
        persons: &[PatientDemographics],
        named: &[&Order],
        release_on: ReleaseOn,
    ) -> Option<HoldReason> {
        let named: Vec<_> = named.iter().map(|o| (o.accession_number.clone(), Some((*o).clone()))).collect();
        judge(persons, &named, &[], release_on)
    }

    fn judge(
        persons: &[PatientDemographics],
        named: &[(AccessionNumber, Option<Order>)],
        of_patient: &[Order],
        release_on: ReleaseOn,
    ) -> Option<HoldReason> {
        let study = StudyFacts { persons, two_patients: false, instances: 10, has_report: false };
        let (rules, accepted) = (IdentityRules::default(), AcceptedPairs::default());
        let judgement = Judgement { rules: &rules, accepted: &accepted, release_on };
        decide(&study, Orders { named, of_patient }, judgement).err()
    }

    #[test]
    fn the_right_patient_passes() {
        let order = order_for("A1", "N1", serde_json::json!({ "declared_instances": 10 }));
        for patient in [
            images("N1", "NGUYEN^THI HOA", "19580302"),
            images("N1", "NGUYEN^THI HOA", ""),
            images("", "NGUYEN^THI HOA", "19580302"),
        ] {
            assert_eq!(verdict(std::slice::from_ref(&patient), &[&order], ReleaseOn::Images), None);
            assert_eq!(judge(&[patient], &[], std::slice::from_ref(&order), ReleaseOn::Images), None);
        }
    }

    #[test]
    fn every_file_counts() {
        let order = order("A1");
        let right = images("N1", "NGUYEN^THI HOA", "19580302");
        let blank_id = images("", "NGUYEN^THI HOA", "");
        assert_eq!(verdict(&[right.clone(), blank_id.clone()], &[&order], ReleaseOn::Images), None);
        for wrong in
            [images("N2", "NGUYEN^THI HOA", ""), images("N1", "TRAN^VAN BINH", ""), images("", "", "")]
        {
            let reason = verdict(&[right.clone(), wrong], &[&order], ReleaseOn::Images);
            assert_eq!(reason, Some(HoldReason::PatientMismatch));
        }
        assert_eq!(verdict(&[blank_id], &[&order], ReleaseOn::Images), Some(HoldReason::PatientMismatch));
        assert_eq!(verdict(&[], &[&order], ReleaseOn::Images), Some(HoldReason::PatientMismatch));
        for name in ["\u{d5}\u{c5}^\u{c8}\u{fd}", "\u{fffd}\u{fffd}^\u{fffd}\u{fffd}"] {
            let reason = verdict(&[images("N1", name, "19580302")], &[&order], ReleaseOn::Images);
            assert_eq!(reason, Some(HoldReason::CharacterSetMismatch));
        }
    }

    #[test]
    fn what_the_records_office_decided_counts() {
        let order = order("A1");
        let married = images("N1", "TRAN^THI HOA", "19580302");
        let study = StudyFacts {
            persons: std::slice::from_ref(&married),
            two_patients: false,
            instances: 1,
            has_report: false,
        };
        let pair = pair_digest(&married, &order.demographics());
        let (rules, accepted) = (IdentityRules::default(), AcceptedPairs([pair].into()));
        let judgement = Judgement { rules: &rules, accepted: &accepted, release_on: ReleaseOn::Images };
        let named = [(order.accession_number.clone(), Some(order))];
        assert!(decide(&study, Orders { named: &named, of_patient: &[] }, judgement).is_ok());
    }

    #[test]
    fn each_reason_to_hold() {
        let patient = [images("N1", "NGUYEN^THI HOA", "")];
        let (plain, many) =
            (order("A1"), order_for("A2", "N1", serde_json::json!({ "declared_instances": 11 })));
        let both = [plain.clone(), many.clone()];
        let s2 = AccessionNumber::parse("S2").unwrap();
        let images_only = ReleaseOn::Images;
        assert_eq!(judge(&patient, &[], &[], images_only), Some(HoldReason::NoOrder));
        assert_eq!(judge(&patient, &[], &both, images_only), Some(HoldReason::AmbiguousOrder));
        assert_eq!(verdict(&patient, &[&many], images_only), Some(HoldReason::IncompleteStudy));
        assert_eq!(verdict(&patient, &[&plain], ReleaseOn::Report), Some(HoldReason::ResultNotSigned));
        // The files name another number, so the patient's only order does not belong to these images.
        let unknown = [(s2, None)];
        assert_eq!(
            judge(&patient, &unknown, std::slice::from_ref(&plain), images_only),
            Some(HoldReason::NoOrder)
        );
        let strangers = order_for("A3", "N2", serde_json::json!({}));
        assert_eq!(verdict(&patient, &[&plain, &strangers], images_only), Some(HoldReason::AccessionsDiffer));
        let cancelled = order_for("A1", "N1", serde_json::json!({ "status": "cancelled" }));
        assert_eq!(verdict(&patient, &[&cancelled], images_only), Some(HoldReason::OrderCancelled));
        let signed = order_for("A1", "N1", serde_json::json!({ "result": { "status": "final" } }));
        assert_eq!(verdict(&patient, &[&signed], ReleaseOn::Report), None);
        assert_eq!(
            verdict(&patient, &[&signed, &plain], ReleaseOn::Report),
            Some(HoldReason::ResultNotSigned)
        );
    }
}
