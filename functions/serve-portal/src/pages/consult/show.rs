//! The page of a consultation, for its members, its patient, and whoever started it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::consult::{
    ConsultationState, ConsultationView, EndReason, MemberLine, MemberStatus, NewMember, Place, TypedOpinion,
    Who,
};
use filmless_delivery::viewing::Session;
use filmless_domain::{Channel, StudyInstanceUid};
use serde::Deserialize;

use super::cards::{MinutesCard, OpinionCard, OpinionForm};
use super::form::{BY_HAND, Field, fields};
use super::{consultations, id_of, words};
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::Frame;
use crate::pages::moments::moment;
use crate::pages::studies::title;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "consultation.html")]
struct ConsultationPage<'a> {
    frame: Frame<'a>,
    t: &'static Texts,
    url: String,
    error: Option<String>,
    patient_name: &'a str,
    state: &'static str,
    started: String,
    until: String,
    question: &'a str,
    voice_link: Option<&'a str>,
    consent: String,
    /// Into the room, or to its replay; to the images for the patient. Empty once the studies are closed.
    studies: Vec<(String, String)>,
    is_patient: bool,
    has_ended: bool,
    sees_studies: bool,
    opinions: Vec<OpinionCard>,
    opinion_form: Option<OpinionForm>,
    minutes: Option<MinutesCard>,
    may_write_minutes: bool,
    members: Vec<MemberCard>,
    add_fields: Vec<Field>,
    may_manage: bool,
    may_end: bool,
    may_withdraw: bool,
}

#[derive(Template)]
#[template(path = "consult_wait.html")]
struct WaitPage<'a> {
    frame: Frame<'a>,
    title: &'static str,
    is_over: bool,
    name: &'a str,
}

/// What studies are called.
pub(crate) type Titles = BTreeMap<StudyInstanceUid, String>;

/// A member, as shown.
pub(crate) struct MemberCard {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) facts: String,
    pub(crate) role: &'static str,
    pub(crate) status: &'static str,
    pub(crate) opened: Vec<String>,
    pub(crate) visits: Vec<String>,
    pub(crate) messages: Vec<String>,
    /// That messages do not arrive, where they do not.
    pub(crate) broken: Option<String>,
    /// The ways to send a link once more, where messages do not arrive: value and words.
    pub(crate) link_ways: Vec<(&'static str, String)>,
    pub(crate) may_admit: bool,
    pub(crate) may_remove: bool,
    pub(crate) may_invite: bool,
    /// Whether they come with the hospital's account, so that there is no code.
    pub(crate) signs_in: bool,
}

impl MemberCard {
    /// A member below the address of their consultation.
    pub(crate) fn new(
        t: &Texts,
        url: &str,
        member: &MemberLine,
        ended: Option<EndReason>,
        titles: &Titles,
    ) -> Self {
        let facts = [&member.title, &member.facility, &member.licence].map(|text| text.trim().to_owned());
        let visit = |(came_at, left_at): &(_, Option<_>)| {
            let until = left_at.map(|at| moment(t, at));
            let until = until.or_else(|| ended.is_none().then(|| t.consult.still_there.to_owned()));
            [Some(moment(t, *came_at)), until].into_iter().flatten().collect::<Vec<_>>().join(" – ")
        };
        let opened = |(study, at): &(StudyInstanceUid, _)| match titles.get(study) {
            Some(title) => format!("{title}, {}", moment(t, *at)),
            None => moment(t, *at),
        };
        Self {
            url: format!("{url}/members/{}", member.id),
            name: member.name.clone(),
            facts: facts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · "),
            role: words::role(t, member.role),
            status: words::status(t, member.status),
            opened: member.opened.iter().map(opened).collect(),
            visits: member.visits.iter().map(visit).collect(),
            messages: member.messages.iter().map(|message| words::message(t, message)).collect(),
            broken: broken_words(t, member),
            link_ways: link_ways(t, member),
            may_admit: member.status == MemberStatus::Waiting,
            may_remove: member.status != MemberStatus::Removed && !words::is_chair(member.role),
            may_invite: match ended {
                None => member.status != MemberStatus::Removed,
                Some(reason) => reason.leaves_signing() && member.status == MemberStatus::Admitted,
            },
            signs_in: member.signs_in,
        }
    }
}

/// That messages to a member do not arrive, by which channels.
fn broken_words(t: &Texts, member: &MemberLine) -> Option<String> {
    let names: Vec<&str> = member.broken.iter().map(|channel| channel.label()).collect();
    let is_told = !names.is_empty() && member.status != MemberStatus::Removed;
    is_told.then(|| format!("{} {}.", t.consult.not_reached, names.join(", ")))
}

fn link_ways(t: &Texts, member: &MemberLine) -> Vec<(&'static str, String)> {
    if member.broken.is_empty() {
        return Vec::new();
    }
    let by = |channel: &Channel| (channel.as_str(), format!("{} {}", t.consult.link_by, channel.label()));
    let by_hand = (BY_HAND, t.consult.link_by_hand.to_owned());
    member.reached_by.iter().map(by).chain([by_hand]).collect()
}

/// The act that was not done.
#[derive(Deserialize)]
pub(crate) struct Undone {
    #[serde(default)]
    undone: Option<String>,
}

/// `GET /consultations/{consultation_id}`
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Undone { undone }): Query<Undone>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let error = undone.map(|_| {
        let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true);
        frame.t.consult.act_refused.to_owned()
    });
    let kept = Kept { error, member: NewMember::default(), opinion: TypedOpinion::default() };
    render(&visitor, &session, &id, StatusCode::OK, kept).await
}

/// What went wrong, and what was typed.
pub(super) struct Kept {
    pub(super) error: Option<String>,
    pub(super) member: NewMember,
    pub(super) opinion: TypedOpinion,
}

/// The page, with what went wrong, and what was typed.
pub(super) async fn render(
    visitor: &Visitor,
    session: &Session,
    id: &str,
    status: StatusCode,
    kept: Kept,
) -> Result<Response, PortalError> {
    let consultations = consultations(visitor)?;
    let found = consultations.view(session, &id_of(id)?).await?;
    let (place, view) = found.ok_or(PortalError::NotFound)?;
    let url = format!("/consultations/{}", view.record.consultation.id);
    let language = visitor.language(Some(session.language));
    let frame = Frame::at(visitor, language, true, &url).of(session);
    if let Some(member) = place.member().filter(|member| !member.member.is_admitted()) {
        // Who waits learns nothing of the patient.
        let is_over = view.record.consultation.state == ConsultationState::Ended;
        let words = frame.t.consult;
        let title = if is_over { words.over_title } else { words.wait_title };
        return page(status, &WaitPage { frame, title, is_over, name: &member.member.name });
    }
    let t = frame.t;
    let titles = titles_of(visitor, session, &view, t).await?;
    let is_patient = matches!(place.who, Who::Patient);
    let consultation = &view.record.consultation;
    let address = |study: &StudyInstanceUid| match is_patient {
        true => format!("/studies/{study}"),
        false => format!("/studies/{study}/read?consultation={}", consultation.id),
    };
    let is_open = consultation.state == ConsultationState::Open;
    let question = match consultations.may_read_question(&place).await? {
        true => consultation.question.as_str(),
        false => t.consult.question_closed,
    };
    let opinions = consultations.opinions(&place).await?;
    let minutes = consultations.newest_minutes(&place).await?;
    let valid = match &minutes {
        Some(newest) => consultations.valid_minutes(&place, newest).await?,
        None => None,
    };
    let members = view.members.iter().map(|member| card(t, (&url, &titles), &place, member)).collect();
    let template = ConsultationPage {
        t,
        error: kept.error,
        opinion_form: OpinionForm::new(t, &place, &opinions, &kept.opinion),
        opinions: opinions.iter().map(|opinion| OpinionCard::new(t, opinion)).collect(),
        minutes: minutes.as_ref().map(|minutes| MinutesCard::new(t, &place, minutes, valid.as_ref())),
        may_write_minutes: place.may_write_minutes(),
        patient_name: &view.record.patient_name,
        state: match (&place.who, consultation.ended) {
            (Who::Patient, Some(EndReason::Withdrawn)) => t.consult.ended_withdrawn_yours,
            _ => words::state_of(t, consultation),
        },
        started: format!("{}, {}", view.record.starter, moment(t, view.record.created_at)),
        until: words::until(t, consultation.ended, consultation.ends_at),
        question,
        voice_link: consultation.voice_link.as_deref().filter(|_| is_open && place.admitted().is_some()),
        studies: titles.iter().map(|(study, title)| (address(study), title.clone())).collect(),
        is_patient,
        consent: words::consent_of(t, consultation),
        has_ended: !is_open,
        sees_studies: place.admitted().is_some(),
        members,
        add_fields: fields(t, &kept.member),
        may_manage: place.may_manage() && is_open,
        may_end: place.may_manage() && is_open,
        may_withdraw: is_patient && !is_recalled(&view),
        url: url.clone(),
        frame: Frame::at(visitor, language, true, &url).of(session),
    };
    page(status, &template)
}

/// A member, with the acts that whoever looks may do.
fn card(t: &Texts, (url, titles): (&str, &Titles), place: &Place, member: &MemberLine) -> MemberCard {
    let ended = place.record.consultation.ended;
    let card = MemberCard::new(t, url, member, ended, titles);
    let (is_chair, may_manage) = (place.is_chair(), place.may_manage());
    let sees_acts = may_manage || matches!(place.who, Who::Patient);
    MemberCard {
        may_admit: card.may_admit && is_chair && ended.is_none(),
        may_remove: card.may_remove && is_chair && place.may_sign(),
        may_invite: card.may_invite && may_manage,
        opened: if sees_acts { card.opened } else { Vec::new() },
        visits: if sees_acts { card.visits } else { Vec::new() },
        messages: if may_manage { card.messages } else { Vec::new() },
        broken: card.broken.filter(|_| may_manage),
        ..card
    }
}

fn is_recalled(view: &ConsultationView) -> bool {
    matches!(view.record.consultation.ended, Some(EndReason::Recalled | EndReason::Withdrawn))
}

/// The studies of the consultation that are in sight.
async fn titles_of(
    visitor: &Visitor,
    session: &Session,
    view: &ConsultationView,
    t: &Texts,
) -> Result<Titles, PortalError> {
    let consultation = &view.record.consultation;
    let list = visitor.portal().list_studies(session).await?;
    let of_consultation = list
        .iter()
        .filter(|study| study.is_released && consultation.studies.contains(&study.study_instance_uid));
    let titled = of_consultation.map(|study| {
        let date = t.study_date(study.date, study.image_date);
        (study.study_instance_uid.clone(), format!("{date} · {}", title(t, study)))
    });
    Ok(titled.collect())
}
