//! What is wrong with a request: which field, and how. Never the value, which may name somebody.

use std::fmt;

use serde::Serialize;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarksFault {
    /// It is missing, has another type, or there is no such field.
    Unreadable,
    /// It must be there: the frame of an image that has several.
    Missing,
    /// Nothing is left of it.
    Empty,
    /// It has too many characters.
    TooLong,
    /// It has too many entries.
    TooMany,
    /// It has too few.
    TooFew,
    /// A number is outside its range, or a point outside its image.
    Outside,
    /// It is none of the values that are allowed here.
    NotAllowed,
    /// What it names has no pixels.
    NotAnImage,
}

/// A field that cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct BadMarks {
    /// Which: `measurements[0].points[2]`.
    pub field: String,
    /// What is wrong with it.
    pub kind: MarksFault,
}

impl fmt::Display for BadMarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of the marks: {:?}", self.field, self.kind)
    }
}

impl BadMarks {
    pub(crate) fn new(field: impl Into<String>, kind: MarksFault) -> Self {
        Self { field: field.into(), kind }
    }
}
