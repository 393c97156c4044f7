//! Finance: months side by side, by department and by payer, from the manifests of their exports. Every figure links to
//! its month, department and payer, and from there to the lines of the ledger. Nothing about a patient.

mod acts;
mod budget;
mod claims;
mod lines;
mod receivables;
mod sides;
mod table;
mod tables;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{ExportFailure, StaffError};
use filmless_domain::StoredCode;
use filmless_domain::number::grouped;
use filmless_domain::staff::Act;

use self::sides::{Sides, latest_months};
use self::table::{Table, dong, sum};
use super::attachment::file;
use super::console::Console;
use super::csv::csv_line;
use super::frame::StaffFrame;
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::pages::moments::moment;

pub(crate) use acts::{export, set_budget};
pub(crate) use claims::{list as claims_list, show as claims, upload as upload_claims};
pub(crate) use lines::show as lines;

/// Width of the longest bar, in units of the drawing.
const BAR_MAX: i64 = 1000;

#[derive(Template)]
#[template(path = "staff/finance.html")]
struct FinancePage<'a> {
    frame: StaffFrame<'a>,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    in_words: String,
    exported: Vec<[String; 3]>,
    export: Export,
    choices: Vec<String>,
}

/// A bar of the chart: what a month charged. A negative amount has no bar, only its number.
struct Bar {
    label: String,
    value: String,
    width: i64,
}

/// How the last export ended, and which ones wait.
struct Export {
    waiting: String,
    last: Option<LastExport>,
}

struct LastExport {
    at: String,
    months: String,
    rows: String,
    failed: Option<String>,
}

/// The tables, by the name in the address of their CSV.
const TABLES: [&str; 7] = ["receivables", "open", "months", "departments", "payers", "budget", "films"];

/// `GET /staff/finance`
pub(crate) async fn show(console: Console) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let sides = Sides::read(&console).await?;
    let export = Export::read(&console).await?;
    let frame = console.frame();
    let tables = TABLES.iter().filter_map(|name| Table::named(name, &frame, &sides)).collect();
    let language = frame.language;
    let months = &sides.months;
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
    let bars: Vec<Bar> = charged.iter().map(bar).collect();
    let words = frame.t.finance;
    let in_words = |extreme: Option<&(String, i64)>, what: &str| {
        extreme.map(|(month, vnd)| format!("{what}: {month}, {}.", dong(*vnd, language))).unwrap_or_default()
    };
    let [highest, lowest] = [
        in_words(charged.iter().max_by_key(|(_, vnd)| *vnd), words.highest),
        in_words(charged.iter().min_by_key(|(_, vnd)| *vnd), words.lowest),
    ];
    let in_words = format!("{highest} {lowest}");
    let choices = latest_months();
    Ok(page(StatusCode::OK, &FinancePage { frame, tables, bars, in_words, exported, export, choices })?)
}

/// `GET /staff/finance/{name}`: one table as CSV, e.g. `months.csv`. Numbers have no separators; unknown values are
/// blank.
pub(crate) async fn csv(console: Console, Path(name): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let sides = Sides::read(&console).await?;
    let frame = console.frame();
    let table = name.strip_suffix(".csv").and_then(|name| Table::named(name, &frame, &sides));
    let Some(table) = table else { return Err(console.trouble()(StaffError::NotFound)) };
    let heads: Vec<&str> = table.heads.iter().map(String::as_str).collect();
    let mut text = format!("\u{feff}{}", csv_line(&heads));
    for row in &table.rows {
        let number = |value: i64| value.to_string();
        let cells: Vec<String> =
            row.cells.iter().map(|cell| cell.value.map(number).unwrap_or_default()).collect();
        let guarded = csv_line(&[&row.label]);
        // A negative number is no formula: only text from outside needs disarming.
        text.push_str(&format!("{},{}\r\n", guarded.trim_end(), cells.join(",")));
    }
    let disposition = format!("attachment; filename=\"finance-{}.csv\"", table.name);
    file("text/csv; charset=utf-8", &disposition, text.into_bytes())
}

impl Export {
    async fn read(console: &Console) -> Result<Self, Trouble> {
        let (waiting, last) = console.desk.usage_state().await.map_err(console.trouble())?;
        let frame = console.frame();
        let words = frame.t.finance;
        let last = last.map(|last| LastExport {
            at: moment(frame.shared, last.at),
            months: last.months.join(", "),
            rows: grouped(i64::try_from(last.rows).unwrap_or(i64::MAX), frame.language),
            failed: last.failed.map(|why| match why {
                StoredCode::Known(ExportFailure::Ledger) => words.failed_ledger.to_owned(),
                StoredCode::Known(ExportFailure::Prices) => words.failed_prices.to_owned(),
                StoredCode::Known(ExportFailure::Storage) => words.failed_storage.to_owned(),
                StoredCode::Unknown(code) => code,
            }),
        });
        Ok(Self { waiting: waiting.exports.join(", "), last })
    }
}
