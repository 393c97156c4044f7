//! Errors in words for staff: the one place where a refusal becomes a status and a sentence.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use filmless_delivery::staff::{Refusal, StaffError};
use filmless_domain::Language;
use filmless_runtime::error_chain;

use crate::assets;
use crate::error::PortalError;
use crate::pages::answer::page;
use crate::texts::console::{self, ConsoleTexts, console_texts};
use crate::texts::texts;

/// What went wrong.
pub(crate) enum Trouble {
    /// An act was not done, and the language to say so.
    Act(StaffError, Language),
    /// The page could not be made.
    Page(PortalError),
}

/// The words and the status for an act that was not done.
pub(crate) fn words_of(error: &StaffError, language: Language) -> (StatusCode, &'static str) {
    let status = match error {
        StaffError::Forbidden => StatusCode::FORBIDDEN,
        StaffError::NotFound => StatusCode::NOT_FOUND,
        StaffError::Refused(why) => status_of(*why),
        StaffError::Failed(error) => {
            tracing::error!(code = error.code(), cause = error_chain(error), "an act of staff failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, console::trouble(language, error))
}

/// Wrong input is 422 (RFC 9110 15.5.21); what the current state does not allow is 409 (15.5.10).
const fn status_of(why: Refusal) -> StatusCode {
    match why {
        // The day is part of the address.
        Refusal::NoSuchDay => StatusCode::NOT_FOUND,
        Refusal::BadPeriod
        | Refusal::BadMonth
        | Refusal::BadBudget
        | Refusal::BadClaimsForm
        | Refusal::BadClaimsSize
        | Refusal::BadSearch
        | Refusal::BadPhone
        | Refusal::BadEmail
        | Refusal::BadShare
        | Refusal::BadConfirmation
        | Refusal::ReasonMissing
        | Refusal::ReasonTooLong => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NoAccount
        | Refusal::NoContact
        | Refusal::NotReleased
        | Refusal::NotVisible
        | Refusal::ResultAmended
        | Refusal::Recalled
        | Refusal::StudyWithoutImages
        | Refusal::ReleasedToAnother
        | Refusal::OrderTaken
        | Refusal::NameTheOrder
        | Refusal::TooManyNotices
        | Refusal::SameAccount
        | Refusal::NotOnePerson
        | Refusal::AuditTooLong
        | Refusal::FactsChanged
        | Refusal::AccountOfAnother
        | Refusal::OrderCancelled
        | Refusal::ChangedMeanwhile => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::Page(error) => error.into_response(),
            Self::Act(error, language) => {
                let (status, words) = words_of(&error, language);
                TroublePage::of(language, status, words)
            }
        }
    }
}

impl From<PortalError> for Trouble {
    fn from(error: PortalError) -> Self {
        Self::Page(error)
    }
}

/// A page without its own frame, shown in place of one that could not be made.
#[derive(Template)]
#[template(path = "staff/trouble.html")]
struct TroublePage {
    pub(crate) t: ConsoleTexts,
    pub(crate) title: &'static str,
    pub(crate) words: &'static str,
    pub(crate) style_url: String,
    pub(crate) console_style_url: String,
    pub(crate) icon_url: String,
}

impl TroublePage {
    pub(crate) fn of(language: Language, status: StatusCode, words: &'static str) -> Response {
        let t = console_texts(language);
        let title = match status {
            StatusCode::FORBIDDEN => t.frame.forbidden_title,
            StatusCode::NOT_FOUND => t.frame.not_found_title,
            _ => texts(language).trouble.failed_title,
        };
        let template = Self {
            t,
            title,
            words,
            style_url: assets::url("style.css"),
            console_style_url: assets::url("console.css"),
            icon_url: assets::url("icon.svg"),
        };
        page(status, &template).into_response()
    }
}
