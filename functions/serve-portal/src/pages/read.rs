//! The reading room: one study on a doctor's wide screen. The page names the series; its script builds the room.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use filmless_delivery::consult::ConsultationState;
use filmless_delivery::viewing::Session;
use serde::{Deserialize, Serialize};

use super::answer::{page, see_other};
use super::consult::{consultations, id_of};
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
    /// The consultation that meets in this room, as JSON.
    consultation: Option<String>,
    words: String,
    title: String,
    date: String,
    patient_name: &'a str,
    birth_date: String,
    series: Vec<Tile<'a>>,
}

/// What the room is told of its consultation.
#[derive(Serialize)]
struct RoomConsultation<'a> {
    id: &'a str,
    you: &'a str,
    is_chair: bool,
    /// Whether it is over: the record is played, nobody meets.
    is_over: bool,
    voice_link: Option<&'a str>,
    page_url: String,
    ticket_url: String,
    poll_url: String,
    record_url: String,
}

/// The consultation that is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    consultation: Option<String>,
}

/// `GET /studies/{study_uid}/read`, also as the room of a consultation.
pub(crate) async fn show(
    visitor: Visitor,
    Path(uid): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = find(&visitor, &session, &uid).await?;
    let consultation = match asked.consultation {
        Some(id) => Some(room_of(&visitor, &session, &id).await?),
        None => None,
    };
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
        consultation,
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

/// What the room of this consultation needs, for a member whom the chair admitted; not found for anybody else.
async fn room_of(visitor: &Visitor, session: &Session, id: &str) -> Result<String, PortalError> {
    let place = consultations(visitor)?.place(session, &id_of(id)?).await?;
    let place = place.filter(|place| place.admitted().is_some()).ok_or(PortalError::NotFound)?;
    let (consultation, member) = (&place.record.consultation, place.member().ok_or(PortalError::NotFound)?);
    let page_url = format!("/consultations/{}", consultation.id);
    let room = RoomConsultation {
        id: consultation.id.as_str(),
        you: member.member.id.as_str(),
        is_chair: place.is_chair(),
        is_over: consultation.state == ConsultationState::Ended,
        voice_link: consultation.voice_link.as_deref(),
        ticket_url: format!("{page_url}/ticket"),
        poll_url: format!("{page_url}/poll"),
        record_url: format!("{page_url}/record"),
        page_url,
    };
    serde_json::to_string(&room).map_err(PortalError::failed)
}
