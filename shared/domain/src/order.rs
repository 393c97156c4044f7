//! Orders: what was requested, for whom, and whether the result is signed.
//!
//! The wire format is `docs/order.schema.json`, which [`schema()`] writes. Unknown fields are kept.

mod fields;
mod json;
mod moment;
mod read;
mod schema;
mod signed;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::invisible::one_line;
use crate::{
    AccessionNumber, BirthDate, Language, PatientDemographics, PatientId, PhoneNumber, Rejection,
    RejectionCode,
};
use fields::{Field, Kind};
pub use schema::schema;
pub use signed::SignedResult;

/// One order, one object below `orders/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The hospital's number of this request.
    pub accession_number: AccessionNumber,
    /// The patient, and how to reach them.
    pub patient: OrderPatient,
    /// The visit it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// What was requested, and at what price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// How many instances the modality says it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_instances: Option<u32>,
    /// The radiologist's result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ReportResult>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The patient of an order. `Debug` hides everything.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPatient {
    /// The hospital's patient code.
    pub id: PatientId,
    /// Full name with diacritics.
    pub name: String,
    /// Birth date: the second check of the link.
    pub birth_date: BirthDate,
    /// `M`, `F` or `O`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Where the SMS goes; `None` if the text is not a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// What was typed for the number, if it is not one, or more than one; for the hotline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_typed: Option<String>,
    /// Where the email goes; `None` if the text is not an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What was typed for the address, if it is not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_typed: Option<String>,
    /// Language of slip and messages.
    #[serde(default)]
    pub language: Language,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The visit of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// `outpatient`, `inpatient`, `emergency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Requesting department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Fields this version does not know, including those of the insurance.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The requested service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Name as printed on slip and bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields this version does not know, including code and price.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The result of an order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportResult {
    /// `final` once signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The radiologist's conclusion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_by: Option<String>,
    /// When it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Timestamp>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl fmt::Debug for OrderPatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderPatient(hidden)")
    }
}

impl fmt::Debug for ReportResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportResult {{ status: {:?}, .. }}", self.status)
    }
}

impl Order {
    /// Reads an order from the bytes of its object. A byte order mark is accepted.
    ///
    /// # Errors
    /// A [`Rejection`] that names the line or the field, and repeats no value.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"\xff\xfe")
            || bytes.starts_with(b"\xfe\xff")
            || bytes.get(..2).is_some_and(|two| two.contains(&0))
        {
            return Err(Rejection::new(
                RejectionCode::OrderNotJson,
                "The order is written in UTF-16; JSON is UTF-8.",
            ));
        }
        let json::Unambiguous(value) = serde_json::from_slice(bytes).map_err(|e| unreadable(&e))?;
        serde_json::from_value(read::read(value)?).map_err(|_| {
            // serde's own message may repeat a value, and values are patient data.
            Rejection::new(
                RejectionCode::OrderBadField,
                "A field of the order has a type or a value that is not allowed.",
            )
        })
    }

    /// Checks what needs a clock: a birth date after `today`, or too early for anybody alive. Accepts what systems
    /// write for "unknown"; then the patient comes in with the password.
    ///
    /// # Errors
    /// A [`Rejection`] that names the field.
    pub fn check_birth_date(&self, today: jiff::civil::Date) -> Result<(), Rejection> {
        let born = self.patient.birth_date;
        if born.means_unknown() || born.is_believable(today) {
            return Ok(());
        }
        let when = if born.year() >= today.year() { "lies in the future" } else { "lies before 1850" };
        let words =
            format!("`patient.birth_date` is a date that {when}. Where none is known, write 1900-01-01.");
        Err(Rejection::new(RejectionCode::OrderBadField, words))
    }

    /// Number and patient of an order that [`Self::parse`] refuses, as far as they can be read.
    #[must_use]
    pub fn names_of_refused(bytes: &[u8]) -> (Option<AccessionNumber>, Option<PatientId>) {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let text = |place: &str| value.pointer(place)?.as_str().map(one_line);
        (
            text("/accession_number").and_then(|text| AccessionNumber::parse(&text).ok()),
            text("/patient/id").and_then(|text| PatientId::parse(&text).ok()),
        )
    }

    /// The order without the fields this version does not know, and without the radiologist's text: small enough for
    /// any table, whatever was uploaded.
    #[must_use]
    pub fn abridged(&self) -> Self {
        let mut order = self.clone();
        let known = |fields: &[Field]| fields.iter().map(|field| field.name).collect::<Vec<_>>();
        let keep = |other: &mut Map<String, Value>, part: &str| {
            let fields = fields::ORDER.iter().find(|field| field.name == part).map(|field| field.kind);
            let names = if let Some(Kind::Part(fields)) = fields { known(fields) } else { Vec::new() };
            other.retain(|name, _| names.contains(&name.as_str()));
        };
        let top = known(fields::ORDER);
        order.other.retain(|name, _| top.contains(&name.as_str()));
        keep(&mut order.patient.other, "patient");
        if let Some(visit) = &mut order.visit {
            keep(&mut visit.other, "visit");
        }
        if let Some(service) = &mut order.service {
            keep(&mut service.other, "service");
        }
        if let Some(result) = &mut order.result {
            keep(&mut result.other, "result");
            result.conclusion = None;
        }
        order
    }

    /// Whether the result is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let status = self.result.as_ref().and_then(|r| r.status.as_deref());
        let signed = ["final", "amended", "corrected"];
        status.is_some_and(|status| signed.iter().any(|word| status.eq_ignore_ascii_case(word)))
    }

    /// Whether the order was cancelled: nothing of it is shown or announced. Accepts the words of FHIR and HL7
    /// (ORC-5), and what people write instead.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        const CODES: [&str; 3] = ["ca", "dc", "entered-in-error"];
        const STEMS: [&str; 10] =
            ["cancel", "revoke", "withdraw", "delete", "void", "discontinu", "abort", "hủy", "huỷ", "huy"];
        // Requested or refused: not cancelled.
        const NOT_YET: [&str; 7] = ["refus", "reject", "denied", "request", "pending", "từ-chối", "yêu-cầu"];
        let status = self.other.get("status").and_then(Value::as_str).unwrap_or_default().trim();
        let lower = status.nfc().flat_map(char::to_lowercase);
        let plain: String = lower.map(|c| if matches!(c, '_' | ' ') { '-' } else { c }).collect();
        let plain = plain.strip_prefix("đã-").or(plain.strip_prefix("da-")).unwrap_or(&plain);
        CODES.contains(&plain)
            || STEMS.iter().any(|stem| plain.starts_with(stem))
                && !NOT_YET.iter().any(|word| plain.contains(word))
    }

    /// Name of the requested service, if any.
    #[must_use]
    pub fn service_name(&self) -> Option<&str> {
        self.service.as_ref()?.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }

    /// A service's name for patients: without the mark in square brackets that is on the bill.
    #[must_use]
    pub fn title_of_service(name: &str) -> &str {
        name.trim()
            .strip_suffix(']')
            .and_then(|name| name.rsplit_once('['))
            .map_or(name.trim(), |(name, _)| name.trim())
    }

    /// Requesting department, if any.
    #[must_use]
    pub fn department(&self) -> Option<&str> {
        self.visit.as_ref()?.department.as_deref()
    }

    /// The patient as a DICOM header would describe them.
    #[must_use]
    pub fn demographics(&self) -> PatientDemographics {
        let issuer = self.patient.other.get("id_issuer").and_then(Value::as_str).map(str::trim);
        PatientDemographics {
            id: Some(self.patient.id.clone()),
            issuer: issuer.filter(|issuer| !issuer.is_empty()).map(str::to_owned),
            is_id_unreadable: false,
            is_birth_date_unreadable: false,
            name: Some(self.patient.name.clone()),
            birth_date: Some(self.patient.birth_date),
            sex: self.patient.sex.clone(),
        }
    }
}

/// Why bytes are not readable JSON, with line and column.
fn unreadable(error: &serde_json::Error) -> Rejection {
    let (line, column) = (error.line(), error.column());
    // The library has no codes for these two; its messages contain nothing of the input.
    let words = error.to_string();
    if words.starts_with("recursion limit exceeded") {
        let message = format!("The order is nested deeper than is read (line {line}, column {column}).");
        return Rejection::new(RejectionCode::OrderTooDeep, message);
    }
    if words.starts_with(json::TWICE) {
        let message =
            format!("A field occurs twice in one part of the order (line {line}, column {column}).");
        return Rejection::new(RejectionCode::OrderBadField, message);
    }
    if words.starts_with("number out of range") {
        let message =
            format!("The order holds a number larger than can be read (line {line}, column {column}).");
        return Rejection::new(RejectionCode::OrderBadField, message);
    }
    Rejection::new(
        RejectionCode::OrderNotJson,
        format!("The order is not valid JSON (line {line}, column {column})."),
    )
}

#[cfg(test)]
mod tests;
