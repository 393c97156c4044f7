//! Acts on a study.

use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Channels, StaffError};
use filmless_domain::StudyInstanceUid;
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::address::{study_of, study_url};
use super::attachment::file;
use super::confirm::{ConfirmPage, Confirmed, refusal};
use super::console::Console;
use super::outcome::OutcomePage;
use super::study::{ViewerRow, with_error};
use super::trouble::Trouble;
use crate::error::PortalError;
use crate::pages::answer::{page, see_other};

/// What was typed and chosen.
#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    channels: Channels,
}

/// `POST /staff/studies/{study_uid}/slip`: the newest slip, for printing. It shows a password, so it is a form: nothing
/// fetches it on its own, and no history keeps it.
pub(crate) async fn slip(console: Console, Path(uid): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Reissue).await?;
    let study = study_of(&uid, &console)?;
    match console.desk.slip(&study).await {
        Ok(pdf) => file("application/pdf", "inline; filename=\"slip.pdf\"", pdf),
        Err(error) => with_error(&console, &study, error).await,
    }
}

/// `POST /staff/studies/{study_uid}/reissue`
pub(crate) async fn reissue(
    console: Console,
    Path(uid): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Reissue).await?;
    let study = study_of(&uid, &console)?;
    let done = console.desk.reissue(&study, typed.channels, &typed.reason).await;
    answer(&console, &study, done.map(|_| "reissued")).await
}

/// `POST /staff/studies/{study_uid}/resend`
pub(crate) async fn resend(
    console: Console,
    Path(uid): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Resend).await?;
    let study = study_of(&uid, &console)?;
    let done = console.desk.resend(&study, typed.channels).await;
    answer(&console, &study, done.map(|_| "resent")).await
}

/// `POST /staff/studies/{study_uid}/hold`
pub(crate) async fn hold(
    console: Console,
    Path(uid): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Hold).await?;
    let study = study_of(&uid, &console)?;
    let done = console.desk.hold(&study, &typed.reason).await;
    if done.is_ok() {
        end_rooms(&console, &study).await?;
    }
    answer(&console, &study, done.map(|()| "held")).await
}

/// `GET /staff/studies/{study_uid}/recall`
pub(crate) async fn ask_recall(console: Console, Path(uid): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Recall).await?;
    let study = study_of(&uid, &console)?;
    recall_page(&console, &study, String::new()).await?.answer(None)
}

/// `POST /staff/studies/{study_uid}/recall`
pub(crate) async fn recall(
    console: Console,
    Path(uid): Path<String>,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Recall).await?;
    let study = study_of(&uid, &console)?;
    if !typed.is_confirmed() {
        let words = console.frame().t.frame.confirm_missing;
        return recall_page(&console, &study, typed.reason).await?.ask_again(words);
    }
    match console.desk.recall(&study, &typed.reason).await {
        Ok(report) => {
            end_rooms(&console, &study).await?;
            let url = study_url(&study);
            let frame = console.frame_at(&url);
            let (words, patient) = (frame.t.study, frame.t.patient);
            let facts = vec![
                (patient.links, report.links.to_string()),
                (patient.passwords, report.passwords.to_string()),
                (patient.shares_ended, report.shares.to_string()),
                (words.objects, report.objects.to_string()),
            ];
            let viewers = Some(report.viewers.iter().map(|v| ViewerRow::new(&frame, v)).collect());
            let (title, back) = (words.recalled, (url.clone(), words.to_study));
            Ok(page(StatusCode::OK, &OutcomePage { frame, title, facts, viewers, back })?)
        }
        Err(error) => {
            let error = refusal(&console, error)?;
            recall_page(&console, &study, typed.reason).await?.answer(Some(&error))
        }
    }
}

async fn recall_page<'a>(
    console: &'a Console,
    study: &StudyInstanceUid,
    reason: String,
) -> Result<ConfirmPage<'a>, Trouble> {
    let history = console.desk.history(study).await.map_err(console.trouble())?;
    let frame = console.frame();
    let words = frame.t.study;
    let patient = history.patient_id.as_ref().map_or(words.no_patient, |patient| patient.as_str()).to_owned();
    Ok(ConfirmPage {
        title: words.recall,
        about: super::patient::what_of(&frame, &history.study),
        what: words.recall_what,
        facts: vec![(words.patient, patient), (words.uid, study.to_string())],
        error: None,
        action: format!("{}/recall", study_url(study)),
        code: None,
        asks_reason: true,
        reason,
        confirm: Some(words.recall_confirm),
        kept_code: None,
        submit: words.recall,
        back: (study_url(study), words.to_study),
        frame,
    })
}

async fn answer(
    console: &Console,
    study: &StudyInstanceUid,
    done: Result<&'static str, StaffError>,
) -> Result<Response, Trouble> {
    match done {
        Ok(done) => Ok(see_other(&format!("{}?done={done}", study_url(study)), [])?),
        Err(error) => with_error(console, study, error).await,
    }
}

/// Tells those who are in a room that shows the study.
async fn end_rooms(console: &Console, study: &StudyInstanceUid) -> Result<(), Trouble> {
    if let Some(rooms) = &console.visitor.services.rooms {
        Box::pin(rooms.live.end_rooms_of(study)).await.map_err(PortalError::from)?;
    }
    Ok(())
}
