//! Films that may be printed, and films that were printed.

use filmless_domain::number::grouped;

use super::sides::Sides;
use super::table::{Cell, Row, Table, sum};
use crate::pages::staff::frame::StaffFrame;

/// A row per month and one for the year of the newest month: budget, printed, left.
pub(super) fn table(frame: &StaffFrame<'_>, sides: &Sides) -> Table {
    let (usage, words) = (frame.t.usage, frame.t.finance);
    let row = |label: String, period: &str, printed: i64, url: &str| {
        let budget = sides.budgets.get(period).and_then(|films| i64::try_from(*films).ok());
        let cell = |value: Option<i64>| match value {
            Some(value) => {
                Cell { value: Some(value), shown: grouped(value, frame.language), url: String::new() }
            }
            None => Cell::unknown(words.no_budget, ""),
        };
        let printed_cell = Cell { url: url.to_owned(), ..cell(Some(printed)) };
        Row { label, cells: vec![cell(budget), printed_cell, cell(budget.map(|films| films - printed))] }
    };
    let mut rows: Vec<Row> = sides
        .months
        .iter()
        .map(|month| {
            let url = format!("/staff/usage?month={}", month.month);
            row(month.month.clone(), &month.month, sum(month, |_| true).films_printed, &url)
        })
        .collect();
    if let Some((year, printed)) = &sides.year {
        rows.push(row(format!("{} {year}", words.year), year, *printed, ""));
    }
    let heads = [usage.month, words.budget, usage.films_printed, words.left].map(str::to_owned);
    Table { name: "budget", title: words.budget_title, heads: heads.into(), rows }
}
