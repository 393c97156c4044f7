//! A table of finance: rows, cells, and where each figure links to.

use filmless_delivery::staff::{UsageFigures, UsageGroup, UsageMonth};
use filmless_domain::Language;
use filmless_domain::number::grouped;

use crate::pages::staff::usage::named;

/// Rows of figures; the last row is their sum.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) heads: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) cells: Vec<Cell>,
}

/// A figure, and the address of the lines it is made of.
pub(crate) struct Cell {
    /// `None` if unknown.
    pub(crate) value: Option<i64>,
    pub(crate) shown: String,
    pub(crate) url: String,
}

impl Cell {
    pub(crate) fn number(value: i64, language: Language, url: &str) -> Self {
        Self { value: Some(value), shown: grouped(value, language), url: url.to_owned() }
    }

    /// An unknown figure, and why it is unknown.
    pub(crate) fn unknown(why: &str, url: &str) -> Self {
        Self { value: None, shown: why.to_owned(), url: url.to_owned() }
    }

    pub(crate) fn dong(value: i64, language: Language, url: &str) -> Self {
        Self { value: Some(value), shown: dong(value, language), url: url.to_owned() }
    }
}

pub(crate) fn sum(month: &UsageMonth, is_in: impl Fn(&UsageGroup) -> bool) -> UsageFigures {
    let groups = month.groups.iter().filter(|group| is_in(group));
    groups.fold(UsageFigures::default(), |sum, group| sum.plus(group.figures))
}

/// An amount: `1.234.567 ₫`.
pub(crate) fn dong(value: i64, language: Language) -> String {
    format!("{}\u{a0}₫", grouped(value, language))
}

/// The address of a month's figures and files.
pub(crate) fn address(month: &str) -> String {
    format!("/staff/usage?month={month}")
}

/// The address of a month's lines, for one department or payer.
pub(crate) fn lines_address(month: &str, choices: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("month", month);
    for (name, value) in choices {
        query.append_pair(name, named(value));
    }
    format!("/staff/finance/lines?{}", query.finish())
}
