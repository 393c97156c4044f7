//! Messages that a provider gave up on: on the screen, and as a table for other programs.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Extent, FailedChannel, ListPage};
use filmless_domain::staff::Act;

use super::address::study_url;
use super::attachment::file;
use super::choices::{Choice, PERIODS, choices};
use super::console::Console;
use super::csv::csv_line;
use super::frame::StaffFrame;
use super::lists::Patient;
use super::narrowed::{Around, Narrowed};
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::pages::moments::moment;
use crate::texts::console;

#[derive(Template)]
#[template(path = "staff/failed.html")]
struct FailedPage<'a> {
    frame: StaffFrame<'a>,
    days: u16,
    periods: [u16; 3],
    reasons: Vec<Choice>,
    modalities: Vec<Choice>,
    day: String,
    csv_url: String,
    may_resend: bool,
    around: Around,
    rows: Vec<FailedRow>,
}

struct FailedRow {
    study_uid: String,
    study_url: String,
    patient: Patient,
    name: String,
    channel: &'static str,
    version: u32,
    when: String,
    why: String,
    is_reached: bool,
}

impl FailedRow {
    fn new(frame: &StaffFrame<'_>, failed: &FailedChannel) -> Self {
        Self {
            study_uid: failed.study_instance_uid.to_string(),
            study_url: study_url(&failed.study_instance_uid),
            patient: Patient::new(failed.patient_id.as_ref()),
            name: failed.name.clone(),
            channel: failed.channel.label(),
            version: failed.link_version,
            when: failed.at.map(|at| moment(frame.shared, at)).unwrap_or_default(),
            why: console::why_failed(frame.language, reason(failed)),
            is_reached: failed.is_reached,
        }
    }
}

fn reason(failed: &FailedChannel) -> &str {
    failed.detail.as_deref().unwrap_or_default()
}

async fn find(
    console: &Console,
    asked: &Narrowed,
    extent: &Extent,
) -> Result<ListPage<FailedChannel>, Trouble> {
    console.demand(Act::ReadLists).await?;
    console.desk.failed_channels(&asked.asked(console, PERIODS[0])?, extent).await.map_err(console.trouble())
}

/// `GET /staff/failed`
pub(crate) async fn show(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let failed = find(&console, &asked, &asked.page()).await?;
    let frame = console.frame();
    let of_page = failed.rows.iter().map(reason).filter(|reason| !reason.is_empty());
    let mut reasons = choices(of_page, &asked.reason);
    for reason in &mut reasons {
        reason.words = console::why_failed(frame.language, &reason.value);
    }
    let of_page = failed.rows.iter().flat_map(|failed| failed.modalities.iter().map(String::as_str));
    let modalities = asked.modalities(of_page);
    let around = asked.around("/staff/failed", &failed, frame.t.reading, frame.t.reading.no_failed);
    let rows = failed.rows.iter().map(|failed| FailedRow::new(&frame, failed)).collect();
    let (days, day, csv_url) = (asked.days(PERIODS[0]), asked.day_text(), asked.address("/staff/failed.csv"));
    let (may_resend, periods) = (console.may(Act::Resend), PERIODS);
    let list =
        FailedPage { frame, days, periods, reasons, modalities, day, csv_url, may_resend, around, rows };
    Ok(page(StatusCode::OK, &list)?)
}

/// `GET /staff/failed.csv`
pub(crate) async fn csv(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let failed = find(&console, &asked, &Extent::Whole).await?;
    let frame = console.frame();
    let (words, reading) = (frame.t.frame, frame.t.reading);
    let head = [
        words.code,
        words.name,
        reading.channel,
        reading.when,
        reading.provider_says,
        reading.reached,
        "UID",
    ];
    // The byte order mark that makes spreadsheets read UTF-8 (Unicode 23.8).
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for failed in &failed.rows {
        let row = FailedRow::new(&frame, failed);
        let reached = if row.is_reached { reading.yes } else { reading.no };
        let line = [&row.patient.code, &row.name, row.channel, &row.when, &row.why, reached, &row.study_uid];
        table.push_str(&csv_line(&line));
    }
    file("text/csv; charset=utf-8", "attachment; filename=\"failed.csv\"", table.into_bytes())
}
