//! The minutes: written by the secretary or the chair, signed by members, and as PDF.

use askama::Template;
use axum::extract::{Path, Query, RawForm};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_delivery::consult::{
    MinutesAnswer, MinutesForm, MinutesText, NewMember, OfferedImage, TypedImage, TypedMinutes, TypedOpinion,
    limits,
};
use filmless_delivery::viewing::Session;
use filmless_domain::Language;
use serde::Deserialize;

use super::show::{self, Kept};
use super::{consultations, id_of, live, words};
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};
use crate::pages::frame::Frame;
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "consult_minutes.html")]
struct EditPage<'a> {
    frame: Frame<'a>,
    t: &'static Texts,
    url: String,
    error: Option<String>,
    typed: TypedMinutes,
    /// Whether a version is there, which is replaced.
    replaces: bool,
    lines: Vec<TextField>,
    fields: Vec<TextField>,
    text_chars_max: usize,
    line_chars_max: usize,
    /// What is taken from the record.
    facts: Vec<(&'static str, Vec<String>)>,
    images: Vec<ImageRow>,
    key_images_max: usize,
}

/// A text that is written by hand.
struct TextField {
    name: &'static str,
    label: &'static str,
    value: String,
    rows: u32,
    /// What the newest version says, where what is typed was not saved and differs.
    newest: Option<String>,
}

/// An image that may be printed.
struct ImageRow {
    name: String,
    words: String,
    is_chosen: bool,
    caption: String,
    /// What the newest version has of it, where what is typed was not saved and differs.
    newest: Option<String>,
}

impl ImageRow {
    fn new(t: &Texts, typed: &TypedImage, known: Option<&OfferedImage>, newest: Option<String>) -> Self {
        let (words, TypedImage { image, is_chosen, caption }) = (t.consult, typed.clone());
        let Some(OfferedImage { series, place, marks, seconds }) = known else {
            return Self { name: image, words: String::new(), is_chosen, caption, newest };
        };
        let mut parts = vec![series.clone(), format!("{} {place}", words.image_number)];
        parts.push(if *marks > 0 { format!("{}: {marks}", words.marks_in_it) } else { String::new() });
        parts.push(if *seconds > 0 { format!("{} {seconds} s", words.shown_for) } else { String::new() });
        parts.retain(|part| !part.is_empty());
        Self { name: image, words: parts.join(" · "), is_chosen, caption, newest }
    }
}

/// Which picture.
#[derive(Deserialize)]
pub(crate) struct AskedPicture {
    #[serde(default)]
    image: String,
}

/// `GET /consultations/{consultation_id}/minutes/picture`
pub(crate) async fn picture(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(AskedPicture { image }): Query<AskedPicture>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let picture = consultations(&visitor)?.minutes_picture(&session, &id_of(&id)?, &image).await?;
    let picture = picture.ok_or(PortalError::NotFound)?;
    let media_type = if picture.starts_with(b"RIFF") { "image/webp" } else { "image/jpeg" };
    Ok(([(CONTENT_TYPE, media_type)], picture).into_response())
}

/// `GET /consultations/{consultation_id}/minutes`
pub(crate) async fn edit(visitor: Visitor, Path(id): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    form(&visitor, &session, &id, None).await
}

/// `POST /consultations/{consultation_id}/minutes`
pub(crate) async fn write(
    visitor: Visitor,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let typed = typed_of(&body);
    let consultations = consultations(&visitor)?;
    match consultations.write_minutes(live(&visitor)?, &session, &id_of(&id)?, &typed).await? {
        MinutesAnswer::Done => see_other(&format!("/consultations/{}#minutes", id_of(&id)?), []),
        MinutesAnswer::Refused => Err(PortalError::NotFound),
        MinutesAnswer::Bad(bad) => {
            let error = words::bad(texts(visitor.language(Some(session.language))), &bad, &[]);
            form(&visitor, &session, &id, Some((typed, error))).await
        }
    }
}

/// What was typed to sign.
#[derive(Deserialize)]
pub(crate) struct Signing {
    #[serde(default)]
    digest: String,
    #[serde(default)]
    licence: String,
}

/// `POST /consultations/{consultation_id}/minutes/sign`
pub(crate) async fn sign(
    visitor: Visitor,
    Path(id): Path<String>,
    axum::Form(typed): axum::Form<Signing>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let consultations = consultations(&visitor)?;
    let Signing { digest, licence } = typed;
    match consultations.sign_minutes(live(&visitor)?, &session, &id_of(&id)?, &digest, &licence).await? {
        MinutesAnswer::Done => see_other(&format!("/consultations/{}#minutes", id_of(&id)?), []),
        MinutesAnswer::Refused => Err(PortalError::NotFound),
        MinutesAnswer::Bad(bad) => {
            let t = texts(visitor.language(Some(session.language)));
            let error = match bad.field.as_str() {
                "version" => format!("{} {}", words::bad(t, &bad, &[]), t.consult.read_newer),
                _ => words::bad(t, &bad, &[]),
            };
            let (member, opinion) = (NewMember::default(), TypedOpinion::default());
            let kept = Kept { error: Some(error), member, opinion };
            show::render(&visitor, &session, &id, StatusCode::UNPROCESSABLE_ENTITY, kept).await
        }
    }
}

/// The language of the PDF.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    language: Option<String>,
    /// The newest one without.
    #[serde(default)]
    version: Option<u32>,
}

/// `GET /consultations/{consultation_id}/minutes.pdf`
pub(crate) async fn pdf(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let language = asked.language.as_deref().and_then(Language::from_tag).unwrap_or_default();
    let pdf = consultations(&visitor)?.minutes_pdf(&session, &id_of(&id)?, asked.version, language).await?;
    let pdf = pdf.ok_or(PortalError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"bien-ban-hoi-chan.pdf\"")),
    ];
    Ok((StatusCode::OK, headers, pdf).into_response())
}

async fn form(
    visitor: &Visitor,
    session: &Session,
    id: &str,
    refused: Option<(TypedMinutes, String)>,
) -> Result<Response, PortalError> {
    let found = consultations(visitor)?.minutes_to_edit(session, &id_of(id)?).await?;
    let MinutesForm { place, text, typed: from_text, offered } = found.ok_or(PortalError::NotFound)?;
    let replaces = !from_text.follows.is_empty();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let newest = from_text.clone();
    let is_unsaved = replaces && refused.is_some();
    let is_behind = refused.as_ref().is_some_and(|(typed, _)| typed.follows != newest.follows);
    let (typed, error) = match refused {
        Some((mut typed, error)) => {
            // What the newest version says is shown beside: saved again, this replaces it.
            typed.follows = from_text.follows;
            let is_new = |image: &TypedImage| typed.images.iter().all(|known| known.image != image.image);
            let new: Vec<TypedImage> = from_text.images.into_iter().filter(is_new).collect();
            typed.images.extend(new);
            (typed, Some(error))
        }
        None => (from_text, None),
    };
    let back = format!("/consultations/{}", place.record.consultation.id);
    let url = format!("{back}/minutes");
    let frame = Frame::at(visitor, visitor.language(Some(session.language)), true, &url).of(session);
    let t = frame.t;
    let words = t.consult;
    let field = |name, label, rows, of: fn(&TypedMinutes) -> &String| {
        let (value, newest) = (of(&typed).clone(), of(&newest).clone());
        let newest = (is_unsaved && newest != value).then_some(newest);
        TextField { name, label, value, rows, newest }
    };
    let image = |one: &TypedImage| {
        let in_newest =
            newest.images.iter().find(|known| known.image == one.image).cloned().unwrap_or_default();
        let is_other = (in_newest.is_chosen, &in_newest.caption) != (one.is_chosen, &one.caption);
        let says = match in_newest.is_chosen {
            true => format!("{} {}", words.print_image, in_newest.caption),
            false => words.not_printed.to_owned(),
        };
        let says = (is_unsaved && is_other).then(|| says.trim().to_owned());
        ImageRow::new(t, one, offered.get(&one.image), says)
    };
    let template = EditPage {
        t,
        url: back,
        error: error.map(|error| if is_behind { format!("{error} {}", words.newer_below) } else { error }),
        replaces,
        lines: vec![
            field("record_number", words.record_number, 1, |of| &of.record_number),
            field("department", words.department, 1, |of| &of.department),
            field("bed", words.bed, 1, |of| &of.bed),
        ],
        fields: vec![
            field("place", words.place, 2, |of| &of.place),
            field("diagnosis", words.diagnosis, 3, |of| &of.diagnosis),
            field("course", words.course, 6, |of| &of.course),
            field("treatment_so_far", words.treatment_so_far, 4, |of| &of.treatment_so_far),
            field("conclusion", words.conclusion, 6, |of| &of.conclusion),
            field("treatment", words.treatment, 4, |of| &of.treatment),
            field("follow_up", words.follow_up, 3, |of| &of.follow_up),
        ],
        text_chars_max: limits::MINUTES_TEXT_CHARS_MAX,
        line_chars_max: limits::MINUTES_LINE_CHARS_MAX,
        facts: facts_of(t, &text),
        images: typed.images.iter().map(image).collect(),
        key_images_max: limits::KEY_IMAGES_MAX,
        typed,
        frame: Frame::at(visitor, visitor.language(Some(session.language)), true, &url).of(session),
    };
    page(status, &template)
}

/// What the draft took from the record: nobody types it.
fn facts_of(t: &Texts, text: &MinutesText) -> Vec<(&'static str, Vec<String>)> {
    let words = t.consult;
    let attendee = |one: &filmless_delivery::consult::Attendee| {
        let facts = [one.title.as_str(), &one.name, &one.facility, &one.licence];
        let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        format!("{}: {}", words::role(t, one.role), facts.join(" · "))
    };
    let shown = |one: &filmless_delivery::consult::ShownSeries| {
        format!("{} · {} s", one.description, one.seconds).trim_start_matches([' ', '·']).to_owned()
    };
    vec![
        (
            words.patient,
            vec![format!("{} · {} · {}", text.patient.name, text.patient.birth, text.patient.patient_id)],
        ),
        (words.question, text.question.lines().map(str::to_owned).collect()),
        (words.members, text.attendees.iter().map(attendee).collect()),
        (words.shown, text.shown.iter().map(shown).collect()),
        (words.opinions, text.opinions.iter().map(|one| format!("{}: {}", one.name, one.text)).collect()),
    ]
}

fn typed_of(body: &[u8]) -> TypedMinutes {
    let mut typed = TypedMinutes::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        let field = match name.as_ref() {
            "follows" => &mut typed.follows,
            "reason" => &mut typed.reason,
            "record_number" => &mut typed.record_number,
            "department" => &mut typed.department,
            "bed" => &mut typed.bed,
            "diagnosis" => &mut typed.diagnosis,
            "place" => &mut typed.place,
            "course" => &mut typed.course,
            "treatment_so_far" => &mut typed.treatment_so_far,
            "conclusion" => &mut typed.conclusion,
            "treatment" => &mut typed.treatment,
            "follow_up" => &mut typed.follow_up,
            // What follows belongs to the image before it.
            "image" => {
                typed.images.push(TypedImage { image: value.into_owned(), ..TypedImage::default() });
                continue;
            }
            "chosen" => {
                if let Some(image) = typed.images.last_mut() {
                    image.is_chosen = true;
                }
                continue;
            }
            "caption" => match typed.images.last_mut() {
                Some(image) => &mut image.caption,
                None => continue,
            },
            _ => continue,
        };
        // A form ends its lines as the network does.
        *field = value.replace("\r\n", "\n");
    }
    typed
}
