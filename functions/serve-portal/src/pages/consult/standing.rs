//! Whether a member may still see what their browser has loaded: every page of theirs asks.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use filmless_delivery::consult::EndReason;
use filmless_delivery::viewing::Standing;
use serde_json::json;

use super::id_of;
use crate::error::PortalError;
use crate::texts::Texts;
use crate::visitor::Visitor;

/// `GET /consultations/{consultation_id}/standing`
pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, PortalError> {
    let id = id_of(&id)?;
    let Some(standing) = visitor.standing().await? else {
        return Ok(match visitor.session().await? {
            Some(_) => StatusCode::NOT_FOUND.into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        });
    };
    // They came to another consultation with the same browser.
    let (of, standing) = standing;
    if of != id {
        return Err(PortalError::NotFound);
    }
    let (word, reason) = match standing {
        Standing::Waiting => ("waiting", None),
        Standing::In => ("in", None),
        Standing::RoomOver(reason) => ("room-over", Some(reason)),
        Standing::StudiesClosed => ("studies-closed", None),
        Standing::Out(reason) => ("out", reason),
    };
    let reason = reason.map(<&'static str>::from);
    Ok(Json(json!({ "standing": word, "reason": reason })).into_response())
}

/// Why somebody comes to the first page who was a member a moment ago.
pub(crate) async fn farewell(visitor: &Visitor, t: &Texts) -> Result<Option<&'static str>, PortalError> {
    let words = t.consult;
    Ok(match visitor.standing().await? {
        Some((_, Standing::Out(reason))) => Some(match reason {
            Some(EndReason::Removed) => words.out_removed,
            Some(EndReason::Recalled) => words.out_recalled,
            Some(EndReason::Withdrawn) => words.out_withdrawn,
            Some(EndReason::Time | EndReason::Chair | EndReason::Starter | EndReason::Hospital) => {
                words.out_over
            }
            None => words.out_elsewhere,
        }),
        _ => None,
    })
}
