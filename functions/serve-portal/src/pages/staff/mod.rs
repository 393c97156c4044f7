//! The console of staff: one file per page or group of pages. No page holds an image or an address of one, whatever
//! the role; every act is a form, and what cannot be undone asks twice.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmless_delivery::staff::{Desk, StaffError};
use filmless_domain::staff::{Act, StaffMember};
use filmless_domain::{Language, PatientId};
use filmless_runtime::error_chain;

use super::{page, see_other};
use crate::assets;
use crate::error::PortalError;
use crate::protection::UPLOAD_PATH;
use crate::routes::{Route, Who, get, post};
use crate::services::PortalServices;
use crate::texts::console::{self, ConsoleTexts, console_texts};
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

mod audit;
mod bulk;
mod confirm;
mod failed;
mod finance;
mod home;
mod lists;
mod narrowed;
mod opened;
mod patient;
mod patient_acts;
mod refusals;
mod release;
mod shares;
mod sign_in;
mod study;
mod study_acts;
mod usage;

/// The routes of the console. Its sign-in is staff's, too: where there is no console, there is none of it.
pub(crate) fn routes() -> Vec<Route> {
    use Who::Staff;
    let routes = vec![
        get("/staff", Staff, home::show),
        post("/staff/search", Staff, home::search),
        get("/staff/found/{search}", Staff, home::found),
        get("/staff/sign-in", Staff, sign_in::show),
        get("/staff/sign-in/begin", Staff, sign_in::begin),
        get("/staff/sign-in/return", Staff, sign_in::come_back),
        post("/staff/sign-out", Staff, sign_in::sign_out),
        post("/staff/sign-out-everywhere", Staff, sign_in::sign_out_everywhere),
        get("/staff/patients/{patient}", Staff, patient::show),
        post("/staff/patients/{patient}/contact", Staff, patient_acts::correct_contact),
        get("/staff/patients/{patient}/revoke", Staff, patient_acts::ask_revoke),
        post("/staff/patients/{patient}/revoke", Staff, patient_acts::revoke),
        get("/staff/patients/{patient}/merge", Staff, patient_acts::ask_merge),
        post("/staff/patients/{patient}/merge", Staff, patient_acts::merge),
        get("/staff/patients/{patient}/erase", Staff, patient_acts::ask_erase),
        post("/staff/patients/{patient}/erase", Staff, patient_acts::erase),
        post("/staff/patients/{patient}/shares", Staff, shares::create),
        post("/staff/patients/{patient}/shares/{share_id}/end", Staff, shares::end),
        get("/staff/studies/{study_uid}", Staff, study::show),
        post("/staff/studies/{study_uid}/slip", Staff, study_acts::slip),
        post("/staff/studies/{study_uid}/reissue", Staff, study_acts::reissue),
        post("/staff/studies/{study_uid}/resend", Staff, study_acts::resend),
        get("/staff/studies/{study_uid}/release", Staff, release::ask),
        post("/staff/studies/{study_uid}/release", Staff, release::submit),
        post("/staff/studies/{study_uid}/hold", Staff, study_acts::hold),
        get("/staff/studies/{study_uid}/recall", Staff, study_acts::ask_recall),
        post("/staff/studies/{study_uid}/recall", Staff, study_acts::recall),
        get("/staff/studies/{study_uid}/viewers", Staff, study::viewers),
        get("/staff/held", Staff, lists::held),
        get("/staff/held.csv", Staff, lists::held_csv),
        get("/staff/reviews", Staff, release::reviews),
        get("/staff/unreached", Staff, lists::unreached),
        get("/staff/unreached.csv", Staff, lists::unreached_csv),
        get("/staff/failed", Staff, failed::show),
        get("/staff/failed.csv", Staff, failed::csv),
        get("/staff/opened", Staff, opened::show),
        get("/staff/opened.csv", Staff, opened::csv),
        post("/staff/resend", Staff, bulk::resend),
        get("/staff/refusals", Staff, refusals::show),
        get("/staff/refusals.csv", Staff, refusals::csv),
        get("/staff/finance", Staff, finance::show),
        post("/staff/finance/export", Staff, finance::export),
        post("/staff/finance/budget", Staff, finance::set_budget),
        get("/staff/finance/lines", Staff, finance::lines),
        get(UPLOAD_PATH, Staff, finance::claims),
        post(UPLOAD_PATH, Staff, finance::upload_claims),
        get("/staff/finance/claims/{month}/list", Staff, finance::claims_list),
        get("/staff/finance/{name}", Staff, finance::csv),
        get("/staff/usage", Staff, usage::show),
        get("/staff/usage/{month}/files/{name}", Staff, usage::file),
        get("/staff/audit", Staff, audit::show),
        post("/staff/audit/verify", Staff, audit::verify),
        get("/staff/audit/export", Staff, audit::export),
    ];
    routes.into_iter().map(Route::restricted).collect()
}

/// A word of the console in one of its languages.
type Word = fn(&ConsoleTexts) -> &'static str;

/// The pages of the console, in the order of the navigation: address, what a role must be able to do, and the word.
const PAGES: [(&str, Act, Word); 9] = [
    ("/staff", Act::Find, |t| t.frame.home),
    ("/staff/held", Act::ReadLists, |t| t.frame.held),
    ("/staff/reviews", Act::Release, |t| t.release.reviews),
    ("/staff/unreached", Act::ReadLists, |t| t.frame.unreached),
    ("/staff/failed", Act::ReadLists, |t| t.frame.failed),
    ("/staff/refusals", Act::ReadLists, |t| t.frame.refusals),
    ("/staff/finance", Act::ReadUsage, |t| t.finance.title),
    ("/staff/usage", Act::ReadUsage, |t| t.frame.usage),
    ("/staff/audit", Act::ReadAudit, |t| t.frame.audit),
];

/// Console pages run no script, and speak to nobody but us: not even to the store of images.
pub(crate) async fn restrict(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; \
                          frame-ancestors 'none'; base-uri 'none'";
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Somebody of the staff at a page.
struct Console {
    visitor: Visitor,
    desk: Desk,
}

impl FromRequestParts<Arc<PortalServices>> for Console {
    type Rejection = Response;

    /// Whoever is not signed in is sent to the sign-in.
    async fn from_request_parts(parts: &mut Parts, services: &Arc<PortalServices>) -> Result<Self, Response> {
        let visitor = Visitor::of(parts, services);
        let desk = match (&services.staff, &visitor.staff_cookie) {
            (Some(sign_in), Some(cookie)) => sign_in.desk(cookie.expose(), &visitor.source).await,
            _ => Ok(None),
        };
        match desk.map_err(|error| PortalError::from(error).into_response())? {
            Some(desk) => Ok(Self { visitor, desk }),
            None => Err(see_other("/staff/sign-in", []).into_response()),
        }
    }
}

impl Console {
    /// The frame of a page at its own address.
    fn frame(&self) -> StaffFrame<'_> {
        self.frame_at(&self.visitor.path)
    }

    /// The frame of a page that answers a form: a change of language leads to `back`.
    fn frame_at<'a>(&'a self, back: &'a str) -> StaffFrame<'a> {
        let frame = StaffFrame::new(&self.visitor, back);
        let member = self.desk.member();
        let is_here = |href: &str| self.visitor.path == href;
        let pages = PAGES.iter().filter(|(_, act, _)| member.may(*act));
        let pages = pages
            .map(|(href, _, words)| Tab { href, words: words(&frame.t), is_current: is_here(href) })
            .collect();
        let roles: Vec<&str> = member.roles.iter().map(|role| console::role(frame.language, *role)).collect();
        StaffFrame { member: Some(member), pages, roles: roles.join(", "), ..frame }
    }

    fn may(&self, act: Act) -> bool {
        self.desk.member().may(act)
    }

    /// A page that may only be opened by whoever may do that; others are refused, and written down. The use cases check
    /// again; this keeps a form from being shown that they would refuse.
    async fn demand(&self, act: Act) -> Result<(), Trouble> {
        self.desk.may_begin(act).await.map_err(self.trouble())
    }

    /// A day in an address that no calendar has is said and not passed over: the list of another day would be taken for it.
    fn demand_days<'a>(&self, typed: impl IntoIterator<Item = &'a String>) -> Result<(), Trouble> {
        let is_day = |typed: &String| typed.is_empty() || typed.parse::<jiff::civil::Date>().is_ok();
        if typed.into_iter().all(is_day) {
            return Ok(());
        }
        let message = "No calendar has this day; days are written YYYY-MM-DD.";
        Err(self.trouble()(StaffError::Refused { code: "no-such-day", message }))
    }

    /// What went wrong, as a page in their language.
    fn trouble(&self) -> impl Fn(StaffError) -> Trouble {
        let language = self.visitor.console_language();
        move |error| Trouble::Act(error, language)
    }
}

/// What surrounds every page of the console.
struct StaffFrame<'a> {
    t: ConsoleTexts,
    /// Words that patients' pages have too: dates, modalities.
    shared: &'static Texts,
    language: Language,
    hospital_name: &'a str,
    member: Option<&'a StaffMember>,
    roles: String,
    pages: Vec<Tab>,
    back: &'a str,
    style_url: String,
    console_style_url: String,
    icon_url: String,
}

/// One page of the navigation.
struct Tab {
    href: &'static str,
    words: &'static str,
    is_current: bool,
}

impl<'a> StaffFrame<'a> {
    /// The frame of a page for nobody in particular.
    fn new(visitor: &'a Visitor, back: &'a str) -> Self {
        let language = visitor.console_language();
        Self {
            t: console_texts(language),
            shared: texts(language),
            language,
            hospital_name: visitor.services.config.hospital.name(language),
            member: None,
            roles: String::new(),
            pages: Vec::new(),
            back,
            style_url: assets::url("style.css"),
            console_style_url: assets::url("console.css"),
            icon_url: assets::url("icon.svg"),
        }
    }
}

/// A page that says what happened.
#[derive(Template)]
#[template(path = "staff/outcome.html")]
struct OutcomePage<'a> {
    frame: StaffFrame<'a>,
    title: &'a str,
    /// What was done, as label and value.
    facts: Vec<(&'a str, String)>,
    /// Who opened what was recalled, where that matters.
    viewers: Option<Vec<study::ViewerRow>>,
    back: (String, &'a str),
}

/// What went wrong.
enum Trouble {
    /// An act was not done; and the language to say it in.
    Act(StaffError, Language),
    /// The page could not be made.
    Page(PortalError),
}

/// What to say of an act that was not done, and with which status.
fn words_of(error: &StaffError, language: Language) -> (StatusCode, &'static str) {
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
    t: ConsoleTexts,
    title: &'static str,
    words: &'static str,
    style_url: String,
    console_style_url: String,
    icon_url: String,
}

impl TroublePage {
    fn of(language: Language, status: StatusCode, words: &'static str) -> Response {
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

/// The address of a patient's page. The code is written in base64url: codes hold what they like, slashes and dots
/// too, which gateways decode, cut or normalise before we see them.
fn patient_url(patient: &PatientId) -> String {
    format!("/staff/patients/{}", URL_SAFE_NO_PAD.encode(patient.as_str()))
}

/// The patient of an address.
fn patient_of(segment: &str, console: &Console) -> Result<PatientId, Trouble> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok();
    let code = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let patient = code.and_then(|code| PatientId::parse(&code).ok());
    patient.ok_or_else(|| console.trouble()(StaffError::NotFound))
}

/// An answer whose body is a file: kept nowhere.
fn file(media_type: &'static str, disposition: &str, bytes: Vec<u8>) -> Result<Response, Trouble> {
    use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
    let disposition = HeaderValue::try_from(disposition).map_err(PortalError::failed)?;
    let headers: [(HeaderName, HeaderValue); 2] =
        [(CONTENT_TYPE, HeaderValue::from_static(media_type)), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_patient_holds_no_character_that_a_gateway_could_change() {
        for code in ["N20-0317542", "BN 12/34..", "Mã số 5", "a%2Fb", "../../x"] {
            let url = patient_url(&PatientId::parse(code).unwrap());
            let segment = url.strip_prefix("/staff/patients/").unwrap();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(segment.bytes().all(is_plain), "{url}");
            let decoded = URL_SAFE_NO_PAD.decode(segment).unwrap();
            assert_eq!(decoded, code.as_bytes());
        }
    }
}
