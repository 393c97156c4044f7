//! The link of a share. As with the link of a slip, fetching it reveals and changes nothing.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::viewing::{ShareOpening, ShareStatus};
use filmless_domain::Language;
use serde::Deserialize;

use super::answer::{page, see_other};
use super::frame::{Frame, MessagePage};
use crate::cookies;
use crate::error::PortalError;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "share.html")]
struct SharePage<'a> {
    frame: Frame<'a>,
    error: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Code {
    #[serde(default)]
    code: String,
}

/// `GET /s/{token}`
pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    match visitor.portal().share_status(&token).await? {
        ShareStatus::Open { language } => ask(&visitor, StatusCode::OK, language, None),
        ShareStatus::Gone => gone(&visitor),
    }
}

/// `POST /s/{token}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path(token): Path<String>,
    Form(typed): Form<Code>,
) -> Result<Response, PortalError> {
    let services = &visitor.services;
    let ShareStatus::Open { language } = services.portal.share_status(&token).await? else {
        return gone(&visitor);
    };
    match services.portal.open_share(&token, &typed.code, &visitor.source).await? {
        ShareOpening::Granted(session) => {
            visitor.leave_session().await?;
            see_other("/studies", cookies::start_session(&session, &services.config))
        }
        ShareOpening::Wrong { attempts_left } => {
            ask(&visitor, StatusCode::FORBIDDEN, language, Some(attempts_left))
        }
        ShareOpening::Gone => gone(&visitor),
    }
}

fn ask(
    visitor: &Visitor,
    status: StatusCode,
    language: Language,
    attempts_left: Option<u32>,
) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(Some(language)), false);
    let error = attempts_left.map(frame.t.sharing.wrong);
    page(status, &SharePage { frame, error })
}

/// Unknown, ended and used-up shares look the same.
fn gone(visitor: &Visitor) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(None), false);
    let words = frame.t.sharing;
    let (title, paragraphs) = (words.gone_title, vec![words.gone, words.gone_instead]);
    let action = frame.t.trouble.to_start;
    page(StatusCode::NOT_FOUND, &MessagePage { frame, title, paragraphs, action })
}
