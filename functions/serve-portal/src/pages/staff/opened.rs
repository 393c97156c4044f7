//! The studies that were opened on a day: on the screen, and as a table for other programs.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Extent, ListPage, OpenedStudy};
use filmless_domain::staff::Act;

use super::attachment::file;
use super::console::Console;
use super::csv::csv_line;
use super::frame::StaffFrame;
use super::lists::Patient;
use super::narrowed::{Around, Narrowed};
use super::patient::StudyRow;
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::pages::moments::moment;

#[derive(Template)]
#[template(path = "staff/opened.html")]
struct OpenedPage<'a> {
    frame: StaffFrame<'a>,
    title: String,
    day: String,
    csv_url: String,
    total: usize,
    around: Around,
    rows: Vec<OpenedRow>,
}

struct OpenedRow {
    study: StudyRow,
    study_uid: String,
    patient: Patient,
    name: String,
    opened: String,
    times: String,
}

impl OpenedRow {
    fn new(frame: &StaffFrame<'_>, opened: &OpenedStudy) -> Self {
        Self {
            study: StudyRow::new(frame, &opened.study),
            study_uid: opened.study.study_instance_uid.to_string(),
            patient: Patient::new(opened.patient_id.as_ref()),
            name: opened.name.clone(),
            opened: opened.opened_at.map(|at| moment(frame.shared, at)).unwrap_or_default(),
            times: opened.times.to_string(),
        }
    }
}

async fn find(
    console: &Console,
    asked: &Narrowed,
    extent: &Extent,
) -> Result<ListPage<OpenedStudy>, Trouble> {
    console.demand(Act::ReadLists).await?;
    let day = asked.asked(console, 1)?.day;
    console.desk.opened_on(day, extent).await.map_err(console.trouble())
}

/// `GET /staff/opened`
pub(crate) async fn show(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let opened = find(&console, &asked, &asked.page()).await?;
    let total = console.desk.count_opened(asked.day()).await.map_err(console.trouble())?;
    let frame = console.frame();
    let rows = opened.rows.iter().map(|opened| OpenedRow::new(&frame, opened)).collect();
    let words = frame.t.reading;
    let around = asked.around("/staff/opened", &opened, words, words.no_opened);
    let title = match asked.day() {
        Some(day) => format!("{} {}", words.opened_on, (frame.shared.date)(day)),
        None => frame.t.frame.opened.to_owned(),
    };
    let (day, csv_url) = (asked.day_text(), asked.address("/staff/opened.csv"));
    Ok(page(StatusCode::OK, &OpenedPage { frame, title, day, csv_url, total, around, rows })?)
}

/// `GET /staff/opened.csv`
pub(crate) async fn csv(console: Console, Query(asked): Query<Narrowed>) -> Result<Response, Trouble> {
    let opened = find(&console, &asked, &Extent::Whole).await?;
    let frame = console.frame();
    let (words, reading) = (frame.t.frame, frame.t.reading);
    let head = [
        words.code,
        words.name,
        frame.t.patient.accession,
        reading.study,
        reading.first_opened,
        reading.times,
        "UID",
    ];
    // The byte order mark that makes spreadsheets read UTF-8 (Unicode 23.8).
    let mut table = format!("\u{feff}{}", csv_line(&head));
    for opened in &opened.rows {
        let row = OpenedRow::new(&frame, opened);
        let what = format!("{} {}", row.study.date, row.study.what);
        let line = [
            &row.patient.code,
            &row.name,
            &row.study.accession,
            &what,
            &row.opened,
            &row.times,
            &row.study_uid,
        ];
        table.push_str(&csv_line(&line.map(String::as_str)));
    }
    let name = asked.day().map_or_else(|| "opened".to_owned(), |day| format!("opened-{day}"));
    file("text/csv; charset=utf-8", &format!("attachment; filename=\"{name}.csv\""), table.into_bytes())
}
