//! Shows a patient who opened a study, and records the viewer's report that the first image is on the screen.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::{AccessLine, AccessWho, SavedLine};
use filmless_domain::StudyInstanceUid;

use super::answer::{page, see_other};
use super::frame::Frame;
use super::moments::moment;
use crate::error::PortalError;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage<'a> {
    frame: Frame<'a>,
    study_url: String,
    lines: Vec<Line>,
    saved: Vec<(String, String)>,
    minutes: Vec<(String, String)>,
}

/// One opening, as shown.
struct Line {
    when: String,
    who: String,
    saw: Option<String>,
    fetched: Option<String>,
    is_software: bool,
}

impl Line {
    fn new(t: &Texts, line: &AccessLine) -> Self {
        let words = t.sharing;
        let fetched = if line.is_software { t.software.who_took } else { words.who_fetched };
        Self {
            when: moment(t, line.opened_at),
            who: match &line.who {
                AccessWho::Patient => words.who_patient.to_owned(),
                AccessWho::Share(label) => (words.who_share)(label),
                AccessWho::Member(name) => (words.who_member)(name),
            },
            saw: line.first_image_at.map(|at| (words.who_saw)(&moment(t, at))),
            fetched: line.downloaded_at.map(|at| fetched(&moment(t, at))),
            is_software: line.is_software,
        }
    }
}

/// Who saved marks: the name and facility that they gave, and the share that they came with.
fn who_saved(t: &Texts, line: &SavedLine) -> String {
    format!("{} ({}) · {}", line.author, line.facility, (t.sharing.who_share)(&line.share))
}

/// Which version of minutes was saved, and who signed it last.
fn minutes_of(t: &Texts, line: &SavedLine, version: u32) -> String {
    let words = t.consult;
    let replaced = line.replaced_by.map(|by| format!(" · {} {by}", words.replaced_by)).unwrap_or_default();
    format!("{} {version} · {} {} ({}){replaced}", words.version, words.signed_by, line.author, line.facility)
}

/// `GET /studies/{study_uid}/access`
pub(crate) async fn show(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    let lines = visitor.portal().who_opened(&session, &study).await?.ok_or(PortalError::NotFound)?;
    let saved = visitor.portal().who_saved(&session, &study).await?.unwrap_or_default();
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let lines = lines.iter().map(|line| Line::new(frame.t, line)).collect();
    let minutes = saved.iter().filter_map(|line| {
        line.minutes.map(|version| (moment(frame.t, line.at), minutes_of(frame.t, line, version)))
    });
    let minutes = minutes.collect();
    let marks = saved.iter().filter(|line| line.minutes.is_none());
    let saved = marks.map(|line| (moment(frame.t, line.at), who_saved(frame.t, line))).collect();
    page(StatusCode::OK, &AccessPage { frame, study_url: format!("/studies/{study}"), lines, saved, minutes })
}

/// `POST /studies/{study_uid}/seen`
pub(crate) async fn seen(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    visitor.portal().see_first_image(&session, &study).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
