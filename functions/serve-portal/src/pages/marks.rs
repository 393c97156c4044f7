//! Saves what a doctor marked in the reading room.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::MarksAnswer;
use filmless_domain::StudyInstanceUid;
use serde_json::json;

use crate::error::PortalError;
use crate::visitor::Visitor;

/// `POST /studies/{study_uid}/marks`
pub(crate) async fn save(
    visitor: Visitor,
    Path(uid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PortalError> {
    let session = visitor.session().await?.ok_or(PortalError::NotFound)?;
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    if !is_json(&headers) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let saved = Box::pin(visitor.portal().save_marks(&session, &study, &body));
    Ok(match saved.await? {
        MarksAnswer::Saved(series) => {
            (StatusCode::CREATED, Json(json!({ "series": series }))).into_response()
        }
        MarksAnswer::Bad(bad) => (StatusCode::BAD_REQUEST, Json(json!({ "error": bad }))).into_response(),
        MarksAnswer::NotAllowed => StatusCode::FORBIDDEN.into_response(),
        MarksAnswer::NotInSight => return Err(PortalError::NotFound),
        MarksAnswer::TooMany => StatusCode::TOO_MANY_REQUESTS.into_response(),
    })
}

/// A form of another site cannot have this media type.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
