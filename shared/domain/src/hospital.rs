//! The hospital as patients see it, and the two languages.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::{Deserialize, Serialize};

/// Vietnam's time, all year.
pub const HOSPITAL_TIME: TimeZone = TimeZone::fixed(offset(7));

/// The last second of a moment's day, in the hospital's time. What ends on a day that people are told ends with that
/// day, not at the minute at which it was made.
#[must_use]
pub fn end_of_day(at: Timestamp) -> Timestamp {
    let last = at.to_zoned(HOSPITAL_TIME).date().at(23, 59, 59, 0);
    last.to_zoned(HOSPITAL_TIME).map_or(at, |end| end.timestamp())
}

/// The language of a slip, a message or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// `vi` or `en`, as in BCP 47; any other tag is `None`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The text in this language.
    #[must_use]
    pub const fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

/// Branding and support of one hospital: configured, and the same on every page, slip and message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hospital {
    /// Name in Vietnamese, with diacritics.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Unaccented short name that starts an SMS, at most 20 characters.
    pub name_sms: String,
    /// Postal address, one line.
    pub address: String,
    /// Support mailbox.
    pub support_email: String,
    /// Support telephone number, as dialled.
    pub hotline: String,
    /// Hotline hours in Vietnamese.
    pub hotline_hours_vi: String,
    /// Hotline hours in English.
    pub hotline_hours_en: String,
    /// What an SMS calls the link, in Vietnamese, at most 30 characters; accents are dropped.
    pub sms_words_vi: String,
    /// The same in English.
    pub sms_words_en: String,
    /// Subject of an email in Vietnamese, before the hospital's name.
    pub email_subject_vi: String,
    /// The same in English.
    pub email_subject_en: String,
}

/// What is wrong with the hospital's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hospital's `{field}` {why}")]
pub struct HospitalError {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Why a hospital's settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HospitalFileError {
    /// Not a JSON object with text values.
    #[error("the hospital's settings are not a JSON object of texts")]
    NotAnObject,
    /// A required field is missing.
    #[error("the hospital's `{0}` is missing")]
    Missing(&'static str),
    /// An unknown field.
    #[error("the hospital's settings have an unknown field: `{0}`")]
    Unknown(String),
    /// A field has an invalid value.
    #[error(transparent)]
    Unusable(#[from] HospitalError),
}

/// What only the hospital knows: patients must never read a sample. It may change our texts in the other fields.
const REQUIRED_FIELDS: [&str; 8] = [
    "name_vi",
    "name_en",
    "name_sms",
    "address",
    "support_email",
    "hotline",
    "hotline_hours_vi",
    "hotline_hours_en",
];
/// Texts with a default.
const OPTIONAL_FIELDS: [&str; 4] = ["sms_words_vi", "sms_words_en", "email_subject_vi", "email_subject_en"];

/// Longest part of an unknown field's name that an error repeats, in characters.
const UNKNOWN_FIELD_CHARS_MAX: usize = 40;

impl Hospital {
    /// Reads a real hospital's settings (JSON).
    ///
    /// # Errors
    /// [`HospitalFileError`]: a field is missing, unknown or invalid.
    pub fn parse(json: &[u8]) -> Result<Self, HospitalFileError> {
        let value: serde_json::Value =
            serde_json::from_slice(json).map_err(|_| HospitalFileError::NotAnObject)?;
        let fields = value.as_object().ok_or(HospitalFileError::NotAnObject)?;
        let is_known = |name: &str| REQUIRED_FIELDS.contains(&name) || OPTIONAL_FIELDS.contains(&name);
        if let Some(unknown) = fields.keys().find(|name| !is_known(name)) {
            let shown = unknown.chars().filter(|c| !c.is_control()).take(UNKNOWN_FIELD_CHARS_MAX);
            return Err(HospitalFileError::Unknown(shown.collect()));
        }
        if let Some(missing) = REQUIRED_FIELDS.iter().find(|name| !fields.contains_key(**name)) {
            return Err(HospitalFileError::Missing(missing));
        }
        let hospital: Self = serde_json::from_value(value).map_err(|_| HospitalFileError::NotAnObject)?;
        hospital.check()?;
        Ok(hospital)
    }

    /// Checks what patients will read, before any of them does.
    ///
    /// # Errors
    /// The first field that is empty, too long, not an address, or has a control or an invisible character.
    pub fn check(&self) -> Result<(), HospitalError> {
        for (field, text, chars_max) in [
            ("name_vi", &self.name_vi, 120),
            ("name_en", &self.name_en, 120),
            ("name_sms", &self.name_sms, 20),
            ("address", &self.address, 200),
            ("support_email", &self.support_email, 254),
            ("hotline", &self.hotline, 40),
            ("hotline_hours_vi", &self.hotline_hours_vi, 120),
            ("hotline_hours_en", &self.hotline_hours_en, 120),
            ("sms_words_vi", &self.sms_words_vi, 30),
            ("sms_words_en", &self.sms_words_en, 30),
            ("email_subject_vi", &self.email_subject_vi, 100),
            ("email_subject_en", &self.email_subject_en, 100),
        ] {
            let why = match text {
                text if text.trim().is_empty() => "is empty",
                text if text.chars().count() > chars_max => "is too long",
                text if text.chars().any(char::is_control) => "holds a control character",
                text if text.chars().any(crate::invisible::is_invisible) => "holds an invisible character",
                _ => continue,
            };
            return Err(HospitalError { field, why });
        }
        if !crate::mailbox::is_public_mailbox(&self.support_email) {
            return Err(HospitalError { field: "support_email", why: "is no email address" });
        }
        if self.hotline.chars().filter(char::is_ascii_digit).count() < 3 {
            return Err(HospitalError { field: "hotline", why: "is no telephone number" });
        }
        Ok(())
    }

    /// The name in the patient's language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        language.pick(&self.name_vi, &self.name_en)
    }

    /// The hotline's hours in the patient's language.
    #[must_use]
    pub fn hotline_hours(&self, language: Language) -> &str {
        language.pick(&self.hotline_hours_vi, &self.hotline_hours_en)
    }
}

impl Default for Hospital {
    /// A hospital that does not exist, for trials; its addresses lead nowhere (RFC 2606).
    fn default() -> Self {
        Self {
            name_vi: "Bệnh viện Đại học Mẫu".into(),
            name_en: "Sample University Hospital".into(),
            name_sms: "BV Dai hoc Mau".into(),
            address: "1 Đường Mẫu, Phường Ví Dụ, TP. Hồ Chí Minh".into(),
            support_email: "hotro@benhvien.example".into(),
            hotline: "1900 0000".into(),
            hotline_hours_vi: "Thứ 2 – Thứ 6: 7:00–20:00, Thứ 7: 7:00–12:00".into(),
            hotline_hours_en: "Mon–Fri 7:00–20:00, Sat 7:00–12:00".into(),
            sms_words_vi: "ket qua hinh anh".into(),
            sms_words_en: "your images".into(),
            email_subject_vi: "Kết quả hình ảnh của Ông/Bà đã sẵn sàng".into(),
            email_subject_en: "Your images are ready to view".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_on_a_day_ends_with_that_day_in_viet_nam() {
        let ends = |at: &str| end_of_day(at.parse().unwrap()).to_string();
        assert_eq!(ends("2026-11-29T09:23:00Z"), "2026-11-29T16:59:59Z");
        assert_eq!(ends("2026-11-29T16:59:59.5Z"), "2026-11-29T16:59:59Z");
        assert_eq!(ends("2026-11-29T17:00:00Z"), "2026-11-30T16:59:59Z");
    }

    #[test]
    fn a_real_hospital_leaves_nothing_to_a_sample() {
        let whole = serde_json::to_value(Hospital::default()).unwrap();
        let read = |json: &serde_json::Value| Hospital::parse(json.to_string().as_bytes());
        assert_eq!(read(&whole), Ok(Hospital::default()));
        let fields: Vec<&String> = whole.as_object().unwrap().keys().collect();
        assert_eq!(fields.len(), REQUIRED_FIELDS.len() + OPTIONAL_FIELDS.len());
        for field in REQUIRED_FIELDS {
            let mut json = whole.clone();
            json.as_object_mut().unwrap().remove(field).unwrap();
            assert_eq!(read(&json), Err(HospitalFileError::Missing(field)));
        }
        for field in OPTIONAL_FIELDS {
            let mut json = whole.clone();
            json.as_object_mut().unwrap().remove(field).unwrap();
            assert_eq!(read(&json), Ok(Hospital::default()));
        }
        let mut json = whole.clone();
        json["hotlne"] = "1900 1234".into();
        assert_eq!(read(&json), Err(HospitalFileError::Unknown("hotlne".into())));
        json = whole.clone();
        json["hotline"] = "".into();
        let why = HospitalError { field: "hotline", why: "is empty" };
        assert_eq!(read(&json), Err(HospitalFileError::Unusable(why)));
        for nothing in ["", "[]", "\"Bệnh viện\"", "null"] {
            assert_eq!(Hospital::parse(nothing.as_bytes()), Err(HospitalFileError::NotAnObject));
        }
    }

    #[test]
    fn what_patients_would_stumble_over_is_named() {
        assert_eq!(Hospital::default().check(), Ok(()));
        let set = |field: &str, value: &str| {
            let mut json = serde_json::to_value(Hospital::default()).unwrap();
            json[field] = value.into();
            serde_json::from_value::<Hospital>(json).unwrap().check().unwrap_err()
        };
        for (field, value, why) in [
            ("name_vi", " ", "is empty"),
            ("name_sms", "Benh vien Dai hoc Y Duoc", "is too long"),
            ("support_email", "hotro", "is no email address"),
            ("hotline", "gọi cho chúng tôi", "is no telephone number"),
            ("sms_words_vi", "a\nb", "holds a control character"),
            ("name_en", "A\u{202e}B", "holds an invisible character"),
        ] {
            let error = set(field, value);
            assert_eq!((error.field, error.why), (field, why));
        }
    }
}
