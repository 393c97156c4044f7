//! "My studies", newest first.

use askama::Template;
use axum::Json;
use axum::http::header::{ACCEPT, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::{Session, StudySummary};
use filmless_domain::Order;
use filmless_domain::invisible::one_line;
use serde::Serialize;

use super::answer::{page, see_other};
use super::frame::Frame;
use super::moments::day;
use crate::error::PortalError;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "studies.html")]
struct StudiesPage<'a> {
    frame: Frame<'a>,
    patient_name: &'a str,
    studies: Vec<Card<'a>>,
    heading: &'static str,
    /// Says that some studies are currently held back.
    withheld: Option<String>,
    /// Until when a guest of the patient may look.
    guest_until: Option<String>,
}

/// One study, as shown.
struct Card<'a> {
    href: Option<String>,
    title: String,
    date: String,
    modality: String,
    images: String,
    poster_url: Option<&'a str>,
}

impl<'a> Card<'a> {
    fn new(t: &Texts, study: &'a StudySummary) -> Self {
        let modality = t.modalities(&study.modalities);
        Self {
            href: study.is_released.then(|| format!("/studies/{}", study.study_instance_uid.as_str())),
            title: title(t, study),
            date: t.study_date(study.date, study.image_date),
            modality,
            images: format!("{} · {}", (t.series)(study.series), (t.images)(study.images)),
            poster_url: study.poster_url.as_deref().filter(|_| study.is_released),
        }
    }
}

/// The name of a study: the requested service, else its modalities. Price lists end a service's name with a remark in
/// brackets, e.g. `[Không in phim]`, which is no use to the patient.
pub(super) fn title(t: &Texts, study: &StudySummary) -> String {
    let name = one_line(study.title.as_deref().unwrap_or_default());
    let name = Order::title_of_service(&name);
    if name.is_empty() { t.modalities(&study.modalities) } else { name.to_owned() }
}

/// The studies that can be opened, for comparison in the viewer.
#[derive(Serialize)]
struct StudyList<'a> {
    studies: Vec<StudyChoice<'a>>,
}

#[derive(Serialize)]
struct StudyChoice<'a> {
    study_instance_uid: &'a str,
    title: String,
    date: Option<String>,
    /// The date again, as `2020-11-23`.
    day: Option<String>,
    modality: String,
    /// The same, as the standard's codes.
    modalities: &'a [String],
}

impl<'a> StudyChoice<'a> {
    fn new(t: &Texts, study: &'a StudySummary) -> Self {
        Self {
            study_instance_uid: study.study_instance_uid.as_str(),
            title: title(t, study),
            date: study.date.or(study.image_date).map(|_| t.study_date(study.date, study.image_date)),
            day: study.date.or(study.image_date).map(|date| date.to_string()),
            modality: t.modalities(&study.modalities),
            modalities: &study.modalities,
        }
    }
}

/// `GET /studies`, as a page or, if requested, as JSON.
pub(crate) async fn show(visitor: Visitor, headers: HeaderMap) -> Result<Response, PortalError> {
    let is_json = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value == "application/json");
    let Some(session) = visitor.session().await? else {
        return if is_json {
            Ok((StatusCode::UNAUTHORIZED, Json(())).into_response())
        } else {
            see_other("/", [])
        };
    };
    // Who waits for the chair of a consultation learns nothing of the patient, not even the name.
    if let Some(seat) = session.seat().filter(|_| !is_json && sees_nothing(&session)) {
        return see_other(&format!("/consultations/{}", seat.consultation), []);
    }
    let list = visitor.portal().list_studies(&session).await?;
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    if is_json {
        let released = list.iter().filter(|study| study.is_released);
        let studies = released.map(|study| StudyChoice::new(frame.t, study)).collect();
        return Ok(([(VARY, "accept")], Json(StudyList { studies })).into_response());
    }
    let studies = list.iter().map(|study| Card::new(frame.t, study)).collect();
    let withheld = match visitor.portal().count_withheld(&session).await? {
        0 => None,
        count => Some((frame.t.studies.withheld)(count)),
    };
    let guest_until =
        session.share.as_ref().map(|share| (frame.t.sharing.guest_until)(&day(frame.t, share.ends_at)));
    let heading = if session.share.is_some() { frame.t.sharing.guest_title } else { frame.t.studies.title };
    page(
        StatusCode::OK,
        &StudiesPage { frame, heading, withheld, patient_name: &session.patient_name, studies, guest_until },
    )
}

/// Whether a share opens no study at the moment.
fn sees_nothing(session: &Session) -> bool {
    session.share.as_ref().is_some_and(|share| share.studies.is_empty())
}
