//! The first page: who is looked for? What is searched is sent in a form, so that no name is part of an address.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::PatientHit;
use filmless_domain::BirthDate;
use filmless_domain::staff::Act;
use serde::Deserialize;

use super::{Console, StaffFrame, Trouble, page, patient_url, words_of};
use crate::PortalError;

#[derive(Template)]
#[template(path = "staff/home.html")]
struct HomePage<'a> {
    frame: StaffFrame<'a>,
    may_find: bool,
    query: &'a str,
    error: Option<&'a str>,
    hits: Option<Vec<HitRow>>,
}

/// A patient who was found.
struct HitRow {
    url: String,
    code: String,
    name: String,
    birth_date: String,
    studies: usize,
}

impl HitRow {
    fn new(hit: &PatientHit) -> Self {
        Self {
            url: patient_url(&hit.patient_id),
            code: hit.patient_id.as_str().to_owned(),
            name: hit.name.clone(),
            birth_date: birth_date(&hit.birth_date),
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

/// A birth date as people write it.
pub(super) fn birth_date(iso: &str) -> String {
    BirthDate::parse(iso).map_or_else(|_| iso.to_owned(), |date| date.to_day_first())
}

/// `GET /staff`
pub(crate) async fn show(console: Console) -> Result<Response, PortalError> {
    let may_find = console.may(Act::Find);
    let frame = console.frame();
    page(StatusCode::OK, &HomePage { frame, may_find, query: "", error: None, hits: None })
}

/// `POST /staff/search`
pub(crate) async fn search(console: Console, Form(typed): Form<Search>) -> Result<Response, Trouble> {
    console.demand(Act::Find).await?;
    let (status, error, hits) = match console.clerk.find(&typed.query).await {
        Ok(hits) => (StatusCode::OK, None, Some(hits.iter().map(HitRow::new).collect())),
        Err(error) => {
            let (status, words) = words_of(&error, console.visitor.console_language());
            (status, Some(words), None)
        }
    };
    let frame = console.frame_at("/staff");
    let query = typed.query.trim();
    Ok(page(status, &HomePage { frame, may_find: true, query, error, hits })?)
}
