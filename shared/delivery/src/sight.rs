//! Whose a study is now. Only here do these come together: what all its files say, the orders they name, the person
//! of the account, and the decisions of the records office. The rules are in [`filmless_domain::identity`] and
//! [`filmless_domain::gate`].

use filmless_domain::gate::{Judgement, Orders, StudyFacts, decide, decide_whose};
use filmless_domain::identity::{AcceptedPairs, pair_digest};
use filmless_domain::{AccessionNumber, HoldReason, Order, PatientDemographics, StudyInstanceUid};
use filmless_store::index::{AccountRecord, OrderRecord, StudyRecord};
use sha2::{Digest, Sha256};

use crate::DeliveryError;
use crate::parts::Common;

/// The orders that a study may belong to.
pub(crate) struct Candidates {
    /// By accession number: first the one it was released under, then those its files name.
    named: Vec<(AccessionNumber, Option<OrderRecord>)>,
    /// The patient's orders that belong to no other study; used if no number is named.
    pub of_patient: Vec<OrderRecord>,
}

impl Candidates {
    /// The first named order that exists.
    pub fn named(&self) -> Option<&OrderRecord> {
        self.named.iter().find_map(|(_, order)| order.as_ref())
    }

    /// The order to use, before any persons are compared.
    pub fn meant(&self) -> Option<&OrderRecord> {
        match (self.named(), self.of_patient.as_slice()) {
            (Some(named), _) => Some(named),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    fn record_of(&self, accession: &AccessionNumber) -> Option<OrderRecord> {
        let all = self.named.iter().filter_map(|(_, order)| order.as_ref()).chain(&self.of_patient);
        all.into_iter().find(|record| record.order.accession_number == *accession).cloned()
    }
}

/// Finds the orders that a study may belong to.
pub(crate) async fn orders_for(common: &Common, study: &StudyRecord) -> Result<Candidates, DeliveryError> {
    let index = &common.index;
    let mut numbers: Vec<&AccessionNumber> = study.order_accession.iter().collect();
    for accession in study.accessions() {
        if !numbers.contains(&accession) {
            numbers.push(accession);
        }
    }
    let mut candidates = Candidates { named: Vec::new(), of_patient: Vec::new() };
    for accession in numbers {
        candidates.named.push((accession.clone(), index.order(accession).await?));
    }
    if candidates.named.is_empty() {
        for patient in study.patient_ids() {
            candidates.of_patient.extend(index.orders_of_patient(patient).await?);
        }
        let is_free = |order: &OrderRecord| {
            order.study_instance_uid.as_ref().is_none_or(|bound| *bound == study.study_instance_uid)
        };
        candidates.of_patient.retain(|order| is_free(order) && !order.order.is_cancelled());
    }
    Ok(candidates)
}

/// How much of the gate to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Everything.
    WhetherToRelease,
    /// Only whose it is, not whether it is complete and signed.
    Whose,
}

/// The order a study may be shown under. A staff decision overrides the gate, but never puts a study into somebody
/// else's account.
pub(crate) async fn verdict(
    common: &Common,
    study: &StudyRecord,
    asked: Asked,
) -> Result<Result<OrderRecord, HoldReason>, DeliveryError> {
    let order = match staff_release(common, study).await? {
        Some(order) => order,
        None => match decided(common, study, asked).await? {
            Ok(order) => order,
            Err(reason) => return Ok(Err(reason)),
        },
    };
    let account = common.index.account_of_patient(&order.order.patient.id).await?;
    match account {
        Some(account) if !is_account_of(common, account.clone(), &order.order).await? => {
            Ok(Err(HoldReason::AccountMismatch))
        }
        _ => Ok(Ok(order)),
    }
}

async fn staff_release(common: &Common, study: &StudyRecord) -> Result<Option<OrderRecord>, DeliveryError> {
    let Some(release) = study.staff_release.as_ref().filter(|_| !study.two_patients) else { return Ok(None) };
    let Some(order) = common.index.order(&release.accession_number).await? else { return Ok(None) };
    let is_as_looked_at =
        release.facts.as_ref().is_none_or(|facts| *facts == facts_digest(study, &order.order));
    let holds =
        order.order.patient.id == release.patient_id && is_as_looked_at && !order.order.is_cancelled();
    Ok(holds.then_some(order))
}

async fn decided(
    common: &Common,
    study: &StudyRecord,
    asked: Asked,
) -> Result<Result<OrderRecord, HoldReason>, DeliveryError> {
    let candidates = orders_for(common, study).await?;
    let accepted = match candidates.meant() {
        Some(order) => common.index.accepted_pairs(&order.order.patient.id).await?,
        None => AcceptedPairs::default(),
    };
    let order_of = |record: &OrderRecord| record.order.clone();
    let named: Vec<_> = candidates
        .named
        .iter()
        .map(|(number, order)| (number.clone(), order.as_ref().map(order_of)))
        .collect();
    let of_patient: Vec<Order> = candidates.of_patient.iter().map(order_of).collect();
    let facts = StudyFacts {
        persons: study.persons(),
        two_patients: study.two_patients,
        instances: study.instances.saturating_sub(study.marks),
        has_report: study.has_report,
    };
    let settings = &common.settings;
    let judgement =
        Judgement { rules: &settings.identity, accepted: &accepted, release_on: settings.release_on };
    let orders = Orders { named: &named, of_patient: &of_patient };
    let order = match asked {
        Asked::WhetherToRelease => decide(&facts, orders, judgement),
        Asked::Whose => decide_whose(&facts, orders, judgement),
    };
    match order {
        Ok(order) => candidates
            .record_of(&order.accession_number)
            .map(Ok)
            .ok_or_else(|| DeliveryError::internal("a verdict")("the order decided for is not known")),
        Err(reason) => Ok(Err(reason)),
    }
}

/// Names everything staff looked at when they decided: what the files say, and what the order says.
pub(crate) fn facts_digest(study: &StudyRecord, order: &Order) -> String {
    let ordered = order.demographics();
    let mut pairs: Vec<String> = study.persons().iter().map(|person| pair_digest(person, &ordered)).collect();
    pairs.sort();
    pairs.dedup();
    hex::encode(&Sha256::digest(format!("{} {}", order.accession_number, pairs.join(" ")))[..16])
}

/// The person of an account, to compare with an order that leads there by its patient code. The code itself proves
/// nothing more, because two codes may have become one account.
pub(crate) fn beside(person: &PatientDemographics, order: &Order) -> PatientDemographics {
    let ordered = order.demographics();
    PatientDemographics { id: ordered.id, issuer: ordered.issuer, is_id_unreadable: false, ..person.clone() }
}

/// Whether an order's person is the one the account belongs to.
pub(crate) async fn is_account_of(
    common: &Common,
    account: AccountRecord,
    order: &Order,
) -> Result<bool, DeliveryError> {
    let Some(person) = person_of(common, account).await? else { return Ok(true) };
    let (ordered, person) = (order.demographics(), beside(&person, order));
    if ordered == person {
        return Ok(true);
    }
    let accepted = common.index.accepted_pairs(&order.patient.id).await?;
    Ok(accepted.is_same_person(&ordered, &person, &common.settings.identity))
}

/// The person an account belongs to. For an account from before persons were kept, the person of its first order.
pub(crate) async fn person_of(
    common: &Common,
    account: AccountRecord,
) -> Result<Option<PatientDemographics>, DeliveryError> {
    if account.person.is_some() {
        return Ok(account.person);
    }
    let mut orders = common.index.orders_of_patient(&account.patient_id).await?;
    orders.retain(|order| order.study_instance_uid.is_some());
    let Some(first) = orders.into_iter().min_by_key(|order| order.written_at) else { return Ok(None) };
    let kept = common.index.keep_person(&account.account_key, &first.order.demographics()).await?;
    Ok(kept.and_then(|account| account.person))
}

/// Whether a released study belongs to the patient of this order.
pub(crate) async fn is_owner(
    common: &Common,
    study: &StudyRecord,
    order: &OrderRecord,
) -> Result<bool, DeliveryError> {
    let account = common.index.account_of_patient(&order.order.patient.id).await?;
    Ok(account.map(|account| account.account_key) == study.account_key)
}

/// The one rule of sight: the order under which the patient of its account sees a study now; `None` if nobody does.
/// Checks again whatever the state, because an order may change hands while files come.
pub(crate) async fn order_in_sight(
    common: &Common,
    study: &StudyRecord,
) -> Result<Option<OrderRecord>, DeliveryError> {
    if !study.is_visible() {
        return Ok(None);
    }
    let Ok(order) = verdict(common, study, Asked::Whose).await? else { return Ok(None) };
    let is_released_under = study.order_accession.as_ref() == Some(&order.order.accession_number);
    Ok((is_released_under && is_owner(common, study, &order).await?).then_some(order))
}

/// The same, by the UID of the study.
pub(crate) async fn find_in_sight(
    common: &Common,
    study: &StudyInstanceUid,
) -> Result<Option<(StudyRecord, OrderRecord)>, DeliveryError> {
    let Some(study) = common.index.study(study).await? else { return Ok(None) };
    let order = order_in_sight(common, &study).await?;
    Ok(order.map(|order| (study, order)))
}

/// Whether every one of these studies is in sight, and is that account's.
pub(crate) async fn are_all_in_sight(
    common: &Common,
    account_key: &str,
    studies: &[StudyInstanceUid],
) -> Result<bool, DeliveryError> {
    let found = common.index.studies_among(studies).await?;
    for uid in studies {
        let study = found.get(uid).filter(|study| study.account_key.as_deref() == Some(account_key));
        let Some(study) = study else { return Ok(false) };
        if order_in_sight(common, study).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The latest order for the person of an account; an order for somebody else may have the same patient code.
pub(crate) async fn latest_order_of(
    common: &Common,
    account: &AccountRecord,
) -> Result<Option<Order>, DeliveryError> {
    let mut orders = common.index.orders_of_patient(&account.patient_id).await?;
    orders.sort_by_key(|order| std::cmp::Reverse(order.written_at));
    for order in orders {
        if is_account_of(common, account.clone(), &order.order).await? {
            return Ok(Some(order.order));
        }
    }
    Ok(None)
}
