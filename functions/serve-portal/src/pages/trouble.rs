//! Errors in words a grandmother understands, put around every answer that is only a status.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::page;
use super::frame::{Frame, MessagePage};
use crate::services::PortalServices;
use crate::visitor::Visitor;

/// Puts a page around a bare status, ours or the framework's. An answer that has its own page or is JSON passes.
pub(crate) async fn explain(
    State(services): State<Arc<PortalServices>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&parts, &services);
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_bare = media_type.is_none_or(|media_type| media_type.starts_with("text/plain"));
    if !((status.is_client_error() || status.is_server_error()) && is_bare) {
        return response;
    }
    let mut explained = trouble_page(&visitor, status);
    for header in [ALLOW, RETRY_AFTER] {
        explained.headers_mut().extend(response.headers().get(&header).map(|value| (header, value.clone())));
    }
    explained
}

fn trouble_page(visitor: &Visitor, status: StatusCode) -> Response {
    let frame = Frame::at(visitor, visitor.language(None), false, "/");
    let t = &frame.t.trouble;
    let (title, text) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (t.not_found_title, t.not_found),
        StatusCode::SERVICE_UNAVAILABLE => (t.busy_title, t.busy),
        _ if status.is_server_error() => (t.failed_title, t.failed),
        _ => (t.refused_title, t.refused),
    };
    let action = t.to_start;
    let template = MessagePage { frame, title, paragraphs: vec![text], action };
    page(status, &template).unwrap_or_else(|_| status.into_response())
}
