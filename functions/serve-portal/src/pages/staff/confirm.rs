//! The page before an act that cannot be undone: it says what will happen, and wants a reason and a ticked box.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::StaffError;
use serde::Deserialize;

use super::console::Console;
use super::frame::StaffFrame;
use super::trouble::{Trouble, words_of};
use crate::pages::answer::page;

/// A page that asks.
#[derive(Template)]
#[template(path = "staff/confirm.html")]
pub(super) struct ConfirmPage<'a> {
    pub(super) frame: StaffFrame<'a>,
    pub(super) title: &'a str,
    pub(super) about: String,
    pub(super) what: &'a str,
    /// What will be done, as pairs of label and value.
    pub(super) facts: Vec<(&'a str, String)>,
    pub(super) error: Option<&'a str>,
    pub(super) action: String,
    /// A code to type: its label, and what was typed so far.
    pub(super) code: Option<(&'a str, String)>,
    pub(super) asks_reason: bool,
    pub(super) reason: String,
    /// The box to tick; `None` while there is nothing to confirm yet.
    pub(super) confirm: Option<&'a str>,
    /// A code typed on the page before.
    pub(super) kept_code: Option<String>,
    pub(super) submit: &'a str,
    pub(super) back: (String, &'a str),
}

/// What was typed and ticked.
#[derive(Default, Deserialize)]
pub(crate) struct Confirmed {
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) code: String,
    confirm: Option<String>,
}

impl Confirmed {
    /// Whether the box was ticked.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirm.as_deref() == Some("yes")
    }
}

impl<'a> ConfirmPage<'a> {
    /// Shows the page, with a refusal if there is one.
    pub(super) fn answer(mut self, error: Option<&StaffError>) -> Result<Response, Trouble> {
        let mut status = StatusCode::OK;
        if let Some(error) = error {
            let (code, words) = words_of(error, self.frame.language);
            (status, self.error) = (code, Some(words));
        }
        Ok(page(status, &self)?)
    }

    /// Shows the page again with our own words: something was not typed or ticked.
    pub(super) fn ask_again(mut self, words: &'a str) -> Result<Response, Trouble> {
        self.error = Some(words);
        Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &self)?)
    }
}

/// A refusal to show on the page that asked; any other error gets a page of its own.
pub(super) fn refusal(console: &Console, error: StaffError) -> Result<StaffError, Trouble> {
    match error {
        StaffError::Refused(_) => Ok(error),
        error => Err(console.trouble()(error)),
    }
}
