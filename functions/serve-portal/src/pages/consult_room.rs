//! The live room of a consultation, as far as it is asked by HTTP: tickets, taking part without a WebSocket, and the record.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use filmless_consult::ConsultationId;
use filmless_delivery::consult::TakenRecord;
use filmless_delivery::consult::live::{Live, POLL_MESSAGES_MAX, Poll, TicketAnswer};
use filmless_delivery::viewing::Session;
use serde::Deserialize;
use serde_json::json;

use super::marks::is_json;
use crate::error::PortalError;
use crate::pages::answer::see_other;
use crate::visitor::Visitor;

/// Lines of JSON.
const RECORD_TYPE: &str = "application/x-ndjson";

/// From where the record is asked for; all of it without.
#[derive(Deserialize)]
pub(crate) struct From {
    #[serde(default)]
    pub(crate) after: Option<u64>,
    /// Whether the part is to be kept: it is written down in the audit log, as the whole file is.
    #[serde(default)]
    keep: Option<String>,
}

/// Whoever asks, and their consultation; `None` without a session.
async fn asked<'v>(
    visitor: &'v Visitor,
    id: &str,
) -> Result<Option<(&'v Live, Session, ConsultationId)>, PortalError> {
    let id = ConsultationId::parse(id).map_err(|_| PortalError::NotFound)?;
    let rooms = visitor.services.rooms.as_ref().ok_or(PortalError::NotFound)?;
    Ok(visitor.session().await?.map(|session| (&rooms.live, session, id)))
}

/// `POST /consultations/{consultation_id}/ticket`
pub(crate) async fn ticket(
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PortalError> {
    let Some((live, session, id)) = asked(&visitor, &id).await? else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    if !is_json(&headers) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    Ok(match live.ticket(&session, &id).await? {
        TicketAnswer::Ticket(ticket) => {
            let url = visitor.services.room_url(&id);
            Json(json!({ "ticket": ticket.expose(), "url": url })).into_response()
        }
        TicketAnswer::NotAdmitted => StatusCode::FORBIDDEN.into_response(),
        TicketAnswer::Over => StatusCode::GONE.into_response(),
        TicketAnswer::NotTheirs => return Err(PortalError::NotFound),
    })
}

/// `POST /consultations/{consultation_id}/poll`
pub(crate) async fn poll(
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PortalError> {
    let Some((live, session, id)) = asked(&visitor, &id).await? else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    if !is_json(&headers) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let poll = serde_json::from_slice::<Poll>(&body).ok();
    let Some(poll) = poll.filter(|poll| poll.messages.len() <= POLL_MESSAGES_MAX) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let answer = Box::pin(live.poll(&session, &id, &poll)).await?.ok_or(PortalError::NotFound)?;
    Ok(Json(answer).into_response())
}

/// `GET /consultations/{consultation_id}/record`
pub(crate) async fn record(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(From { after, keep }): Query<From>,
) -> Result<Response, PortalError> {
    let Some((live, session, id)) = asked(&visitor, &id).await? else {
        // The room reads it by itself; whoever clicked on it comes to a page.
        let is_read_by_room = after.is_some() && keep.is_none();
        return if is_read_by_room {
            Ok(StatusCode::UNAUTHORIZED.into_response())
        } else {
            see_other("/", [])
        };
    };
    if let (Some(after), None) = (after, keep) {
        let file = live.record(&session, &id).await?.ok_or(PortalError::NotFound)?;
        return Ok(([(CONTENT_TYPE, RECORD_TYPE)], file.part(after).await?).into_response());
    }
    record_file(&id, live.take_record(&session, &id, after).await?.ok_or(PortalError::NotFound)?)
}

/// A file, or the list of its parts.
pub(crate) fn record_file(id: &ConsultationId, file: TakenRecord) -> Result<Response, PortalError> {
    let file = match file {
        TakenRecord::File(file) => file,
        TakenRecord::Parts(starts) => return Ok(Html(parts_page(id, &starts)).into_response()),
    };
    let name = format!("attachment; filename=\"hoi-chan-{id}.ndjson\"");
    let name = HeaderValue::try_from(name).map_err(PortalError::failed)?;
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(RECORD_TYPE)), (CONTENT_DISPOSITION, name)];
    Ok((headers, file).into_response())
}

/// Links to the parts of a file that is too long for one answer.
fn parts_page(id: &ConsultationId, starts: &[u64]) -> String {
    let part = |(place, start): (usize, &u64)| {
        let number = place + 1;
        let name = format!("hoi-chan-{id}-{number:03}.ndjson");
        format!("<li><a href=\"?after={start}&amp;keep=yes\" download=\"{name}\">{name}</a></li>\n")
    };
    let parts: String = starts.iter().enumerate().map(part).collect();
    format!(
        "<!doctype html>\n<html lang=\"vi\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Nhật ký buổi hội chẩn</title>\n\
         <h1>Nhật ký buổi hội chẩn</h1>\n\
         <p>Nhật ký dài nên được chia thành {count} phần. Xin tải đủ các phần; kiểm tra bằng: \
         <code>filmless consultation verify hoi-chan-{id}-*.ndjson</code></p>\n\
         <p lang=\"en\">This record is long, so it comes in {count} parts. Please download all of them, and verify them together.</p>\n\
         <ol>\n{parts}</ol>\n</html>\n",
        count = starts.len(),
    )
}
