//! The SMS: one part in the GSM alphabet if sender, link, account and password leave room for it.

use filmless_domain::{Hospital, Language, Secret};

use crate::{clean, gsm7};

/// The content of an SMS.
#[derive(Clone)]
pub struct SmsContent<'a> {
    /// The hospital, for name and hotline.
    pub hospital: &'a Hospital,
    /// The language of its few words.
    pub language: Language,
    /// Account name.
    pub account: &'a str,
    /// Password, unless the hospital keeps it to the slip.
    pub password: Option<&'a Secret>,
    /// The complete link.
    pub link: &'a Secret,
    /// Address of the guide.
    pub guide_url: &'a str,
}

/// An SMS, ready to send.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsText {
    /// The text, in the GSM alphabet only.
    pub text: String,
    /// How many parts are sent and paid.
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

/// Longest hospital name and longest words, in characters; [`Hospital::check`] has the same limits.
const NAME_CHARS_MAX: usize = 20;
const WORDS_CHARS_MAX: usize = 30;

/// What a message leaves out, step by step. The last step keeps hospital, words, link, account and password.
const STEPS: [Step; 6] = [
    Step { has_guide: true, has_hotline: true, labels: Labels::Long },
    Step { has_guide: false, has_hotline: true, labels: Labels::Long },
    Step { has_guide: false, has_hotline: true, labels: Labels::Short },
    Step { has_guide: false, has_hotline: false, labels: Labels::Long },
    Step { has_guide: false, has_hotline: false, labels: Labels::Short },
    Step { has_guide: false, has_hotline: false, labels: Labels::None },
];

#[derive(Clone, Copy)]
struct Step {
    has_guide: bool,
    has_hotline: bool,
    labels: Labels,
}

#[derive(Clone, Copy)]
enum Labels {
    Long,
    Short,
    None,
}

/// Writes the SMS, one fact per line, so that phones recognise the whole link.
///
/// Always says who writes and what it is about: a link and a password without a sender read like fraud. If everything
/// does not fit in one part, it drops the guide first, then shortens the labels, then drops the hotline; they are on
/// the slip and on the page. If the rest still exceeds one part, it uses as many parts as it needs, and fills them the
/// same way.
#[must_use]
pub fn sms_text(content: &SmsContent<'_>) -> SmsText {
    let written = STEPS.map(|step| written(content, step));
    let parts = written.iter().map(|text| gsm7::parts(text)).min().unwrap_or(1);
    let text = written.into_iter().find(|text| gsm7::parts(text) == parts).unwrap_or_default();
    SmsText { parts: gsm7::parts(&text), text, encoding: "GSM-7" }
}

fn written(content: &SmsContent<'_>, step: Step) -> String {
    let hospital = content.hospital;
    let pick = |vi, en| content.language.pick(vi, en);
    let label = |long: (&'static str, &'static str), short: (&'static str, &'static str)| match step.labels {
        Labels::Long => pick(long.0, long.1),
        Labels::Short => pick(short.0, short.1),
        Labels::None => "",
    };
    let clipped = |text: &str, chars: usize| gsm7::fold_line(text).chars().take(chars).collect::<String>();
    let words = clipped(pick(&hospital.sms_words_vi, &hospital.sms_words_en), WORDS_CHARS_MAX);
    let heading = [clipped(&hospital.name_sms, NAME_CHARS_MAX), words];
    let heading: Vec<String> = heading.into_iter().filter(|text| !text.trim().is_empty()).collect();
    let password = content.password.map_or("", Secret::expose);
    let hotline = if step.has_hotline { compact_phone(&hospital.hotline) } else { String::new() };
    // Phones turn a bare host name into a link, too.
    let guide = if step.has_guide { without_scheme(content.guide_url) } else { "" };
    let lines = [
        heading.join(": "),
        gsm7::fold_line(content.link.expose()),
        labelled(label(("Tai khoan", "Account"), ("TK", "User")), content.account),
        labelled(label(("Mat khau", "Password"), ("MK", "Pass")), password),
        labelled(label(("Hotline", "Hotline"), ("DT", "Tel")), &hotline),
        labelled(pick("Huong dan", "Help"), guide),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn labelled(label: &str, value: &str) -> String {
    let value = gsm7::fold_line(value);
    if value.is_empty() || label.is_empty() { value } else { format!("{label} {value}") }
}

fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}

/// A number without blanks, dots, dashes and brackets, which phones dial just the same.
pub(crate) fn compact_phone(phone: &str) -> String {
    clean::line(phone).chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect()
}
