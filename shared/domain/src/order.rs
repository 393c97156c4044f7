//! Orders: what the hospital says was requested, for whom, and whether the result is signed.
//!
//! The wire format is `docs/order.schema.json`. Unknown fields are kept.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AccessionNumber, BirthDate, Language, PatientDemographics, PatientId, PhoneNumber, Rejection};

/// One order, one object below `orders/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The hospital's number of this request.
    pub accession_number: AccessionNumber,
    /// Whom it is for and how to reach them.
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
    /// Where the SMS goes; `None` when the text is no number.
    #[serde(default, deserialize_with = "lenient_phone", skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// Where the email goes.
    #[serde(default, deserialize_with = "lenient_email", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
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
    /// Fields this version does not know, the insurance ones among them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The requested service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Name as printed on slip and bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields this version does not know, code and price among them.
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
        let value: Value = serde_json::from_slice(bytes).map_err(|e| {
            let message = format!("The order is not valid JSON (line {}, column {}).", e.line(), e.column());
            Rejection::new("order-not-json", message)
        })?;
        require_fields(&value)?;
        let order: Self = serde_json::from_value(value).map_err(|_| {
            // serde's own text may repeat a value, and values are patient data.
            Rejection::new(
                "order-bad-field",
                "A field of the order has a type or a value that is not allowed.",
            )
        })?;
        if order.patient.name.chars().any(char::is_alphabetic) {
            Ok(order)
        } else {
            Err(bad_field("patient.name", "has no letter in it"))
        }
    }

    /// Whether the result is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let status = self.result.as_ref().and_then(|r| r.status.as_deref());
        matches!(status, Some("final" | "amended" | "corrected"))
    }

    /// Whether the order was taken back: nothing of it is shown or told. The words are those of FHIR and HL7.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        const WORDS: [&str; 5] = ["cancelled", "canceled", "revoked", "entered-in-error", "withdrawn"];
        let status = self.other.get("status").and_then(Value::as_str).unwrap_or_default().trim();
        WORDS.iter().any(|word| status.eq_ignore_ascii_case(word))
    }

    /// Name of the requested service, when the order gives one.
    #[must_use]
    pub fn service_name(&self) -> Option<&str> {
        self.service.as_ref()?.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }

    /// Requesting department, when the order gives one.
    #[must_use]
    pub fn department(&self) -> Option<&str> {
        self.visit.as_ref()?.department.as_deref()
    }

    /// The patient as a DICOM header would name them.
    #[must_use]
    pub fn demographics(&self) -> PatientDemographics {
        let issuer = self.patient.other.get("id_issuer").and_then(Value::as_str).map(str::trim);
        PatientDemographics {
            id: Some(self.patient.id.clone()),
            issuer: issuer.filter(|issuer| !issuer.is_empty()).map(str::to_owned),
            is_id_unreadable: false,
            name: Some(self.patient.name.clone()),
            birth_date: Some(self.patient.birth_date),
            sex: self.patient.sex.clone(),
        }
    }
}

/// Names the first required field that is missing or unusable, because `serde` would name none or its value.
fn require_fields(order: &Value) -> Result<(), Rejection> {
    if !order.is_object() {
        return Err(Rejection::new("order-bad-field", "The order is not a JSON object."));
    }
    type Check = fn(&str) -> bool;
    let required: [(&str, &str, Check, &str); 4] = [
        (
            "accession_number",
            "/accession_number",
            |t| AccessionNumber::parse(t).is_ok(),
            "is not an identifier",
        ),
        ("patient.id", "/patient/id", |t| PatientId::parse(t).is_ok(), "is not an identifier"),
        ("patient.name", "/patient/name", |t| !t.trim().is_empty(), "is empty"),
        (
            "patient.birth_date",
            "/patient/birth_date",
            |t| BirthDate::parse(t).is_ok(),
            "is neither a date YYYY-MM-DD nor a year YYYY",
        ),
    ];
    for (name, pointer, usable, why) in required {
        match order.pointer(pointer) {
            None | Some(Value::Null) => {
                return Err(Rejection::new("order-missing-field", format!("The order lacks `{name}`.")));
            }
            Some(Value::String(text)) if usable(text) => {}
            Some(Value::String(_)) => return Err(bad_field(name, why)),
            Some(_) => return Err(bad_field(name, "is not a text")),
        }
    }
    Ok(())
}

fn bad_field(name: &str, why: &str) -> Rejection {
    Rejection::new("order-bad-field", format!("The order's `{name}` {why}."))
}

/// A number that cannot be dialled must not hold back the images: the other channels still go out.
fn lenient_phone<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<PhoneNumber>, D::Error> {
    Ok(Option::<String>::deserialize(d)?.and_then(|text| PhoneNumber::parse(&text).ok()))
}

fn lenient_email<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    let typed = Option::<String>::deserialize(d)?.map(|text| text.trim().to_owned());
    Ok(typed.filter(|address| is_email(address)))
}

/// Whether an email can be sent there. An address needs one `@` between two parts and no blank, control character,
/// comma or angle bracket: what could add a header or a second recipient never becomes an address.
#[must_use]
pub fn is_email(address: &str) -> bool {
    let forbidden =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '"' | ':');
    address.len() <= 254
        && !address.contains(forbidden)
        && matches!(address.split('@').collect::<Vec<_>>()[..], [user, host] if !user.is_empty() && host.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        json!({
            "accession_number": "A20201123001",
            "patient": { "id": "N20-0317542", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02", "sex": "F",
                         "phone": "0903 123 456", "email": "hoa@example.vn", "language": "vi", "blood_group": "O" },
            "visit": { "class": "outpatient", "department": "K01", "episode": "MA_LK-000123" },
            "service": { "code": "18.0220.0041", "name": "Chụp CLVT ngực", "unit_price_vnd": 512000 },
            "declared_instances": 300,
            "result": { "status": "final", "reported_at": "2020-11-23T09:02:00+07:00" },
            "ward_note": 7
        })
    }

    fn check(change: impl FnOnce(&mut Value), code: &str, names: &str) {
        let mut order = sample();
        change(&mut order);
        let rejection = Order::parse(order.to_string().as_bytes()).unwrap_err();
        assert_eq!(rejection.code, code);
        assert!(rejection.message.contains(names), "{}", rejection.message);
    }

    #[test]
    fn an_order_keeps_what_it_does_not_know() {
        let order = Order::parse(sample().to_string().as_bytes()).unwrap();
        assert!(order.is_signed());
        assert_eq!(order.service_name(), Some("Chụp CLVT ngực"));
        let again = serde_json::to_value(&order).unwrap();
        assert_eq!(again["ward_note"], 7);
        assert_eq!(again["patient"]["blood_group"], "O");
        assert_eq!(again["service"]["unit_price_vnd"], 512_000);
        assert_eq!(again["visit"]["episode"], "MA_LK-000123");
        assert_eq!(again["patient"]["phone"], "+84903123456");
    }

    #[test]
    fn a_bad_order_is_refused_by_the_name_of_its_field() {
        check(|o| o["patient"]["birth_date"] = Value::Null, "order-missing-field", "patient.birth_date");
        check(|o| o["patient"]["birth_date"] = json!("1958-13"), "order-bad-field", "patient.birth_date");
        check(|o| o["patient"]["id"] = json!(" "), "order-bad-field", "patient.id");
        check(|o| o["patient"]["name"] = json!("--"), "order-bad-field", "patient.name");
        check(|o| o["accession_number"] = json!(12), "order-bad-field", "accession_number");
        check(|o| o["declared_instances"] = json!(-1), "order-bad-field", "field");
        check(|o| *o = json!([1]), "order-bad-field", "JSON object");
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let rejection = Order::parse(b"{\n \"a\": }").unwrap_err();
        assert_eq!(rejection.code, "order-not-json");
        assert!(rejection.message.contains("line 2"));
    }

    #[test]
    fn a_bad_phone_or_email_does_not_refuse_the_order() {
        for bad in ["không có", "a@b.vn\r\nBcc: x@y.vn", "a@b.vn, c@d.vn", "<a@b.vn>"] {
            let mut order = sample();
            order["patient"]["phone"] = json!(bad);
            order["patient"]["email"] = json!(bad);
            let order = Order::parse(order.to_string().as_bytes()).unwrap();
            assert_eq!((order.patient.phone, order.patient.email), (None, None), "{bad:?}");
        }
    }

    #[test]
    fn debug_hides_the_patient() {
        let order = Order::parse(sample().to_string().as_bytes()).unwrap();
        let text = format!("{order:?}");
        for secret in ["Nguyễn", "1958", "0317542", "903123456", "hoa@"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
