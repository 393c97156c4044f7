//! `docs/order.schema.json`, made from the table that the reader uses.

use serde_json::{Map, Value, json};

use super::fields::{Field, Kind, ORDER};
use super::read::WHOLE_MAX;
use crate::patient::SEXES;

/// A day of the calendar: month, separator (`@`), day; then leap days.
const DAY: &str = "(?:(?:[0-9]{4}@(?:(?:0?[13578]|1[02])@(?:0?[1-9]|[12][0-9]|3[01])|(?:0?[469]|11)@(?:0?[1-9]|[12][0-9]|30)|0?2@(?:0?[1-9]|1[0-9]|2[0-8])))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)@0?2@29)";

/// A year in which a patient can be born: alone, or with zeros for month and day.
const YEAR: &str = "(?:18[5-9][0-9]|19[0-9]{2}|2[01][0-9]{2}|2200)(?:0000|[-./]00?[-./]00?)?";

/// Characters that are not letters, as far as a pattern can say so in every dialect.
const NO_LETTER: &str = "\\u0000-@\\[-`{-\\u00a9\\u00ab-\\u00b4\\u00b6-\\u00b9\\u00bb-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u20a0-\\u20cf\\u2190-\\u2bff\\u3000-\\u3004\u{1f000}-\u{1faff}";

/// The JSON Schema (draft 2020-12) of an order. It allows what [`super::Order::parse`] accepts, for texts without
/// invisible characters and surrounding blanks.
#[must_use]
pub fn schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Filmless order".into());
    schema.insert(
        "description".into(),
        "One requested imaging study, one object below orders/. Upload it before, between or after the images, and \
         again when it changes: the last one wins. Unknown fields are kept. A field that may be absent may be null or \
         empty. Invisible characters, and blanks around a text, are left out before it is read: these alone may be \
         there though a pattern below does not name them."
            .into(),
    );
    schema.extend(part(ORDER));
    Value::Object(schema)
}

fn part(fields: &[Field]) -> Map<String, Value> {
    let required: Vec<&str> = fields.iter().filter(|f| f.is_required).map(|f| f.name).collect();
    let mut part = Map::new();
    part.insert("type".into(), "object".into());
    if !required.is_empty() {
        part.insert("required".into(), json!(required));
    }
    let properties = fields.iter().map(|field| (field.name.to_owned(), property(field)));
    part.insert("properties".into(), Value::Object(properties.collect()));
    part
}

fn property(field: &Field) -> Value {
    let mut property = Map::new();
    property.insert("description".into(), field.about.into());
    property.extend(of_kind(field.kind));
    if !field.is_required {
        let types = match property.get("type") {
            Some(Value::Array(types)) => types.clone(),
            Some(one) => vec![one.clone()],
            None => return Value::Object(property),
        };
        let mut types = types;
        if matches!(field.kind, Kind::Part(_)) {
            property.insert("type".into(), json!(["object", "null"]));
            return Value::Object(property);
        }
        types.push("null".into());
        property.insert("type".into(), Value::Array(types));
    }
    Value::Object(property)
}

/// The keywords of a kind. The pattern of an optional field accepts an empty text, too.
fn of_kind(kind: Kind) -> Map<String, Value> {
    let keywords = match kind {
        Kind::Id => json!({ "type": "string", "anyOf": [
            { "maxLength": 64, "pattern": "^[ -~\u{a0}-\u{ffff}]+$" },
            { "maxLength": 192, "pattern": "^[ -~]+$" },
        ] }),
        Kind::Name => json!({ "type": "string", "maxLength": 1000, "pattern": format!("[^{NO_LETTER}]") }),
        Kind::BirthDate => {
            json!({ "type": "string", "pattern": format!("^(?:{}|{}|{YEAR})$", DAY.replace('@', "[-./]"), compact_day()) })
        }
        Kind::Sex => json!({
            "type": ["string", "integer"], "pattern": format!("^(?:{})?$", sexes()), "minimum": 1, "maximum": 2,
        }),
        Kind::Language => json!({ "type": "string", "pattern": "^(?:(?:[vV][iI]|[eE][nN])(?:[-_].*)?)?$" }),
        Kind::Phone | Kind::Email => json!({ "type": ["string", "number"] }),
        Kind::Text(chars_max) => json!({
            "type": ["string", "integer"], "maxLength": chars_max, "minimum": -WHOLE_MAX, "maximum": WHOLE_MAX,
        }),
        Kind::Prose => json!({ "type": "string" }),
        Kind::Whole(power) => json!({
            "type": ["integer", "string"], "minimum": 0, "maximum": 10_i64.pow(power),
            "pattern": format!("^(?:0*(?:[0-9]{{1,{power}}}|1[0]{{{power}}}))?$"), "maxLength": 15,
        }),
        Kind::OneOf(allowed) => {
            let words: Vec<String> = allowed.iter().map(i64::to_string).collect();
            let pattern = format!("^(?:0*(?:{}))?$", words.join("|"));
            json!({ "anyOf": [
                { "enum": allowed }, { "type": "string", "pattern": pattern, "maxLength": 15 }, { "type": "null" },
            ] })
        }
        Kind::Moment => json!({ "type": "string", "pattern": moment() }),
        Kind::Part(fields) => Value::Object(part(fields)),
    };
    if let Value::Object(keywords) = keywords { keywords } else { Map::new() }
}

/// Without separators, month and day have two digits.
fn compact_day() -> String {
    DAY.replace('@', "").replace("0?", "0")
}

fn sexes() -> String {
    let words = SEXES.iter().flat_map(|(_, words)| words.iter());
    let any_case = |word: &&str| {
        let letters = word.chars().map(|c| match c.to_uppercase().next() {
            Some(upper) if upper != c => format!("[{c}{upper}]"),
            _ => c.to_string(),
        });
        letters.collect::<String>()
    };
    words.map(any_case).collect::<Vec<_>>().join("|")
}

fn moment() -> String {
    let hour = "(?:[01]?[0-9]|2[0-3])";
    let zone = "(?:[Zz]|[-+](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?";
    let day = DAY.replace('@', "[-/]").replace("0?", "0");
    let separated = format!("{day}[Tt ] *{hour}:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{{1,9}})?)? *{zone}");
    let compact = format!("{}(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?{zone}", compact_day());
    format!("^(?:{separated}|{compact})?$")
}
