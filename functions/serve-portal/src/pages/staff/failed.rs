//! Messages that a provider gave up: on the screen, and as a table for another program.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::FailedChannel;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::staff::Act;
use jiff::civil::Date;
use serde::Deserialize;

use super::lists::{Choice, PERIODS, Patient, choices, chosen, csv_line, period};
use super::patient::study_url;
use super::{Console, StaffFrame, Trouble, file, page};
use crate::pages::moment;
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
            channel: if failed.channel == "sms" { "SMS" } else { "Email" },
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

/// Which of the messages that failed.
#[derive(Deserialize)]
pub(crate) struct Asked {
    days: Option<u16>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    modality: String,
    #[serde(default)]
    day: String,
}

impl Asked {
    fn day(&self) -> Option<Date> {
        self.day.parse().ok()
    }

    fn wants(&self, failed: &FailedChannel) -> bool {
        let is_reason = self.reason.is_empty() || self.reason == reason(failed);
        let is_modality = self.modality.is_empty() || failed.modalities.contains(&self.modality);
        let on = failed.at.map(|at| at.to_zoned(HOSPITAL_TIME).date());
        is_reason && is_modality && self.day().is_none_or(|day| on == Some(day))
    }
}

async fn find(console: &Console, asked: &Asked) -> Result<Vec<FailedChannel>, Trouble> {
    console.demand(Act::ReadLists).await?;
    console.demand_days([&asked.day])?;
    console.clerk.failed_channels(period(asked.days, 7)).await.map_err(console.trouble())
}

/// `GET /staff/failed`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let failed = find(&console, &asked).await?;
    let frame = console.frame();
    let reasons = failed.iter().map(reason).filter(|reason| !reason.is_empty());
    let mut reasons = choices(reasons, &asked.reason);
    for reason in &mut reasons {
        reason.words = console::why_failed(frame.language, &reason.value);
    }
    let modalities = failed.iter().flat_map(|failed| failed.modalities.iter().map(String::as_str));
    let modalities = choices(modalities, &asked.modality);
    let rows = failed.iter().filter(|failed| asked.wants(failed));
    let rows = rows.map(|failed| FailedRow::new(&frame, failed)).collect();
    let (days, day) = (period(asked.days, 7), asked.day().map(|day| day.to_string()).unwrap_or_default());
    let (reason, modality) = (chosen(&reasons), chosen(&modalities));
    let csv_url = format!("/staff/failed.csv?days={days}&reason={reason}&modality={modality}&day={day}");
    let may_resend = console.may(Act::Resend);
    let list =
        FailedPage { frame, days, periods: PERIODS, reasons, modalities, day, csv_url, may_resend, rows };
    Ok(page(StatusCode::OK, &list)?)
}

/// `GET /staff/failed.csv`
pub(crate) async fn csv(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let failed = find(&console, &asked).await?;
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
    // The mark that has spreadsheets read UTF-8 (Unicode 23.8).
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for failed in failed.iter().filter(|failed| asked.wants(failed)) {
        let row = FailedRow::new(&frame, failed);
        let reached = if row.is_reached { reading.yes } else { reading.no };
        let line = [&row.patient.code, &row.name, row.channel, &row.when, &row.why, reached, &row.study_uid];
        table.push_str(&csv_line(&line));
    }
    file("text/csv; charset=utf-8", "attachment; filename=\"failed.csv\"", table.into_bytes())
}
