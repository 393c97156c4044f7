//! What surrounds every page of the console.

use filmless_domain::Language;
use filmless_domain::staff::StaffMember;

use crate::assets;
use crate::texts::console::{self, ConsoleTexts, console_texts};
use crate::texts::{Texts, texts};
use crate::visitor::Visitor;

/// One page of the navigation.
pub(crate) struct Tab {
    pub(crate) href: &'static str,
    pub(crate) words: &'static str,
    pub(crate) is_current: bool,
}

/// What surrounds every page of the console.
pub(crate) struct StaffFrame<'a> {
    pub(crate) t: ConsoleTexts,
    /// Words shared with patients' pages: dates, modalities.
    pub(crate) shared: &'static Texts,
    pub(crate) language: Language,
    pub(crate) hospital_name: &'a str,
    pub(crate) member: Option<&'a StaffMember>,
    pub(crate) roles: String,
    pub(crate) pages: Vec<Tab>,
    /// The channels a message can be limited to: the word in the address and the one for people.
    pub(crate) channels: Vec<(&'static str, String)>,
    pub(crate) back: &'a str,
    pub(crate) style_url: String,
    pub(crate) console_style_url: String,
    pub(crate) icon_url: String,
}

impl<'a> StaffFrame<'a> {
    /// The frame of a page for nobody in particular.
    pub(crate) fn new(visitor: &'a Visitor, back: &'a str) -> Self {
        let language = visitor.console_language();
        let channels = visitor.services.config.channels.channels().iter();
        let channels = channels.map(|channel| (channel.as_str(), console::only(language, *channel)));
        Self {
            t: console_texts(language),
            shared: texts(language),
            language,
            hospital_name: visitor.services.config.hospital.name(language),
            member: None,
            roles: String::new(),
            pages: Vec::new(),
            channels: channels.collect(),
            back,
            style_url: assets::url("style.css"),
            console_style_url: assets::url("console.css"),
            icon_url: assets::url("icon.svg"),
        }
    }
}
