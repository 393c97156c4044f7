//! The form that starts a consultation, for doctors with a share and for staff.

use filmless_delivery::consult::{
    ACCOUNT_CHARS_MAX, Again, ConsentForm, LinkBy, NewMember, StartRequest, limits,
};
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{Channel, Language, StudyInstanceUid};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::texts::Texts;

/// Rows for members; more are invited once the consultation is open.
pub(crate) const ROWS: usize = 6;
/// Those of them that are not folded away; the template says so, too.
const ROWS_OPEN: usize = 2;
/// For how many days the images can be open.
const DAYS: [u32; 5] = [1, 3, 7, 14, 30];
/// The preselected number.
const DAYS_CHOSEN: u32 = 7;

/// The value of a form whose link is passed on by hand.
pub(crate) const BY_HAND: &str = "hand";

/// The fields of a member.
pub(crate) const MEMBER_FIELDS: [&str; 7] =
    ["name", "title", "facility", "licence", "email", "phone", "account"];

/// What was typed, valid or not.
#[derive(Clone)]
pub(crate) struct Typed {
    pub(crate) studies: Vec<String>,
    pub(crate) question: String,
    pub(crate) days: u32,
    pub(crate) voice_link: String,
    pub(crate) consent_by: String,
    pub(crate) consent_form: String,
    pub(crate) consent_at: String,
    pub(crate) members: Vec<NewMember>,
    pub(crate) chair: String,
    pub(crate) secretary: String,
    pub(crate) may_annotate: bool,
}

/// A choice: value, words, whether it is chosen.
pub(crate) type Choice = (String, String, bool);

/// The form, ready to be shown.
pub(crate) struct StartForm {
    pub(crate) action: String,
    pub(crate) error: Option<String>,
    pub(crate) studies: Vec<Choice>,
    pub(crate) days: Vec<Choice>,
    pub(crate) consent_forms: Vec<Choice>,
    pub(crate) rows: Vec<Row>,
    pub(crate) has_no_secretary: bool,
    /// Whether a row is filled that is folded away at first.
    pub(crate) has_more: bool,
    pub(crate) question_chars_max: usize,
    /// Whether it is chosen here that members may save marks; else it is a right of the share.
    pub(crate) asks_annotate: bool,
    pub(crate) typed: Typed,
}

/// A row for a member.
pub(crate) struct Row {
    pub(crate) number: usize,
    pub(crate) place: usize,
    pub(crate) fields: Vec<Field>,
    pub(crate) is_chair: bool,
    pub(crate) is_secretary: bool,
}

/// A field of a member.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) chars_max: usize,
    pub(crate) value: String,
}

impl Typed {
    /// Nothing yet; `now` is when the consent was taken, unless it is corrected.
    pub(crate) fn nothing(now: Timestamp, consent_by: String) -> Self {
        Self {
            studies: Vec::new(),
            question: String::new(),
            days: DAYS_CHOSEN,
            voice_link: String::new(),
            consent_by,
            consent_form: String::new(),
            consent_at: now.to_zoned(HOSPITAL_TIME).strftime("%Y-%m-%dT%H:%M").to_string(),
            members: vec![NewMember::default(); ROWS],
            chair: "0".into(),
            secretary: String::new(),
            may_annotate: false,
        }
    }

    /// Reads the body of the form.
    pub(crate) fn of(body: &[u8]) -> Self {
        let mut typed = Self {
            studies: Vec::new(),
            question: String::new(),
            days: 0,
            voice_link: String::new(),
            consent_by: String::new(),
            consent_form: String::new(),
            consent_at: String::new(),
            members: vec![NewMember::default(); ROWS],
            chair: String::new(),
            secretary: String::new(),
            may_annotate: false,
        };
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.into_owned();
            match name.as_ref() {
                "study" => typed.studies.push(value),
                "question" => typed.question = value,
                "days" => typed.days = value.parse().unwrap_or_default(),
                "voice_link" => typed.voice_link = value,
                "consent_by" => typed.consent_by = value,
                "consent_form" => typed.consent_form = value,
                "consent_at" => typed.consent_at = value,
                "chair" => typed.chair = value,
                "secretary" => typed.secretary = value,
                "may_annotate" => typed.may_annotate = true,
                name => {
                    let member = name.rsplit_once('_').and_then(|(field, place)| {
                        Some((field, typed.members.get_mut(place.parse::<usize>().ok()?)?))
                    });
                    if let Some((field, member)) = member {
                        set(member, field, value);
                    }
                }
            }
        }
        typed
    }

    /// The rows that are not empty, by their places.
    pub(crate) fn rows(&self) -> Vec<usize> {
        let is_filled =
            |member: &NewMember| MEMBER_FIELDS.iter().any(|field| !field_of(member, field).trim().is_empty());
        self.members
            .iter()
            .enumerate()
            .filter(|(_, member)| is_filled(member))
            .map(|(place, _)| place)
            .collect()
    }

    /// The request; a study that is none makes it one for nothing.
    pub(crate) fn request(&self, language: Language, starter: String) -> StartRequest {
        let rows = self.rows();
        let place_of = |typed: &str| {
            let row = typed.parse::<usize>().ok()?;
            rows.iter().position(|filled| *filled == row)
        };
        let studies: Option<Vec<_>> =
            self.studies.iter().map(|uid| StudyInstanceUid::parse(uid).ok()).collect();
        let consent_at = self.consent_at.trim().parse::<DateTime>().ok();
        StartRequest {
            studies: studies.unwrap_or_default(),
            question: self.question.clone(),
            days: self.days,
            voice_link: self.voice_link.clone(),
            consent_by: self.consent_by.clone(),
            consent_form: match self.consent_form.as_str() {
                "written" => Some(ConsentForm::Written),
                "spoken" => Some(ConsentForm::Spoken),
                "electronic" => Some(ConsentForm::Electronic),
                _ => None,
            },
            consent_at: consent_at.and_then(|at| at.to_zoned(HOSPITAL_TIME).ok()).map(|at| at.timestamp()),
            members: rows.iter().filter_map(|row| self.members.get(*row).cloned()).collect(),
            chair: place_of(&self.chair),
            // A row that is not filled is nobody.
            secretary: (!self.secretary.is_empty()).then(|| place_of(&self.secretary).unwrap_or(usize::MAX)),
            may_annotate: self.may_annotate,
            language,
            starter,
        }
    }
}

/// One more member, from a form of one row.
pub(crate) fn new_member_of(body: &[u8]) -> NewMember {
    let mut member = NewMember::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        set(&mut member, &name, value.into_owned());
    }
    member
}

/// Another link, which goes as the form says.
pub(crate) fn link_of(body: &[u8]) -> Again {
    let by = url::form_urlencoded::parse(body).find(|(name, _)| name == "by");
    let by = by.map(|(_, value)| value).unwrap_or_default();
    Again::Link(match (by.as_ref(), Channel::of_word(&by)) {
        (BY_HAND, _) => LinkBy::Hand,
        (_, Some(channel)) => LinkBy::Channel(channel),
        (_, None) => LinkBy::Usual,
    })
}

fn set(member: &mut NewMember, field: &str, value: String) {
    match field {
        "name" => member.name = value,
        "title" => member.title = value,
        "facility" => member.facility = value,
        "licence" => member.licence = value,
        "email" => member.email = value,
        "phone" => member.phone = value,
        "account" => member.account = value,
        _ => {}
    }
}

fn field_of<'a>(member: &'a NewMember, field: &str) -> &'a str {
    match field {
        "name" => &member.name,
        "title" => &member.title,
        "facility" => &member.facility,
        "licence" => &member.licence,
        "email" => &member.email,
        "account" => &member.account,
        _ => &member.phone,
    }
}

impl StartForm {
    /// The form with what was typed, and what is wrong with it.
    pub(crate) fn new(
        t: &Texts,
        action: String,
        studies: &[(String, String)],
        typed: Typed,
        asks_annotate: bool,
        error: Option<String>,
    ) -> Self {
        let words = t.consult;
        let is_only = studies.len() == 1;
        let choice = |(uid, words): &(String, String)| {
            let is_chosen = is_only || typed.studies.contains(uid);
            (uid.clone(), words.clone(), is_chosen)
        };
        let forms = [
            ("written", words.consent_written),
            ("spoken", words.consent_spoken),
            ("electronic", words.consent_electronic),
        ];
        let form =
            |(value, words): (&str, &str)| (value.to_owned(), words.to_owned(), typed.consent_form == value);
        let day = |days: u32| (days.to_string(), (t.sharing.days)(days), days == typed.days);
        Self {
            action,
            error,
            studies: studies.iter().map(choice).collect(),
            days: DAYS.into_iter().map(day).collect(),
            consent_forms: forms.into_iter().map(form).collect(),
            rows: (0..ROWS).map(|place| row(t, &typed, place)).collect(),
            has_more: typed.rows().into_iter().any(|row| row >= ROWS_OPEN),
            has_no_secretary: typed.secretary.parse::<usize>().is_err(),
            question_chars_max: limits::QUESTION_CHARS_MAX,
            asks_annotate,
            typed,
        }
    }
}

fn row(t: &Texts, typed: &Typed, place: usize) -> Row {
    let member = typed.members.get(place).cloned().unwrap_or_default();
    Row {
        number: place + 1,
        place,
        fields: fields(t, &member),
        is_chair: typed.chair == place.to_string(),
        is_secretary: typed.secretary == place.to_string(),
    }
}

/// The fields of a member, with what was typed.
pub(crate) fn fields(t: &Texts, member: &NewMember) -> Vec<Field> {
    let words = t.consult;
    let field = |name: &'static str, words, kind, chars_max| Field {
        name,
        words,
        kind,
        chars_max,
        value: field_of(member, name).to_owned(),
    };
    vec![
        field("name", words.name, "text", limits::NAME_CHARS_MAX),
        field("title", words.member_title, "text", limits::TITLE_CHARS_MAX),
        field("facility", words.facility, "text", limits::FACILITY_CHARS_MAX),
        field("licence", words.licence, "text", limits::TITLE_CHARS_MAX),
        field("email", words.email, "email", 254),
        field("phone", words.phone, "tel", 40),
        field("account", words.account, "text", ACCOUNT_CHARS_MAX),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_rows_are_left_out_and_roles_follow_their_rows() {
        let body = "study=1.2.3&question=Q&days=7&consent_by=A&consent_form=spoken&consent_at=2026-11-30T10:05\
                    &name_0=&name_1=An&name_3=Binh&email_3=b@x.vn&chair=3&secretary=1";
        let typed = Typed::of(body.as_bytes());
        assert_eq!(typed.rows(), [1, 3]);
        let request = typed.request(Language::Vi, "S".into());
        assert_eq!((request.chair, request.secretary), (Some(1), Some(0)));
        assert_eq!(request.members[1].email, "b@x.vn");
        assert_eq!(request.consent_at.unwrap().to_string(), "2026-11-30T03:05:00Z");
        let without = Typed::of(b"name_0=An&chair=2&study=").request(Language::Vi, String::new());
        assert_eq!((without.chair, without.studies.len(), without.consent_at), (None, 0, None));
    }
}
