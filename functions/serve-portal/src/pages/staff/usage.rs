//! Finance: one month with filters, a chart, a table and the files. Nothing about a single patient.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{UsageFigures, UsageGroup, UsageMonth};
use filmless_domain::number::grouped;
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::console::Console;
use super::frame::StaffFrame;
use super::trouble::Trouble;
use crate::pages::answer::{page, see_other};

/// Width of the longest bar, in units of the drawing.
const BAR_MAX: i64 = 1000;

#[derive(Template)]
#[template(path = "staff/usage.html")]
struct UsagePage<'a> {
    frame: StaffFrame<'a>,
    months: Vec<String>,
    month: Option<Month>,
}

struct Month {
    name: String,
    choices: [Choice; 3],
    cards: Vec<(&'static str, String)>,
    bars: Vec<Bar>,
    channels: Vec<&'static str>,
    rows: Vec<Row>,
    files: Vec<(String, &'static str, String)>,
    events: String,
    sequence: String,
}

/// A line of the table: its label and its figures; those of channels follow the order of the headings.
struct Row {
    labels: [String; 3],
    values: [String; 5],
    sent: Vec<String>,
}

/// One filter: its name in the address, its label, and the values to choose from.
struct Choice {
    name: &'static str,
    words: &'static str,
    options: Vec<Answer>,
}

struct Answer {
    value: String,
    words: String,
    is_chosen: bool,
}

/// A bar of the chart.
struct Bar {
    label: String,
    value: String,
    width: i64,
}

/// What was chosen; a missing or blank field means all.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    month: Option<String>,
    department: Option<String>,
    modality: Option<String>,
    payer: Option<String>,
}

/// A blank field means all; `-` means unknown.
fn wanted(choice: Option<&String>) -> Option<&str> {
    choice.map(String::as_str).filter(|text| !text.is_empty())
}

fn is_chosen(choice: Option<&String>, value: &str) -> bool {
    wanted(choice).is_none_or(|wanted| wanted == named(value))
}

pub(super) fn named(value: &str) -> &str {
    if value.is_empty() { "-" } else { value }
}

/// `GET /staff/usage`
pub(crate) async fn show(console: Console, Query(chosen): Query<Chosen>) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let months = console.desk.usage_months().await.map_err(console.trouble())?;
    let asked = wanted(chosen.month.as_ref()).map(str::to_owned).or_else(|| months.first().cloned());
    let frame = console.frame();
    let month = match asked {
        Some(month) => {
            let found = console.desk.usage_month(&month).await.map_err(console.trouble())?;
            Some(Month::new(&frame, &found, &chosen))
        }
        None => None,
    };
    Ok(page(StatusCode::OK, &UsagePage { frame, months, month })?)
}

/// `GET /staff/usage/{month}/files/{name}`: redirects to a presigned URL.
pub(crate) async fn file(
    console: Console,
    Path((month, name)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    console.demand(Act::ReadUsage).await?;
    let url = console.desk.usage_file_url(&month, &name).await.map_err(console.trouble())?;
    Ok(see_other(&url, [])?)
}

impl Month {
    fn new(frame: &StaffFrame<'_>, month: &UsageMonth, chosen: &Chosen) -> Self {
        let words = frame.t.usage;
        let is_in = |group: &&UsageGroup| {
            is_chosen(chosen.department.as_ref(), &group.department)
                && is_chosen(chosen.modality.as_ref(), &group.modality)
                && is_chosen(chosen.payer.as_ref(), &group.payer)
        };
        let groups: Vec<&UsageGroup> = month.groups.iter().filter(is_in).collect();
        let total = groups.iter().fold(UsageFigures::default(), |sum, group| sum.plus(group.figures));
        let number = |value: i64| grouped(value, frame.language);
        let cards = vec![
            (words.released, number(total.studies_released)),
            (words.notified, number(total.released_and_notified)),
            (words.opened, number(total.released_and_opened)),
            (words.films_avoided, number(total.films_avoided)),
            (words.films_printed, number(total.films_printed)),
            (words.saved, number(total.film_saved_vnd)),
            (words.not_delivered, number(total.messages_failed)),
            (words.message_cost, number(total.message_cost_vnd)),
            (words.stored, number((total.original_bytes + total.derived_bytes) / 1_000_000)),
        ];
        let row = |labels: [String; 3], f: &UsageFigures| {
            let values = [
                f.studies_released,
                f.released_and_notified,
                f.released_and_opened,
                f.films_avoided,
                f.film_saved_vnd,
            ];
            let sent = total.sent.shown().map(|(channel, _)| number(f.sent[channel])).collect();
            Row { labels, values: values.map(number), sent }
        };
        let labels = |group: &UsageGroup| {
            [
                or_unknown(frame, &group.department),
                modality_words(frame, &group.modality),
                payer_words(frame, &group.payer),
            ]
        };
        let mut rows: Vec<_> = groups.iter().map(|group| row(labels(group), &group.figures)).collect();
        if !rows.is_empty() {
            rows.push(row([words.total.to_owned(), String::new(), String::new()], &total));
        }
        let headings = total.sent.shown().map(|(channel, _)| channel.counted().heading(frame.language));
        let channels = headings.collect();
        let bars = bars(frame, &groups);
        let files = month.files.iter().map(|file| {
            let words = match file.name.rsplit('.').next().unwrap_or_default() {
                "xlsx" => words.table,
                "csv" => words.csv,
                _ => words.manifest,
            };
            let size = format!(
                "{} kB",
                grouped(i64::try_from(file.bytes.div_ceil(1000)).unwrap_or(0), frame.language)
            );
            (format!("/staff/usage/{}/files/{}", month.month, file.name), words, size)
        });
        Self {
            name: month.month.clone(),
            choices: choices(frame, month, chosen),
            cards,
            bars,
            channels,
            rows,
            files: files.collect(),
            events: number(i64::try_from(month.events).unwrap_or(i64::MAX)),
            sequence: number(i64::try_from(month.sequence).unwrap_or(i64::MAX)),
        }
    }
}

fn choices(frame: &StaffFrame<'_>, month: &UsageMonth, chosen: &Chosen) -> [Choice; 3] {
    type Field = fn(&UsageGroup) -> &str;
    type Words = fn(&StaffFrame<'_>, &str) -> String;
    let words = frame.t.usage;
    let fields: [(&'static str, &'static str, Option<&String>, Field, Words); 3] = [
        ("department", words.department, chosen.department.as_ref(), |g| &g.department, or_unknown),
        ("modality", words.modality, chosen.modality.as_ref(), |g| &g.modality, modality_words),
        ("payer", words.payer, chosen.payer.as_ref(), |g| &g.payer, payer_words),
    ];
    fields.map(|(name, label, choice, field, say)| {
        let mut values: Vec<&str> = month.groups.iter().map(field).collect();
        values.sort_unstable();
        values.dedup();
        let option = |value: &str| Answer {
            value: named(value).to_owned(),
            words: say(frame, value),
            is_chosen: wanted(choice) == Some(named(value)),
        };
        Choice { name, words: label, options: values.into_iter().map(option).collect() }
    })
}

/// Films avoided by modality, most first.
fn bars(frame: &StaffFrame<'_>, groups: &[&UsageGroup]) -> Vec<Bar> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for group in groups {
        *sums.entry(group.modality.as_str()).or_default() += group.figures.films_avoided;
    }
    let mut sums: Vec<_> = sums.into_iter().filter(|(_, films)| *films > 0).collect();
    sums.sort_by_key(|(modality, films)| (-films, *modality));
    let most = sums.first().map_or(1, |(_, films)| *films);
    let bar = |(modality, films)| Bar {
        label: or_unknown(frame, modality),
        value: grouped(films, frame.language),
        width: (films * BAR_MAX / most).max(2),
    };
    sums.into_iter().map(bar).collect()
}

pub(super) fn or_unknown(frame: &StaffFrame<'_>, text: &str) -> String {
    if text.is_empty() { frame.t.usage.unknown.to_owned() } else { text.to_owned() }
}

/// Finance knows the code; words help everybody else. Several codes joined by `+` get no words.
fn modality_words(frame: &StaffFrame<'_>, codes: &str) -> String {
    if codes.is_empty() || codes.contains('+') {
        return or_unknown(frame, codes);
    }
    format!("{codes} – {}", frame.shared.modality(codes))
}

pub(super) fn payer_words(frame: &StaffFrame<'_>, payer: &str) -> String {
    let words = frame.t.usage;
    match payer {
        "insured" => words.insured,
        "self" => words.self_paid,
        _ => words.unknown,
    }
    .to_owned()
}
