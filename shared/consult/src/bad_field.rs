//! What is wrong with something that was typed: which field, and how. Never the value, which may name somebody.

use std::fmt;

use serde::Serialize;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It must be there.
    Missing,
    /// Nothing is left of it.
    Empty,
    /// It has too many characters.
    TooLong,
    /// It has too many entries.
    TooMany,
    /// It appears twice.
    Twice,
    /// A number or a moment is outside its range.
    Outside,
    /// It is none of the values that are allowed here.
    NotAllowed,
    /// It names nobody, or nothing, of this consultation.
    Unknown,
    /// It has this sign, which the minutes could not print.
    Unprintable(char),
}

/// A field that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct BadField {
    /// Which: `members[2].licence`.
    pub field: String,
    /// What is wrong with it.
    pub kind: Fault,
}

impl fmt::Display for BadField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {:?}", self.field, self.kind)
    }
}

impl BadField {
    pub(crate) fn new(field: impl Into<String>, kind: Fault) -> Self {
        Self { field: field.into(), kind }
    }
}
