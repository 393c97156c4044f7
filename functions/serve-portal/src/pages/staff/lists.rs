//! The lists that staff work through: on the screen, on paper, and as a table for other programs.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Extent, HeldStudy, ListPage, Unreached};
use filmless_domain::staff::Act;
use filmless_domain::{HoldReason, PatientId, StoredCode};

use super::address::{patient_url, study_url};
use super::attachment::file;
use super::choices::{Choice, PERIODS, choices};
use super::console::Console;
use super::csv::csv_line;
use super::frame::StaffFrame;
use super::narrowed::{Around, Narrowed};
use super::patient::StudyRow;
use super::person::local_phone;
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::pages::moments::moment;
use crate::texts::console;

/// How many days back held studies are shown by default.
const HELD_DAYS: u16 = PERIODS[1];

#[derive(Template)]
#[template(path = "staff/held.html")]
struct HeldPage<'a> {
    frame: StaffFrame<'a>,
    days: u16,
    periods: [u16; 3],
    reasons: Vec<Choice>,
    modalities: Vec<Choice>,
    day: String,
    csv_url: String,
    around: Around,
    rows: Vec<HeldRow>,
}

#[derive(Template)]
#[template(path = "staff/unreached.html")]
struct UnreachedPage<'a> {
    frame: StaffFrame<'a>,
    day: String,
    csv_url: String,
    may_resend: bool,
    around: Around,
    rows: Vec<UnreachedRow>,
}

struct HeldRow {
    study: StudyRow,
    patient: Patient,
    name: String,
    detail: &'static str,
    last_received: String,
}

struct UnreachedRow {
    study_uid: String,
    study_url: String,
    patient: Patient,
    name: String,
    phone: String,
    typed: String,
    released: String,
    why: &'static str,
}

/// A patient in a table: code, and the address of their page.
pub(super) struct Patient {
    pub(super) code: String,
    pub(super) url: Option<String>,
}

impl Patient {
    pub(super) fn new(patient: Option<&PatientId>) -> Self {
        Self {
            code: patient.map(|patient| patient.as_str().to_owned()).unwrap_or_default(),
            url: patient.map(patient_url),
        }
    }
}

/// `GET /staff/held`
pub(crate) async fn held(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let held = find_held(&console, &asked, &asked.page()).await?;
    let frame = console.frame();
    let mut reasons = choices(HoldReason::ALL.iter().map(|reason| reason.code()), &asked.reason);
    for reason in &mut reasons {
        reason.words = console::hold_reason(frame.language, &StoredCode::read(&reason.value)).to_owned();
    }
    let of_page = held.rows.iter().flat_map(|held| held.study.modalities.iter().map(String::as_str));
    let modalities = asked.modalities(of_page);
    let around = asked.around("/staff/held", &held, frame.t.reading, frame.t.reading.no_held);
    let rows = held.rows.iter().map(|held| HeldRow {
        study: StudyRow::new(&frame, &held.study),
        patient: Patient::new(held.patient_id.as_ref()),
        name: held.name.clone(),
        detail: held.study.reason.as_ref().map_or("", |r| console::detail_of_hold(frame.language, &r.code)),
        last_received: moment(frame.shared, held.last_received_at),
    });
    let rows = rows.collect();
    let (days, day, csv_url) = (asked.days(HELD_DAYS), asked.day_text(), asked.address("/staff/held.csv"));
    let list = HeldPage { frame, days, periods: PERIODS, reasons, modalities, day, csv_url, around, rows };
    Ok(page(StatusCode::OK, &list)?)
}

/// `GET /staff/held.csv`
pub(crate) async fn held_csv(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let held = find_held(&console, &asked, &Extent::Whole).await?;
    let frame = console.frame();
    let (words, reading) = (frame.t.frame, frame.t.reading);
    let head = [
        words.code,
        words.name,
        frame.t.patient.accession,
        reading.study,
        reading.last_received,
        reading.why,
        "UID",
    ];
    // The byte order mark that makes spreadsheets read UTF-8 (Unicode 23.8).
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for held in &held.rows {
        let row = StudyRow::new(&frame, &held.study);
        let code = held.patient_id.as_ref().map(|patient| patient.as_str()).unwrap_or_default();
        let what = format!("{} {}", row.date, row.what);
        let received = moment(frame.shared, held.last_received_at);
        let uid = held.study.study_instance_uid.as_str();
        let why = row.reason.as_deref().unwrap_or_default();
        table.push_str(&csv_line(&[code, &held.name, &row.accession, &what, &received, why, uid]));
    }
    file("text/csv; charset=utf-8", "attachment; filename=\"held.csv\"", table.into_bytes())
}

async fn find_held(
    console: &Console,
    asked: &Narrowed,
    extent: &Extent,
) -> Result<ListPage<HeldStudy>, Trouble> {
    console.demand(Act::ReadLists).await?;
    console.desk.held(&asked.asked(console, HELD_DAYS)?, extent).await.map_err(console.trouble())
}

/// `GET /staff/unreached`
pub(crate) async fn unreached(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let found = find_unreached(&console, &asked, &asked.page()).await?;
    let frame = console.frame();
    let around = asked.around("/staff/unreached", &found, frame.t.reading, frame.t.reading.no_unreached);
    let rows = found.rows.iter().map(|unreached| UnreachedRow {
        study_uid: unreached.study_instance_uid.to_string(),
        study_url: study_url(&unreached.study_instance_uid),
        patient: Patient::new(unreached.patient_id.as_ref()),
        name: unreached.name.clone(),
        phone: unreached.phone.as_deref().map(local_phone).unwrap_or_default(),
        typed: unreached.typed.clone().unwrap_or_default(),
        released: unreached.released_at.map(|at| moment(frame.shared, at)).unwrap_or_default(),
        why: console::why_unreached(frame.language, unreached.why),
    });
    let rows = rows.collect();
    let (day, csv_url) = (asked.day_text(), asked.address("/staff/unreached.csv"));
    let may_resend = console.may(Act::Resend);
    Ok(page(StatusCode::OK, &UnreachedPage { frame, day, csv_url, may_resend, around, rows })?)
}

/// `GET /staff/unreached.csv`
pub(crate) async fn unreached_csv(
    console: Console,
    Query(asked): Query<Narrowed>,
) -> Result<Response, Trouble> {
    let found = find_unreached(&console, &asked, &Extent::Whole).await?;
    let frame = console.frame();
    let (words, reading) = (frame.t.frame, frame.t.reading);
    let phone = frame.t.patient.phone;
    let head = [words.code, words.name, phone, reading.typed, reading.released, reading.why, reading.study];
    // The byte order mark that makes spreadsheets read UTF-8 (Unicode 23.8).
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for unreached in &found.rows {
        let code = unreached.patient_id.as_ref().map(|patient| patient.as_str()).unwrap_or_default();
        let phone = unreached.phone.as_deref().map(local_phone).unwrap_or_default();
        let released = unreached.released_at.map(|at| moment(frame.shared, at)).unwrap_or_default();
        let why = console::why_unreached(frame.language, unreached.why);
        let uid = unreached.study_instance_uid.as_str();
        let typed = unreached.typed.as_deref().unwrap_or_default();
        table.push_str(&csv_line(&[code, &unreached.name, &phone, typed, &released, why, uid]));
    }
    let name = asked.day().map_or_else(|| "unreached".to_owned(), |day| format!("unreached-{day}"));
    file("text/csv; charset=utf-8", &format!("attachment; filename=\"{name}.csv\""), table.into_bytes())
}

async fn find_unreached(
    console: &Console,
    asked: &Narrowed,
    extent: &Extent,
) -> Result<ListPage<Unreached>, Trouble> {
    console.demand(Act::ReadLists).await?;
    console.desk.unreached(&asked.asked(console, PERIODS[0])?, extent).await.map_err(console.trouble())
}
