//! One patient: contact, account, studies, shares, and the acts on them.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{PatientView, StaffError, StudyBrief};
use filmless_delivery::viewing::ShareLine;
use filmless_domain::PatientId;
use filmless_domain::share::{Relation, SHARE_LABEL_CHARS_MAX};
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::address::{patient_of, patient_url, study_url};
use super::console::Console;
use super::frame::StaffFrame;
use super::person::{birth_date, local_phone};
use super::trouble::{Trouble, words_of};
use crate::pages::answer::page;
use crate::pages::moments::{day, moment};
use crate::texts::console;

/// How many days a share can last here.
const DAYS: [u32; 4] = [1, 7, 30, 90];

#[derive(Template)]
#[template(path = "staff/patient.html")]
struct PatientPage<'a> {
    frame: StaffFrame<'a>,
    url: String,
    view: &'a PatientView,
    merged_into: Option<(String, String)>,
    birth_date: String,
    phone: String,
    notice: Option<&'a str>,
    error: Option<&'a str>,
    studies: Vec<StudyRow>,
    shareable: Vec<(String, String)>,
    shares: Vec<ShareRow>,
    relations: Vec<(&'a str, &'a str)>,
    days: [u32; 4],
    label_chars_max: usize,
    may_correct: bool,
    may_share: bool,
    may_consult: bool,
    may_revoke: bool,
    may_merge: bool,
    may_erase: bool,
}

/// A study in a table.
pub(super) struct StudyRow {
    pub(super) url: String,
    pub(super) date: String,
    pub(super) what: String,
    pub(super) accession: String,
    pub(super) code: &'static str,
    pub(super) state: &'static str,
    pub(super) reason: Option<String>,
}

impl StudyRow {
    pub(super) fn new(frame: &StaffFrame<'_>, study: &StudyBrief) -> Self {
        Self {
            url: study_url(&study.study_instance_uid),
            date: frame.shared.study_date(study.date, study.image_date),
            what: what_of(frame, study),
            accession: study.accession_number.as_ref().map(ToString::to_string).unwrap_or_default(),
            code: study.state,
            state: console::state(frame.language, study.state),
            reason: study
                .reason
                .as_ref()
                .map(|reason| console::hold_reason(frame.language, &reason.code).to_owned()),
        }
    }
}

/// A share in the list.
struct ShareRow {
    end_url: String,
    label: String,
    relation: &'static str,
    studies: usize,
    until: String,
    opened: usize,
    last_opened: Option<String>,
    is_open: bool,
}

/// The act that just ended, to be reported on the page.
#[derive(Deserialize)]
pub(crate) struct Done {
    pub(super) done: Option<String>,
}

/// The name of a study.
pub(super) fn what_of(frame: &StaffFrame<'_>, study: &StudyBrief) -> String {
    let modalities = frame.shared.modalities(&study.modalities);
    match study.description.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(description) => format!("{description} · {modalities}"),
        None => modalities,
    }
}

/// `GET /staff/patients/{patient}`
pub(crate) async fn show(
    console: Console,
    Path(segment): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Trouble> {
    let patient = patient_of(&segment, &console)?;
    let words = console.frame().t.patient;
    let notice = match done.as_deref() {
        Some("contact") => Some(words.contact_saved),
        Some("share-ended") => Some(words.share_ended),
        _ => None,
    };
    render(&console, &patient, notice, None).await
}

/// The page again, with what went wrong.
pub(super) async fn with_error(
    console: &Console,
    patient: &PatientId,
    error: StaffError,
) -> Result<Response, Trouble> {
    if matches!(error, StaffError::Forbidden | StaffError::NotFound | StaffError::Failed(_)) {
        return Err(console.trouble()(error));
    }
    render(console, patient, None, Some(&error)).await
}

async fn render(
    console: &Console,
    patient: &PatientId,
    notice: Option<&str>,
    error: Option<&StaffError>,
) -> Result<Response, Trouble> {
    let view = console.desk.patient(patient).await.map_err(console.trouble())?;
    let url = patient_url(patient);
    let frame = console.frame_at(&url);
    let (status, error) = match error.map(|error| words_of(error, frame.language)) {
        Some((status, words)) => (status, Some(words)),
        None => (StatusCode::OK, None),
    };
    let studies: Vec<_> = view.studies.iter().map(|study| StudyRow::new(&frame, study)).collect();
    let released = view.studies.iter().filter(|study| study.state == "released");
    let shareable = released.map(|study| {
        let row = StudyRow::new(&frame, study);
        (study.study_instance_uid.to_string(), format!("{} · {}", row.date, row.what))
    });
    let shareable: Vec<_> = shareable.collect();
    let template = PatientPage {
        url: url.clone(),
        birth_date: birth_date(&view.birth_date),
        phone: view.phone.as_deref().map(local_phone).unwrap_or_default(),
        notice,
        error,
        studies,
        shares: view.shares.iter().map(|share| share_row(&frame, &url, share)).collect(),
        relations: Relation::ALL.map(|r| (r.as_str(), console::relation(frame.language, r))).into(),
        days: DAYS,
        label_chars_max: SHARE_LABEL_CHARS_MAX,
        may_correct: console.may(Act::CorrectContact),
        may_share: console.may(Act::Share) && !shareable.is_empty(),
        may_consult: console.may(Act::Consult) && view.account.is_some(),
        may_revoke: console.may(Act::Revoke) && view.account.is_some(),
        may_merge: console.may(Act::Merge) && view.account.is_some() && view.merged_into.is_none(),
        may_erase: console.may(Act::Erase) && console.visitor.services.is_erasing,
        merged_into: view.merged_into.as_ref().map(|into| (patient_url(into), into.as_str().to_owned())),
        shareable,
        view: &view,
        frame,
    };
    Ok(page(status, &template)?)
}

fn share_row(frame: &StaffFrame<'_>, url: &str, share: &ShareLine) -> ShareRow {
    ShareRow {
        end_url: format!("{url}/shares/{}/end", share.id),
        label: share.label.clone(),
        relation: console::relation(frame.language, share.relation),
        studies: share.studies,
        until: day(frame.shared, share.ends_at),
        opened: share.opened_at.len(),
        last_opened: share.opened_at.first().map(|at| moment(frame.shared, *at)),
        is_open: share.is_open,
    }
}
