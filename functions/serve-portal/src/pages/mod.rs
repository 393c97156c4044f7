//! One file per page.

use askama::Template;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::Session;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{Hospital, Language};

use crate::assets;
use crate::error::PortalError;
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

pub(crate) mod access;
pub(crate) mod download;
pub(crate) mod guide;
pub(crate) mod language;
pub(crate) mod link;
pub(crate) mod share;
pub(crate) mod shares;
pub(crate) mod sign_in;
pub(crate) mod staff;
pub(crate) mod studies;
pub(crate) mod study;
pub(crate) mod trouble;
pub(crate) mod well_known;

/// What surrounds every page: the hospital, its support, the language.
pub(crate) struct Frame<'a> {
    t: &'static Texts,
    hospital: &'a Hospital,
    hospital_name: &'a str,
    hotline_hours: &'a str,
    hotline_href: String,
    is_signed_in: bool,
    is_patient: bool,
    /// Where the page is shown by the browser within Zalo, Facebook or the like: what copies the link for another browser.
    in_app_script_url: Option<String>,
    back: &'a str,
    style_url: String,
    icon_url: String,
    touch_icon_url: String,
}

impl<'a> Frame<'a> {
    /// The frame of a page at the visitor's own address.
    pub(crate) fn new(visitor: &'a Visitor, language: Language, is_signed_in: bool) -> Self {
        Self::at(visitor, language, is_signed_in, &visitor.path)
    }

    /// The frame of a page that answers a form: a change of language leads to `back`.
    pub(crate) fn at(visitor: &'a Visitor, language: Language, is_signed_in: bool, back: &'a str) -> Self {
        let hospital = &visitor.services.config.hospital;
        let digits: String = hospital.hotline.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Self {
            t: texts(language),
            hospital,
            hospital_name: hospital.name(language),
            hotline_hours: hospital.hotline_hours(language),
            hotline_href: format!("tel:{digits}"),
            is_signed_in,
            is_patient: is_signed_in,
            in_app_script_url: visitor.in_app.then(|| assets::url("in-app.js")),
            back,
            style_url: assets::url("style.css"),
            icon_url: assets::url("icon.svg"),
            touch_icon_url: assets::url("icon-180.png"),
        }
    }

    /// For whoever has that session: who came with a share has nothing to share.
    pub(crate) fn of(self, session: &Session) -> Self {
        Self { is_patient: session.share.is_none(), ..self }
    }
}

/// A page that says one thing and offers one way on.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage<'a> {
    frame: Frame<'a>,
    title: &'a str,
    paragraphs: Vec<&'a str>,
    action: &'a str,
}

/// A day as people write it, at the hospital.
pub(crate) fn day(t: &Texts, at: jiff::Timestamp) -> String {
    (t.date)(at.to_zoned(HOSPITAL_TIME).date())
}

/// Day and time as people write them, at the hospital.
pub(crate) fn moment(t: &Texts, at: jiff::Timestamp) -> String {
    let at = at.to_zoned(HOSPITAL_TIME);
    format!("{:02}:{:02}, {}", at.hour(), at.minute(), (t.date)(at.date()))
}

/// A page as a response.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<Response, PortalError> {
    let html = template.render().map_err(PortalError::failed)?;
    Ok((status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// `303 See Other` (RFC 9110 15.4.4), with cookies.
pub(crate) fn see_other(
    path: &str,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Result<Response, PortalError> {
    let location = HeaderValue::try_from(path).map_err(PortalError::failed)?;
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
