//! The link of a member. As with every link, fetching it reveals and changes nothing.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use filmless_delivery::consult::CodeAnswer;
use filmless_delivery::viewing::{Seat, SeatOpening, SeatStatus, Session};
use filmless_domain::staff::Identified;
use filmless_domain::{Language, Secret};
use serde::Deserialize;

use super::{consultations, live};
use crate::cookies;
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::{Frame, MessagePage};
use crate::staff_sign_in::StaffSignInBegun;
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
    /// Whether there is no code, because they sign in with the hospital's account.
    by_account: bool,
    /// At the portal's own address: the provider sends browsers back there, so the cookie must be there as well.
    sign_in_url: String,
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
        SeatStatus::Open { language, has_code, by_account, seat } => {
            let asked = seat_page(&visitor, &token, language, by_account);
            let words = asked.frame.t.consult;
            let error = (!has_code && !by_account).then(|| words.used.to_owned());
            let is_elsewhere = |session: &Session| {
                let here = session.seat();
                here.is_none_or(|here| {
                    (&here.consultation, &here.member) != (&seat.consultation, &seat.member)
                })
            };
            let other = visitor.session().await?.filter(is_elsewhere);
            let notice = other.map(|_| words.other_session.to_owned());
            page(StatusCode::OK, &SeatPage { error, notice, ..asked })
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
    let Some(asked) = page_of(&visitor, &token).await? else { return gone(&visitor) };
    let words = asked.frame.t.consult;
    let error = match visitor.portal().take_seat(&token, &typed.code, &visitor.source).await? {
        SeatOpening::Granted { session, seat } => return come_in(&visitor, &session, &seat).await,
        SeatOpening::Wrong { attempts_left } => format!("{} {attempts_left}.", words.wrong),
        SeatOpening::Used | SeatOpening::NotTheirs if asked.by_account => words.sign_in_why.to_owned(),
        SeatOpening::Used | SeatOpening::NotTheirs => words.used.to_owned(),
        SeatOpening::Gone => return gone(&visitor),
    };
    page(StatusCode::FORBIDDEN, &SeatPage { error: Some(error), ..asked })
}

/// `POST /c/{token}/code`: another code, by another way than the link came.
pub(crate) async fn new_code(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    let consultations = consultations(&visitor)?;
    let Some(asked) = page_of(&visitor, &token).await? else { return gone(&visitor) };
    let words = asked.frame.t.consult;
    let (status, error, notice) = match consultations.ask_for_code(&token, &visitor.source).await? {
        CodeAnswer::Sent(channel) => {
            (StatusCode::OK, None, Some(format!("{} {}.", words.code_sent, channel.label())))
        }
        CodeAnswer::AskTheChair => (StatusCode::CONFLICT, Some(words.code_from_chair.to_owned()), None),
        CodeAnswer::TooMany => (StatusCode::TOO_MANY_REQUESTS, Some(words.code_too_many.to_owned()), None),
        CodeAnswer::Gone => return gone(&visitor),
    };
    let mut answer = page(status, &SeatPage { error, notice, ..asked })?;
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(CODE_WINDOW_SECONDS));
    }
    Ok(answer)
}

/// `GET /c/{token}/sign-in`: to the hospital's identity provider. A link instead of a form, as for staff.
pub(crate) async fn sign_in(visitor: Visitor, Path(token): Path<String>) -> Result<Response, PortalError> {
    let staff = visitor.services.staff.as_ref().ok_or(PortalError::NotFound)?;
    let Some(asked) = page_of(&visitor, &token).await? else { return gone(&visitor) };
    let Some(seat) = visitor.portal().seat_to_sign_in(&token).await? else { return gone(&visitor) };
    match staff.begin(Some(seat)).await? {
        StaffSignInBegun::Onward { url, cookie } => {
            see_other(&url, cookies::begin_staff_sign_in(&cookie, &visitor.services.config))
        }
        StaffSignInBegun::ProviderDown => {
            let error = Some(asked.frame.t.consult.sign_in_down.to_owned());
            page(StatusCode::SERVICE_UNAVAILABLE, &SeatPage { error, ..asked })
        }
    }
}

/// Back from the identity provider, which says who it is.
pub(crate) async fn take_as(
    visitor: &Visitor,
    seat: &str,
    who: &Identified,
) -> Result<Response, PortalError> {
    let mut answer = match visitor.portal().take_seat_as(seat, who, &visitor.source).await? {
        SeatOpening::Granted { session, seat } => come_in(visitor, &session, &seat).await?,
        SeatOpening::NotTheirs => {
            let frame = Frame::new(visitor, visitor.language(None), false);
            let words = frame.t.consult;
            let (title, paragraphs) = (words.not_your_account_title, vec![words.not_your_account]);
            let action = frame.t.trouble.to_start;
            page(StatusCode::FORBIDDEN, &MessagePage { frame, title, paragraphs, action })?
        }
        SeatOpening::Wrong { .. } | SeatOpening::Used | SeatOpening::Gone => gone(visitor)?,
    };
    if let Some(cookie) = cookies::end_staff_sign_in(&visitor.services.config) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// Into the consultation, where the chair hears that somebody waits.
async fn come_in(visitor: &Visitor, session: &Secret, seat: &Seat) -> Result<Response, PortalError> {
    visitor.leave_session().await?;
    if let Ok(live) = live(visitor) {
        // Refused after the end: then nobody waits for anything.
        let _ = Box::pin(live.knock(&seat.consultation, &seat.member)).await?;
    }
    let cookies = cookies::start_session(session, &visitor.services.config);
    see_other(&format!("/consultations/{}", seat.consultation), cookies)
}

async fn page_of<'a>(visitor: &'a Visitor, token: &str) -> Result<Option<SeatPage<'a>>, PortalError> {
    let status = visitor.portal().seat_status(token).await?;
    let SeatStatus::Open { language, by_account, .. } = status else { return Ok(None) };
    Ok(Some(seat_page(visitor, token, language, by_account)))
}

fn seat_page<'a>(visitor: &'a Visitor, token: &str, language: Language, by_account: bool) -> SeatPage<'a> {
    // A token of ours; anything else was not found.
    let token: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
    let code_url = format!("/c/{token}");
    let origin = visitor.services.config.public_url.origin().ascii_serialization();
    SeatPage {
        frame: Frame::new(visitor, visitor.language(Some(language)), false),
        error: None,
        notice: None,
        sign_in_url: format!("{origin}{code_url}/sign-in"),
        code_url,
        by_account,
    }
}

/// Unknown, ended, removed and used-up links look the same.
fn gone(visitor: &Visitor) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(None), false);
    let words = frame.t.consult;
    let (title, paragraphs) = (words.gone_title, vec![words.gone, words.gone_instead]);
    let action = frame.t.trouble.to_start;
    page(StatusCode::NOT_FOUND, &MessagePage { frame, title, paragraphs, action })
}
