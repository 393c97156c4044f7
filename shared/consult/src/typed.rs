//! Text as people typed it: without invisible characters, of bounded length.

use filmless_domain::invisible::{lines, one_line};

use crate::bad_field::{BadField, Fault};

/// One line that may be empty.
pub(crate) fn line(field: &str, typed: &str, chars_max: usize) -> Result<String, BadField> {
    short(field, one_line(typed), chars_max)
}

/// One line that must say something.
pub(crate) fn named(field: &str, typed: &str, chars_max: usize) -> Result<String, BadField> {
    some(field, line(field, typed, chars_max)?)
}

/// Lines that may be empty.
pub(crate) fn text(field: &str, typed: &str, chars_max: usize) -> Result<String, BadField> {
    short(field, lines(typed), chars_max)
}

/// Lines that must say something.
pub(crate) fn said(field: &str, typed: &str, chars_max: usize) -> Result<String, BadField> {
    some(field, text(field, typed, chars_max)?)
}

fn short(field: &str, text: String, chars_max: usize) -> Result<String, BadField> {
    if text.chars().count() > chars_max { Err(BadField::new(field, Fault::TooLong)) } else { Ok(text) }
}

fn some(field: &str, text: String) -> Result<String, BadField> {
    if text.is_empty() { Err(BadField::new(field, Fault::Empty)) } else { Ok(text) }
}
