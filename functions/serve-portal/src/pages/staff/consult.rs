//! Consultations of a patient: staff start them, invite, and end them. What members say and see is not shown here.

use askama::Template;
use axum::extract::{Path, Query, RawForm};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::{
    Again, ConsultationId, ConsultationState, EndReason, Invited, MemberAct, MemberId, StartAnswer,
};
use filmless_delivery::staff::StaffError;
use filmless_domain::PatientId;
use filmless_domain::staff::Act;

use super::address::{patient_of, patient_url};
use super::console::Console;
use super::frame::StaffFrame;
use super::patient::StudyRow;
use super::trouble::Trouble;
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::consult::form::{Field, StartForm, Typed, fields, link_of, new_member_of};
use crate::pages::consult::invited::InvitedRow;
use crate::pages::consult::list::Line;
use crate::pages::consult::show::{MemberCard, Titles};
use crate::pages::consult::words;
use crate::pages::consult_room::{From, record_file};
use crate::pages::moments::moment;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "staff/consultations.html")]
struct ListPage<'a> {
    frame: StaffFrame<'a>,
    t: &'static Texts,
    back_url: String,
    lines: Vec<Line>,
    form: StartForm,
}

#[derive(Template)]
#[template(path = "staff/consult_invited.html")]
struct InvitedPage<'a> {
    frame: StaffFrame<'a>,
    t: &'static Texts,
    title: &'static str,
    invited: Vec<InvitedRow>,
    back_url: String,
}

#[derive(Template)]
#[template(path = "staff/consultation.html")]
struct ConsultationPage<'a> {
    frame: StaffFrame<'a>,
    t: &'static Texts,
    url: String,
    back_url: String,
    error: Option<String>,
    state: &'static str,
    started: String,
    until: String,
    consent: String,
    question: String,
    members: Vec<MemberCard>,
    add_fields: Vec<Field>,
    is_open: bool,
    may_take_record: bool,
}

/// `GET /staff/patients/{patient}/consultations`
pub(crate) async fn list(console: Console, Path(segment): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let patient = patient_of(&segment, &console)?;
    let now = consultations(&console)?.now();
    let typed = Typed::nothing(now, console.desk.member().name.clone());
    render(&console, &patient, typed, None).await
}

/// `POST /staff/patients/{patient}/consultations`: only this answer ever contains what no message carries.
pub(crate) async fn start(
    console: Console,
    Path(segment): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let patient = patient_of(&segment, &console)?;
    let typed = Typed::of(&body);
    let t = console.frame().shared;
    let request = typed.request(console.visitor.console_language(), String::new());
    let answer = console.desk.start_consultation(&patient, &request).await.map_err(console.trouble())?;
    let error = match answer {
        StartAnswer::Started(started) => {
            let back_url = url_of(&patient, &started.id);
            let (frame, title) = (console.frame_at(&back_url), t.consult.started);
            let invited = started.invited.iter().map(|invited| InvitedRow::new(t, invited)).collect();
            let template = InvitedPage { frame, t, title, invited, back_url: back_url.clone() };
            return Ok(page(StatusCode::OK, &template)?);
        }
        StartAnswer::Bad(bad) => {
            format!("{}: {}", t.consult.refused, words::bad(t, &bad, &typed.rows()))
        }
        StartAnswer::NotInSight => t.consult.not_in_sight.to_owned(),
        StartAnswer::TooMany => t.consult.too_many.to_owned(),
    };
    render(&console, &patient, typed, Some(error)).await
}

/// `GET /staff/patients/{patient}/consultations/{consultation_id}`
pub(crate) async fn show(
    console: Console,
    Path((segment, id)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let (patient, id) = (patient_of(&segment, &console)?, id_of(&id, &console)?);
    one(&console, &patient, &id, StatusCode::OK, None).await
}

/// `GET /staff/patients/{patient}/consultations/{consultation_id}/record`
pub(crate) async fn record(
    console: Console,
    Path((segment, id)): Path<(String, String)>,
    Query(From { after, .. }): Query<From>,
) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    let (patient, id) = (patient_of(&segment, &console)?, id_of(&id, &console)?);
    let file =
        console.desk.take_consultation_record(&patient, &id, after).await.map_err(console.trouble())?;
    Ok(record_file(&id, file)?)
}

/// `POST /staff/patients/{patient}/consultations/{consultation_id}/end`
pub(crate) async fn end(
    console: Console,
    Path((segment, id)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let (patient, id) = (patient_of(&segment, &console)?, id_of(&id, &console)?);
    console.desk.end_consultation(&patient, &id).await.map_err(console.trouble())?;
    end_room(&console, &id).await?;
    Ok(see_other(&url_of(&patient, &id), [])?)
}

/// `POST /staff/patients/{patient}/consultations/{consultation_id}/members`
pub(crate) async fn add_member(
    console: Console,
    Path((segment, id)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let (patient, id) = (patient_of(&segment, &console)?, id_of(&id, &console)?);
    let done = console.desk.add_consultation_member(&patient, &id, &new_member_of(&body)).await;
    answer(&console, &patient, &id, done).await
}

/// `POST /staff/patients/{patient}/consultations/{consultation_id}/members/{member_id}/code`
pub(crate) async fn new_code(
    console: Console,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, Trouble> {
    invite_again(console, path, Again::Code).await
}

/// `POST /staff/patients/{patient}/consultations/{consultation_id}/members/{member_id}/link`
pub(crate) async fn new_link(
    console: Console,
    Path(path): Path<(String, String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Trouble> {
    invite_again(console, path, link_of(&body)).await
}

async fn invite_again(
    console: Console,
    (segment, id, member): (String, String, String),
    again: Again,
) -> Result<Response, Trouble> {
    console.demand(Act::Consult).await?;
    let (patient, id) = (patient_of(&segment, &console)?, id_of(&id, &console)?);
    let member = MemberId::parse(&member).map_err(|_| console.trouble()(StaffError::NotFound))?;
    let done = console.desk.invite_member_again(&patient, &id, &member, again).await;
    answer(&console, &patient, &id, done).await
}

async fn answer(
    console: &Console,
    patient: &PatientId,
    id: &ConsultationId,
    done: Result<MemberAct, StaffError>,
) -> Result<Response, Trouble> {
    let t = console.frame().shared;
    match done.map_err(console.trouble())? {
        MemberAct::Invited(invited) => invited_page(console, patient, id, &invited),
        MemberAct::Bad(bad) => {
            let error = words::bad(t, &bad, &[]);
            one(console, patient, id, StatusCode::UNPROCESSABLE_ENTITY, Some(error)).await
        }
        MemberAct::Refused => {
            let error = t.consult.act_refused.to_owned();
            one(console, patient, id, StatusCode::CONFLICT, Some(error)).await
        }
    }
}

fn invited_page(
    console: &Console,
    patient: &PatientId,
    id: &ConsultationId,
    invited: &Invited,
) -> Result<Response, Trouble> {
    let back_url = url_of(patient, id);
    let frame = console.frame_at(&back_url);
    let t = frame.shared;
    let invited = vec![InvitedRow::new(t, invited)];
    let template = InvitedPage { title: t.consult.invitation, t, invited, back_url: back_url.clone(), frame };
    Ok(page(StatusCode::OK, &template)?)
}

async fn render(
    console: &Console,
    patient: &PatientId,
    typed: Typed,
    error: Option<String>,
) -> Result<Response, Trouble> {
    let found = console.desk.consultations_of(patient).await.map_err(console.trouble())?;
    let view = console.desk.patient(patient).await.map_err(console.trouble())?;
    let url = list_url(patient);
    let frame = console.frame_at(&url);
    let t = frame.shared;
    let released = view.studies.iter().filter(|study| study.state == "released");
    let studies: Vec<_> = released
        .map(|study| {
            let row = StudyRow::new(&frame, study);
            (study.study_instance_uid.to_string(), format!("{} · {}", row.date, row.what))
        })
        .collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = ListPage {
        t,
        back_url: patient_url(patient),
        lines: found.iter().map(|line| Line::new(t, line, url_of(patient, &line.id))).collect(),
        form: StartForm::new(t, url.clone(), &studies, typed, true, error),
        frame,
    };
    Ok(page(status, &template)?)
}

async fn one(
    console: &Console,
    patient: &PatientId,
    id: &ConsultationId,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Trouble> {
    let view = console.desk.consultation_of(patient, id).await.map_err(console.trouble())?;
    let url = url_of(patient, id);
    let frame = console.frame_at(&url);
    let t = frame.shared;
    let consultation = &view.record.consultation;
    let is_open = consultation.state == ConsultationState::Open;
    let card = |member| MemberCard {
        may_admit: false,
        may_remove: false,
        ..MemberCard::new(t, &url, member, consultation.ended, &Titles::new())
    };
    let template = ConsultationPage {
        t,
        error,
        state: words::state_of(t, consultation),
        started: format!("{}, {}", view.record.starter, moment(t, view.record.created_at)),
        until: words::until(t, consultation.ended, consultation.ends_at),
        consent: words::consent_of(t, consultation),
        question: consultation.question.clone(),
        members: view.members.iter().map(card).collect(),
        add_fields: fields(t, &filmless_delivery::consult::NewMember::default()),
        is_open,
        may_take_record: !is_open && console.may(Act::ReadAudit),
        back_url: list_url(patient),
        url: url.clone(),
        frame,
    };
    Ok(page(status, &template)?)
}

fn consultations(console: &Console) -> Result<&filmless_delivery::consult::Consultations, Trouble> {
    crate::pages::consult::consultations(&console.visitor).map_err(Trouble::from)
}

/// Tells those who are in the room, where there is one.
async fn end_room(console: &Console, id: &ConsultationId) -> Result<(), Trouble> {
    if let Some(rooms) = &console.visitor.services.rooms {
        Box::pin(rooms.live.end(id, EndReason::Hospital)).await.map_err(PortalError::from)?;
    }
    Ok(())
}

fn id_of(segment: &str, console: &Console) -> Result<ConsultationId, Trouble> {
    ConsultationId::parse(segment).map_err(|_| console.trouble()(StaffError::NotFound))
}

fn list_url(patient: &PatientId) -> String {
    format!("{}/consultations", patient_url(patient))
}

fn url_of(patient: &PatientId, id: &ConsultationId) -> String {
    format!("{}/{id}", list_url(patient))
}
