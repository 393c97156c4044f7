//! What the minutes say: the fields of the form.

use std::fmt;

use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bad_field::{BadField, Fault};
use crate::ids::MemberId;
use crate::limits::{
    KEY_IMAGES_MAX, MEMBERS_MAX, MINUTES_LINE_CHARS_MAX, MINUTES_TEXT_CHARS_MAX, OPINION_CHARS_MAX,
    OPINIONS_PER_MEMBER_MAX, SHOWN_SERIES_MAX,
};
use crate::member::MemberRole;
use crate::typed;

/// Everything that the minutes say. `Debug` hides it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesText {
    /// The facility whose patient it is.
    pub facility: String,
    /// The patient.
    pub patient: MinutesPatient,
    /// Diagnosis before the consultation.
    pub diagnosis: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; nothing while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Place, and the points that were connected.
    pub place: String,
    /// Chair, secretary and members, in this order.
    pub attendees: Vec<Attendee>,
    /// What was asked.
    pub question: String,
    /// Summary of the course of the disease.
    pub course: String,
    /// Treatment so far.
    pub treatment_so_far: String,
    /// What was shown, the longest first.
    pub shown: Vec<ShownSeries>,
    /// How many more series were shown, all of them shorter.
    pub shown_left_out: u32,
    /// Images that are printed.
    pub key_images: Vec<KeyImage>,
    /// What each member said.
    pub opinions: Vec<MinutesOpinion>,
    /// Conclusion after the discussion: an answer to every question.
    pub conclusion: String,
    /// Treatment from here on.
    pub treatment: String,
    /// What is checked, and when.
    pub follow_up: String,
}

impl fmt::Debug for MinutesText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MinutesText")
    }
}

/// The patient, as the hospital knows them. Empty where it does not.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "words of the form")]
pub struct MinutesPatient {
    pub name: String,
    /// As printed: a date or a year.
    pub birth: String,
    /// As printed, with its unit.
    pub age: String,
    /// As printed.
    pub sex: String,
    /// The hospital's patient code.
    pub patient_id: String,
    pub record_number: String,
    pub department: String,
    pub bed: String,
}

/// Somebody who took part. `Debug` of the whole hides them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendee {
    /// Which member; nobody for somebody who had no link.
    pub id: Option<MemberId>,
    /// Name.
    pub name: String,
    /// Title; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of the licence to practise; may be empty.
    pub licence: String,
    /// What they were.
    pub role: MemberRole,
    /// When they were in the room; empty for a member who only wrote.
    pub present: Vec<Stay>,
}

/// From when until when somebody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// From.
    pub from: Timestamp,
    /// Until; nothing while they are still there.
    pub until: Option<Timestamp>,
}

/// A series that was before everybody's eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownSeries {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Which.
    pub series_instance_uid: SeriesInstanceUid,
    /// What it is called; may be empty.
    pub description: String,
    /// How long, in seconds, all together.
    pub seconds: u64,
    /// The frame of the series that was shown longest, from 0: its place at that time.
    pub frame: u32,
    /// Which image that was: `SOP Instance UID/frame`, from 1. Records from before images were named have only places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// An image that is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyImage {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Its instance.
    pub sop_instance_uid: SopInstanceUid,
    /// From 1; nothing for an instance with a single frame.
    pub frame: Option<u32>,
    /// What is seen in it.
    pub caption: String,
    /// SHA-256 of the picture that is printed, in lower-case hex; nothing if none could be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Its rows and columns; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// Millimetres in the patient between its rows, and between its columns, as JSON writes them; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_mm: Option<[String; 2]>,
    /// What members measured in it: so that whoever signs knows what the measurement report of the study will say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<MinutesMeasurement>,
    /// How many more measurements there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub measured_left_out: u32,
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What a member measured, computed anew from their mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesMeasurement {
    /// Whose.
    pub by: String,
    /// What they called it; may be empty.
    pub label: String,
    /// The numbers.
    pub values: Vec<MeasuredValue>,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredValue {
    /// What it is, as saved marks call it: `length`, `mean`…
    pub quantity: String,
    /// How much, as JSON writes it: text stays byte for byte.
    pub value: String,
    /// In what; empty without a unit.
    pub unit: String,
}

/// What a member said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesOpinion {
    /// Name, with title.
    pub name: String,
    /// What they said.
    pub text: String,
    /// Its member's first, second…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The number of the member's own opinion that it adds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds_to: Option<u32>,
    /// When, if it was signed.
    pub at: Option<Timestamp>,
    /// Digest of the signed opinion.
    pub digest: Option<String>,
}

impl MinutesText {
    /// With all texts as they are stored.
    ///
    /// # Errors
    /// [`BadField`]: the first that cannot be taken.
    pub fn checked(mut self) -> Result<Self, BadField> {
        let patient = &mut self.patient;
        for (field, value) in [
            ("facility", &mut self.facility),
            ("patient.name", &mut patient.name),
            ("patient.birth", &mut patient.birth),
            ("patient.age", &mut patient.age),
            ("patient.sex", &mut patient.sex),
            ("patient.patient_id", &mut patient.patient_id),
            ("patient.record_number", &mut patient.record_number),
            ("patient.department", &mut patient.department),
            ("patient.bed", &mut patient.bed),
        ] {
            *value = typed::line(field, value, MINUTES_LINE_CHARS_MAX)?;
        }
        for (field, value) in [
            ("diagnosis", &mut self.diagnosis),
            ("place", &mut self.place),
            ("question", &mut self.question),
            ("course", &mut self.course),
            ("treatment_so_far", &mut self.treatment_so_far),
            ("conclusion", &mut self.conclusion),
            ("treatment", &mut self.treatment),
            ("follow_up", &mut self.follow_up),
        ] {
            *value = typed::text(field, value, MINUTES_TEXT_CHARS_MAX)?;
        }
        if self.ended_at.is_some_and(|ended_at| ended_at < self.began_at) {
            return Err(BadField::new("ended_at", Fault::Outside));
        }
        few("attendees", self.attendees.len(), 2 * MEMBERS_MAX)?;
        few("shown", self.shown.len(), SHOWN_SERIES_MAX)?;
        few("key_images", self.key_images.len(), KEY_IMAGES_MAX)?;
        few("opinions", self.opinions.len(), MEMBERS_MAX * OPINIONS_PER_MEMBER_MAX as usize)?;
        for (place, one) in self.attendees.iter_mut().enumerate() {
            for (field, value) in [
                ("name", &mut one.name),
                ("title", &mut one.title),
                ("facility", &mut one.facility),
                ("licence", &mut one.licence),
            ] {
                *value = typed::line(&format!("attendees[{place}].{field}"), value, MINUTES_LINE_CHARS_MAX)?;
            }
        }
        for (place, one) in self.shown.iter_mut().enumerate() {
            let field = format!("shown[{place}].description");
            one.description = typed::line(&field, &one.description, MINUTES_LINE_CHARS_MAX)?;
        }
        for (place, one) in self.key_images.iter_mut().enumerate() {
            let field = format!("key_images[{place}].caption");
            one.caption = typed::line(&field, &one.caption, MINUTES_LINE_CHARS_MAX)?;
        }
        for (place, one) in self.key_images.iter().enumerate() {
            let name = |image: &KeyImage| (image.sop_instance_uid.clone(), image.frame);
            if self.key_images[..place].iter().any(|earlier| name(earlier) == name(one)) {
                return Err(BadField::new(format!("key_images[{place}]"), Fault::Twice));
            }
        }
        for (place, one) in self.opinions.iter_mut().enumerate() {
            one.name = typed::named(&format!("opinions[{place}].name"), &one.name, MINUTES_LINE_CHARS_MAX)?;
            one.text = typed::said(&format!("opinions[{place}].text"), &one.text, OPINION_CHARS_MAX)?;
        }
        Ok(self)
    }
}

fn few(field: &str, count: usize, most: usize) -> Result<(), BadField> {
    if count > most { Err(BadField::new(field, Fault::TooMany)) } else { Ok(()) }
}
