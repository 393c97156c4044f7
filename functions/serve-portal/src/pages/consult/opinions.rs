//! Opinions: the form below the others' opinions, and how each is shown.

use axum::extract::{Path, RawForm};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::{MemberRole, NewMember, Opinion, OpinionAnswer, Place, TypedOpinion};

use super::show::{self, Kept};
use super::{consultations, id_of, live, words};
use crate::error::PortalError;
use crate::pages::answer::see_other;
use crate::pages::moments::moment;
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

/// A signed opinion, as shown.
pub(crate) struct OpinionCard {
    pub(crate) heading: String,
    pub(crate) signed: String,
    pub(crate) adds_to: Option<String>,
    pub(crate) text: String,
    pub(crate) digest: String,
    pub(crate) is_as_signed: bool,
}

/// The form of an opinion.
pub(crate) struct OpinionForm {
    pub(crate) text: String,
    pub(crate) licence: String,
    pub(crate) asks_licence: bool,
    /// Their own opinions, by number, to which one may be added.
    pub(crate) own: Vec<(u32, String, bool)>,
    pub(crate) chars_max: usize,
}

impl OpinionCard {
    pub(crate) fn new(t: &Texts, opinion: &Opinion) -> Self {
        let (signed, by) = (&opinion.signed, &opinion.signed.by);
        Self {
            heading: format!("{} {} · {} {}", by.title, by.name, t.consult.opinion, signed.number)
                .trim()
                .to_owned(),
            signed: words::signature(t, by, signed.at),
            adds_to: signed.adds_to.map(|number| format!("{} {number}", t.consult.adds_to)),
            text: signed.text.clone(),
            digest: opinion.digest.clone(),
            is_as_signed: opinion.is_as_signed(),
        }
    }
}

impl OpinionForm {
    /// For a member who may write, with what was typed.
    pub(crate) fn new(t: &Texts, place: &Place, opinions: &[Opinion], typed: &TypedOpinion) -> Option<Self> {
        let member = &place.admitted().filter(|_| place.may_sign())?.member;
        let own = opinions.iter().filter(|opinion| opinion.signed.by.id == member.id);
        let choice = |opinion: &Opinion| {
            let number = opinion.signed.number;
            (
                number,
                format!("{} {number}, {}", t.consult.opinion, moment(t, opinion.signed.at)),
                typed.adds_to == Some(number),
            )
        };
        Some(Self {
            text: typed.text.clone(),
            licence: typed.licence.clone(),
            asks_licence: member.licence.is_empty() && member.role != MemberRole::Secretary,
            own: own.map(choice).collect(),
            chars_max: filmless_delivery::consult::limits::OPINION_CHARS_MAX,
        })
    }
}

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
            "adds_to" => typed.adds_to = value.parse().ok(),
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
