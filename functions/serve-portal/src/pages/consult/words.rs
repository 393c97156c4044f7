//! What is said of consultations: states, roles, and fields that cannot be taken.

use filmless_delivery::consult::{
    BadField, ChannelState, Consent, ConsentForm, Consultation, ConsultationState, EndReason, Fault,
    MemberMessageKind, MemberRole, MemberStatus, MessageLine, Signer,
};
use filmless_domain::invisible::is_invisible;
use jiff::Timestamp;

use crate::pages::moments::{day, moment};
use crate::texts::Texts;

/// What a member is.
pub(crate) const fn role(t: &Texts, role: MemberRole) -> &'static str {
    match role {
        MemberRole::Chair => t.consult.role_chair,
        MemberRole::Secretary => t.consult.role_secretary,
        MemberRole::Member => t.consult.role_member,
    }
}

/// How far a member has come.
pub(crate) const fn status(t: &Texts, status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Invited => t.consult.invited,
        MemberStatus::Waiting => t.consult.waiting,
        MemberStatus::Admitted => t.consult.admitted,
        MemberStatus::Removed => t.consult.removed,
    }
}

/// How far a consultation has come.
pub(crate) fn state(t: &Texts, state: ConsultationState, ended: Option<EndReason>) -> &'static str {
    match (state, ended) {
        (ConsultationState::Draft | ConsultationState::Open, _) => t.consult.state_open,
        (ConsultationState::Ended, Some(EndReason::Time)) => t.consult.ended_time,
        (ConsultationState::Ended, Some(EndReason::Recalled)) => t.consult.ended_recalled,
        (ConsultationState::Ended, Some(EndReason::Withdrawn)) => t.consult.ended_withdrawn,
        (ConsultationState::Ended, Some(EndReason::Starter)) => t.consult.ended_starter,
        (ConsultationState::Ended, Some(EndReason::Hospital)) => t.consult.ended_hospital,
        (ConsultationState::Ended, _) => t.consult.ended_chair,
    }
}

/// The same of a whole one.
pub(crate) fn state_of(t: &Texts, consultation: &Consultation) -> &'static str {
    state(t, consultation.state, consultation.ended)
}

/// Until when the images are open; empty if they were closed before.
pub(crate) fn until(t: &Texts, ended: Option<EndReason>, ends_at: Timestamp) -> String {
    match ended {
        Some(EndReason::Recalled | EndReason::Withdrawn) => String::new(),
        _ => format!("{} {}", t.consult.until, day(t, ends_at)),
    }
}

/// Who took the patient's consent, how, and when.
pub(crate) fn consent_of(t: &Texts, consultation: &Consultation) -> String {
    let words =
        |it: &Consent| format!("{}, {}, {}", it.taken_by, consent(t, it.form), moment(t, it.taken_at));
    consultation.consent.as_ref().map(words).unwrap_or_default()
}

/// Which field cannot be taken, and why. A member is named by the row that was typed into.
pub(crate) fn bad(t: &Texts, bad: &BadField, rows: &[usize]) -> String {
    let words = t.consult;
    let (of_member, field) = match bad.field.strip_prefix("members[").and_then(|rest| rest.split_once("].")) {
        Some((place, field)) => {
            let row = place.parse::<usize>().ok().and_then(|place| rows.get(place).copied());
            (format!("{} {} – ", words.member, row.unwrap_or_default() + 1), field)
        }
        None => (String::new(), bad.field.as_str()),
    };
    let (of_member, field) = match field.strip_prefix("key_images[").and_then(|rest| rest.split_once(']')) {
        Some((place, field)) => {
            let number = place.parse::<usize>().unwrap_or_default() + 1;
            let image = format!("{} {number}", words.key_image);
            match field {
                "" => return format!("{image}: {}.", fault(t, bad.kind)),
                field => (format!("{image} – "), field.trim_start_matches('.')),
            }
        }
        None => (of_member, field),
    };
    let field = match field {
        "question" => words.question,
        "studies" => words.which,
        "ends_at" => words.days,
        "voice_link" => words.voice_link,
        "consent" | "consent.form" => words.consent_form,
        "consent.taken_by" => words.consent_by,
        "consent.taken_at" => words.consent_at,
        "members" => words.members,
        "chair" => words.role_chair,
        "secretary" => words.role_secretary,
        "name" => words.name,
        "title" => words.member_title,
        "facility" => words.facility,
        "licence" => words.licence,
        "email" => words.email,
        "phone" => words.phone,
        "account" => words.account,
        "text" => words.your_opinion,
        "number" => words.opinions,
        "adds_to" => words.adds_to,
        "version" => words.version,
        "reason" => words.reason,
        "conclusion" => words.conclusion,
        "diagnosis" => words.diagnosis,
        "place" => words.place,
        "course" => words.course,
        "treatment_so_far" => words.treatment_so_far,
        "treatment" => words.treatment,
        "follow_up" => words.follow_up,
        "key_images" => words.key_images,
        "caption" => words.caption,
        "patient.record_number" => words.record_number,
        "patient.department" => words.department,
        "patient.bed" => words.bed,
        other => other,
    };
    let sign = match bad.kind {
        // One that is not seen is named by its number in Unicode.
        Fault::Unprintable(sign) if is_invisible(sign) => format!(" (U+{:04X})", u32::from(sign)),
        Fault::Unprintable(sign) => format!(" ({sign})"),
        _ => String::new(),
    };
    let fault = match (bad.field.as_str(), bad.kind) {
        ("version", Fault::NotAllowed) => words.fault_stale,
        (_, kind) => fault(t, kind),
    };
    format!("{of_member}{field}: {fault}{sign}.")
}

const fn fault(t: &Texts, kind: Fault) -> &'static str {
    let words = t.consult;
    match kind {
        Fault::Missing => words.fault_missing,
        Fault::Empty => words.fault_empty,
        Fault::TooLong => words.fault_too_long,
        Fault::TooMany => words.fault_too_many,
        Fault::Twice => words.fault_twice,
        Fault::Outside => words.fault_outside,
        Fault::NotAllowed => words.fault_not_allowed,
        Fault::Unknown => words.fault_unknown,
        Fault::Unprintable(_) => words.fault_unprintable,
    }
}

/// A message, and what became of it.
pub(crate) fn message(t: &Texts, message: &MessageLine) -> String {
    let kind = match message.kind {
        MemberMessageKind::Link => t.consult.message_link,
        MemberMessageKind::Code => t.consult.message_code,
        MemberMessageKind::News => t.consult.message_news,
    };
    let state = match message.state {
        ChannelState::Pending | ChannelState::Sending => t.consult.message_pending,
        ChannelState::Sent => t.consult.message_sent,
        ChannelState::Delivered => t.consult.message_arrived,
        ChannelState::Failed => t.consult.message_failed,
    };
    format!("{} ({kind}): {state}, {}", message.channel.label(), moment(t, message.at))
}

/// Whether a role leads.
pub(crate) const fn is_chair(role: MemberRole) -> bool {
    matches!(role, MemberRole::Chair)
}

/// How the patient agreed.
pub(crate) const fn consent(t: &Texts, form: ConsentForm) -> &'static str {
    match form {
        ConsentForm::Written => t.consult.consent_written,
        ConsentForm::Spoken => t.consult.consent_spoken,
        ConsentForm::Electronic => t.consult.consent_electronic,
    }
}

/// Who signed, and when.
pub(crate) fn signature(t: &Texts, by: &Signer, at: jiff::Timestamp) -> String {
    let words = t.consult;
    let licence = match by.licence.as_str() {
        "" => String::new(),
        licence => format!(", {} {licence}", words.licence_short),
    };
    let name = format!("{} {}", by.title, by.name);
    format!("{} {}, {}{licence}, {}", words.signed_by, name.trim(), by.facility, moment(t, at))
}
