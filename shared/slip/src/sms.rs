//! The SMS: one part of the GSM alphabet wherever link, account and password leave room for it.

use filmless_domain::{Hospital, Language, Secret};

use crate::{clean, gsm7};

/// What an SMS may say.
#[derive(Clone)]
pub struct SmsContent<'a> {
    /// Whose name and hotline it carries.
    pub hospital: &'a Hospital,
    /// The language of its few words.
    pub language: Language,
    /// Account name.
    pub account: &'a str,
    /// Password, unless the hospital leaves it to the slip.
    pub password: Option<&'a Secret>,
    /// The whole link.
    pub link: &'a Secret,
    /// Address of the guide.
    pub guide_url: &'a str,
}

/// An SMS ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsText {
    /// The text, in the GSM alphabet only.
    pub text: String,
    /// In how many parts it is sent and paid.
    pub parts: u32,
    /// Always `GSM-7`.
    pub encoding: &'static str,
}

impl std::fmt::Debug for SmsContent<'_> {
    /// Hides account and secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmsContent(hidden)")
    }
}

impl std::fmt::Debug for SmsText {
    /// Hides the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsText").field("parts", &self.parts).finish_non_exhaustive()
    }
}

/// Writes the SMS, one fact a line, so that a phone recognises the link whole.
///
/// Link, account and password are always there. Then what else fits is added, in this order: the hospital's
/// short name, the guide, the hotline, and the words that say what the link shows. The least important is
/// therefore the first to go. When the three alone exceed one part, as many parts are used as they need, and
/// the rest of the last one is filled the same way.
#[must_use]
pub fn sms_text(content: &SmsContent<'_>) -> SmsText {
    let budget = match gsm7::parts(&Draft::bare(content).text()) {
        1 => gsm7::SINGLE_SEPTETS_MAX,
        parts => parts as usize * gsm7::PART_SEPTETS_MAX,
    };
    let mut draft = Draft::bare(content);
    for piece in [Piece::Name, Piece::Guide, Piece::Hotline, Piece::Words] {
        let longer = draft.with(piece, content);
        let parts_hold_it =
            gsm7::len(&longer.text()) <= budget && gsm7::parts(&longer.text()) == gsm7::parts(&draft.text());
        if parts_hold_it {
            draft = longer;
        }
    }
    let text = draft.text();
    SmsText { parts: gsm7::parts(&text), text, encoding: "GSM-7" }
}

#[derive(Clone, Copy)]
enum Piece {
    Name,
    Guide,
    Hotline,
    Words,
}

/// The lines of the message; an empty one is left out.
#[derive(Clone, Default)]
struct Draft {
    name: String,
    words: String,
    link: String,
    account: String,
    password: String,
    guide: String,
    hotline: String,
}

impl Draft {
    fn bare(content: &SmsContent<'_>) -> Self {
        let pick = |vi, en| content.language.pick(vi, en);
        Self {
            link: gsm7::fold_line(content.link.expose()),
            account: labelled(pick("TK", "User"), content.account),
            password: content.password.map_or_else(String::new, |p| labelled(pick("MK", "Pass"), p.expose())),
            ..Self::default()
        }
    }

    fn with(&self, piece: Piece, content: &SmsContent<'_>) -> Self {
        let pick = |vi, en| content.language.pick(vi, en);
        let mut draft = self.clone();
        match piece {
            Piece::Name => draft.name = gsm7::fold_line(&content.hospital.name_sms),
            // Phones make a link of a bare host name as well, and the eight characters buy the hotline its place.
            Piece::Guide => draft.guide = labelled(pick("HD", "Help"), without_scheme(content.guide_url)),
            Piece::Hotline => draft.hotline = labelled("Hotline", &compact_phone(&content.hospital.hotline)),
            Piece::Words => {
                let hospital = content.hospital;
                draft.words = gsm7::fold_line(pick(&hospital.sms_words_vi, &hospital.sms_words_en));
            }
        }
        draft
    }

    fn text(&self) -> String {
        let heading = [self.name.as_str(), self.words.as_str()].into_iter().filter(|t| !t.is_empty());
        let heading = heading.collect::<Vec<_>>().join(": ");
        let lines = [&heading, &self.link, &self.account, &self.password, &self.guide, &self.hotline];
        lines.into_iter().filter(|l| !l.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

fn labelled(label: &str, value: &str) -> String {
    let value = gsm7::fold_line(value);
    if value.is_empty() { value } else { format!("{label} {value}") }
}

fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}

/// A number without its blanks, dots and brackets: phones dial it just the same.
fn compact_phone(phone: &str) -> String {
    clean::line(phone).chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect()
}
