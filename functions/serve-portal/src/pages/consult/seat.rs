//! The link of a member. As with every link, fetching it reveals and changes nothing.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use filmless_delivery::consult::CodeAnswer;
use filmless_delivery::viewing::{SeatOpening, SeatStatus};
use filmless_domain::Language;
use serde::Deserialize;

use super::{consultations, live};
use crate::cookies;
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::{Frame, MessagePage};
use crate::visitor::Visitor;

/// When to ask for a code again, after too many.
const CODE_WINDOW_SECONDS: &str = "3600";

#[derive(Template)]
#[template(path = "consult_seat.html")]
struct SeatPage<'a> {
    frame: Frame<'a>,
    error: Option<String>,
    notice: Option<String>,
    code_url: String,
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Code {
    #[serde(default)]
    code: String,
}

/// `GET /c/{token}`
pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    consultations(&visitor)?;
    match visitor.portal().seat_status(&token).await? {
        SeatStatus::Open { language, has_code } => {
            let frame = Frame::new(&visitor, visitor.language(Some(language)), false);
            let error = (!has_code).then(|| frame.t.consult.used.to_owned());
            ask(frame, StatusCode::OK, &token, error, None)
        }
        SeatStatus::Gone => gone(&visitor),
    }
}

/// `POST /c/{token}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path(token): Path<String>,
    Form(typed): Form<Code>,
) -> Result<Response, PortalError> {
    consultations(&visitor)?;
    let Some(frame) = frame_of(&visitor, &token).await? else { return gone(&visitor) };
    let words = frame.t.consult;
    match visitor.portal().take_seat(&token, &typed.code, &visitor.source).await? {
        SeatOpening::Granted { session, seat } => {
            visitor.leave_session().await?;
            if let Ok(live) = live(&visitor) {
                // Refused after the end: then nobody waits for anything.
                let _ = Box::pin(live.knock(&seat.consultation, &seat.member)).await?;
            }
            let cookies = cookies::start_session(&session, &visitor.services.config);
            see_other(&format!("/consultations/{}", seat.consultation), cookies)
        }
        SeatOpening::Wrong { attempts_left } => {
            let wrong = format!("{} {attempts_left}.", frame.t.consult.wrong);
            ask(frame, StatusCode::FORBIDDEN, &token, Some(wrong), None)
        }
        SeatOpening::Used => ask(frame, StatusCode::FORBIDDEN, &token, Some(words.used.to_owned()), None),
        SeatOpening::Gone => gone(&visitor),
    }
}

/// `POST /c/{token}/code`: another code, by another way than the link came.
pub(crate) async fn new_code(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    let consultations = consultations(&visitor)?;
    let Some(frame) = frame_of(&visitor, &token).await? else { return gone(&visitor) };
    let words = frame.t.consult;
    let (status, error, notice) = match consultations.ask_for_code(&token, &visitor.source).await? {
        CodeAnswer::Sent(channel) => {
            (StatusCode::OK, None, Some(format!("{} {}.", words.code_sent, channel.label())))
        }
        CodeAnswer::AskTheChair => (StatusCode::CONFLICT, Some(words.code_from_chair.to_owned()), None),
        CodeAnswer::TooMany => (StatusCode::TOO_MANY_REQUESTS, Some(words.code_too_many.to_owned()), None),
        CodeAnswer::Gone => return gone(&visitor),
    };
    let mut answer = ask(frame, status, &token, error, notice)?;
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(CODE_WINDOW_SECONDS));
    }
    Ok(answer)
}

async fn frame_of<'a>(visitor: &'a Visitor, token: &str) -> Result<Option<Frame<'a>>, PortalError> {
    let status = visitor.portal().seat_status(token).await?;
    let SeatStatus::Open { language, .. } = status else { return Ok(None) };
    Ok(Some(of_language(visitor, language)))
}

fn of_language(visitor: &Visitor, language: Language) -> Frame<'_> {
    Frame::new(visitor, visitor.language(Some(language)), false)
}

fn ask(
    frame: Frame<'_>,
    status: StatusCode,
    token: &str,
    error: Option<String>,
    notice: Option<String>,
) -> Result<Response, PortalError> {
    // A token of ours; anything else was not found.
    let token: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
    page(status, &SeatPage { frame, error, notice, code_url: format!("/c/{token}") })
}

/// Unknown, ended, removed and used-up links look the same.
fn gone(visitor: &Visitor) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(None), false);
    let words = frame.t.consult;
    let (title, paragraphs) = (words.gone_title, vec![words.gone, words.gone_instead]);
    let action = frame.t.trouble.to_start;
    page(StatusCode::NOT_FOUND, &MessagePage { frame, title, paragraphs, action })
}
