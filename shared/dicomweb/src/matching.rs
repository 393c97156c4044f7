//! Whether an attribute is what is looked for (PS3.18 8.3.4.1, PS3.4 C.2.2.2).

use serde_json::Value;

use crate::Refusal;
use crate::attributes::Attribute;
use crate::moment::{Kind, Moments};
use crate::pattern::{FuzzyName, Pattern};

/// Longest UID (PS3.5 9.1).
const UID_BYTES_MAX: usize = 64;

/// What an attribute has to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Matcher {
    /// Anything, or not there (PS3.4 C.2.2.2.3).
    Anything,
    /// One of these.
    Uids(Vec<String>),
    Moments(Kind, Moments),
    /// Like one of these.
    Texts(Vec<Pattern>),
    Name(Pattern),
    FuzzyName(FuzzyName),
    /// One of these.
    Numbers(Vec<f64>),
}

impl Matcher {
    /// Reads the value of a key; `None` for what nothing can be compared with, such as pixels.
    pub fn read(parameter: &str, vr: &str, value: &str, is_fuzzy: bool) -> Result<Option<Self>, Refusal> {
        let bad = |expected| Refusal::BadParameter { parameter: parameter.to_owned(), expected };
        if value.trim().is_empty() || value.trim() == "*" {
            return Ok(Some(Self::Anything));
        }
        let moments = |kind, expected| {
            let moments = Moments::read(value, kind).ok_or_else(|| bad(expected))?;
            Ok(Some(Self::Moments(kind, moments)))
        };
        match vr {
            "UI" => uids(value).map(Self::Uids).map(Some).ok_or_else(|| {
                bad("expected one or more UIDs of at most 64 characters, separated by commas or backslashes")
            }),
            "DA" => moments(Kind::Date, "expected a date YYYYMMDD, or two with a hyphen between them"),
            "TM" => moments(Kind::Time, "expected a time HHMMSS, or two with a hyphen between them"),
            "DT" => {
                moments(Kind::DateTime, "expected a moment YYYYMMDDHHMMSS, or two with a hyphen between them")
            }
            "IS" | "US" | "SS" | "UL" | "SL" | "UV" | "SV" => {
                let numbers = value.split('\\').map(|text| text.trim().parse::<i64>().map(|n| n as f64));
                let numbers: Result<_, _> = numbers.collect();
                numbers.map(Self::Numbers).map(Some).map_err(|_| bad("expected a whole number"))
            }
            "DS" | "FL" | "FD" => {
                let numbers =
                    value.split('\\').map(|text| text.trim().parse().ok().filter(|n: &f64| n.is_finite()));
                let numbers: Option<_> = numbers.collect();
                numbers.map(Self::Numbers).map(Some).ok_or_else(|| bad("expected a number"))
            }
            "PN" if is_fuzzy => Ok(Some(Self::FuzzyName(FuzzyName::new(value)))),
            "PN" => Ok(Some(Self::Name(Pattern::new(value, false)))),
            // Capitals count but in names (PS3.4 C.2.2.2.1); a comma stands in no code.
            "CS" => Ok(Some(Self::texts(value.split(['\\', ','])))),
            "AE" | "AS" | "AT" | "LO" | "SH" | "UC" | "UR" | "UN" => Ok(Some(Self::texts(value.split('\\')))),
            "LT" | "ST" | "UT" => Ok(Some(Self::texts([value]))),
            "SQ" => Err(bad("a sequence is searched by an attribute of its items: Sequence.Attribute")),
            _ => Ok(None),
        }
    }

    fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let texts = texts.into_iter().filter(|text| !text.trim().is_empty());
        Self::Texts(texts.map(|text| Pattern::new(text, true)).collect())
    }

    /// Whether one of an attribute's values matches; of one without a value none does.
    pub fn matches(&self, attribute: Option<&Attribute>) -> bool {
        let values = attribute.map(|attribute| attribute.values.as_slice()).unwrap_or_default();
        let any_text = |is_like: &dyn Fn(&str) -> bool| {
            values.iter().any(|value| match value {
                Value::String(text) => is_like(text),
                Value::Number(number) => is_like(&number.to_string()),
                // The groups of a name (PS3.18 F.2.2).
                Value::Object(groups) => groups.values().filter_map(Value::as_str).any(is_like),
                _ => false,
            })
        };
        match self {
            Self::Anything => true,
            Self::Uids(uids) => any_text(&|text| uids.iter().any(|uid| uid == text)),
            Self::Moments(kind, moments) => any_text(&|text| moments.contains(text, *kind)),
            Self::Texts(patterns) => any_text(&|text| patterns.iter().any(|pattern| pattern.matches(text))),
            Self::Name(pattern) => any_text(&|text| pattern.matches(text)),
            Self::FuzzyName(name) => any_text(&|text| name.matches(text)),
            Self::Numbers(numbers) => {
                let number = |value: &Value| match value {
                    Value::String(text) => text.parse().ok(),
                    value => value.as_f64(),
                };
                values.iter().filter_map(number).any(|value| numbers.contains(&value))
            }
        }
    }
}

/// A list of UIDs (PS3.18 8.3.4.1; PS3.4 C.2.2.2.2). One that PS3.5 9.1 does not allow, such as one with letters, is no defect of
/// the request: nothing has it, so nothing is found. Signs that no list of UIDs can hold, wild cards among them, are.
fn uids(text: &str) -> Option<Vec<String>> {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_uid = |uid: &&str| uid.len() <= UID_BYTES_MAX && uid.bytes().all(is_sign);
    let uids: Vec<&str> = text.split([',', '\\']).map(str::trim).filter(|uid| !uid.is_empty()).collect();
    let are_uids = !uids.is_empty() && uids.iter().all(is_uid);
    are_uids.then(|| uids.into_iter().map(str::to_owned).collect())
}
