//! Refused uploads with their reasons: on the screen, by code, and as a table for other programs.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::refusals::{Refusals, RefusedUpload};
use filmless_domain::Language;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::staff::Act;
use jiff::civil::Date;
use serde::Deserialize;

use super::attachment::file;
use super::choices::PERIODS;
use super::console::Console;
use super::csv::csv_line;
use super::frame::StaffFrame;
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::pages::moments::moment;
use crate::texts::console::{self, console_texts};
use crate::texts::texts;

/// Most rows of the page; the CSV table has more.
const ROWS_MAX: usize = 500;
/// Most lines of the CSV table: what can be read within the time of a request.
const LINES_MAX: usize = 5000;

#[derive(Template)]
#[template(path = "staff/refusals.html")]
struct RefusalsPage<'a> {
    frame: StaffFrame<'a>,
    days: u16,
    periods: [u16; 3],
    code: String,
    codes: Vec<(String, usize)>,
    day: String,
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    key: String,
    accession: Option<String>,
    patient: Option<String>,
    code: String,
    why: &'static str,
    message: String,
    uploaded: String,
}

/// Which refusals.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    days: Option<u16>,
    code: Option<String>,
    #[serde(default)]
    day: String,
}

impl Asked {
    fn day(&self) -> Option<Date> {
        self.day.parse().ok()
    }

    fn days(&self) -> u16 {
        self.days.filter(|days| PERIODS.contains(days)).unwrap_or(PERIODS[0])
    }

    fn wants(&self, refusal: &RefusedUpload) -> bool {
        let on = refusal.uploaded_at.map(|at| at.to_zoned(HOSPITAL_TIME).date());
        self.code.as_deref().is_none_or(|code| code.is_empty() || code == refusal.code.code())
            && self.day().is_none_or(|day| on == Some(day))
    }
}

/// The code in words. An unknown code must make do with the sentence beside it.
fn why(language: Language, refusal: &RefusedUpload) -> &'static str {
    refusal.code.known().map_or("", |code| console::rejection(language, code))
}

async fn find(console: &Console, asked: &Asked) -> Result<Refusals, Trouble> {
    console.demand(Act::ReadLists).await?;
    console.demand_days([&asked.day])?;
    console.desk.refusals(asked.days(), LINES_MAX).await.map_err(console.trouble())
}

/// `GET /staff/refusals`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let found = find(&console, &asked).await?;
    let frame = console.frame();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for refusal in &found.refused {
        *codes.entry(refusal.code.code().to_owned()).or_default() += 1;
    }
    let wanted: Vec<&RefusedUpload> = found.refused.iter().filter(|refusal| asked.wants(refusal)).collect();
    let more = found.more + wanted.len().saturating_sub(ROWS_MAX);
    let rows = wanted.iter().take(ROWS_MAX).map(|refusal| Row {
        key: refusal.key.clone(),
        accession: refusal.accession_number.clone(),
        patient: refusal.patient_id.clone(),
        code: refusal.code.code().to_owned(),
        why: why(frame.language, refusal),
        message: refusal.message.clone(),
        uploaded: refusal.uploaded_at.map(|at| moment(frame.shared, at)).unwrap_or_default(),
    });
    let rows = rows.collect();
    // Show the requested code only if it is one of the known codes.
    let code = asked.code.clone().filter(|code| codes.contains_key(code)).unwrap_or_default();
    let codes = codes.into_iter().collect();
    let (days, day) = (asked.days(), asked.day().map(|day| day.to_string()).unwrap_or_default());
    let list = RefusalsPage { frame, days, periods: PERIODS, code, codes, day, rows, more };
    Ok(page(StatusCode::OK, &list)?)
}

/// `GET /staff/refusals.csv`
pub(crate) async fn csv(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let found = find(&console, &asked).await?;
    let table = table(console.visitor.console_language(), &found, &asked);
    file("text/csv; charset=utf-8", "attachment; filename=\"refusals.csv\"", table.into_bytes())
}

/// All that was requested, as a table; the last line says how many more there are.
fn table(language: Language, found: &Refusals, asked: &Asked) -> String {
    let (t, shared) = (console_texts(language), texts(language));
    let words = t.reading;
    // The byte order mark that makes spreadsheets read UTF-8 (Unicode 23.8).
    let (accession, patient) = (t.patient.accession, t.frame.code);
    let head = [words.uploaded, words.upload, accession, patient, words.code, words.why, ""];
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for refusal in found.refused.iter().filter(|refusal| asked.wants(refusal)) {
        let uploaded = refusal.uploaded_at.map(|at| moment(shared, at)).unwrap_or_default();
        let why = why(language, refusal);
        let accession = refusal.accession_number.as_deref().unwrap_or_default();
        let patient = refusal.patient_id.as_deref().unwrap_or_default();
        let line = [&uploaded, &refusal.key, accession, patient, refusal.code.code(), why, &refusal.message];
        table.push_str(&csv_line(&line));
    }
    if found.more > 0 {
        let more = format!("+ {}: {}", found.more, words.refusals_more);
        table.push_str(&csv_line(&["", "", "", "", "", "", &more]));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_refusals_says_how_many_more_there_are() {
        let found = |more| Refusals { refused: Vec::new(), more };
        let asked = Asked::default();
        assert!(table(Language::Vi, &found(3), &asked).contains("\"'+ 3: "));
        assert_eq!(table(Language::Vi, &found(0), &asked).lines().count(), 1);
    }
}
