//! The reading room: one study on a doctor's wide screen. The page names the series; its script builds the room.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::answer::{page, see_other};
use super::frame::Frame;
use super::studies::title;
use super::study::{Tile, birth_date, find, url_from_room};
use crate::assets;
use crate::cookies;
use crate::error::PortalError;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "read.html")]
struct ReadPage<'a> {
    frame: Frame<'a>,
    style_url: String,
    script_url: String,
    study_uid: &'a str,
    grant_url: String,
    seen_url: String,
    leave_url: String,
    marks_url: String,
    may_annotate: bool,
    words: String,
    title: String,
    date: String,
    patient_name: &'a str,
    birth_date: String,
    series: Vec<Tile<'a>>,
}

/// `GET /studies/{study_uid}/read`
pub(crate) async fn show(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = find(&visitor, &session, &uid).await?;
    let summary = &study.summary;
    let leave_url = url_from_room(&summary.study_instance_uid);
    let Some(main) = study.main else { return see_other(&leave_url, []) };
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let t = frame.t;
    let series = study.series.iter().enumerate();
    let template = ReadPage {
        frame,
        style_url: assets::url("reading.css"),
        script_url: assets::url("read.js"),
        study_uid: summary.study_instance_uid.as_str(),
        grant_url: format!("/studies/{}/grant", summary.study_instance_uid),
        seen_url: format!("/studies/{}/seen", summary.study_instance_uid),
        leave_url,
        marks_url: format!("/studies/{}/marks", summary.study_instance_uid),
        may_annotate: session.may_annotate(),
        words: serde_json::to_string(t.viewer).map_err(PortalError::failed)?,
        title: title(t, summary),
        date: t.study_date(summary.date, summary.image_date),
        patient_name: &study.patient_name,
        birth_date: birth_date(t, &study),
        series: series.map(|(index, view)| Tile::new(t, view, main == index)).collect(),
    };
    let mut response = page(StatusCode::OK, &template)?;
    let remember = cookies::choose_reading_room(true, &visitor.services.config);
    response.headers_mut().extend(remember.map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}
