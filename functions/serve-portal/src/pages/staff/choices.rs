//! Filters for a list.

use std::collections::BTreeSet;

/// The periods a list can go back, in days.
pub(crate) const PERIODS: [u16; 3] = [7, 31, 90];

/// One value a list can be filtered by.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) is_chosen: bool,
}

/// The values that occur in a list, to choose from.
pub(crate) fn choices<'a>(values: impl Iterator<Item = &'a str>, chosen: &str) -> Vec<Choice> {
    let values: BTreeSet<&str> = values.collect();
    let choice =
        |value: &str| Choice { value: value.to_owned(), words: value.to_owned(), is_chosen: value == chosen };
    values.into_iter().map(choice).collect()
}

/// How far back: always one of the offered periods, whatever was requested.
pub(crate) fn period(days: Option<u16>, otherwise: u16) -> u16 {
    days.filter(|days| PERIODS.contains(days)).unwrap_or(otherwise)
}
