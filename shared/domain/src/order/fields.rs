//! The fields of an order. The reader and `docs/order.schema.json` are both made from this table.

/// One field of an order or of a part of it.
#[derive(Debug)]
pub(super) struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether an order must have it.
    pub is_required: bool,
    /// Its description in the schema.
    pub about: &'static str,
}

/// The type of a field, which decides how it is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A hospital identifier, in quotes: as a number it would lose its leading zeros.
    Id,
    /// A person's name.
    Name,
    /// A birth date.
    BirthDate,
    /// `M`, `F` or `O`, or a word for it.
    Sex,
    /// `vi` or `en`.
    Language,
    /// Where an SMS goes. A number that cannot be dialled is kept as typed.
    Phone,
    /// Where an email goes. An address that cannot be used is kept as typed.
    Email,
    /// A text of at most this many characters; a whole number is accepted, too.
    Text(usize),
    /// A text of any length.
    Prose,
    /// A whole number from 0 to this power of ten, as a number or as digits.
    Whole(u32),
    /// One of these whole numbers.
    OneOf(&'static [i64]),
    /// Date and time; in the hospital's time if no zone is given.
    Moment,
    /// An object with these fields, and any others.
    Part(&'static [Field]),
}

/// Longest name or code, in characters.
const SHORT: usize = 1000;

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, is_required: true, about }
}

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, is_required: false, about }
}

/// The whole order.
pub(super) const ORDER: &[Field] = &[
    required(
        "accession_number",
        Kind::Id,
        "The hospital's number of this request; Accession Number (0008,0050) of the images.",
    ),
    optional(
        "status",
        Kind::Text(SHORT),
        "cancelled, revoked, withdrawn or entered-in-error takes the order back: nothing of it is shown or told.",
    ),
    required("patient", Kind::Part(PATIENT), "Whom it is for and how to reach them."),
    optional("visit", Kind::Part(VISIT), "The visit it belongs to."),
    optional("service", Kind::Part(SERVICE), "What was requested, and at what price."),
    optional(
        "declared_instances",
        Kind::Whole(7),
        "How many instances the modality made: the study settles when they are there, and is held until then.",
    ),
    optional("result", Kind::Part(RESULT), "The radiologist's result."),
];

const PATIENT: &[Field] = &[
    required("id", Kind::Id, "The hospital's patient code; Patient ID (0010,0020) of the images."),
    optional(
        "id_issuer",
        Kind::Text(SHORT),
        "Who gave the patient code, where several do; Issuer of Patient ID (0010,0021) of the images.",
    ),
    required("name", Kind::Name, "Full name with diacritics."),
    required(
        "birth_date",
        Kind::BirthDate,
        "The second check of the link: YYYY-MM-DD, or the year alone (YYYY) where no more is known, or 1900-01-01 where nothing is: then the link asks for the password. Neither in the future nor before 1850.",
    ),
    optional("sex", Kind::Sex, "M, F or O; words that mean it are understood (Nam, Nữ, male, female)."),
    optional(
        "phone",
        Kind::Phone,
        "0…, 84…, 0084… or +84…; of several the first. A text that is no number sends no SMS and is kept for the hotline.",
    ),
    optional(
        "email",
        Kind::Email,
        "One address in plain ASCII. A text that is none sends no email and is kept for the hotline.",
    ),
    optional("language", Kind::Language, "Language of slip and messages: vi (the default) or en."),
];

const VISIT: &[Field] = &[
    optional("class", Kind::Text(SHORT), "outpatient, inpatient, emergency."),
    optional("department", Kind::Text(SHORT), "Requesting department."),
    optional("episode", Kind::Text(SHORT), "The visit's number in the insurance tables (MA_LK)."),
    optional("insurance_card", Kind::Text(SHORT), "Number of the insurance card."),
    optional(
        "retention_years",
        Kind::OneOf(&[10, 20, 30]),
        "Class of the record: how long its images are kept. 10 when it is not said.",
    ),
];

const SERVICE: &[Field] = &[
    optional("code", Kind::Text(SHORT), "Code of the service; in quotes, so that no digit is lost."),
    optional("name", Kind::Text(SHORT), "Printed on the slip and shown in the portal."),
    optional("price_variant", Kind::Text(SHORT), "pacs without film, film with."),
    optional("unit_price_vnd", Kind::Whole(12), "Price of the service, in dong."),
    optional("films", Kind::Whole(3), "How many films this service usually needs; by modality when absent."),
    optional(
        "films_printed",
        Kind::Whole(3),
        "How many films were printed all the same; by the price variant when absent.",
    ),
    optional("requested_at", Kind::Moment, "When it was requested."),
];

const RESULT: &[Field] = &[
    optional("status", Kind::Text(SHORT), "final, amended or corrected count as signed."),
    optional("conclusion", Kind::Prose, "The radiologist's conclusion."),
    optional("reported_by", Kind::Text(SHORT), "Who signed it."),
    optional("reported_at", Kind::Moment, "When it was signed; at the hospital, where no zone is named."),
];
