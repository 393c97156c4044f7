//! What chair, starter and patient do on the page of a consultation.

use axum::extract::{Path, RawForm};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_consult::Incoming;
use filmless_delivery::consult::{Again, Invited, MemberAct, NewMember, TypedOpinion};
use filmless_delivery::viewing::Session;

use super::form::{link_of, new_member_of};
use super::invited::InvitedRow;
use super::show::{self, Kept};
use super::start::InvitedPage;
use super::{consultations, id_of, live, member_of, words};
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::Frame;
use crate::visitor::Visitor;

/// `POST /consultations/{consultation_id}/members/{member_id}/admit`
pub(crate) async fn admit(
    visitor: Visitor,
    Path((id, member)): Path<(String, String)>,
) -> Result<Response, PortalError> {
    let member = member_of(&member)?;
    in_room(&visitor, &id, &Incoming::Admit { member }).await
}

/// `POST /consultations/{consultation_id}/members/{member_id}/remove`
pub(crate) async fn remove(
    visitor: Visitor,
    Path((id, member)): Path<(String, String)>,
) -> Result<Response, PortalError> {
    let member = member_of(&member)?;
    in_room(&visitor, &id, &Incoming::Remove { member }).await
}

/// What the chair does here happens in the room, and is in its record.
async fn in_room(visitor: &Visitor, id: &str, act: &Incoming) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    demand_place(visitor, &session, id).await?;
    let done = Box::pin(live(visitor)?.act(&session, &id_of(id)?, act)).await?;
    back(id, done.is_ok())
}

/// `POST /consultations/{consultation_id}/members/{member_id}/code`
pub(crate) async fn new_code(
    visitor: Visitor,
    Path((id, member)): Path<(String, String)>,
) -> Result<Response, PortalError> {
    invite_again(visitor, &id, &member, Again::Code).await
}

/// `POST /consultations/{consultation_id}/members/{member_id}/link`
pub(crate) async fn new_link(
    visitor: Visitor,
    Path((id, member)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, PortalError> {
    invite_again(visitor, &id, &member, link_of(&body)).await
}

async fn invite_again(
    visitor: Visitor,
    id: &str,
    member: &str,
    again: Again,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    demand_place(&visitor, &session, id).await?;
    let consultations = consultations(&visitor)?;
    let done = consultations.invite_again(&session, &id_of(id)?, &member_of(member)?, again).await?;
    answer(&visitor, &session, id, done, NewMember::default()).await
}

/// `POST /consultations/{consultation_id}/members`
pub(crate) async fn add_member(
    visitor: Visitor,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    demand_place(&visitor, &session, &id).await?;
    let typed = new_member_of(&body);
    let done = consultations(&visitor)?.add_member(&session, &id_of(&id)?, &typed).await?;
    answer(&visitor, &session, &id, done, typed).await
}

/// `POST /consultations/{consultation_id}/end`: by the chair or whoever started it; by the patient, who takes back the consent.
pub(crate) async fn end(visitor: Visitor, Path(id): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    demand_place(&visitor, &session, &id).await?;
    let consultation = id_of(&id)?;
    let ended = consultations(&visitor)?.end(&session, &consultation).await?;
    if let Some(reason) = ended {
        Box::pin(live(&visitor)?.end(&consultation, reason)).await?;
    }
    back(&id, ended.is_some())
}

/// Acts of people who have no place in it are not found, whether it exists or not.
async fn demand_place(visitor: &Visitor, session: &Session, id: &str) -> Result<(), PortalError> {
    let place = consultations(visitor)?.place(session, &id_of(id)?).await?;
    place.map(|_| ()).ok_or(PortalError::NotFound)
}

async fn answer(
    visitor: &Visitor,
    session: &Session,
    id: &str,
    done: MemberAct,
    typed: NewMember,
) -> Result<Response, PortalError> {
    match done {
        MemberAct::Refused => back(id, false),
        MemberAct::Invited(invited) => invited_page(visitor, session, id, &invited),
        MemberAct::Bad(bad) => {
            let frame = Frame::new(visitor, visitor.language(Some(session.language)), true);
            let error = words::bad(frame.t, &bad, &[]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let kept = Kept { error: Some(error), member: typed, opinion: TypedOpinion::default() };
            show::render(visitor, session, id, status, kept).await
        }
    }
}

fn invited_page(
    visitor: &Visitor,
    session: &Session,
    id: &str,
    invited: &Invited,
) -> Result<Response, PortalError> {
    let back_url = format!("/consultations/{id}");
    let language = visitor.language(Some(session.language));
    let frame = Frame::at(visitor, language, true, &back_url).of(session);
    let t = frame.t;
    let invited = vec![InvitedRow::new(t, invited)];
    let template = InvitedPage { title: t.consult.invitation, t, invited, back_url: back_url.clone(), frame };
    page(StatusCode::OK, &template)
}

fn back(id: &str, is_done: bool) -> Result<Response, PortalError> {
    let undone = if is_done { "" } else { "?undone=yes" };
    see_other(&format!("/consultations/{}{undone}", id_of(id)?), [])
}
