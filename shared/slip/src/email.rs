//! The email: text and HTML, with the QR code embedded and the slip attached.

use askama::Template;
use filmless_domain::mailbox::is_dot_atom;
use filmless_domain::{Hospital, Language, Secret, SignedResult};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date as MailDate;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use crate::words::{self, Pair};
use crate::{SlipError, clean};

/// A boundary only has to be a line that no part contains. `=_` occurs neither in base64 nor in quoted-printable (RFC
/// 2045 6.7), and no cleaned text can begin a line with dashes. Fixed boundaries keep the bytes reproducible.
const BOUNDARIES: [&str; 3] = ["=_filmless_mixed", "=_filmless_alternative", "=_filmless_related"];

/// Content-ID of the QR image (RFC 2392).
const QR_CID: &str = "qr@filmless";

/// File name of the attached slip. The same for everybody, so that a download folder tells nothing.
const SLIP_FILE: &str = "phieu-tra-ket-qua.pdf";

/// Everything that an email says and carries.
#[derive(Clone)]
pub struct EmailContent<'a> {
    /// The hospital, named in From, and whose support is offered.
    pub hospital: &'a Hospital,
    /// The language of the message.
    pub language: Language,
    /// Name as a person reads it. Used in the body only.
    pub patient_name: &'a str,
    /// The requested service or the study description.
    pub study_title: &'a str,
    /// Day of the examination.
    pub study_date: Option<jiff::civil::Date>,
    /// The signed result, unless the hospital keeps secrets to the slip.
    pub result: Option<&'a SignedResult>,
    /// Whether the page also asks for the birth date.
    pub is_birth_date_known: bool,
    /// Account name.
    pub account: &'a str,
    /// Password, unless the hospital keeps it to the slip.
    pub password: Option<&'a Secret>,
    /// The complete link.
    pub link: &'a Secret,
    /// Address of the guide.
    pub guide_url: &'a str,
    /// Address of the sign-in page.
    pub portal_url: &'a str,
    /// Last day on which account and link work.
    pub expires_on: jiff::civil::Date,
    /// The hospital's sending mailbox.
    pub from: &'a str,
    /// The patient's mailbox.
    pub to: &'a str,
    /// `left@right`, without angle brackets: the same for every attempt to send this message.
    pub message_id: &'a str,
    /// When the message is written.
    pub date: jiff::Timestamp,
    /// The picture from [`crate::qr_png`].
    pub qr_png: &'a [u8],
    /// The slip to attach. It holds the password, so leave it out whenever the password is left out.
    pub slip_pdf: Option<&'a [u8]>,
}

impl std::fmt::Debug for EmailContent<'_> {
    /// Hides everything, because all of it is about one patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailContent(hidden)")
    }
}

/// Writes the message (RFC 5322, MIME); the same content gives the same bytes.
///
/// No field can add a header or a recipient: mailboxes and Message-ID are checked, all other text is one clean line,
/// and the subject comes from the hospital's settings.
///
/// # Errors
/// [`SlipError::BadMailbox`], [`SlipError::BadMessageId`] or [`SlipError::BadLink`] for values that cannot be sent.
pub fn email_message(content: &EmailContent<'_>) -> Result<Vec<u8>, SlipError> {
    let from = clean::check_mailbox(content.from)?;
    let to = clean::check_mailbox(content.to)?;
    let message_id = message_id(content.message_id)?;
    clean::check_link(content.link.expose())?;
    let hospital_name = clean::line(content.hospital.name(content.language));
    let subject = format!("{} – {hospital_name}", subject_of(content));
    let mut message = MessageBuilder::new()
        .from(Address::new_address(Some(hospital_name), from))
        .to(to)
        .subject(subject)
        .date(MailDate::new(content.date.as_second()))
        .message_id(message_id)
        // RFC 3834 5: no vacation note may answer this message.
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .header("Content-Language", Raw::new(content.language.tag()))
        .header("MIME-Version", Raw::new("1.0"));
    if let Ok(support) = clean::check_mailbox(&content.hospital.support_email) {
        message = message.reply_to(support);
    }
    message.body(body(content)?).write_to_vec().map_err(SlipError::Mail)
}

fn body<'x>(content: &EmailContent<'x>) -> Result<MimePart<'x>, SlipError> {
    let words = Words::of(content);
    let text = TextBody { words: &words }.render().map_err(SlipError::Template)?;
    let html = HtmlBody { words: &words, qr_cid: QR_CID }.render().map_err(SlipError::Template)?;
    let picture = MimePart::new("image/png", content.qr_png).inline().cid(QR_CID);
    let related =
        multipart("multipart/related", BOUNDARIES[2], vec![MimePart::new("text/html", html), picture]);
    let alternative =
        multipart("multipart/alternative", BOUNDARIES[1], vec![MimePart::new("text/plain", text), related]);
    let mut parts = vec![alternative];
    parts.extend(content.slip_pdf.map(|pdf| MimePart::new("application/pdf", pdf).attachment(SLIP_FILE)));
    Ok(multipart("multipart/mixed", BOUNDARIES[0], parts))
}

fn multipart<'x>(kind: &'x str, boundary: &'x str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
    MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
}

pub(crate) fn message_id(text: &str) -> Result<&str, SlipError> {
    let (left, right) = text.split_once('@').ok_or(SlipError::BadMessageId)?;
    if is_dot_atom(left) && is_dot_atom(right) && text.len() <= 250 {
        Ok(text)
    } else {
        Err(SlipError::BadMessageId)
    }
}

/// A label and its value: a line of the text, a row of the HTML.
struct Row {
    label: &'static str,
    value: String,
}

/// The result as rows of the email.
struct ResultRows {
    label: &'static str,
    /// Each one is a clean line.
    lines: Vec<String>,
    signed: String,
}

/// The words of both bodies, in one language.
struct Words {
    language: &'static str,
    hospital: String,
    address: String,
    title: String,
    greeting: String,
    intro: &'static str,
    study: Vec<Row>,
    result: Option<ResultRows>,
    account: Row,
    password: Option<Row>,
    password_elsewhere: Row,
    link: String,
    button: &'static str,
    second_check: &'static str,
    qr: &'static str,
    sign_in: Row,
    attached: Option<&'static str>,
    valid: Row,
    guide: Row,
    support: Row,
    hotline: Row,
    hours: String,
    keep_secret: &'static str,
    automatic: &'static str,
}

/// The subject, in the hospital's own words.
fn subject_of(content: &EmailContent<'_>) -> String {
    let hospital = content.hospital;
    clean::line(content.language.pick(&hospital.email_subject_vi, &hospital.email_subject_en))
}

impl Words {
    fn of(content: &EmailContent<'_>) -> Self {
        let language = content.language;
        let hospital = content.hospital;
        let say = |pair: Pair| pair.main(language);
        let row = |label: Pair, value: &str| Row { label: say(label), value: clean::line(value) };
        let date = content.study_date.map(|date| words::date(date, language)).unwrap_or_default();
        let study = [
            row(words::PATIENT, content.patient_name),
            row(words::SERVICE, content.study_title),
            row(words::STUDY_DATE, &date),
        ];
        Self {
            language: language.tag(),
            hospital: clean::line(hospital.name(language)),
            address: clean::line(&hospital.address),
            title: subject_of(content),
            greeting: format!("{} {},", say(words::EMAIL_GREETING), clean::line(content.patient_name)),
            intro: say(words::EMAIL_INTRO),
            study: study.into_iter().filter(|row| !row.value.is_empty()).collect(),
            result: content.result.map(|result| ResultRows {
                label: say(words::RESULT),
                lines: result.conclusion.lines().map(clean::line).collect(),
                signed: words::signed(result, language),
            }),
            account: row(words::ACCOUNT, content.account),
            password: content.password.map(|password| row(words::PASSWORD, password.expose())),
            password_elsewhere: row(words::PASSWORD, say(words::EMAIL_PASSWORD_ON_SLIP)),
            link: content.link.expose().to_owned(),
            button: say(words::EMAIL_BUTTON),
            second_check: say(if content.is_birth_date_known {
                words::EMAIL_SECOND_CHECK
            } else {
                words::EMAIL_PASSWORD_CHECK
            }),
            qr: say(words::EMAIL_QR),
            sign_in: row(words::SIGN_IN_AT, content.portal_url),
            attached: content.slip_pdf.map(|_| say(words::EMAIL_ATTACHED)),
            valid: row(words::VALID_UNTIL, &words::date(content.expires_on, language)),
            guide: row(words::GUIDE, content.guide_url),
            support: row(words::SUPPORT, &hospital.support_email),
            hotline: row(words::HOTLINE, &hospital.hotline),
            hours: clean::line(hospital.hotline_hours(language)),
            keep_secret: say(words::EMAIL_KEEP_SECRET),
            automatic: say(words::EMAIL_AUTOMATIC),
        }
    }

    /// Whether an address may become a link; anything but a web address stays text.
    fn is_web(&self, url: &str) -> bool {
        clean::check_link(url).is_ok()
    }
}

#[derive(Template)]
#[template(path = "email.txt")]
struct TextBody<'a> {
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "email.html")]
struct HtmlBody<'a> {
    words: &'a Words,
    qr_cid: &'static str,
}
