//! What surrounds every page.

use askama::Template;
use filmless_delivery::viewing::Session;
use filmless_domain::{Hospital, Language};

use crate::assets;
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

/// What surrounds every page: the hospital, its support, the language.
pub(crate) struct Frame<'a> {
    pub(crate) t: &'static Texts,
    pub(crate) hospital: &'a Hospital,
    pub(crate) hospital_name: &'a str,
    pub(crate) hotline_hours: &'a str,
    pub(crate) hotline_href: String,
    pub(crate) is_signed_in: bool,
    pub(crate) is_patient: bool,
    /// The consultation of a member, or those of a share that may start one.
    pub(crate) consult_url: Option<String>,
    /// Where a member's pages ask whether they may still be seen.
    pub(crate) standing_url: Option<String>,
    /// In a browser within Zalo, Facebook or the like: the script that copies the link for another browser.
    pub(crate) in_app_script_url: Option<String>,
    pub(crate) back: &'a str,
    pub(crate) style_url: String,
    pub(crate) icon_url: String,
    pub(crate) touch_icon_url: String,
}

impl<'a> Frame<'a> {
    /// The frame of a page, at the visitor's current address.
    pub(crate) fn new(visitor: &'a Visitor, language: Language, is_signed_in: bool) -> Self {
        Self::at(visitor, language, is_signed_in, &visitor.path)
    }

    /// The frame of a page that answers a form; changing the language leads to `back`.
    pub(crate) fn at(visitor: &'a Visitor, language: Language, is_signed_in: bool, back: &'a str) -> Self {
        let hospital = &visitor.services.config.hospital;
        let digits: String = hospital.hotline.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Self {
            t: texts(language),
            hospital,
            hospital_name: hospital.name(language),
            hotline_hours: hospital.hotline_hours(language),
            hotline_href: format!("tel:{digits}"),
            is_signed_in,
            is_patient: is_signed_in,
            consult_url: None,
            standing_url: None,
            in_app_script_url: visitor.in_app.then(|| assets::url("in-app.js")),
            back,
            style_url: assets::url("style.css"),
            icon_url: assets::url("icon.svg"),
            touch_icon_url: assets::url("icon-180.png"),
        }
    }

    /// Fits the frame to the session: somebody who came with a share has nothing to share.
    pub(crate) fn of(self, session: &Session) -> Self {
        let consult_url = match session.seat() {
            Some(seat) => Some(format!("/consultations/{}", seat.consultation)),
            None => session.may_consult().then(|| "/consultations".to_owned()),
        };
        let standing_url =
            session.seat().map(|seat| format!("/consultations/{}/standing", seat.consultation));
        Self { is_patient: session.share.is_none(), consult_url, standing_url, ..self }
    }

    /// The script that asks there.
    pub(crate) fn member_script_url(&self) -> String {
        assets::url("member.js")
    }
}

/// A page that says one thing and offers one link on.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'a str,
    pub(crate) paragraphs: Vec<&'a str>,
    pub(crate) action: &'a str,
}
