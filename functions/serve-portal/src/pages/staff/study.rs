//! One study: where it is, everything that happened to it, and the acts on it.

use std::borrow::Cow;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{
    HistoryLine, RecallViewer, ResultBrief, ResultState, StaffError, StudyHistory,
};
use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::Actor;
use filmless_domain::staff::Act;

use super::address::{patient_url, study_of, study_url};
use super::console::Console;
use super::frame::StaffFrame;
use super::patient::{Done, what_of};
use super::trouble::{Trouble, words_of};
use crate::pages::answer::page;
use crate::pages::moments::moment;
use crate::texts::console;

#[derive(Template)]
#[template(path = "staff/study.html")]
struct StudyPage<'a> {
    frame: StaffFrame<'a>,
    url: String,
    title: String,
    date: String,
    uid: String,
    accession: String,
    series: u32,
    instances: u32,
    is_birth_date_unreadable: bool,
    result: ResultRow,
    code: &'a str,
    state: &'a str,
    hold: Option<(&'a str, &'a str)>,
    patient: Option<(String, String)>,
    notice: Option<&'a str>,
    error: Option<&'a str>,
    lines: Vec<Line>,
    may_print: bool,
    may_send: bool,
    may_release: bool,
    may_hold: bool,
    may_recall: bool,
}

#[derive(Template)]
#[template(path = "staff/viewers.html")]
struct ViewersPage<'a> {
    frame: StaffFrame<'a>,
    uid: String,
    viewers: Vec<ViewerRow>,
    back_url: String,
}

/// One line of the history, as shown.
struct Line {
    iso: String,
    when: String,
    code: String,
    what: Cow<'static, str>,
    version: Option<u32>,
    who: Option<String>,
    detail: Option<String>,
}

/// What the hotline answers a patient who asks for the result.
struct ResultRow {
    state: &'static str,
    conclusion: Option<&'static str>,
    signed_by: Option<String>,
    signed_at: Option<String>,
}

impl ResultRow {
    fn new(frame: &StaffFrame<'_>, result: Option<&ResultBrief>) -> Self {
        let words = frame.t.study;
        let Some(result) = result else {
            let state = words.result_no_order;
            return Self { state, conclusion: None, signed_by: None, signed_at: None };
        };
        let (state, is_signed) = match result.state {
            ResultState::Awaited => (words.result_awaited, false),
            ResultState::Unsigned => (words.result_unsigned, false),
            ResultState::Signed => (words.result_signed, true),
            ResultState::Corrected => (words.result_corrected, true),
            ResultState::TakenBack => (words.result_taken_back, false),
            ResultState::Cancelled => (words.result_cancelled, false),
        };
        let conclusion = if result.has_conclusion { words.with_conclusion } else { words.without_conclusion };
        Self {
            state,
            conclusion: is_signed.then_some(conclusion),
            signed_by: result.signed_by.clone(),
            signed_at: result.signed_at.map(|at| moment(frame.shared, at)),
        }
    }
}

/// Somebody who opened a study.
pub(crate) struct ViewerRow {
    pub(super) who: String,
    pub(super) source: String,
    pub(super) opened_at: String,
    pub(super) first_image_at: String,
    pub(super) downloaded_at: String,
}

impl Line {
    fn new(frame: &StaffFrame<'_>, line: &HistoryLine) -> Self {
        let who = line
            .who
            .clone()
            .map(|who| if who == "patient" { frame.t.study.who_patient.to_owned() } else { who });
        Self {
            iso: line.at.to_string(),
            when: moment(frame.shared, line.at),
            code: line.what.clone(),
            what: console::line(frame.language, &line.what),
            version: line.link_version,
            who,
            detail: line.detail.clone(),
        }
    }
}

impl ViewerRow {
    pub(super) fn new(frame: &StaffFrame<'_>, viewer: &RecallViewer) -> Self {
        let words = frame.t.study;
        let time = |at: Option<jiff::Timestamp>| at.map(|at| moment(frame.shared, at)).unwrap_or_default();
        Self {
            who: match &viewer.actor {
                Actor::Share { share } => format!("{} {share}", words.who_share),
                Actor::Account { account } => format!("{} {account}", words.who_patient),
                Actor::Staff { subject } => subject.clone(),
                Actor::System => frame.t.reading.system.to_owned(),
            },
            source: viewer.source.clone(),
            opened_at: match moment(frame.shared, viewer.opened_at) {
                at if viewer.is_software => format!("{at} ({})", words.with_software),
                at => at,
            },
            first_image_at: time(viewer.first_image_at),
            downloaded_at: time(viewer.downloaded_at),
        }
    }
}

/// `GET /staff/studies/{study_uid}`
pub(crate) async fn show(
    console: Console,
    Path(uid): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Trouble> {
    let study = study_of(&uid, &console)?;
    let words = console.frame().t.study;
    let notice = match done.as_deref() {
        Some("reissued") => Some(words.done_reissued),
        Some("resent") => Some(words.done_resent),
        Some("released") => Some(words.done_released),
        Some("asked") => Some(words.done_asked),
        Some("held") => Some(words.done_held),
        _ => None,
    };
    render(&console, &study, notice, None).await
}

/// The page again, with what went wrong.
pub(super) async fn with_error(
    console: &Console,
    study: &StudyInstanceUid,
    error: StaffError,
) -> Result<Response, Trouble> {
    if matches!(error, StaffError::Forbidden | StaffError::Failed(_)) {
        return Err(console.trouble()(error));
    }
    render(console, study, None, Some(&error)).await
}

async fn render(
    console: &Console,
    study: &StudyInstanceUid,
    notice: Option<&str>,
    error: Option<&StaffError>,
) -> Result<Response, Trouble> {
    let history = console.desk.history(study).await.map_err(console.trouble())?;
    let url = study_url(study);
    let frame = console.frame_at(&url);
    let (status, error) = match error.map(|error| words_of(error, frame.language)) {
        Some((status, words)) => (status, Some(words)),
        None => (StatusCode::OK, None),
    };
    let StudyHistory { study: brief, patient_id, series, instances, link_version, lines, result, .. } =
        &history;
    let (language, is_released) = (frame.language, brief.state == "released");
    let template = StudyPage {
        title: what_of(&frame, brief),
        date: frame.shared.study_date(brief.date, brief.image_date),
        uid: study.to_string(),
        accession: brief.accession_number.as_ref().map(ToString::to_string).unwrap_or_default(),
        series: *series,
        instances: *instances,
        is_birth_date_unreadable: history.is_birth_date_unreadable,
        result: ResultRow::new(&frame, result.as_ref()),
        code: brief.state,
        state: console::state(language, brief.state),
        hold: brief.reason.as_ref().map(|reason| {
            (console::hold_reason(language, &reason.code), console::detail_of_hold(language, &reason.code))
        }),
        patient: patient_id.as_ref().map(|patient| (patient_url(patient), patient.as_str().to_owned())),
        notice,
        error,
        lines: lines.iter().map(|line| Line::new(&frame, line)).collect(),
        may_print: console.may(Act::Reissue) && is_released && *link_version > 0,
        may_send: console.may(Act::Resend) && is_released,
        may_release: console.may(Act::Release) && matches!(brief.state, "held" | "recalled"),
        may_hold: console.may(Act::Hold) && !matches!(brief.state, "held" | "recalled"),
        may_recall: console.may(Act::Recall),
        url: url.clone(),
        frame,
    };
    Ok(page(status, &template)?)
}

/// `GET /staff/studies/{study_uid}/viewers`
pub(crate) async fn viewers(console: Console, Path(uid): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Recall).await?;
    let study = study_of(&uid, &console)?;
    let viewers = console.desk.viewers(&study).await.map_err(console.trouble())?;
    let frame = console.frame();
    let viewers = viewers.iter().map(|viewer| ViewerRow::new(&frame, viewer)).collect();
    let (uid, back_url) = (study.to_string(), study_url(&study));
    Ok(page(StatusCode::OK, &ViewersPage { frame, uid, viewers, back_url })?)
}
