//! The first page: what waits, and the search for a patient. A search is sent as a form and stored, so that no name
//! becomes part of an address.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use filmless_delivery::staff::PatientHit;
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::address::patient_url;
use super::choices::PERIODS;
use super::console::Console;
use super::frame::StaffFrame;
use super::person::birth_date;
use super::trouble::{Trouble, words_of};
use crate::pages::answer::{page, see_other};

#[derive(Template)]
#[template(path = "staff/home.html")]
struct HomePage<'a> {
    frame: StaffFrame<'a>,
    may_find: bool,
    query: &'a str,
    error: Option<&'a str>,
    hits: Option<Vec<HitRow>>,
    waiting: Vec<Waiting>,
}

/// How many entries of a list wait.
struct Waiting {
    href: &'static str,
    words: &'static str,
    count: String,
}

/// What waits, for those who may read the lists.
async fn waiting(console: &Console) -> Result<Vec<Waiting>, Trouble> {
    if !console.may(Act::ReadLists) {
        return Ok(Vec::new());
    }
    let desk = &console.desk;
    let (waiting, refused) = tokio::join!(desk.waiting(), desk.refusals(PERIODS[0], 0));
    let words = console.frame().t.frame;
    let trouble = console.trouble();
    let (waiting, refused) = (waiting.map_err(&trouble)?, refused.map_err(&trouble)?.more);
    let list = |href, words, count| Waiting { href, words, count };
    Ok(vec![
        list("/staff/held", words.held, waiting.held.to_string()),
        list("/staff/unreached", words.unreached, waiting.unreached.to_string()),
        list("/staff/failed", words.failed, waiting.failed.to_string()),
        list("/staff/refusals", words.refusals, refused.to_string()),
        list("/staff/opened", words.opened, waiting.opened.to_string()),
    ])
}

/// A patient who was found.
struct HitRow {
    url: String,
    code: String,
    name: String,
    birth_date: String,
    merged_into: Option<String>,
    studies: usize,
}

impl HitRow {
    fn new(hit: &PatientHit) -> Self {
        Self {
            url: patient_url(&hit.patient_id),
            code: hit.patient_id.as_str().to_owned(),
            name: hit.name.clone(),
            birth_date: birth_date(&hit.birth_date),
            merged_into: hit.merged_into.as_ref().map(|into| into.as_str().to_owned()),
            studies: hit.studies,
        }
    }
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    query: String,
}

/// `GET /staff`
pub(crate) async fn show(console: Console) -> Result<Response, Trouble> {
    let may_find = console.may(Act::Find);
    let waiting = waiting(&console).await?;
    let frame = console.frame();
    Ok(page(StatusCode::OK, &HomePage { frame, may_find, query: "", error: None, hits: None, waiting })?)
}

/// `POST /staff/search`: stores what was typed. The result has an address that does not reveal it, so it can be
/// reloaded and returned to.
pub(crate) async fn search(console: Console, Form(typed): Form<Search>) -> Result<Response, Trouble> {
    console.demand(Act::Find).await?;
    match console.desk.keep_search(&typed.query).await {
        Ok(id) => Ok(see_other(&format!("/staff/found/{id}"), []).into_response()),
        Err(error) => {
            let (status, words) = words_of(&error, console.visitor.console_language());
            let frame = console.frame_at("/staff");
            let (query, error) = (typed.query.trim(), Some(words));
            Ok(page(
                status,
                &HomePage { frame, may_find: true, query, error, hits: None, waiting: Vec::new() },
            )?)
        }
    }
}

/// `GET /staff/found/{search}`
pub(crate) async fn found(console: Console, Path(search): Path<String>) -> Result<Response, Trouble> {
    console.demand(Act::Find).await?;
    let query = &console.desk.kept_search(&search).await.map_err(console.trouble())?;
    let hits = console.desk.find(query).await.map_err(console.trouble())?;
    let hits = Some(hits.iter().map(HitRow::new).collect());
    let frame = console.frame();
    Ok(page(
        StatusCode::OK,
        &HomePage { frame, may_find: true, query, error: None, hits, waiting: Vec::new() },
    )?)
}
