//! Usage events: what was done for which study, for finance. Never a name, phone number, card number or finding.
//!
//! One flat record for every kind, documented field by field in `docs/USAGE.md`. A late or wrong fact becomes a new
//! event that names the event it corrects; nothing is ever rewritten.

mod booked;
mod claim_finding;
mod films;
mod sent;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use booked::{Booked, Reversal};
pub use claim_finding::ClaimFinding;
pub use films::{films_of, films_printed_of};
pub use words::{Payer, StorageClass, UsageKind, UsageUnit};

use crate::{AccessionNumber, Order, StudyInstanceUid};

/// Version of the record below. Fields are only added; a field that changes its meaning raises it.
pub const USAGE_SCHEMA: u16 = 1;

/// Longest text taken from an order, in characters: such texts are codes.
const CODE_CHARS_MAX: usize = 100;

/// Modalities that are not pictures: a study with CT and a report is a CT.
const BESIDE_PICTURES: [&str; 10] = ["SR", "PR", "KO", "OT", "DOC", "SEG", "RWV", "REG", "FID", "AU"];

/// What every event says about its study, so that queries need nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageContext {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Accession number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession_number: Option<AccessionNumber>,
    /// The visit's number in the insurance tables (`MA_LK`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<String>,
    /// Requesting department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// `outpatient`, `inpatient`, `emergency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_class: Option<String>,
    /// Who pays.
    pub payer: Payer,
    /// Modality; several are joined by `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality: Option<String>,
    /// Code of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_code: Option<String>,
    /// Which price: `pacs` without film, `film` with film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_variant: Option<String>,
    /// The hospital's price of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price_vnd: Option<i64>,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageEvent {
    /// [`USAGE_SCHEMA`].
    pub schema: u16,
    /// Unique id: the same step of the same thing has the same id.
    pub id: String,
    /// When it was written, to the millisecond.
    pub at: Timestamp,
    /// What was done.
    pub kind: UsageKind,
    /// For which study.
    #[serde(flatten)]
    pub context: UsageContext,
    /// How many.
    pub quantity: i64,
    /// Of what.
    pub unit: UsageUnit,
    /// The channel's name, for a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Version of the slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_version: Option<u32>,
    /// Storage class of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// Why, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Id of the event that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// The month that the corrected event was booked in: `2026-11`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerns: Option<String>,
}

impl UsageContext {
    /// What is known about a study: from its images, and from its order if there is one.
    #[must_use]
    pub fn new(study: &StudyInstanceUid, modalities: &[String], order: Option<&Order>) -> Self {
        let visit = order.and_then(|order| order.visit.as_ref());
        let service = order.and_then(|order| order.service.as_ref());
        let of_visit = |name: &str| visit?.other.get(name)?.as_str().and_then(code);
        let of_service = |name: &str| service?.other.get(name)?.as_str().and_then(code);
        Self {
            study_instance_uid: study.clone(),
            accession_number: order.map(|order| order.accession_number.clone()),
            episode: of_visit("episode"),
            department: order.and_then(Order::department).and_then(code),
            visit_class: visit.and_then(|visit| visit.class.as_deref()).and_then(code),
            payer: match visit {
                Some(_) if of_visit("insurance_card").is_some() => Payer::Insured,
                Some(_) => Payer::SelfPay,
                None => Payer::Unknown,
            },
            modality: main_modality(modalities),
            service_code: of_service("code"),
            price_variant: of_service("price_variant"),
            unit_price_vnd: service.and_then(|service| service.other.get("unit_price_vnd")?.as_i64()),
        }
    }

    /// An event of this study. `occasion` distinguishes it from others of its kind; a repeated step uses the same one.
    #[must_use]
    pub fn event(&self, kind: UsageKind, occasion: &str, at: Timestamp) -> UsageEvent {
        UsageEvent {
            schema: USAGE_SCHEMA,
            id: event_id(kind, &self.study_instance_uid, occasion),
            at,
            kind,
            context: self.clone(),
            quantity: 1,
            unit: UsageUnit::Time,
            channel: None,
            link_version: None,
            storage_class: None,
            reason: None,
            corrects: None,
            concerns: None,
        }
    }
}

impl UsageEvent {
    /// Sets the quantity.
    #[must_use]
    pub fn count(self, quantity: i64, unit: UsageUnit) -> Self {
        Self { quantity, unit, ..self }
    }

    /// Sets channel and slip.
    #[must_use]
    pub fn message(self, channel: &str, link_version: u32) -> Self {
        Self { channel: Some(channel.to_owned()), link_version: Some(link_version), ..self }
    }

    /// Sets a number of bytes added; below zero, removed.
    #[must_use]
    pub fn bytes(self, class: StorageClass, bytes: i64) -> Self {
        Self { storage_class: Some(class), ..self.count(bytes, UsageUnit::Byte) }
    }

    /// Sets the reason, a code.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: code(reason), ..self }
    }

    /// Sets the earlier event that it replaces.
    #[must_use]
    pub fn corrects(self, earlier: String) -> Self {
        Self { corrects: Some(earlier), ..self }
    }
}

/// The id of an event: the same for the same step of the same thing, whenever and however often it is written.
#[must_use]
pub fn event_id(kind: UsageKind, study: &StudyInstanceUid, occasion: &str) -> String {
    let text = format!("{}\n{study}\n{occasion}", kind.as_str());
    let mut id = hex::encode(Sha256::digest(text));
    id.truncate(32);
    id
}

fn main_modality(modalities: &[String]) -> Option<String> {
    let pictures = modalities.iter().filter(|m| !BESIDE_PICTURES.contains(&m.as_str()));
    let joined = pictures.map(String::as_str).collect::<Vec<_>>().join("+");
    code(&joined).or_else(|| code(modalities.first()?))
}

/// A short text without control characters; `None` if it is empty.
fn code(text: &str) -> Option<String> {
    let clean: String = text.trim().chars().filter(|c| !c.is_control()).take(CODE_CHARS_MAX).collect();
    (!clean.is_empty()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub fn order(service: &serde_json::Value) -> Order {
        let order = json!({
            "accession_number": "A1",
            "patient": { "id": "N20-0317542", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02",
                         "phone": "0903 123 456", "email": "hoa@example.vn" },
            "visit": { "class": "outpatient", "department": "K01", "episode": "MA_LK-000123",
                       "insurance_card": "DN4790312345678" },
            "service": service,
            "result": { "status": "final", "conclusion": "Viêm phổi" },
        });
        Order::parse(order.to_string().as_bytes()).unwrap()
    }

    pub fn context(service: &serde_json::Value) -> UsageContext {
        let study = StudyInstanceUid::parse("1.2.3").unwrap();
        UsageContext::new(&study, &["CT".into(), "SR".into()], Some(&order(service)))
    }

    fn sample() -> UsageContext {
        context(&json!({ "code": "18.0220.0041", "name": "Chụp CLVT ngực", "price_variant": "pacs",
                         "unit_price_vnd": 512_000 }))
    }

    #[test]
    fn an_event_carries_what_finance_counts_by_and_nothing_of_the_patient() {
        let at: Timestamp = "2026-11-24T01:02:03.004Z".parse().unwrap();
        let event =
            sample().event(UsageKind::MessageSent, "v1", at).message("sms", 1).count(2, UsageUnit::Part);
        let line = serde_json::to_value(&event).unwrap();
        let expected = json!({
            "schema": 1, "id": event.id, "at": "2026-11-24T01:02:03.004Z", "kind": "message-sent",
            "study_instance_uid": "1.2.3", "accession_number": "A1", "episode": "MA_LK-000123",
            "department": "K01", "visit_class": "outpatient", "payer": "insured", "modality": "CT",
            "service_code": "18.0220.0041", "price_variant": "pacs", "unit_price_vnd": 512_000,
            "quantity": 2, "unit": "part", "channel": "sms", "link_version": 1,
        });
        assert_eq!(line, expected);
        for secret in ["Nguy", "1958", "0317542", "903123456", "hoa@", "DN479", "Viêm", "CLVT"] {
            assert!(!line.to_string().contains(secret), "{secret}");
        }
        assert_eq!(serde_json::from_value::<UsageEvent>(line).unwrap(), event);
    }

    #[test]
    fn the_same_step_has_the_same_id_and_another_step_another() {
        let study = StudyInstanceUid::parse("1.2.3").unwrap();
        let id = event_id(UsageKind::StudyReleased, &study, "");
        assert_eq!(id.len(), 32);
        assert_eq!(id, event_id(UsageKind::StudyReleased, &study, ""));
        assert_ne!(id, event_id(UsageKind::StudyReleased, &study, "2"));
        assert_ne!(id, event_id(UsageKind::StudyHeld, &study, ""));
    }

    #[test]
    fn who_pays_is_told_without_the_card() {
        let study = StudyInstanceUid::parse("1.2.3").unwrap();
        let mut order = order(&json!({}));
        let payer = |order: Option<&Order>| UsageContext::new(&study, &[], order).payer;
        assert_eq!(payer(Some(&order)), Payer::Insured);
        order.visit.as_mut().unwrap().other.insert("insurance_card".into(), json!(null));
        assert_eq!(payer(Some(&order)), Payer::SelfPay);
        order.visit = None;
        assert_eq!(payer(Some(&order)), Payer::Unknown);
        assert_eq!(payer(None), Payer::Unknown);
    }

    #[test]
    fn a_study_is_what_its_pictures_are() {
        for (modalities, expected) in [
            (&["CT", "SR"][..], Some("CT")),
            (&["CT", "PT"], Some("CT+PT")),
            (&["SR"], Some("SR")),
            (&[], None),
        ] {
            let owned: Vec<String> = modalities.iter().map(|&m| m.to_owned()).collect();
            assert_eq!(main_modality(&owned).as_deref(), expected);
        }
    }
}
