//! The consultations of a patient, or those that a doctor started with a share.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::ConsultationLine;

use super::{consultations, words};
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::Frame;
use crate::pages::moments::moment;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "consultations.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    may_start: bool,
    lines: Vec<Line>,
}

/// One consultation in a list.
pub(crate) struct Line {
    pub(crate) url: String,
    pub(crate) started: String,
    pub(crate) what: String,
    pub(crate) state: &'static str,
    pub(crate) until: String,
}

impl Line {
    pub(crate) fn new(t: &Texts, line: &ConsultationLine, url: String) -> Self {
        Self {
            url,
            started: moment(t, line.created_at),
            what: format!(
                "{} · {}: {}",
                (t.sharing.studies)(line.studies),
                t.consult.started_by,
                line.starter
            ),
            state: words::state(t, line.state, line.ended),
            until: words::until(t, line.ended, line.ends_at),
        }
    }
}

/// `GET /consultations`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let consultations = consultations(&visitor)?;
    // A member has one, and nothing to choose from.
    if let Some(seat) = session.seat() {
        return see_other(&format!("/consultations/{}", seat.consultation), []);
    }
    if session.share.is_some() && !session.may_consult() {
        return Err(PortalError::NotFound);
    }
    let found = consultations.list(&session).await?;
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let line = |line: &ConsultationLine| Line::new(frame.t, line, format!("/consultations/{}", line.id));
    let lines = found.iter().map(line).collect();
    page(StatusCode::OK, &ListPage { may_start: session.may_consult(), lines, frame })
}
