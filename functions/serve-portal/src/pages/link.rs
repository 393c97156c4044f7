//! The link of the slip. Fetching it reveals and changes nothing, because message apps fetch links for previews; only
//! the second check, a form, opens it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::{LinkOpening, LinkStatus};
use filmless_domain::Language;
use filmless_domain::access::token_of_link;
use serde::Deserialize;

use super::answer::{page, see_other};
use super::frame::{Frame, MessagePage};
use crate::cookies;
use crate::error::PortalError;
use crate::texts::LinkTexts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    frame: Frame<'a>,
    error: Option<String>,
    is_birth_date_known: bool,
}

/// What an open link asks, and in which language.
#[derive(Clone, Copy)]
struct Question {
    language: Language,
    is_birth_date_known: bool,
}

/// What was typed: a birth date or a password.
#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    answer: String,
}

/// `GET /x/{token}`
pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    match visitor.portal().link_status(&token).await? {
        LinkStatus::Open { language, is_birth_date_known } => {
            ask(&visitor, StatusCode::OK, Question { language, is_birth_date_known }, None)
        }
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
    let question = match services.portal.link_status(&token).await? {
        LinkStatus::Open { language, is_birth_date_known } => Question { language, is_birth_date_known },
        LinkStatus::Replaced => return replaced(&visitor),
        LinkStatus::Gone => return gone(&visitor),
    };
    match services.portal.open_link(&token, typed.answer.trim(), &visitor.source).await? {
        LinkOpening::Granted { session, study } => {
            visitor.leave_session().await?;
            let to = format!("/studies/{}", study.as_str());
            see_other(&to, cookies::start_session(&session, &services.config))
        }
        LinkOpening::Incomplete => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            ask(&visitor, status, question, Some(&|t| t.incomplete.to_owned()))
        }
        LinkOpening::NoSuchDay => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            ask(&visitor, status, question, Some(&|t| t.no_such_day.to_owned()))
        }
        LinkOpening::Unbelievable => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            ask(&visitor, status, question, Some(&|t| t.unbelievable.to_owned()))
        }
        LinkOpening::Unreadable => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            ask(&visitor, status, question, Some(&|t| t.unreadable.to_owned()))
        }
        // After the last wrong answer, say what to do now.
        LinkOpening::Wrong { attempts_left: 0 } => {
            closed(&visitor, StatusCode::FORBIDDEN, Some(question.language), |t| (t.used_up_title, t.used_up))
        }
        LinkOpening::Wrong { attempts_left } => {
            ask(&visitor, StatusCode::FORBIDDEN, question, Some(&|t| (t.wrong)(attempts_left)))
        }
        LinkOpening::Replaced => replaced(&visitor),
        LinkOpening::Gone => gone(&visitor),
    }
}

fn ask(
    visitor: &Visitor,
    status: StatusCode,
    question: Question,
    problem: Option<&dyn Fn(&LinkTexts) -> String>,
) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(Some(question.language)), false);
    let error = problem.map(|words| words(&frame.t.link));
    page(status, &LinkPage { frame, error, is_birth_date_known: question.is_birth_date_known })
}

/// Unknown, expired, revoked and used-up links look the same.
fn gone(visitor: &Visitor) -> Result<Response, PortalError> {
    closed(visitor, StatusCode::NOT_FOUND, None, |t| (t.gone_title, t.gone))
}

fn replaced(visitor: &Visitor) -> Result<Response, PortalError> {
    closed(visitor, StatusCode::GONE, None, |t| (t.replaced_title, t.replaced))
}

fn closed(
    visitor: &Visitor,
    status: StatusCode,
    ordered: Option<Language>,
    words: fn(&LinkTexts) -> (&'static str, &'static str),
) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(ordered), false);
    let link = &frame.t.link;
    let (title, text) = words(link);
    let (action, paragraphs) = (link.sign_in_instead, vec![text, link.instead]);
    page(status, &MessagePage { frame, title, paragraphs, action })
}

/// Redirects a damaged link to the link: slashes after its token, as message programs leave them, or a capital `X`, as
/// keyboards write it. Nothing else is at these addresses.
pub(crate) async fn repaired(uri: Uri) -> Response {
    let token = |prefix: &str| {
        let (typed, rest) = uri.path().split_at_checked(prefix.len())?;
        Some(token_of_link(rest)).filter(|token| typed.eq_ignore_ascii_case(prefix) && !token.is_empty())
    };
    let to = ["/x/", "/s/"].into_iter().find_map(|prefix| Some(format!("{prefix}{}", token(prefix)?)));
    // A correct link has its own route and must not lead back here.
    match to.filter(|to| to != uri.path()) {
        Some(to) => see_other(&to, []).unwrap_or_else(IntoResponse::into_response),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
