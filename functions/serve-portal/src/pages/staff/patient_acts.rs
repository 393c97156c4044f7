//! Acts on a patient: correct a contact, end access, join two codes, erase data.

use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{ContactCorrection, PatientView, StaffError};
use filmless_domain::PatientId;
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::address::{patient_of, patient_url};
use super::confirm::{ConfirmPage, Confirmed, refusal};
use super::console::Console;
use super::outcome::OutcomePage;
use super::patient;
use super::person::birth_date;
use super::trouble::Trouble;
use crate::pages::answer::{page, see_other};

/// What was typed. A field that the form does not send stays as it is; an empty one is erased.
#[derive(Deserialize)]
pub(crate) struct Contact {
    phone: Option<String>,
    email: Option<String>,
}

/// `POST /staff/patients/{patient}/contact`
pub(crate) async fn correct_contact(
    console: Console,
    Path(segment): Path<String>,
    Form(typed): Form<Contact>,
) -> Result<Response, Trouble> {
    console.demand(Act::CorrectContact).await?;
    let code = patient_of(&segment, &console)?;
    let correction = ContactCorrection { phone: typed.phone, email: typed.email };
    match console.desk.correct_contact(&code, &correction).await {
        Ok(()) => Ok(see_other(&format!("{}?done=contact", patient_url(&code)), [])?),
        Err(error) => patient::with_error(&console, &code, error).await,
    }
}

/// `GET /staff/patients/{patient}/revoke`
pub(crate) async fn ask_revoke(console: Console, Path(segment): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Revoke).await?;
    let code = patient_of(&segment, &console)?;
    let view = find(&console, &code).await?;
    revoke_page(&console, &view, String::new()).answer(None)
}

/// `POST /staff/patients/{patient}/revoke`
pub(crate) async fn revoke(
    console: Console,
    Path(segment): Path<String>,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Revoke).await?;
    let code = patient_of(&segment, &console)?;
    if !typed.is_confirmed() {
        let view = find(&console, &code).await?;
        let words = console.frame().t.frame.confirm_missing;
        return revoke_page(&console, &view, typed.reason).ask_again(words);
    }
    match console.desk.revoke(&code, &typed.reason).await {
        Ok(ended) => {
            let url = patient_url(&code);
            let frame = console.frame_at(&url);
            let words = frame.t.patient;
            let facts = vec![
                (words.links, ended.links.to_string()),
                (words.passwords, ended.passwords.to_string()),
                (words.shares_ended, ended.shares.to_string()),
            ];
            let (title, back) = (words.revoked, (url.clone(), words.to_patient));
            Ok(page(StatusCode::OK, &OutcomePage { frame, title, facts, viewers: None, back })?)
        }
        Err(error) => {
            let error = refusal(&console, error)?;
            let view = find(&console, &code).await?;
            revoke_page(&console, &view, typed.reason).answer(Some(&error))
        }
    }
}

fn revoke_page<'a>(console: &'a Console, view: &PatientView, reason: String) -> ConfirmPage<'a> {
    let frame = console.frame();
    let words = frame.t.patient;
    ConfirmPage {
        title: words.revoke,
        about: about(view),
        what: words.revoke_what,
        facts: Vec::new(),
        error: None,
        action: format!("{}/revoke", patient_url(&view.patient_id)),
        code: None,
        asks_reason: true,
        reason,
        confirm: Some(words.revoke_confirm),
        kept_code: None,
        submit: words.revoke,
        back: (patient_url(&view.patient_id), words.to_patient),
        frame,
    }
}

/// `GET /staff/patients/{patient}/merge`
pub(crate) async fn ask_merge(console: Console, Path(segment): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Merge).await?;
    let code = patient_of(&segment, &console)?;
    let view = find(&console, &code).await?;
    merge_page(&console, &view, None, Confirmed::default()).answer(None)
}

/// `POST /staff/patients/{patient}/merge`: first shows both, then joins them.
pub(crate) async fn merge(
    console: Console,
    Path(segment): Path<String>,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    console.demand(Act::Merge).await?;
    let code = patient_of(&segment, &console)?;
    let view = find(&console, &code).await?;
    let into = match PatientId::parse(&typed.code).ok() {
        Some(into) => console.desk.patient(&into).await,
        None => Err(StaffError::NotFound),
    };
    let into = match into {
        Ok(into) => into,
        // A typing error: show the form again.
        Err(error @ StaffError::NotFound) => {
            return merge_page(&console, &view, None, typed).answer(Some(&error));
        }
        Err(error) => return Err(console.trouble()(error)),
    };
    if !typed.is_confirmed() {
        return merge_page(&console, &view, Some(&into), typed).answer(None);
    }
    match console.desk.merge(&code, &into.patient_id, &typed.reason).await {
        Ok(merged) => {
            let url = patient_url(&into.patient_id);
            let frame = console.frame_at(&url);
            let words = frame.t.patient;
            let facts = vec![
                (words.merged_studies, merged.studies.to_string()),
                (words.shares_ended, merged.shares.to_string()),
            ];
            let (title, back) = (words.merged, (url.clone(), words.to_patient));
            Ok(page(StatusCode::OK, &OutcomePage { frame, title, facts, viewers: None, back })?)
        }
        Err(error) => {
            let error = refusal(&console, error)?;
            merge_page(&console, &view, Some(&into), typed).answer(Some(&error))
        }
    }
}

/// Asks for the other code, or shows both patients and asks whether they are one person.
fn merge_page<'a>(
    console: &'a Console,
    view: &PatientView,
    into: Option<&PatientView>,
    typed: Confirmed,
) -> ConfirmPage<'a> {
    let frame = console.frame();
    let words = frame.t.patient;
    let url = patient_url(&view.patient_id);
    ConfirmPage {
        title: words.merge,
        about: about(view),
        what: words.merge_what,
        facts: into.map_or_else(Vec::new, |into| {
            vec![(words.merge_from_is, about(view)), (words.merge_into_is, about(into))]
        }),
        error: None,
        action: format!("{url}/merge"),
        code: into.is_none().then(|| (words.merge_into, typed.code.clone())),
        asks_reason: into.is_some(),
        reason: typed.reason,
        confirm: into.map(|_| words.merge_confirm),
        kept_code: into.map(|into| into.patient_id.as_str().to_owned()),
        submit: if into.is_some() { words.merge } else { words.merge_check },
        back: (url, words.to_patient),
        frame,
    }
}

/// `GET /staff/patients/{patient}/erase`: a dry run shows what would go.
pub(crate) async fn ask_erase(console: Console, Path(segment): Path<String>) -> Result<Response, Trouble> {
    may_erase(&console).await?;
    let code = patient_of(&segment, &console)?;
    erase_page(&console, &code, String::new()).await?.answer(None)
}

/// `POST /staff/patients/{patient}/erase`
pub(crate) async fn erase(
    console: Console,
    Path(segment): Path<String>,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    may_erase(&console).await?;
    let code = patient_of(&segment, &console)?;
    if typed.code.trim() != code.as_str() {
        let words = console.frame().t.patient.erase_mistyped;
        return erase_page(&console, &code, typed.reason).await?.ask_again(words);
    }
    match console.desk.erase(&code, &typed.reason, false).await {
        Ok(erased) => {
            let frame = console.frame_at("/staff");
            let words = frame.t.patient;
            let facts = vec![
                (words.studies, erased.studies.len().to_string()),
                (words.orders, erased.orders.to_string()),
                (words.objects, erased.objects.to_string()),
                (words.items, erased.items.to_string()),
            ];
            let (title, back) = (words.erased, ("/staff".to_owned(), frame.t.frame.to_start));
            Ok(page(StatusCode::OK, &OutcomePage { frame, title, facts, viewers: None, back })?)
        }
        Err(error) => {
            let error = refusal(&console, error)?;
            erase_page(&console, &code, typed.reason).await?.answer(Some(&error))
        }
    }
}

async fn may_erase(console: &Console) -> Result<(), Trouble> {
    console.demand(Act::Erase).await?;
    if console.visitor.services.is_erasing { Ok(()) } else { Err(console.trouble()(StaffError::NotFound)) }
}

async fn erase_page<'a>(
    console: &'a Console,
    code: &PatientId,
    reason: String,
) -> Result<ConfirmPage<'a>, Trouble> {
    let view = find(console, code).await?;
    let rehearsal = console.desk.erase(code, "rehearsal", true).await.map_err(console.trouble())?;
    let frame = console.frame();
    let words = frame.t.patient;
    Ok(ConfirmPage {
        title: words.erase,
        about: about(&view),
        what: if view.merged_into.is_some() { words.erase_what_of_joined } else { words.erase_what },
        facts: vec![
            (words.studies, rehearsal.studies.len().to_string()),
            (words.orders, rehearsal.orders.to_string()),
        ],
        error: None,
        action: format!("{}/erase", patient_url(code)),
        code: Some((words.erase_type, String::new())),
        asks_reason: true,
        reason,
        confirm: None,
        kept_code: None,
        submit: words.erase,
        back: (patient_url(code), words.to_patient),
        frame,
    })
}

async fn find(console: &Console, code: &PatientId) -> Result<PatientView, Trouble> {
    console.desk.patient(code).await.map_err(console.trouble())
}

/// Who it is, in one line.
fn about(view: &PatientView) -> String {
    format!("{} · {} · {}", view.name, birth_date(&view.birth_date), view.patient_id.as_str())
}
