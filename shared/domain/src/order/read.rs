//! Reads an order by the table of its fields. It accepts what is clear; the rest is refused with the name of the field
//! and the kind of its value. All faults are reported at once, so that the sender corrects the order once.

use serde_json::{Map, Value};

use super::fields::{Field, Kind, ORDER};
use super::moment;
use crate::invisible::{is_invisible, one_line};
use crate::mailbox::is_public_mailbox;
use crate::{BirthDate, Language, PatientId, PhoneNumber, Rejection, RejectionCode, sex_of};

/// Most faults listed in one reason.
const FAULTS_MAX: usize = 30;
/// Longest text kept of an invalid phone number or address, in characters.
const TYPED_CHARS_MAX: usize = 200;
/// Whole numbers up to this are the same in every program (RFC 8259 6).
pub(super) const WHOLE_MAX: i64 = (1 << 53) - 1;

/// What is wrong with one field.
struct Fault {
    field: String,
    why: String,
    is_missing: bool,
}

/// The result of reading a field.
struct Reading {
    /// The value in our form; `None` if there is none.
    value: Option<Value>,
    /// The text as typed, if the value does not contain all of it.
    typed: Option<String>,
}

type Read = Result<Reading, String>;

/// Brings an order into the form we store.
///
/// # Errors
/// A [`Rejection`] that names every unusable field, and repeats no value.
pub(super) fn read(order: Value) -> Result<Value, Rejection> {
    let Value::Object(mut order) = order else {
        let message = format!("The order {}, not a JSON object.", kind_of(&order));
        return Err(Rejection::new(RejectionCode::OrderBadField, message));
    };
    let mut faults = Vec::new();
    read_part(&mut order, ORDER, "", &mut faults);
    if faults.is_empty() { Ok(Value::Object(order)) } else { Err(rejection(&faults)) }
}

fn rejection(faults: &[Fault]) -> Rejection {
    let sentence = |fault: &Fault| match fault.is_missing {
        true => format!("`{}` is missing", fault.field),
        false => format!("`{}` {}", fault.field, fault.why),
    };
    let named: Vec<String> = faults.iter().take(FAULTS_MAX).map(sentence).collect();
    let more = faults.len().saturating_sub(FAULTS_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message = format!("In the order {}{more}.", named.join("; "));
    if faults.iter().all(|fault| fault.is_missing) {
        return Rejection::new(RejectionCode::OrderMissingField, message);
    }
    Rejection::new(RejectionCode::OrderBadField, message)
}

fn read_part(part: &mut Map<String, Value>, fields: &[Field], path: &str, faults: &mut Vec<Fault>) {
    for field in fields {
        let name = format!("{path}{}", field.name);
        let mut fault = |is_missing, why: &str| {
            faults.push(Fault { field: name.clone(), why: why.to_owned(), is_missing });
        };
        let value = part.remove(field.name).filter(|value| !value.is_null());
        let typed_name = format!("{}_typed", field.name);
        if matches!(field.kind, Kind::Phone | Kind::Email) {
            // Only we set this.
            part.remove(&typed_name);
        }
        let Some(value) = value else {
            if field.is_required {
                fault(true, "");
            }
            continue;
        };
        if let (Kind::Part(inner), Value::Object(_)) = (field.kind, &value) {
            let Value::Object(mut map) = value else { continue };
            read_part(&mut map, inner, &format!("{name}."), faults);
            part.insert(field.name.to_owned(), Value::Object(map));
            continue;
        }
        match read_value(field.kind, &value) {
            Ok(Reading { value: None, typed: None }) if field.is_required => fault(false, "is empty"),
            Ok(Reading { value, typed }) => {
                part.extend(value.map(|value| (field.name.to_owned(), value)));
                part.extend(typed.map(|typed| (typed_name, Value::String(typed))));
            }
            Err(why) => fault(false, &why),
        }
    }
}

fn read_value(kind: Kind, value: &Value) -> Read {
    let text = value.as_str().map(visible);
    if text.as_deref() == Some("") && !matches!(kind, Kind::Part(_)) {
        return Ok(Reading { value: None, typed: None });
    }
    match kind {
        Kind::Phone => {
            return reached(
                value,
                |typed| PhoneNumber::first_in(typed).map(String::from),
                |typed| PhoneNumber::parse(typed).is_ok(),
            );
        }
        Kind::Email => {
            return reached(value, |typed| Some(visible(typed)).filter(|t| is_public_mailbox(t)), |_| true);
        }
        Kind::Part(_) => return Err(is_not(value, "an object")),
        _ => {}
    }
    let value = match (kind, text) {
        (Kind::Id, Some(text)) => id(text)?,
        (Kind::Name, Some(_)) => name(value)?,
        (Kind::BirthDate, Some(text)) => birth_date(text)?,
        (Kind::Sex, Some(text)) => sex(&text)?,
        (Kind::Sex, None) => match whole_of(value) {
            Some(number) => sex(&number.to_string())?,
            None => return Err(is_not(value, "M, F or O")),
        },
        (Kind::Language, Some(text)) => match Language::from_tag(&text) {
            Some(language) => Value::String(language.tag().to_owned()),
            None => return Err("is a text that is neither vi nor en".to_owned()),
        },
        (Kind::Text(chars_max), text) => {
            let Some(text) = text.or_else(|| whole_of(value).map(|number| number.to_string())) else {
                return Err(is_not(value, "a text"));
            };
            if text.chars().count() > chars_max {
                return Err(format!("is longer than {chars_max} characters"));
            }
            Value::String(text)
        }
        (Kind::Prose, Some(_)) => value.clone(),
        (Kind::Whole(_) | Kind::OneOf(_), text) => whole(kind, value, text.as_deref())?,
        (Kind::Moment, Some(text)) => match moment::read(&text) {
            Some(moment) => Value::String(moment.to_string()),
            None => return Err("is a text that is no date and time (2026-11-27T08:30:00+07:00)".to_owned()),
        },
        (Kind::BirthDate, None) => return Err(is_not(value, "a date in quotes")),
        (_, _) => return Err(is_not(value, "a text")),
    };
    Ok(Reading { value: Some(value), typed: None })
}

/// Where a message goes. An unusable value must not hold back the images; it is kept for the hotline.
fn reached(value: &Value, read: impl Fn(&str) -> Option<String>, is_all: impl Fn(&str) -> bool) -> Read {
    let typed = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => whole_of(value).map_or_else(|| number.to_string(), |n| n.to_string()),
        other => return Err(is_not(other, "a text")),
    };
    let read = read(&typed);
    let is_whole = read.is_some() && is_all(&typed);
    let typed = (!is_whole).then(|| one_line(&typed).chars().take(TYPED_CHARS_MAX).collect());
    Ok(Reading { value: read.map(Value::String), typed })
}

/// 64 characters as DICOM counts them, or 192 ASCII characters.
fn id(text: String) -> Result<Value, String> {
    let is_short = text.chars().count() <= 64 && text.chars().all(|c| c <= '\u{ffff}');
    match PatientId::parse(&text) {
        Ok(_) if is_short || text.is_ascii() => Ok(Value::String(text)),
        Err(crate::InvalidId::BadCharacter) => {
            Err("is no identifier: it holds a control character".to_owned())
        }
        _ if text.chars().any(|c| c > '\u{ffff}') => {
            Err("is no identifier: it holds a character beyond U+FFFF, such as an emoji".to_owned())
        }
        _ => Err("is no identifier: it is longer than 64 characters".to_owned()),
    }
}

fn name(value: &Value) -> Result<Value, String> {
    let text: String = one_line(value.as_str().unwrap_or_default());
    match text.chars().count() {
        0 => Err("is empty".to_owned()),
        1..=1000 if text.chars().any(char::is_alphabetic) => Ok(Value::String(text)),
        1..=1000 => Err("has no letter in it".to_owned()),
        _ => Err("is longer than 1000 characters".to_owned()),
    }
}

fn birth_date(text: String) -> Result<Value, String> {
    match BirthDate::parse(&text) {
        Ok(_) => Ok(Value::String(text)),
        Err(_) => Err("is a text that is no date YYYY-MM-DD and no year YYYY".to_owned()),
    }
}

fn sex(text: &str) -> Result<Value, String> {
    sex_of(text).map(|letter| Value::String(letter.to_owned())).ok_or_else(|| {
        let kind = if text.parse::<i64>().is_ok() { "number" } else { "text" };
        format!("is a {kind} that means none of M, F and O")
    })
}

fn whole(kind: Kind, value: &Value, text: Option<&str>) -> Result<Value, String> {
    let digits = |text: &&str| (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number = match text {
        Some(text) => Some(text).filter(digits).and_then(|text| text.parse().ok()),
        None => whole_of(value),
    };
    let Some(number) = number else { return Err(is_not(value, "a whole number")) };
    match kind {
        Kind::OneOf(allowed) if allowed.contains(&number) => Ok(number.into()),
        Kind::OneOf(allowed) => {
            let allowed: Vec<String> = allowed.iter().map(i64::to_string).collect();
            Err(format!("is a number that is none of {}", allowed.join(", ")))
        }
        _ if number < 0 => Err("is a negative number".to_owned()),
        Kind::Whole(power) if number > 10_i64.pow(power) => {
            Err(format!("is a number above {}", 10_i64.pow(power)))
        }
        _ => Ok(number.into()),
    }
}

/// A number without a fraction, even if written with one (`512000.0`).
fn whole_of(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    let whole = number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() <= WHOLE_MAX as f64)?;
        // In that range nothing is cut off.
        Some(float as i64)
    });
    whole.filter(|number| number.abs() <= WHOLE_MAX)
}

/// The text without invisible characters and surrounding blanks.
fn visible(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned()
}

fn is_not(value: &Value, expected: &str) -> String {
    format!("{}, not {expected}", kind_of(value))
}

/// The kind of a value, in words that reveal nothing of it.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "is null",
        Value::Bool(_) => "is true or false",
        Value::Number(_) if whole_of(value).is_some() => "is a number",
        Value::Number(number) if number.as_f64().is_some_and(|f| f.fract() != 0.0) => {
            "is a number with a fraction"
        }
        Value::Number(_) => "is a number too large",
        Value::String(_) => "is a text",
        Value::Array(_) => "is a list",
        Value::Object(_) => "is an object",
    }
}
