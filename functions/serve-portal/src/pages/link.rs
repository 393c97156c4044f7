//! The link of the slip. Fetching it reveals and changes nothing, since message apps fetch links for previews;
//! only the second check, a form, opens it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::portal::{LinkOpening, LinkStatus};
use filmless_domain::Language;
use serde::Deserialize;

use super::{Frame, MessagePage, page, see_other};
use crate::texts::LinkTexts;
use crate::visitor::Visitor;
use crate::{PortalError, cookies};

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    frame: Frame<'a>,
    error: Option<String>,
}

/// What was typed: a birth date or a password.
#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    answer: String,
}

/// `GET /x/{token}`
pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    match visitor.services.door.link_status(&token).await? {
        LinkStatus::Open { language } => ask(&visitor, StatusCode::OK, Some(language), None),
        LinkStatus::Replaced => replaced(&visitor),
        LinkStatus::Gone => gone(&visitor),
    }
}

/// `POST /x/{token}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path(token): Path<String>,
    Form(typed): Form<Answer>,
) -> Result<Response, PortalError> {
    let services = &visitor.services;
    let language = match services.door.link_status(&token).await? {
        LinkStatus::Open { language } => language,
        LinkStatus::Replaced => return replaced(&visitor),
        LinkStatus::Gone => return gone(&visitor),
    };
    match services.door.open_link(&token, typed.answer.trim(), &visitor.source).await? {
        LinkOpening::Granted { session, study } => {
            visitor.leave_session().await?;
            let to = format!("/studies/{}", study.as_str());
            see_other(&to, cookies::start_session(&session, &services.config))
        }
        LinkOpening::Wrong { attempts_left } => {
            ask(&visitor, StatusCode::FORBIDDEN, Some(language), Some(attempts_left))
        }
        LinkOpening::Replaced => replaced(&visitor),
        LinkOpening::Gone => gone(&visitor),
    }
}

fn ask(
    visitor: &Visitor,
    status: StatusCode,
    ordered: Option<Language>,
    attempts_left: Option<u32>,
) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(ordered), false);
    let error = attempts_left.map(frame.t.link.wrong);
    page(status, &LinkPage { frame, error })
}

/// Unknown, expired, revoked and used up look the same.
fn gone(visitor: &Visitor) -> Result<Response, PortalError> {
    closed(visitor, StatusCode::NOT_FOUND, |t| (t.gone_title, t.gone))
}

fn replaced(visitor: &Visitor) -> Result<Response, PortalError> {
    closed(visitor, StatusCode::GONE, |t| (t.replaced_title, t.replaced))
}

fn closed(
    visitor: &Visitor,
    status: StatusCode,
    words: fn(&LinkTexts) -> (&'static str, &'static str),
) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(None), false);
    let link = &frame.t.link;
    let (title, text) = words(link);
    let (action, paragraphs) = (link.sign_in_instead, vec![text, link.instead]);
    page(status, &MessagePage { frame, title, paragraphs, action })
}
