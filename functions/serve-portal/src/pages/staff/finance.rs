//! Finance: months side by side, by department and by payer, from the manifests of their exports. Every figure leads to
//! the month, department and payer that it is of, and from there to the table with its studies. Nothing of a patient.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{StaffError, UsageFigures, UsageGroup, UsageMonth};
use filmless_domain::Language;
use filmless_domain::staff::Act;

use super::lists::csv_line;
use super::usage::{grouped, named, or_unknown, payer_words};
use super::{Console, StaffFrame, Trouble, file, page};

/// Months that stand side by side: they fit on a sheet of paper, and are read within a request.
const MONTHS_MAX: usize = 6;
/// Width of the longest bar, in units of the drawing.
const BAR_MAX: i64 = 1000;

#[derive(Template)]
#[template(path = "staff/finance.html")]
struct FinancePage<'a> {
    frame: StaffFrame<'a>,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    exported: Vec<[String; 3]>,
}

/// Rows of figures; the last is their sum.
struct Table {
    name: &'static str,
    title: &'static str,
    heads: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    label: String,
    cells: Vec<Cell>,
}

/// A figure, and where the lines lie that it is made of.
struct Cell {
    value: i64,
    shown: String,
    url: String,
}

/// A bar of the chart: what a month charged. One below zero has none; its number tells.
struct Bar {
    label: String,
    value: String,
    width: i64,
}

/// The tables, as the address of their CSV names them.
const TABLES: [&str; 4] = ["months", "departments", "payers", "films"];

/// `GET /staff/finance`
pub(crate) async fn show(console: Console) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let months = months(&console).await?;
    let frame = console.frame();
    let tables = TABLES.iter().filter_map(|name| Table::named(name, &frame, &months)).collect();
    let language = frame.language;
    let charged: Vec<(String, i64)> =
        months.iter().map(|month| (month.month.clone(), sum(month, |_| true).charged_vnd)).collect();
    let most = charged.iter().map(|(_, vnd)| *vnd).max().unwrap_or_default().max(1);
    let bar = |(label, vnd): &(String, i64)| Bar {
        label: label.clone(),
        value: dong(*vnd, language),
        width: (*vnd).max(0) * BAR_MAX / most,
    };
    let number = |value: u64| grouped(i64::try_from(value).unwrap_or(i64::MAX), language);
    let exported = months.iter().map(|m| [m.month.clone(), number(m.events), number(m.sequence)]).collect();
    let bars = charged.iter().map(bar).collect();
    Ok(page(StatusCode::OK, &FinancePage { frame, tables, bars, exported })?)
}

/// `GET /staff/finance/{name}`: one of the tables as CSV, `months.csv` for instance. Its numbers have no marks.
pub(crate) async fn csv(console: Console, Path(name): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let months = months(&console).await?;
    let frame = console.frame();
    let table = name.strip_suffix(".csv").and_then(|name| Table::named(name, &frame, &months));
    let Some(table) = table else { return Err(console.trouble()(StaffError::NotFound)) };
    let heads: Vec<&str> = table.heads.iter().map(String::as_str).collect();
    let mut text = format!("\u{feff}{}", csv_line(&heads));
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.value.to_string()).collect();
        let guarded = csv_line(&[&row.label]);
        // A number below zero is a number: only what came from outside is guarded.
        text.push_str(&format!("{},{}\r\n", guarded.trim_end(), cells.join(",")));
    }
    let disposition = format!("attachment; filename=\"finance-{}.csv\"", table.name);
    file("text/csv; charset=utf-8", &disposition, text.into_bytes())
}

/// The newest months that were exported, the oldest of them first.
async fn months(console: &Console) -> Result<Vec<UsageMonth>, Trouble> {
    let names = console.clerk.usage_months().await.map_err(console.trouble())?;
    let mut months = Vec::new();
    for name in names.iter().take(MONTHS_MAX) {
        months.push(console.clerk.usage_month(name).await.map_err(console.trouble())?);
    }
    months.reverse();
    Ok(months)
}

fn sum(month: &UsageMonth, is_in: impl Fn(&UsageGroup) -> bool) -> UsageFigures {
    let groups = month.groups.iter().filter(|group| is_in(group));
    groups.fold(UsageFigures::default(), |sum, group| sum.plus(group.figures))
}

/// An amount: `1.234.567 ₫`.
fn dong(value: i64, language: Language) -> String {
    format!("{}\u{a0}₫", grouped(value, language))
}

impl Table {
    fn named(name: &str, frame: &StaffFrame<'_>, months: &[UsageMonth]) -> Option<Self> {
        let words = frame.t.finance;
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
            "films" => Some(Self::of_films(frame, months)),
            _ => None,
        }
    }

    /// A row per month: studies, what was charged, what films would have cost, what messages cost.
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
                Cell {
                    value: f.studies_released,
                    shown: grouped(f.studies_released, language),
                    url: url.into(),
                },
                Cell::dong(f.charged_vnd, language, url),
                Cell::dong(f.film_saved_vnd, language, url),
                Cell::dong(f.message_cost_vnd, language, url),
            ],
        };
        let of_month =
            |month: &UsageMonth| row(&month.month, sum(month, |_| true), &address(&month.month, None));
        let mut rows: Vec<Row> = months.iter().map(of_month).collect();
        let total = months.iter().fold(UsageFigures::default(), |all, m| all.plus(sum(m, |_| true)));
        rows.push(row(usage.total, total, ""));
        Self { name, title, heads: heads.map(str::to_owned).into(), rows }
    }

    /// What was charged: a row per department or payer, a column per month.
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
            let choice = value.map(|value| (field, named(value)));
            Cell::dong(*vnd, frame.language, &address(&month.month, choice))
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
            let cell =
                |value: i64| Cell { value, shown: grouped(value, frame.language), url: url.to_owned() };
            Row { label: label.to_owned(), cells: vec![cell(f.films_avoided), cell(f.films_printed)] }
        };
        let mut rows: Vec<Row> =
            months.iter().map(|m| row(&m.month, sum(m, |_| true), &address(&m.month, None))).collect();
        let total = months.iter().fold(UsageFigures::default(), |all, m| all.plus(sum(m, |_| true)));
        rows.push(row(usage.total, total, ""));
        let heads = [usage.month, usage.films_avoided, usage.films_printed].map(str::to_owned).into();
        Self { name: "films", title: frame.t.finance.films, heads, rows }
    }
}

impl Cell {
    fn dong(value: i64, language: Language, url: &str) -> Self {
        Self { value, shown: dong(value, language), url: url.to_owned() }
    }
}

/// The figures of a month, of one department or payer, with its files.
fn address(month: &str, choice: Option<(&str, &str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("month", month);
    if let Some((name, value)) = choice {
        query.append_pair(name, value);
    }
    format!("/staff/usage?{}", query.finish())
}
