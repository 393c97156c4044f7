//! The first version of the minutes, from what happened. The secretary writes the rest.

use std::collections::BTreeMap;
use std::fmt;

use filmless_domain::SeriesInstanceUid;

use crate::consultation::Consultation;
use crate::course::Course;
use crate::limits::SHOWN_SERIES_MAX;
use crate::member::{Member, MemberRole};
use crate::minutes_text::{Attendee, MinutesOpinion, MinutesPatient, MinutesText};
use crate::opinion::Opinion;

/// What the hospital knows besides the record. `Debug` hides it.
pub struct DraftFacts<'a> {
    /// The facility whose patient it is.
    pub facility: &'a str,
    /// The patient.
    pub patient: MinutesPatient,
    /// The consultation.
    pub consultation: &'a Consultation,
    /// All its members.
    pub members: &'a [Member],
    /// All opinions, the oldest first.
    pub opinions: &'a [Opinion],
    /// What series are called.
    pub descriptions: &'a BTreeMap<SeriesInstanceUid, String>,
}

impl fmt::Debug for DraftFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DraftFacts")
    }
}

impl MinutesText {
    /// A draft: who was there, what was shown, and what was said are filled in.
    #[must_use]
    pub fn draft(facts: DraftFacts<'_>, course: &Course) -> Self {
        let DraftFacts { facility, patient, consultation, members, opinions, descriptions } = facts;
        let mut attendees: Vec<Attendee> =
            members.iter().filter_map(|member| attendee(member, opinions, course)).collect();
        attendees.sort_by_key(|attendee| attendee.role);
        let mut shown = course.shown();
        let shown_left_out = shown.len().saturating_sub(SHOWN_SERIES_MAX);
        shown.truncate(SHOWN_SERIES_MAX);
        for series in &mut shown {
            series.description = descriptions.get(&series.series_instance_uid).cloned().unwrap_or_default();
        }
        Self {
            facility: facility.to_owned(),
            patient,
            diagnosis: String::new(),
            began_at: course.began_at.unwrap_or(consultation.opens_at),
            ended_at: course.ended_at,
            place: places(&attendees),
            attendees,
            question: consultation.question.clone(),
            course: String::new(),
            treatment_so_far: String::new(),
            shown,
            shown_left_out: u32::try_from(shown_left_out).unwrap_or(u32::MAX),
            key_images: Vec::new(),
            opinions: opinions.iter().map(said).collect(),
            conclusion: String::new(),
            treatment: String::new(),
            follow_up: String::new(),
        }
    }
}

/// A member who was there or said something; and chair and secretary in any case. Who was removed, or never came in, is no
/// secretary: nobody waits for their signature.
fn attendee(member: &Member, opinions: &[Opinion], course: &Course) -> Option<Attendee> {
    let role = if member.role == MemberRole::Secretary && !member.is_admitted() {
        MemberRole::Member
    } else {
        member.role
    };
    let present = course.stays.get(&member.id).cloned().unwrap_or_default();
    let signer = opinions.iter().map(|opinion| &opinion.signed.by).rfind(|signer| signer.id == member.id);
    if present.is_empty() && signer.is_none() && role == MemberRole::Member {
        return None;
    }
    Some(Attendee {
        id: Some(member.id.clone()),
        name: member.name.clone(),
        title: member.title.clone(),
        facility: member.facility.clone(),
        licence: signer.map_or(&member.licence, |signer| &signer.licence).clone(),
        role,
        present,
    })
}

/// The points that were connected.
fn places(attendees: &[Attendee]) -> String {
    let mut places: Vec<&str> = Vec::new();
    for attendee in attendees.iter().filter(|attendee| !attendee.present.is_empty()) {
        if !places.contains(&attendee.facility.as_str()) {
            places.push(&attendee.facility);
        }
    }
    places.join("\n")
}

fn said(opinion: &Opinion) -> MinutesOpinion {
    let by = &opinion.signed.by;
    MinutesOpinion {
        name: [&by.title, &by.name].map(String::as_str).join(" ").trim().to_owned(),
        text: opinion.signed.text.clone(),
        number: Some(opinion.signed.number),
        adds_to: opinion.signed.adds_to,
        at: Some(opinion.signed.at),
        digest: Some(opinion.digest.clone()),
    }
}
