//! What a patient shared, and with whom.

use askama::Template;
use axum::extract::{Path, RawForm};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::viewing::{Session, ShareLine, ShareRequest, StudySummary};
use filmless_domain::StudyInstanceUid;
use filmless_domain::share::{Relation, SHARE_LABEL_CHARS_MAX};

use super::answer::{page, see_other};
use super::frame::Frame;
use super::moments::{day, moment};
use super::studies::title;
use crate::assets;
use crate::error::PortalError;
use crate::texts::Texts;
use crate::visitor::Visitor;

/// How many days a share can last.
const DAYS: [u32; 4] = [1, 7, 30, 90];
/// The preselected number of days.
const DAYS_CHOSEN: u32 = 7;

#[derive(Template)]
#[template(path = "shares.html")]
struct SharesPage<'a> {
    frame: Frame<'a>,
    error: Option<&'a str>,
    label_chars_max: usize,
    typed: Typed,
    relations: Vec<(&'a str, &'a str, bool)>,
    studies: Vec<Choice>,
    days: Vec<(u32, String, bool)>,
    shares: Vec<Card>,
    may_offer_consult: bool,
}

#[derive(Template)]
#[template(path = "share_made.html")]
struct ShareMadePage<'a> {
    frame: Frame<'a>,
    title: String,
    until: String,
    script_url: String,
    link: &'a str,
    code: String,
    qr_data_url: String,
}

/// One study that can be shared.
struct Choice {
    uid: String,
    is_chosen: bool,
    words: String,
}

/// One share, as shown.
struct Card {
    id: String,
    label: String,
    relation: &'static str,
    what: String,
    until: String,
    opened: String,
    consultations: Option<String>,
    is_open: bool,
}

impl Card {
    fn new(t: &Texts, share: &ShareLine) -> Self {
        let words = t.sharing;
        let rights = if share.may_download { words.view_and_download } else { words.view };
        let annotate = if share.may_annotate { words.and_annotate } else { "" };
        let consult = if share.may_consult { words.and_consult } else { "" };
        let until = if share.is_open { words.open_until } else { words.ended };
        let position = Relation::ALL.iter().position(|relation| *relation == share.relation);
        Self {
            id: share.id.clone(),
            label: share.label.clone(),
            relation: position.map_or("", |position| words.relations[position]),
            what: format!("{} · {rights}{annotate}{consult}", (words.studies)(share.studies)),
            until: until(&day(t, share.ends_at)),
            opened: match share.opened_at.first() {
                Some(last) => (words.opened)(share.opened_at.len(), &moment(t, *last)),
                None => words.never_opened.to_owned(),
            },
            consultations: (share.consultations > 0).then(|| (words.consultations)(share.consultations)),
            is_open: share.is_open,
        }
    }
}

/// `GET /shares`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    list(&visitor, &session, None).await
}

/// `POST /shares`: only this answer ever contains the link and the code.
pub(crate) async fn create(visitor: Visitor, RawForm(body): RawForm) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    if session.share.is_some() {
        return Err(PortalError::NotFound);
    }
    let made = match request_of(&body) {
        Some(request) => visitor.portal().create_share(&session, &request).await?,
        None => None,
    };
    let Some(made) = made else { return list(&visitor, &session, Some(Typed::of(&body))).await };
    let frame = Frame::at(&visitor, visitor.language(Some(session.language)), true, "/shares");
    let template = ShareMadePage {
        title: (frame.t.sharing.made)(&made.label),
        until: (frame.t.sharing.open_until)(&day(frame.t, made.ends_at)),
        script_url: assets::url("share.js"),
        link: made.link.expose(),
        code: spaced(made.code.expose()),
        qr_data_url: data_url(&made.qr_png),
        frame,
    };
    page(StatusCode::OK, &template)
}

/// `POST /shares/{share_id}/end`
pub(crate) async fn end(visitor: Visitor, Path(id): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    if !visitor.portal().end_share(&session, &id).await? {
        return Err(PortalError::NotFound);
    }
    if let Some(rooms) = &visitor.services.rooms {
        Box::pin(rooms.live.end_rooms_of_account(&session)).await?;
    }
    see_other("/shares", [])
}

/// The form and the list. After a refusal the form keeps what was typed.
async fn list(visitor: &Visitor, session: &Session, refused: Option<Typed>) -> Result<Response, PortalError> {
    if session.share.is_some() {
        return Err(PortalError::NotFound);
    }
    let frame = Frame::new(visitor, visitor.language(Some(session.language)), true);
    let t = frame.t;
    let portal = visitor.portal();
    let (studies, shares) = (portal.list_studies(session).await?, portal.list_shares(session).await?);
    let released = studies.iter().filter(|study| study.is_released);
    let words = t.sharing;
    let is_refused = refused.is_some();
    let typed = refused.unwrap_or_default();
    let template = SharesPage {
        frame,
        error: is_refused.then_some(words.refused),
        label_chars_max: SHARE_LABEL_CHARS_MAX,
        relations: Relation::ALL
            .iter()
            .zip(words.relations)
            .map(|(relation, words)| (relation.as_str(), words, typed.relation == relation.as_str()))
            .collect(),
        studies: released.map(|study| choice(t, study, &typed)).collect(),
        days: DAYS.iter().map(|days| (*days, (words.days)(*days), *days == typed.days)).collect(),
        shares: shares.iter().map(|share| Card::new(t, share)).collect(),
        typed,
        may_offer_consult: visitor.services.consultations.is_some(),
    };
    page(if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &template)
}

fn choice(t: &Texts, study: &StudySummary, typed: &Typed) -> Choice {
    let date = t.study_date(study.date, study.image_date);
    Choice {
        uid: study.study_instance_uid.as_str().to_owned(),
        is_chosen: typed.studies.iter().any(|uid| uid == study.study_instance_uid.as_str()),
        words: format!("{date} · {}", title(t, study)),
    }
}

/// What was typed into the form, valid or not.
struct Typed {
    label: String,
    relation: String,
    studies: Vec<String>,
    days: u32,
    may_download: bool,
    may_annotate: bool,
    may_consult: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            label: String::new(),
            relation: String::new(),
            studies: Vec::new(),
            days: DAYS_CHOSEN,
            may_download: false,
            may_annotate: false,
            may_consult: false,
        }
    }
}

impl Typed {
    fn of(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            match name.as_ref() {
                "label" => typed.label = value.chars().take(SHARE_LABEL_CHARS_MAX).collect(),
                "relation" => typed.relation = value.into_owned(),
                "study" => typed.studies.push(value.into_owned()),
                "days" => typed.days = value.parse().unwrap_or(DAYS_CHOSEN),
                "may_download" => typed.may_download = true,
                "may_annotate" => typed.may_annotate = true,
                "may_consult" => typed.may_consult = true,
                _ => {}
            }
        }
        typed
    }
}

/// Reads the form; each chosen study is one more field of the same name.
pub(super) fn request_of(body: &[u8]) -> Option<ShareRequest> {
    let mut request = no_request();
    for (name, value) in url::form_urlencoded::parse(body) {
        match name.as_ref() {
            "label" => request.label = value.into_owned(),
            "relation" => request.relation = Relation::parse(&value)?,
            "study" => request.studies.push(StudyInstanceUid::parse(&value).ok()?),
            "days" => request.days = value.parse().ok()?,
            "may_download" => request.may_download = true,
            "may_annotate" => request.may_annotate = true,
            "may_consult" => request.may_consult = true,
            _ => {}
        }
    }
    Some(request)
}

/// A request for nothing.
pub(super) fn no_request() -> ShareRequest {
    ShareRequest {
        label: String::new(),
        relation: Relation::Other,
        studies: Vec::new(),
        days: 0,
        may_download: false,
        may_annotate: false,
        may_consult: false,
    }
}

/// `123 456`: the way it is read aloud.
pub(super) fn spaced(code: &str) -> String {
    code.split_at_checked(code.len() / 2).map_or_else(|| code.to_owned(), |(a, b)| format!("{a} {b}"))
}

pub(super) fn data_url(png: &[u8]) -> String {
    use base64::Engine;
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png))
}
