//! One study and its viewer. The poster is in the page; the script makes the rest scroll.

use askama::Template;
use axum::Json;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::{MinutesSeries, SeriesView, Session, StudyView};
use filmless_domain::invisible::one_line;
use filmless_domain::{ReportLack, SignedResult, StudyInstanceUid};
use serde::Serialize;

use super::answer::{page, see_other};
use super::frame::{Frame, MessagePage};
use super::moments::moment;
use super::studies::title;
use crate::assets;
use crate::cookies;
use crate::error::PortalError;
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "study.html")]
struct StudyPage<'a> {
    frame: Frame<'a>,
    script_url: String,
    grant_url: String,
    download_url: Option<String>,
    open_with_url: String,
    reading_room_url: Option<String>,
    seen_url: String,
    access_url: String,
    words: String,
    title: String,
    date: String,
    modality: String,
    patient_name: &'a str,
    patient_id: &'a str,
    birth_date: String,
    result: Option<Signed<'a>>,
    is_result_taken_back: bool,
    series: Vec<Tile<'a>>,
    has_reports: bool,
    lost_files: Option<String>,
    main: Option<usize>,
}

/// What the hospital says about the study.
struct Signed<'a> {
    conclusion: &'a str,
    signed_by: Option<&'a str>,
    signed_at: Option<String>,
    is_correction: bool,
}

impl<'a> Signed<'a> {
    fn new(t: &Texts, result: &'a SignedResult) -> Self {
        Self {
            conclusion: &result.conclusion,
            signed_by: result.signed_by.as_deref(),
            signed_at: result.signed_at.map(|at| moment(t, at)),
            is_correction: result.is_correction,
        }
    }
}

/// One series, as shown.
pub(super) struct Tile<'a> {
    pub(super) view: &'a SeriesView,
    pub(super) label: String,
    pub(super) images: String,
    /// What kind of document it is, if its tile has no image.
    pub(super) kind: &'static str,
    /// What cannot be seen or is missing, in words.
    pub(super) gaps: Vec<String>,
    pub(super) is_main: bool,
}

impl StudyPage<'_> {
    fn main(&self) -> Option<&Tile<'_>> {
        self.main.and_then(|index| self.series.get(index))
    }
}

impl<'a> Tile<'a> {
    pub(super) fn new(t: &Texts, view: &'a SeriesView, is_main: bool) -> Self {
        let (label, images, kind) = (label(t, view), (t.images)(view.frames), t.tile_kind(view));
        Self { view, label, images, kind, gaps: gaps(t, view), is_main }
    }
}

/// Warnings for a series that is not complete.
fn gaps(t: &Texts, view: &SeriesView) -> Vec<String> {
    let words = &t.study;
    let without_picture = |count| match view.frames {
        0 => words.no_picture.to_owned(),
        _ => (words.without_picture)(count),
    };
    let said = |count: u32, say: &dyn Fn(u32) -> String| (count > 0).then(|| say(count));
    let lack = view.report_lacks.map(|lack| match lack {
        ReportLack::Preliminary => t.viewer.report_status.preliminary.to_owned(),
        ReportLack::Partial => t.viewer.report_status.partial.to_owned(),
        ReportLack::Unverified => t.viewer.report_status.unverified.to_owned(),
    });
    [
        view.minutes.as_ref().map(|minutes| replaced(t, minutes)),
        lack,
        said(view.missing_frames, &words.missing_frames),
        said(view.cut_instances, &words.cut_instances),
        said(view.without_picture, &without_picture),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Which versions of minutes in a series were replaced, the one that counts first.
fn replaced(t: &Texts, minutes: &MinutesSeries) -> String {
    let (words, counts) = (t.consult, minutes.counts);
    let older: Vec<String> = minutes.replaced.iter().map(u32::to_string).collect();
    let older = format!("{} {} {} {counts}", words.version, older.join(", "), words.replaced_by);
    if minutes.is_here { format!("{} {counts} {}; {older}", words.version, words.counts) } else { older }
}

/// The name of a series: its description, else its number, else its modality.
fn label(t: &Texts, view: &SeriesView) -> String {
    let described = view.attributes.description.as_deref().map(one_line).filter(|text| !text.is_empty());
    match (described, view.attributes.number) {
        (Some(description), _) => description,
        (None, Some(number)) => (t.study.series_number)(number),
        (None, None) => t.modality(&view.attributes.modality).to_owned(),
    }
}

/// Fresh URLs for an open page, and everything a second stage needs to show a study beside another.
#[derive(Serialize)]
struct Grant<'a> {
    urls_expire_at: String,
    series: Vec<SeriesGrant<'a>>,
}

#[derive(Serialize)]
struct SeriesGrant<'a> {
    series_instance_uid: &'a str,
    number: Option<i64>,
    description: Option<&'a str>,
    label: String,
    modality: &'a str,
    frames: u32,
    index_url: &'a str,
    pack_url: &'a str,
    poster_url: Option<&'a str>,
    thumbs_url: Option<&'a str>,
    metadata_url: &'a str,
}

impl<'a> SeriesGrant<'a> {
    fn new(t: &Texts, series: &'a SeriesView) -> Self {
        Self {
            series_instance_uid: series.series_instance_uid.as_str(),
            number: series.attributes.number,
            description: series.attributes.description.as_deref(),
            label: label(t, series),
            modality: &series.attributes.modality,
            frames: series.frames,
            index_url: &series.index_url,
            pack_url: &series.pack_url,
            poster_url: series.poster_url.as_deref(),
            thumbs_url: series.thumbs_url.as_deref(),
            metadata_url: &series.metadata_url,
        }
    }
}

/// What leads from the reading room back to this page, and has the browser forget the room.
const HERE: &str = "view=page";

/// The address of the page, from the reading room.
pub(super) fn url_from_room(study: &StudyInstanceUid) -> String {
    format!("/studies/{study}?{HERE}")
}

/// `GET /studies/{study_uid}`
pub(crate) async fn show(
    visitor: Visitor,
    Path(uid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    if visitor.opens_reading_room && query.as_deref() != Some(HERE) {
        return see_other(&format!("{}/read", visitor.path), []);
    }
    let study = match find(&visitor, &session, &uid).await {
        Err(PortalError::NotFound) if is_withheld(&visitor, &session, &uid).await? => {
            return withheld(&visitor, &session);
        }
        found => found?,
    };
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let t = frame.t;
    let main = study.main;
    let series = study.series.iter().enumerate();
    let series = series.map(|(index, view)| Tile::new(t, view, main == Some(index))).collect();
    let summary = &study.summary;
    let may_download = session.may_download();
    let template = StudyPage {
        frame,
        script_url: assets::url("viewer.js"),
        grant_url: format!("/studies/{}/grant", summary.study_instance_uid.as_str()),
        download_url: may_download
            .then(|| format!("/studies/{}/download", summary.study_instance_uid.as_str())),
        open_with_url: format!("/studies/{}/open-with", summary.study_instance_uid.as_str()),
        reading_room_url: main
            .is_some()
            .then(|| format!("/studies/{}/read", summary.study_instance_uid.as_str())),
        seen_url: format!("/studies/{}/seen", summary.study_instance_uid.as_str()),
        access_url: format!("/studies/{}/access", summary.study_instance_uid.as_str()),
        words: serde_json::to_string(t.viewer).map_err(PortalError::failed)?,
        title: title(t, summary),
        date: t.study_date(summary.date, summary.image_date),
        modality: t.modalities(&summary.modalities),
        patient_name: &study.patient_name,
        patient_id: &study.patient_id,
        birth_date: birth_date(t, &study),
        result: study.result.as_ref().map(|result| Signed::new(t, result)),
        is_result_taken_back: study.is_result_taken_back,
        lost_files: (study.lost_files > 0).then(|| (t.study.lost_files)(study.lost_files)),
        has_reports: study.series.iter().any(|series| series.is_report),
        series,
        main,
    };
    let mut response = page(StatusCode::OK, &template)?;
    if visitor.opens_reading_room {
        let forget = cookies::choose_reading_room(false, &visitor.services.config);
        response.headers_mut().extend(forget.map(|cookie| (SET_COOKIE, cookie)));
    }
    Ok(response)
}

/// The patient's birth date as people write it, or that it is unknown.
pub(super) fn birth_date(t: &Texts, study: &StudyView) -> String {
    if study.birth_date.is_placeholder() {
        t.study.birth_date_unknown.to_owned()
    } else {
        study.birth_date.to_day_first()
    }
}

async fn is_withheld(visitor: &Visitor, session: &Session, uid: &str) -> Result<bool, PortalError> {
    match StudyInstanceUid::parse(uid) {
        Ok(uid) => Ok(visitor.portal().is_withheld(session, &uid).await?),
        Err(_) => Ok(false),
    }
}

/// Tells patients that nothing is lost, and shows nothing.
fn withheld(visitor: &Visitor, session: &Session) -> Result<Response, PortalError> {
    let frame = Frame::new(visitor, visitor.language(Some(session.language)), true).of(session);
    let t = &frame.t.studies;
    let (title, paragraphs, action) = (t.withheld_title, vec![t.withheld_hint], t.title);
    page(StatusCode::NOT_FOUND, &MessagePage { frame, title, paragraphs, action })
}

/// `GET /studies/{study_uid}/grant`
pub(crate) async fn grant(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else {
        return Ok((StatusCode::UNAUTHORIZED, Json(())).into_response());
    };
    let study = find(&visitor, &session, &uid).await?;
    let t = texts(visitor.language(Some(session.language)));
    let series = study.series.iter().map(|series| SeriesGrant::new(t, series));
    let grant = Grant { urls_expire_at: study.urls_expire_at.to_string(), series: series.collect() };
    Ok(Json(grant).into_response())
}

/// Finds one of their studies. A malformed, unknown or unreleased id, or another patient's, is not found.
pub(super) async fn find(visitor: &Visitor, session: &Session, uid: &str) -> Result<StudyView, PortalError> {
    let uid = StudyInstanceUid::parse(uid).map_err(|_| PortalError::NotFound)?;
    visitor.portal().open_study(session, &uid).await?.ok_or(PortalError::NotFound)
}
