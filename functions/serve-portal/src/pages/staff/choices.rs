//! What a list can be narrowed to.

use std::collections::BTreeSet;

/// For how long back a list can be asked.
pub(crate) const PERIODS: [u16; 3] = [7, 31, 90];

/// One of the values by which a list can be narrowed.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) is_chosen: bool,
}

/// What is in a list, to choose from.
pub(crate) fn choices<'a>(values: impl Iterator<Item = &'a str>, chosen: &str) -> Vec<Choice> {
    let values: BTreeSet<&str> = values.collect();
    let choice =
        |value: &str| Choice { value: value.to_owned(), words: value.to_owned(), is_chosen: value == chosen };
    values.into_iter().map(choice).collect()
}

/// How far back: a period that is offered, whatever was asked for.
pub(crate) fn period(days: Option<u16>, otherwise: u16) -> u16 {
    days.filter(|days| PERIODS.contains(days)).unwrap_or(otherwise)
}
