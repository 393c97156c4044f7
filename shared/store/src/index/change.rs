//! Conditional updates without hand-written expression strings.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::StoreError;

/// What must hold for a write.
#[derive(Debug, Clone)]
pub enum Condition {
    /// The attribute is absent (or the item is).
    Absent(&'static str),
    /// The attribute is present.
    Present(&'static str),
    /// The attribute has this value.
    Is(&'static str, AttributeValue),
    /// The value at the end of a path through maps is this.
    At(Vec<&'static str>, AttributeValue),
    /// The attribute is below this value.
    Below(&'static str, AttributeValue),
    /// At least one holds.
    Any(Vec<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
}

/// A change to one item.
#[derive(Debug, Clone, Default)]
pub struct Change {
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    error: Option<String>,
}

/// The expressions of a change, in DynamoDB's form.
pub(super) struct Expressions {
    pub update: Option<String>,
    pub condition: Option<String>,
    pub names: Option<HashMap<String, String>>,
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl Change {
    /// An empty change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Serialize) -> Self {
        let clause = format!("{} = {}", self.name(name), self.serialized(value));
        self.sets.push(clause);
        self
    }

    /// Sets an attribute for each field of a struct.
    #[must_use]
    pub fn set_fields(mut self, fields: &impl Serialize) -> Self {
        match serde_dynamo::to_item::<_, HashMap<String, AttributeValue>>(fields) {
            Ok(item) => {
                for (name, value) in item {
                    let clause = format!("{} = {}", self.name(&name), self.value(value));
                    self.sets.push(clause);
                }
            }
            Err(error) => self.error = Some(error.to_string()),
        }
        self
    }

    /// Sets an attribute unless it is there.
    #[must_use]
    pub fn set_if_absent(mut self, name: &str, value: impl Serialize) -> Self {
        let (n, v) = (self.name(name), self.serialized(value));
        self.sets.push(format!("{n} = if_not_exists({n}, {v})"));
        self
    }

    /// Sets a member of a map attribute.
    #[must_use]
    pub fn set_member(mut self, name: &str, member: &str, value: impl Serialize) -> Self {
        let path = self.path(&[name, member]);
        let clause = format!("{path} = {}", self.serialized(value));
        self.sets.push(clause);
        self
    }

    /// Sets a member of a map attribute, unless it exists.
    #[must_use]
    pub fn set_member_if_absent(mut self, name: &str, member: &str, value: impl Serialize) -> Self {
        let (path, value) = (self.path(&[name, member]), self.serialized(value));
        self.sets.push(format!("{path} = if_not_exists({path}, {value})"));
        self
    }

    /// Adds to a number that starts at 0.
    #[must_use]
    pub fn add(mut self, name: &str, amount: i64) -> Self {
        let clause = format!("{} {}", self.name(name), self.serialized(amount));
        self.adds.push(clause);
        self
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, name: &str) -> Self {
        let clause = self.name(name);
        self.removes.push(clause);
        self
    }

    /// Makes the change depend on a condition.
    #[must_use]
    pub fn when(mut self, condition: &Condition) -> Self {
        let text = self.condition_text(condition);
        self.condition = Some(match self.condition.take() {
            Some(earlier) => format!("({earlier}) AND ({text})"),
            None => text,
        });
        self
    }

    pub(super) fn expressions(self, operation: &'static str) -> Result<Expressions, StoreError> {
        if let Some(error) = self.error {
            return Err(StoreError::Corrupt { operation, source: error.into() });
        }
        let clauses = [("SET", self.sets), ("ADD", self.adds), ("REMOVE", self.removes)];
        let update: Vec<String> = clauses
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
            .collect();
        Ok(Expressions {
            update: (!update.is_empty()).then(|| update.join(" ")),
            condition: self.condition,
            names: (!self.names.is_empty()).then_some(self.names),
            values: (!self.values.is_empty()).then_some(self.values),
        })
    }

    fn name(&mut self, name: &str) -> String {
        // Placeholders may contain only letters, digits and underscores.
        let placeholder = format!("#{}", name.replace('-', "_"));
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn path(&mut self, names: &[&str]) -> String {
        names.iter().map(|name| self.name(name)).collect::<Vec<_>>().join(".")
    }

    fn serialized(&mut self, value: impl Serialize) -> String {
        match serde_dynamo::to_attribute_value(value) {
            Ok(value) => self.value(value),
            Err(e) => {
                self.error = Some(e.to_string());
                String::new()
            }
        }
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn condition_text(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Absent(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Present(name) => format!("attribute_exists({})", self.name(name)),
            Condition::Is(name, value) => format!("{} = {}", self.name(name), self.value(value.clone())),
            Condition::At(path, value) => format!("{} = {}", self.path(path), self.value(value.clone())),
            Condition::Below(name, value) => format!("{} < {}", self.name(name), self.value(value.clone())),
            Condition::Any(parts) => self.joined(parts, " OR "),
            Condition::All(parts) => self.joined(parts, " AND "),
        }
    }

    fn joined(&mut self, parts: &[Condition], word: &str) -> String {
        let texts: Vec<String> = parts.iter().map(|p| format!("({})", self.condition_text(p))).collect();
        texts.join(word)
    }
}

impl Condition {
    /// The attribute has this text.
    #[must_use]
    pub fn is_text(name: &'static str, value: &str) -> Self {
        Self::Is(name, AttributeValue::S(value.to_owned()))
    }

    /// The value at the end of a path through maps is this text.
    #[must_use]
    pub fn is_text_at(path: impl Into<Vec<&'static str>>, value: &str) -> Self {
        Self::At(path.into(), AttributeValue::S(value.to_owned()))
    }

    /// The attribute has this number.
    #[must_use]
    pub fn is_number(name: &'static str, value: i64) -> Self {
        Self::Is(name, AttributeValue::N(value.to_string()))
    }

    /// The attribute is a number below this one.
    #[must_use]
    pub fn below(name: &'static str, value: i64) -> Self {
        Self::Below(name, AttributeValue::N(value.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_becomes_one_expression_with_placeholders() {
        let change = Change::new()
            .set("state", "settled")
            .set_if_absent("created_at", 5)
            .add("failures", 1)
            .remove("settle_due")
            .when(&Condition::Any(vec![Condition::Absent("state"), Condition::below("failures", 10)]));
        let e = change.expressions("test").unwrap();
        assert_eq!(
            e.update.unwrap(),
            "SET #state = :v0, #created_at = if_not_exists(#created_at, :v1) ADD #failures :v2 REMOVE #settle_due"
        );
        assert_eq!(e.condition.unwrap(), "(attribute_not_exists(#state)) OR (#failures < :v3)");
        assert_eq!(e.names.unwrap().len(), 4);
        assert_eq!(e.values.unwrap().len(), 4);
    }

    #[test]
    fn members_of_maps_are_set_and_asked_by_their_path() {
        let change = Change::new()
            .set_member("channels", "a-b", "failed")
            .set_member_if_absent("channels", "sms", "pending")
            .when(&Condition::is_text_at(["channels", "a-b", "state"], "sending"));
        let e = change.expressions("test").unwrap();
        assert_eq!(
            e.update.unwrap(),
            "SET #channels.#a_b = :v0, #channels.#sms = if_not_exists(#channels.#sms, :v1)"
        );
        assert_eq!(e.condition.unwrap(), "#channels.#a_b.#state = :v2");
        assert_eq!(e.names.unwrap()["#a_b"], "a-b");
    }
}
