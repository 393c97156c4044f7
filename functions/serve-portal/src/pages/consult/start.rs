//! A doctor with a share starts a consultation.

use askama::Template;
use axum::extract::RawForm;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::StartAnswer;
use filmless_delivery::viewing::Session;

use super::form::{StartForm, Typed};
use super::invited::InvitedRow;
use super::{consultations, words};
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::Frame;
use crate::pages::studies::title;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "consult_start.html")]
struct StartPage<'a> {
    frame: Frame<'a>,
    t: &'static Texts,
    form: StartForm,
}

#[derive(Template)]
#[template(path = "consult_invited.html")]
pub(super) struct InvitedPage<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) title: &'static str,
    pub(super) t: &'static Texts,
    pub(super) invited: Vec<InvitedRow>,
    pub(super) back_url: String,
}

/// `GET /consultations/new`
pub(crate) async fn ask(visitor: Visitor) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let label = may_start(&visitor, &session)?;
    let typed = Typed::nothing(consultations(&visitor)?.now(), label);
    form(&visitor, &session, typed, None).await
}

/// `POST /consultations`: only this answer ever contains what no message carries.
pub(crate) async fn create(visitor: Visitor, RawForm(body): RawForm) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let label = may_start(&visitor, &session)?;
    let typed = Typed::of(&body);
    let language = visitor.language(Some(session.language));
    let frame = Frame::at(&visitor, language, true, "/consultations").of(&session);
    let answer = consultations(&visitor)?.start_with_share(&session, &typed.request(language, label)).await?;
    let error = match answer {
        Some(StartAnswer::Started(started)) => {
            let (t, back_url) = (frame.t, format!("/consultations/{}", started.id));
            let invited = started.invited.iter().map(|invited| InvitedRow::new(t, invited)).collect();
            let template = InvitedPage { frame, title: t.consult.started, t, invited, back_url };
            return page(StatusCode::OK, &template);
        }
        Some(StartAnswer::Bad(bad)) => {
            format!("{}: {}", frame.t.consult.refused, words::bad(frame.t, &bad, &typed.rows()))
        }
        Some(StartAnswer::NotInSight) => frame.t.consult.not_in_sight.to_owned(),
        Some(StartAnswer::TooMany) => frame.t.consult.too_many.to_owned(),
        None => return Err(PortalError::NotFound),
    };
    form(&visitor, &session, typed, Some(error)).await
}

/// The name of the share that may; nothing is there for any other session.
fn may_start(visitor: &Visitor, session: &Session) -> Result<String, PortalError> {
    consultations(visitor)?;
    if session.may_consult() {
        let label = session.share.as_ref().map(|share| share.label.clone());
        Ok(label.unwrap_or_default())
    } else {
        Err(PortalError::NotFound)
    }
}

async fn form(
    visitor: &Visitor,
    session: &Session,
    typed: Typed,
    error: Option<String>,
) -> Result<Response, PortalError> {
    let language = visitor.language(Some(session.language));
    let frame = Frame::at(visitor, language, true, "/consultations/new").of(session);
    let t = frame.t;
    let list = visitor.portal().list_studies(session).await?;
    let studies: Vec<_> = list
        .iter()
        .filter(|study| study.is_released)
        .map(|study| {
            let date = t.study_date(study.date, study.image_date);
            (study.study_instance_uid.to_string(), format!("{date} · {}", title(t, study)))
        })
        .collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let form = StartForm::new(t, "/consultations".to_owned(), &studies, typed, false, error);
    page(status, &StartPage { frame, t, form })
}
