//! How opinions and minutes are shown on the page of a consultation.

use filmless_delivery::consult::{
    MemberRole, MinutesSignature, MinutesView, Opinion, Place, TypedOpinion, limits,
};

use super::words;
use crate::pages::moments::moment;
use crate::texts::Texts;

/// A signed opinion, as shown.
pub(crate) struct OpinionCard {
    pub(crate) heading: String,
    pub(crate) signed: String,
    pub(crate) adds_to: Option<String>,
    pub(crate) text: String,
    pub(crate) digest: String,
    pub(crate) is_as_signed: bool,
}

/// The form of an opinion.
pub(crate) struct OpinionForm {
    pub(crate) text: String,
    pub(crate) licence: String,
    pub(crate) asks_licence: bool,
    /// Their own opinions, by number, to which one may be added.
    pub(crate) own: Vec<(u32, String, bool)>,
    pub(crate) chars_max: usize,
}

impl OpinionCard {
    pub(crate) fn new(t: &Texts, opinion: &Opinion) -> Self {
        let (signed, by) = (&opinion.signed, &opinion.signed.by);
        Self {
            heading: format!("{} {} · {} {}", by.title, by.name, t.consult.opinion, signed.number)
                .trim()
                .to_owned(),
            signed: words::signature(t, by, signed.at),
            adds_to: signed.adds_to.map(|number| format!("{} {number}", t.consult.adds_to)),
            text: signed.text.clone(),
            digest: opinion.digest.clone(),
            is_as_signed: opinion.is_as_signed(),
        }
    }
}

impl OpinionForm {
    /// For a member who may write, with what was typed.
    pub(crate) fn new(t: &Texts, place: &Place, opinions: &[Opinion], typed: &TypedOpinion) -> Option<Self> {
        let member = &place.admitted().filter(|_| place.may_sign())?.member;
        let own = opinions.iter().filter(|opinion| opinion.signed.by.id == member.id);
        let choice = |opinion: &Opinion| {
            let number = opinion.signed.number;
            (
                number,
                format!("{} {number}, {}", t.consult.opinion, moment(t, opinion.signed.at)),
                typed.adds_to == Some(number),
            )
        };
        Some(Self {
            text: typed.text.clone(),
            licence: typed.licence.clone(),
            asks_licence: member.licence.is_empty() && member.role != MemberRole::Secretary,
            own: own.map(choice).collect(),
            chars_max: limits::OPINION_CHARS_MAX,
        })
    }
}

fn standing(t: &Texts, view: &MinutesView) -> String {
    if view.is_final {
        return t.consult.is_final.to_owned();
    }
    let missing = view.minutes.unsigned(&view.signatures);
    let roles: Vec<&str> = missing.into_iter().map(|role| words::role(t, role)).collect();
    format!("{} {}: {}.", t.consult.not_final, t.consult.unsigned, roles.join(", "))
}

fn lacks_secretary(view: &MinutesView) -> bool {
    view.minutes.unsigned(&view.signatures).contains(&MemberRole::Secretary)
}

/// The newest version, as shown.
pub(crate) struct MinutesCard {
    pub(crate) heading: String,
    /// Whether all have signed who have to, and if not, who has not.
    pub(crate) standing: String,
    /// What the chair can do where the secretary's signature is missing.
    pub(crate) hint: Option<&'static str>,
    pub(crate) texts: Vec<(&'static str, String)>,
    pub(crate) signatures: Vec<String>,
    pub(crate) digest: String,
    pub(crate) reason: String,
    pub(crate) may_sign: bool,
    pub(crate) asks_licence: bool,
    pub(crate) version: u32,
    /// The earlier version that counts until this one does: its words, and its number.
    pub(crate) valid: Option<(String, u32)>,
}

impl MinutesCard {
    pub(crate) fn new(t: &Texts, place: &Place, view: &MinutesView, valid: Option<&MinutesView>) -> Self {
        let (words, written) = (t.consult, &view.minutes.written);
        let text = &written.text;
        let member = place.admitted().map(|member| &member.member);
        let has_signed =
            member.is_some_and(|member| view.signatures.iter().any(|s| s.signed.by.id == member.id));
        let texts = [
            (words.diagnosis, &text.diagnosis),
            (words.conclusion, &text.conclusion),
            (words.treatment, &text.treatment),
            (words.follow_up, &text.follow_up),
        ];
        let captions: Vec<String> = (1..)
            .zip(&text.key_images)
            .map(|(number, image)| format!("{number}. {}", image.caption).trim().to_owned())
            .collect();
        let key_images = (!captions.is_empty()).then(|| (words.key_images, captions.join("\n")));
        let signed = |s: &MinutesSignature| words::signature(t, &s.signed.by, s.signed.at);
        Self {
            version: written.version,
            valid: valid.map(|valid| {
                let written = &valid.minutes.written;
                let heading = format!("{} {}, {}", words.version, written.version, moment(t, written.at));
                (heading, written.version)
            }),
            heading: format!("{} {}, {}", words.version, written.version, moment(t, written.at)),
            standing: standing(t, view),
            hint: (place.is_chair() && place.may_sign() && lacks_secretary(view))
                .then_some(words.secretary_cannot_sign),
            texts: texts
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(words, text)| (words, text.clone()))
                .chain(key_images)
                .collect(),
            signatures: view.signatures.iter().map(signed).collect(),
            digest: view.minutes.digest.clone(),
            reason: written.replaces.as_ref().map(|replaced| replaced.reason.clone()).unwrap_or_default(),
            may_sign: place.may_sign() && !has_signed && !text.conclusion.is_empty(),
            asks_licence: member
                .is_some_and(|member| member.licence.is_empty() && member.role != MemberRole::Secretary),
        }
    }
}
