//! A member signs an opinion.

use axum::extract::{Path, RawForm};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::{NewMember, OpinionAnswer, TypedOpinion};

use super::show::{self, Kept};
use super::{consultations, id_of, live, words};
use crate::error::PortalError;
use crate::pages::answer::see_other;
use crate::texts::texts;
use crate::visitor::Visitor;

/// `POST /consultations/{consultation_id}/opinions`
pub(crate) async fn sign(
    visitor: Visitor,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let mut typed = TypedOpinion::default();
    for (name, value) in url::form_urlencoded::parse(&body) {
        match name.as_ref() {
            "text" => typed.text = value.into_owned(),
            "licence" => typed.licence = value.into_owned(),
            // What is no number is that of no opinion.
            "adds_to" if !value.is_empty() => typed.adds_to = Some(value.parse().unwrap_or_default()),
            _ => {}
        }
    }
    let consultations = consultations(&visitor)?;
    let answer = consultations.sign_opinion(live(&visitor)?, &session, &id_of(&id)?, &typed).await?;
    match answer {
        OpinionAnswer::Signed(_) => see_other(&format!("/consultations/{}#opinions", id_of(&id)?), []),
        OpinionAnswer::Refused => Err(PortalError::NotFound),
        OpinionAnswer::Bad(bad) => {
            let error = words::bad(texts(visitor.language(Some(session.language))), &bad, &[]);
            let kept = Kept { error: Some(error), member: NewMember::default(), opinion: typed };
            show::render(&visitor, &session, &id, StatusCode::UNPROCESSABLE_ENTITY, kept).await
        }
    }
}
