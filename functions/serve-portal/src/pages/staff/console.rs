//! A member of staff at a page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use filmless_delivery::staff::{Desk, Refusal, StaffError};
use filmless_domain::staff::Act;

use super::frame::{StaffFrame, Tab};
use super::trouble::Trouble;
use crate::error::PortalError;
use crate::pages::answer::see_other;
use crate::services::PortalServices;
use crate::texts::console::{self, ConsoleTexts};
use crate::visitor::Visitor;

/// A word of the console in one of its languages.
type Word = fn(&ConsoleTexts) -> &'static str;

/// The pages of the console, in the order of the navigation: address, the act a role must be allowed, the word.
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

/// A member of staff at a page.
pub(crate) struct Console {
    pub(crate) visitor: Visitor,
    pub(crate) desk: Desk,
}

impl FromRequestParts<Arc<PortalServices>> for Console {
    type Rejection = Response;

    /// Sends visitors who are not signed in to the sign-in.
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
    pub(crate) fn frame(&self) -> StaffFrame<'_> {
        self.frame_at(&self.visitor.path)
    }

    /// The frame of a page that answers a form; changing the language leads to `back`.
    pub(crate) fn frame_at<'a>(&'a self, back: &'a str) -> StaffFrame<'a> {
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

    pub(crate) fn may(&self, act: Act) -> bool {
        self.desk.member().may(act)
    }

    /// Opens a page only to those who may do this act; others are refused, and the refusal is recorded. The use cases
    /// check again; this keeps us from showing a form they would refuse.
    pub(crate) async fn demand(&self, act: Act) -> Result<(), Trouble> {
        self.desk.may_begin(act).await.map_err(self.trouble())
    }

    /// Refuses a day that is not in the calendar. Ignoring it would show another day's list as if it were that day's.
    pub(crate) fn demand_days<'a>(&self, typed: impl IntoIterator<Item = &'a String>) -> Result<(), Trouble> {
        let is_day = |typed: &String| typed.is_empty() || typed.parse::<jiff::civil::Date>().is_ok();
        if typed.into_iter().all(is_day) {
            return Ok(());
        }
        Err(self.trouble()(Refusal::NoSuchDay.into()))
    }

    /// Turns an error into a page in their language.
    pub(crate) fn trouble(&self) -> impl Fn(StaffError) -> Trouble {
        let language = self.visitor.console_language();
        move |error| Trouble::Act(error, language)
    }
}
