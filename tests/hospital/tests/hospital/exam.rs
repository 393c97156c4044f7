//! One examination: what the modality writes, what the clerk types, and the truth.

use std::collections::BTreeSet;
use std::time::Duration;

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::kinds::Kind;
use crate::people::Person;
use crate::pixels::{Mark, SIDE};
use crate::sample::{CT_IMAGE_STORAGE, Element, Study};

/// What a header says about the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub id: String,
    pub issuer: String,
    pub name: String,
    pub birth_date: String,
    pub sex: String,
    pub accession: String,
}

/// One file, and when it arrives.
#[derive(Debug, Clone)]
pub struct File {
    pub at: Timestamp,
    /// Instance number. A file that is sent again keeps its number.
    pub number: u32,
    pub key: String,
    pub facts: Facts,
    /// The person in the scanner.
    pub pixels_of: usize,
    /// Sent again with the right patient.
    pub is_mended: bool,
}

/// One upload of an order.
#[derive(Debug, Clone)]
pub struct Order {
    pub at: Timestamp,
    pub accession: String,
    /// The person the clerk means.
    pub about: usize,
    pub id: String,
    pub name: String,
    pub birth_date: String,
    pub sex: &'static str,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub is_signed: bool,
    pub is_cancelled: bool,
    /// Names a different patient than the order before it, which shows that the earlier order was wrong.
    pub ends_error: bool,
}

/// One examination.
#[derive(Debug, Clone)]
pub struct Exam {
    pub number: usize,
    /// The person who was examined.
    pub subject: usize,
    pub accession: String,
    pub at: Timestamp,
    pub files: Vec<File>,
    pub orders: Vec<Order>,
    pub mistakes: BTreeSet<Kind>,
    /// Whom everything named as the patient. Nobody could know better until it is corrected.
    pub taken_for: Option<usize>,
    /// Other people whom this concerns, besides the subject.
    pub others: BTreeSet<usize>,
    /// Somebody else's mistake reaches this examination.
    pub is_touched: bool,
    /// When staff recall it.
    pub recalled_at: Option<Timestamp>,
}

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// A title that tells descriptions, services and messages of examinations apart.
pub fn title_of(exam: usize) -> String {
    format!("Chụp CLVT ngực #{exam:06}")
}

/// The examination that a text names.
pub fn exam_in(text: &str) -> Option<usize> {
    text.split_once('#')?.1.get(..6)?.parse().ok()
}

impl Exam {
    pub fn uid(&self) -> String {
        format!("1.2.826.0.1.3680043.10.998.{}", self.number)
    }

    pub fn date(&self) -> Date {
        self.at.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    pub fn is_clean(&self) -> bool {
        self.mistakes.is_empty() && !self.is_touched
    }

    /// Everybody whom this concerns.
    pub fn people(&self) -> BTreeSet<usize> {
        let mut people = self.others.clone();
        people.insert(self.subject);
        people.extend(self.taken_for);
        people.extend(self.orders.iter().map(|order| order.about));
        people.extend(self.files.iter().map(|file| file.pixels_of));
        people
    }

    /// Every accession number in its files and orders.
    pub fn accessions(&self) -> BTreeSet<&str> {
        let of_files = self.files.iter().map(|file| file.facts.accession.as_str());
        let of_orders = self.orders.iter().map(|order| order.accession.as_str());
        of_files.chain(of_orders).filter(|accession| !accession.is_empty()).collect()
    }
}

impl Facts {
    /// The facts as a modality copies them from the worklist.
    pub fn right(person: &Person, code: &str, accession: &str, day: Date, with_marks: bool) -> Self {
        let name = person.name_on(day);
        let (family, rest) = name.split_once(' ').unwrap_or((name, ""));
        let mut pn = format!("{family}^{rest}");
        if !with_marks {
            pn = without_marks(&pn);
        }
        if let Some(ideographic) = person.ideographic {
            pn = format!("{pn}={ideographic}");
        }
        Self {
            id: code.to_owned(),
            issuer: String::new(),
            name: pn,
            birth_date: if person.knows_year_only {
                person.born.year().to_string()
            } else {
                digits(person.born)
            },
            sex: person.sex.to_owned(),
            accession: accession.to_owned(),
        }
    }
}

/// Capital letters, as a modality without Vietnamese writes them. Other scripts stay.
pub fn without_marks(name: &str) -> String {
    let is_latin =
        name.chars().filter(|c| c.is_alphabetic()).all(|c| (c as u32) < 0x2000 && !is_thai_or_khmer(c));
    if is_latin { filmless_domain::person_name::fold(name).to_uppercase() } else { name.to_owned() }
}

fn is_thai_or_khmer(c: char) -> bool {
    ('\u{0E00}'..='\u{0E7F}').contains(&c) || ('\u{1780}'..='\u{17FF}').contains(&c)
}

pub fn digits(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

fn element(tag: Tag, vr: VR, value: &str) -> Element {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

impl File {
    /// The file, as uploaded.
    pub fn bytes(&self, exam: &Exam) -> Vec<u8> {
        let Facts { id, issuer, name, birth_date, sex, accession } = &self.facts;
        let study = Study {
            uid: exam.uid(),
            patient_id: id.clone(),
            patient_name: name.clone(),
            birth_date: birth_date.clone(),
            accession: accession.clone(),
            ..Study::numbered(1)
        };
        let number_of = |tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
        let pixels = Mark { exam: exam.number, person: self.pixels_of }.draw();
        let side = u16::try_from(SIDE).unwrap();
        let mut elements = vec![
            element(tags::STUDY_DATE, VR::DA, &digits(exam.date())),
            element(tags::STUDY_DESCRIPTION, VR::LO, &title_of(exam.number)),
            element(tags::PATIENT_SEX, VR::CS, sex),
            element(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("0\\0\\{}", self.number)),
            element(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
            number_of(tags::SAMPLES_PER_PIXEL, 1),
            element(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            number_of(tags::ROWS, side),
            number_of(tags::COLUMNS, side),
            number_of(tags::BITS_ALLOCATED, 16),
            number_of(tags::BITS_STORED, 12),
            number_of(tags::HIGH_BIT, 11),
            number_of(tags::PIXEL_REPRESENTATION, 0),
            element(tags::WINDOW_CENTER, VR::DS, "300"),
            element(tags::WINDOW_WIDTH, VR::DS, "600"),
            DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.into())),
        ];
        if !issuer.is_empty() {
            elements.push(element(tags::ISSUER_OF_PATIENT_ID, VR::LO, issuer));
        }
        study.instance(1, self.number, CT_IMAGE_STORAGE, "CT", elements)
    }
}

impl Order {
    /// The order as a clerk types it.
    pub fn right(person: &Person, code: &str, accession: &str, at: Timestamp) -> Self {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let birth_date = if person.knows_year_only && orders_take_years() {
            person.born.year().to_string()
        } else {
            person.born.to_string()
        };
        Self {
            at,
            accession: accession.to_owned(),
            about: person.number,
            id: code.to_owned(),
            name: person.name_on(day).to_owned(),
            birth_date,
            sex: person.sex,
            phone: Some(person.phone.clone()),
            email: person.number.is_multiple_of(3).then(|| person.email.clone()),
            is_signed: true,
            is_cancelled: false,
            ends_error: false,
        }
    }

    pub fn json(&self, exam: &Exam) -> Value {
        let mut order = json!({
            "accession_number": self.accession,
            "patient": { "id": self.id, "name": self.name, "birth_date": self.birth_date, "sex": self.sex },
            "service": { "name": title_of(exam.number) },
        });
        if let Some(phone) = &self.phone {
            order["patient"]["phone"] = json!(phone);
        }
        if let Some(email) = &self.email {
            order["patient"]["email"] = json!(email);
        }
        if self.is_signed {
            order["result"] = json!({ "status": "final" });
        }
        if self.is_cancelled {
            order["status"] = json!("cancelled");
        }
        order
    }
}

/// Whether an order may give only the year of birth.
pub fn orders_take_years() -> bool {
    let order =
        json!({ "accession_number": "A", "patient": { "id": "N", "name": "A", "birth_date": "1958" } });
    filmless_domain::Order::parse(order.to_string().as_bytes()).is_ok()
}
