//! To the identity provider and back.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use filmless_identity::Returned;
use serde::Deserialize;

use super::console::Console;
use super::frame::StaffFrame;
use super::trouble::Trouble;
use crate::cookies;
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::consult::seat::take_as;
use crate::services::PortalServices;
use crate::staff_sign_in::{StaffSignIn, StaffSignInBegun, StaffSignInEnded};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage<'a> {
    frame: StaffFrame<'a>,
    title: &'a str,
    notice: Option<&'a str>,
    is_error: bool,
    begin_url: String,
    action: &'a str,
}

/// The query of the page.
#[derive(Deserialize)]
pub(crate) struct Arrival {
    after: Option<String>,
}

/// `GET /staff/sign-in`
pub(crate) async fn show(
    visitor: Visitor,
    State(services): State<Arc<PortalServices>>,
    arrival: Query<Arrival>,
) -> Result<Response, PortalError> {
    if let Some(cookie) = &visitor.staff_cookie
        && sign_in_of(&services)?.desk(cookie.expose(), &visitor.source).await?.is_some()
    {
        return see_other("/staff", []);
    }
    let frame = StaffFrame::new(&visitor, &visitor.path);
    let words = frame.t.frame;
    let is_left = arrival.after.as_deref() == Some("sign-out");
    let template = SignInPage {
        title: words.sign_in_title,
        notice: is_left.then_some(words.signed_out),
        is_error: false,
        begin_url: begin_url(&services),
        action: words.sign_in,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// `GET /staff/sign-in/begin`: a link instead of a form, because `form-action` would keep a form from leading to
/// another site. A visitor sent here by another site ends up at a sign-in form, and nothing else happens.
pub(crate) async fn begin(
    visitor: Visitor,
    State(services): State<Arc<PortalServices>>,
) -> Result<Response, PortalError> {
    match sign_in_of(&services)?.begin(None).await? {
        StaffSignInBegun::Onward { url, cookie } => {
            see_other(&url, cookies::begin_staff_sign_in(&cookie, &services.config))
        }
        StaffSignInBegun::ProviderDown => down(&visitor, &services),
    }
}

/// `GET /staff/sign-in/return`
pub(crate) async fn come_back(
    visitor: Visitor,
    State(services): State<Arc<PortalServices>>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, PortalError> {
    let cookie = cookies::staff_sign_in(&headers, &services.config);
    let earlier = visitor.staff_cookie.as_ref();
    match sign_in_of(&services)?.finish(cookie.as_ref(), earlier, returned, &visitor.source).await? {
        StaffSignInEnded::Granted(session) => {
            see_other("/staff", cookies::start_staff_session(&session, &services.config))
        }
        StaffSignInEnded::ToSeat(seat, who) => take_as(&visitor, &seat, &who).await,
        StaffSignInEnded::Refused => {
            let words = StaffFrame::new(&visitor, "/staff/sign-in").t.frame;
            again(&visitor, &services, StatusCode::FORBIDDEN, words.refused_title, words.refused)
        }
        StaffSignInEnded::NoRole => {
            let words = StaffFrame::new(&visitor, "/staff/sign-in").t.frame;
            again(&visitor, &services, StatusCode::FORBIDDEN, words.no_role_title, words.no_role)
        }
        StaffSignInEnded::ProviderDown => down(&visitor, &services),
    }
}

/// `POST /staff/sign-out`
pub(crate) async fn sign_out(
    visitor: Visitor,
    State(services): State<Arc<PortalServices>>,
) -> Result<Response, PortalError> {
    if let Some(cookie) = &visitor.staff_cookie {
        sign_in_of(&services)?.sign_out(cookie.expose(), &visitor.source).await?;
    }
    left(&services)
}

/// `POST /staff/sign-out-everywhere`
pub(crate) async fn sign_out_everywhere(
    console: Console,
    State(services): State<Arc<PortalServices>>,
) -> Result<Response, Trouble> {
    console.desk.sign_out_everywhere().await.map_err(console.trouble())?;
    Ok(left(&services)?)
}

fn left(services: &PortalServices) -> Result<Response, PortalError> {
    see_other("/staff/sign-in?after=sign-out", cookies::end_staff_session(&services.config))
}

fn sign_in_of(services: &PortalServices) -> Result<&StaffSignIn, PortalError> {
    services.staff.as_ref().ok_or(PortalError::NotFound)
}

/// At the portal's own address: the provider sends browsers back there, so the cookie must be there as well.
fn begin_url(services: &PortalServices) -> String {
    format!("{}/staff/sign-in/begin", services.config.public_url.origin().ascii_serialization())
}

fn down(visitor: &Visitor, services: &PortalServices) -> Result<Response, PortalError> {
    let words = StaffFrame::new(visitor, "/staff/sign-in").t.frame;
    again(visitor, services, StatusCode::SERVICE_UNAVAILABLE, words.down_title, words.down)
}

fn again(
    visitor: &Visitor,
    services: &PortalServices,
    status: StatusCode,
    title: &str,
    notice: &str,
) -> Result<Response, PortalError> {
    let frame = StaffFrame::new(visitor, "/staff/sign-in");
    let action = frame.t.frame.sign_in_again;
    let begin_url = begin_url(services);
    let template = SignInPage { frame, title, notice: Some(notice), is_error: true, begin_url, action };
    let mut response = page(status, &template)?;
    response.headers_mut().extend(
        cookies::end_staff_sign_in(&services.config).map(|cookie| (axum::http::header::SET_COOKIE, cookie)),
    );
    Ok(response)
}
