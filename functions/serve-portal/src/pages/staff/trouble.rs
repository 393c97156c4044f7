//! What went wrong, in words for staff: the one place where a refusal becomes a status and a sentence.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use filmless_delivery::staff::StaffError;
use filmless_domain::Language;
use filmless_runtime::error_chain;

use crate::assets;
use crate::error::PortalError;
use crate::pages::answer::page;
use crate::texts::console::{self, ConsoleTexts, console_texts};
use crate::texts::texts;

/// What went wrong.
pub(crate) enum Trouble {
    /// An act was not done; and the language to say it in.
    Act(StaffError, Language),
    /// The page could not be made.
    Page(PortalError),
}

/// What to say of an act that was not done, and with which status.
pub(crate) fn words_of(error: &StaffError, language: Language) -> (StatusCode, &'static str) {
    let code = error.code();
    let status = match error {
        StaffError::Forbidden => StatusCode::FORBIDDEN,
        StaffError::NotFound => StatusCode::NOT_FOUND,
        // It is a part of the address.
        StaffError::Refused { code: "no-such-day", .. } => StatusCode::NOT_FOUND,
        StaffError::Refused { .. } if code.starts_with("bad-") || code.starts_with("reason-") => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        StaffError::Refused { .. } => StatusCode::CONFLICT,
        StaffError::Failed(error) => {
            tracing::error!(code, cause = error_chain(error), "an act of staff failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, console::error(language, code))
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

/// A page without a frame of its own: it is shown instead of one that could not be made.
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
