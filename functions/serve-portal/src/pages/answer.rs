//! Answers: a page, or a redirect to one.

use askama::Template;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::error::PortalError;

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
