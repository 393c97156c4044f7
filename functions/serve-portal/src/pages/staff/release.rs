//! Release by hand: shows what images, order and account say about the patient side by side, differences in red, before
//! anybody decides. It shows no image.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Decided, Decision, IdentityView, Refusal, StaffError, Stated};
use filmless_domain::identity::Fact;
use filmless_domain::staff::Act;
use filmless_domain::{AccessionNumber, BirthDate, StudyInstanceUid};
use serde::Deserialize;

use super::address::{patient_url, study_of, study_url};
use super::console::Console;
use super::frame::StaffFrame;
use super::trouble::{Trouble, words_of};
use crate::pages::answer::{page, see_other};
use crate::pages::moments::moment;
use crate::texts::console;

/// How many days back to list studies whose patient differs.
const MISMATCH_DAYS: u16 = 31;

#[derive(Template)]
#[template(path = "staff/release.html")]
struct ReleasePage<'a> {
    frame: StaffFrame<'a>,
    action: String,
    back_url: String,
    error: Option<&'a str>,
    order: String,
    reason: String,
    facts: Option<Facts>,
}

/// Everything to look at.
struct Facts {
    shown_to: String,
    born: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    accession: String,
    accessions: String,
    strangers: usize,
    differs: bool,
    is_account_anothers: bool,
    is_cancelled: bool,
    seen: String,
    asked: Option<(String, bool, bool)>,
    four_eyes: bool,
}

/// One fact, as each side states it; the flag says that it blocks the release.
struct Row {
    label: &'static str,
    cells: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "staff/reviews.html")]
struct ReviewsPage<'a> {
    frame: StaffFrame<'a>,
    mismatches: Vec<Mismatch>,
    rows: Vec<ReviewRow>,
}

/// A held study with its differences, and the forms to decide on it.
struct Mismatch {
    url: String,
    facts: Facts,
}

struct ReviewRow {
    iso: String,
    when: String,
    what: &'static str,
    accession: String,
    patients: Vec<(String, String)>,
}

/// Under which order.
#[derive(Default, Deserialize)]
pub(crate) struct Under {
    #[serde(default)]
    order: String,
}

/// What was decided.
#[derive(Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    order: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    seen: String,
    same_person: Option<String>,
    confirm: Option<String>,
}

/// `GET /staff/studies/{study_uid}/release`
pub(crate) async fn ask(
    console: Console,
    Path(uid): Path<String>,
    Query(under): Query<Under>,
) -> Result<Response, Trouble> {
    console.demand(Act::Release).await?;
    let study = study_of(&uid, &console)?;
    render(&console, &study, &under.order, "", None).await
}

/// `POST /staff/studies/{study_uid}/release`
pub(crate) async fn submit(
    console: Console,
    Path(uid): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Release).await?;
    let study = study_of(&uid, &console)?;
    if typed.confirm.as_deref() != Some("yes") {
        let error = StaffError::Refused(Refusal::BadConfirmation);
        return render(&console, &study, &typed.order, &typed.reason, Some(error)).await;
    }
    let done = match order_of(&typed.order) {
        Ok(order) => {
            let decision = Decision {
                order,
                reason: typed.reason.clone(),
                seen: typed.seen.clone(),
                is_same_person: typed.same_person.as_deref() == Some("yes"),
            };
            console.desk.release(&study, &decision).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(Decided::Released) => Ok(see_other(&format!("{}?done=released", study_url(&study)), [])?),
        Ok(Decided::AskedAnother) => Ok(see_other(&format!("{}?done=asked", study_url(&study)), [])?),
        Err(error) => render(&console, &study, &typed.order, &typed.reason, Some(error)).await,
    }
}

/// `GET /staff/reviews`
pub(crate) async fn reviews(console: Console) -> Result<Response, Trouble> {
    console.demand(Act::Release).await?;
    let found = console.desk.mismatches(MISMATCH_DAYS).await.map_err(console.trouble())?;
    let reviews = console.desk.reviews().await.map_err(console.trouble())?;
    let frame = console.frame_at("/staff/reviews");
    let row = |review: &filmless_delivery::ReviewRecord| ReviewRow {
        iso: review.at.to_string(),
        when: moment(frame.shared, review.at),
        what: console::review(frame.language, review.kind),
        accession: review.accession_number.to_string(),
        patients: review.patients.iter().map(|p| (patient_url(p), p.as_str().to_owned())).collect(),
    };
    let rows = reviews.iter().map(row).collect();
    let mismatches = found
        .into_iter()
        .map(|view| Mismatch { url: study_url(&view.study_instance_uid), facts: Facts::new(&frame, view) })
        .collect();
    Ok(page(StatusCode::OK, &ReviewsPage { frame, mismatches, rows })?)
}

async fn render(
    console: &Console,
    study: &StudyInstanceUid,
    order: &str,
    reason: &str,
    error: Option<StaffError>,
) -> Result<Response, Trouble> {
    let found = match order_of(order) {
        Ok(named) => console.desk.identity(study, named.as_ref()).await,
        Err(error) => Err(error),
    };
    let (view, error) = match (found, error) {
        (Ok(view), error) => (Some(view), error),
        // No known order, or several: the form asks for the number.
        (Err(refused @ StaffError::Refused(_)), error) => (None, Some(error.unwrap_or(refused))),
        (Err(StaffError::NotFound), error) if !order.trim().is_empty() => {
            (None, Some(error.unwrap_or(StaffError::NotFound)))
        }
        (Err(error), _) => return Err(console.trouble()(error)),
    };
    if let Some(error @ (StaffError::Forbidden | StaffError::Failed(_))) = error {
        return Err(console.trouble()(error));
    }
    let back_url = study_url(study);
    let frame = console.frame_at(&back_url);
    let (status, error) = match error.as_ref().map(|error| words_of(error, frame.language)) {
        Some((status, words)) => (status, Some(words)),
        None => (StatusCode::OK, None),
    };
    let facts = view.map(|view| Facts::new(&frame, view));
    let template = ReleasePage {
        action: format!("{back_url}/release"),
        back_url: back_url.clone(),
        error,
        order: order.trim().to_owned(),
        reason: reason.to_owned(),
        facts,
        frame,
    };
    Ok(page(status, &template)?)
}

impl Facts {
    fn new(frame: &StaffFrame<'_>, view: IdentityView) -> Self {
        let words = frame.t.release;
        let mut sides: Vec<(String, &Stated)> = vec![(words.by_order.to_owned(), &view.order)];
        sides.extend(view.account.as_ref().map(|account| (words.by_account.to_owned(), account)));
        let many = view.images.len() > 1;
        for (number, images) in (1..).zip(&view.images) {
            let label =
                if many { format!("{} {number}", words.by_images) } else { words.by_images.to_owned() };
            sides.push((label, images));
        }
        let row = |label, fact: Fact, of: &dyn Fn(&Stated) -> String| Row {
            label,
            cells: sides.iter().map(|(_, stated)| (of(stated), stated.doubts.contains(&fact))).collect(),
        };
        let rows = vec![
            row(words.name, Fact::Name, &|stated| stated.name.clone()),
            row(words.birth_date, Fact::BirthDate, &|stated| match stated.is_birth_date_unreadable {
                true => words.unreadable.to_owned(),
                false => day_first(&stated.birth_date),
            }),
            row(words.sex, Fact::Sex, &|stated| stated.sex.clone()),
            row(words.code, Fact::PatientId, &|stated| {
                [stated.patient_id.as_str(), stated.issuer.as_str()].join(" ").trim().to_owned()
            }),
        ];
        let accessions: Vec<String> = view.accessions.iter().map(ToString::to_string).collect();
        Self {
            shown_to: view.order.name.clone(),
            born: day_first(&view.order.birth_date),
            columns: sides.iter().map(|(label, _)| label.clone()).collect(),
            rows,
            accession: view.accession_number.to_string(),
            accessions: accessions.join(", "),
            strangers: view.strangers,
            differs: view.differs,
            is_account_anothers: view.is_account_anothers,
            is_cancelled: view.is_cancelled,
            seen: view.seen,
            asked: view.asked.map(|asked| {
                let when = moment(frame.shared, asked.at);
                (format!("{} · {when} · {}", asked.by, asked.reason), asked.is_own, asked.is_same_person)
            }),
            four_eyes: view.four_eyes,
        }
    }
}

fn day_first(iso: &str) -> String {
    BirthDate::parse(iso).map(BirthDate::to_day_first).unwrap_or_default()
}

/// Reads the order's number: `None` if blank, an error if it cannot be one.
fn order_of(typed: &str) -> Result<Option<AccessionNumber>, StaffError> {
    match typed.trim() {
        "" => Ok(None),
        typed => AccessionNumber::parse(typed).map(Some).map_err(|_| StaffError::NotFound),
    }
}
