//! Account and password.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use filmless_delivery::viewing::SignIn;
use serde::Deserialize;

use super::answer::{page, see_other};
use super::consult::standing::farewell;
use super::frame::Frame;
use crate::cookies;
use crate::error::PortalError;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
    notice: Option<&'a str>,
    error: Option<String>,
    account: &'a str,
}

/// The query of the page.
#[derive(Deserialize)]
pub(crate) struct Arrival {
    after: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
}

/// `GET /`: somebody who is already signed in goes to their studies.
pub(crate) async fn show(visitor: Visitor, arrival: Query<Arrival>) -> Result<Response, PortalError> {
    if visitor.session().await?.is_some() {
        return see_other("/studies", []);
    }
    let frame = Frame::new(&visitor, visitor.language(None), false);
    let notice =
        arrival.after.as_deref().filter(|after| *after == "sign-out").map(|_| frame.t.sign_in.signed_out);
    let notice = match notice {
        Some(notice) => Some(notice),
        None => farewell(&visitor, frame.t).await?,
    };
    page(StatusCode::OK, &SignInPage { frame, notice, error: None, account: "" })
}

/// `POST /sign-in`
pub(crate) async fn submit(
    visitor: Visitor,
    Form(typed): Form<Credentials>,
) -> Result<Response, PortalError> {
    let services = &visitor.services;
    let account = typed.account.trim();
    let answer = services.portal.sign_in(account, typed.password.trim(), &visitor.source).await?;
    let frame = Frame::at(&visitor, visitor.language(None), false, "/");
    match answer {
        SignIn::Granted(token) => {
            visitor.leave_session().await?;
            see_other("/studies", cookies::start_session(&token, &services.config))
        }
        SignIn::Denied => {
            let error = Some(frame.t.sign_in.denied.to_owned());
            page(StatusCode::FORBIDDEN, &SignInPage { frame, notice: None, error, account })
        }
        SignIn::SlowDown { retry_after_seconds } => {
            let error = Some((frame.t.sign_in.slow_down)(retry_after_seconds.div_ceil(60).max(1)));
            let mut response =
                page(StatusCode::TOO_MANY_REQUESTS, &SignInPage { frame, notice: None, error, account })?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds));
            Ok(response)
        }
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(visitor: Visitor) -> Result<Response, PortalError> {
    visitor.sign_out().await?;
    see_other("/?after=sign-out", cookies::end_session(&visitor.services.config))
}

/// `POST /sign-out-everywhere`
pub(crate) async fn sign_out_everywhere(visitor: Visitor) -> Result<Response, PortalError> {
    if let Some(session) = visitor.session().await?
        && !visitor.portal().sign_out_everywhere(&session).await?
    {
        return Err(PortalError::NotFound);
    }
    see_other("/?after=sign-out", cookies::end_session(&visitor.services.config))
}
