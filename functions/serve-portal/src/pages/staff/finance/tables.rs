//! Tables of figures: months, departments, payers, films.

use std::collections::BTreeMap;

use filmless_delivery::staff::{UsageFigures, UsageGroup, UsageMonth};

use super::sides::Sides;
use super::table::{Cell, Row, Table, address, lines_address, sum};
use super::{budget, receivables};
use crate::pages::staff::frame::StaffFrame;
use crate::pages::staff::usage::{or_unknown, payer_words};

impl Table {
    pub(super) fn named(name: &str, frame: &StaffFrame<'_>, sides: &Sides) -> Option<Self> {
        let (words, months) = (frame.t.finance, &sides.months);
        match name {
            "months" => Some(Self::of_months("months", words.by_month, frame, months)),
            "departments" => {
                let say = or_unknown;
                Some(Self::of_groups(
                    ("departments", "department"),
                    words.by_department,
                    frame,
                    months,
                    |g| &g.department,
                    say,
                ))
            }
            "payers" => Some(Self::of_groups(
                ("payers", "payer"),
                words.by_payer,
                frame,
                months,
                |g| &g.payer,
                payer_words,
            )),
            "receivables" => Some(receivables::by_payer(frame, sides)),
            "open" => Some(receivables::open_by_department(frame, sides)),
            "budget" => Some(budget::table(frame, sides)),
            "films" => Some(Self::of_films(frame, months)),
            _ => None,
        }
    }

    /// A row per month: studies, charges, what films would have cost, what messages cost.
    fn of_months(
        name: &'static str,
        title: &'static str,
        frame: &StaffFrame<'_>,
        months: &[UsageMonth],
    ) -> Self {
        let (usage, words) = (frame.t.usage, frame.t.finance);
        let heads = [usage.month, usage.released, words.charged, words.saved, words.message_cost];
        let language = frame.language;
        let row = |label: &str, f: UsageFigures, url: &str| Row {
            label: label.to_owned(),
            cells: vec![
                Cell::number(f.studies_released, language, url),
                Cell::dong(f.charged_vnd, language, url),
                Cell::dong(f.film_saved_vnd, language, url),
                Cell::dong(f.message_cost_vnd, language, url),
            ],
        };
        let of_month = |month: &UsageMonth| row(&month.month, sum(month, |_| true), &address(&month.month));
        let mut rows: Vec<Row> = months.iter().map(of_month).collect();
        let total = months.iter().fold(UsageFigures::default(), |all, m| all.plus(sum(m, |_| true)));
        rows.push(row(usage.total, total, ""));
        Self { name, title, heads: heads.map(str::to_owned).into(), rows }
    }

    /// Charges: a row per department or payer, a column per month.
    fn of_groups(
        (name, field): (&'static str, &'static str),
        title: &'static str,
        frame: &StaffFrame<'_>,
        months: &[UsageMonth],
        of: fn(&UsageGroup) -> &str,
        say: fn(&StaffFrame<'_>, &str) -> String,
    ) -> Self {
        let usage = frame.t.usage;
        let label = if field == "payer" { usage.payer } else { usage.department };
        let mut sums: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (column, month) in months.iter().enumerate() {
            for group in &month.groups {
                let row = sums.entry(of(group)).or_insert_with(|| vec![0; months.len()]);
                row[column] += group.figures.charged_vnd;
            }
        }
        let cell = |(vnd, month): (&i64, &UsageMonth), value: Option<&str>| {
            let choice = value.map(|value| (field, value));
            let url = lines_address(&month.month, choice.as_slice());
            Cell::dong(*vnd, frame.language, &url)
        };
        let mut rows: Vec<Row> = sums
            .iter()
            .map(|(value, sums)| Row {
                label: say(frame, value),
                cells: sums.iter().zip(months).map(|pair| cell(pair, Some(*value))).collect(),
            })
            .collect();
        let totals: Vec<i64> = months.iter().map(|month| sum(month, |_| true).charged_vnd).collect();
        let cells = totals.iter().zip(months).map(|pair| cell(pair, None)).collect();
        rows.push(Row { label: usage.total.to_owned(), cells });
        let heads = std::iter::once(label.to_owned()).chain(months.iter().map(|m| m.month.clone()));
        Self { name, title, heads: heads.collect(), rows }
    }

    /// Films avoided and printed, month by month.
    fn of_films(frame: &StaffFrame<'_>, months: &[UsageMonth]) -> Self {
        let usage = frame.t.usage;
        let row = |label: &str, f: UsageFigures, url: &str| {
            let cell = |value: i64| Cell::number(value, frame.language, url);
            Row { label: label.to_owned(), cells: vec![cell(f.films_avoided), cell(f.films_printed)] }
        };
        let mut rows: Vec<Row> =
            months.iter().map(|m| row(&m.month, sum(m, |_| true), &address(&m.month))).collect();
        let total = months.iter().fold(UsageFigures::default(), |all, m| all.plus(sum(m, |_| true)));
        rows.push(row(usage.total, total, ""));
        let heads = [usage.month, usage.films_avoided, usage.films_printed].map(str::to_owned).into();
        Self { name: "films", title: frame.t.finance.films, heads, rows }
    }
}
