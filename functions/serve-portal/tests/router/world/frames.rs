//! What goes over the line of a room, held against `docs/asyncapi.yaml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// Every message of the document, by its name there.
fn documented() -> &'static HashMap<String, Validator> {
    static DOCUMENTED: OnceLock<HashMap<String, Validator>> = OnceLock::new();
    DOCUMENTED.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/asyncapi.yaml");
        let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let messages = document["components"]["messages"].as_object().unwrap();
        let validator = |payload: &Value| {
            let schema = json!({ "allOf": [payload], "components": document["components"] });
            jsonschema::validator_for(&schema).unwrap()
        };
        messages.iter().map(|(name, message)| (name.clone(), validator(&message["payload"]))).collect()
    })
}

/// Whether the document has a message like this, which a client sends.
pub fn is_documented(message: &Value) -> bool {
    let of = message["type"].as_str().and_then(|kind| documented().get(kind));
    of.is_some_and(|validator| validator.is_valid(message))
}

/// Panics if the document has no message like this, which the room sent.
pub fn demand_documented(frame: &[u8]) {
    let message: Value = serde_json::from_slice(frame).unwrap();
    let name = format!("told_{}", message["type"].as_str().unwrap());
    let validator = documented().get(&name).unwrap_or_else(|| panic!("{name} is not in the document"));
    if let Err(error) = validator.validate(&message) {
        panic!("{message}: {error}");
    }
    assert!(frame.len() <= filmless_consult::limits::MESSAGE_BYTES_MAX, "{} bytes: {name}", frame.len());
}
