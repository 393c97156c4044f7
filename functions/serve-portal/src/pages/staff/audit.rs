//! The audit log: its newest events by patient, member, act and period; whether its chain holds; one day as a file.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{AuditQuery, AuditVerdict};
use filmless_domain::audit::{Actor, AuditAction, AuditEvent};
use filmless_domain::audit_fhir;
use filmless_domain::staff::Act;
use jiff::civil::Date;
use serde::Deserialize;

use super::address::study_url;
use super::attachment::file;
use super::choices::Choice;
use super::console::Console;
use super::frame::StaffFrame;
use super::trouble::Trouble;
use crate::pages::answer::page;
use crate::texts::console;

/// Events on one page.
const EVENTS_SHOWN_MAX: usize = 200;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage<'a> {
    frame: StaffFrame<'a>,
    from: String,
    to: String,
    is_one_day: bool,
    patient: &'a str,
    member: &'a str,
    actions: Vec<Choice>,
    is_cut: bool,
    verdict: Option<Verdict<'a>>,
    rows: Vec<EventRow>,
}

/// What a verification found.
struct Verdict<'a> {
    words: &'a str,
    is_alarm: bool,
    facts: Vec<(&'a str, String)>,
}

/// One event, as shown.
struct EventRow {
    iso: String,
    time: String,
    action: &'static str,
    code: &'static str,
    outcome: &'static str,
    is_refused: bool,
    actor: String,
    source: String,
    study: Option<(String, String)>,
    detail: String,
}

impl EventRow {
    fn new(frame: &StaffFrame<'_>, event: &AuditEvent, is_one_day: bool) -> Self {
        let words = frame.t.study;
        Self {
            iso: event.at.to_string(),
            time: event.at.strftime(if is_one_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" }).to_string(),
            action: console::action(frame.language, event.action.as_str()),
            code: event.action.as_str(),
            outcome: console::outcome(frame.language, event.outcome),
            is_refused: event.outcome != filmless_domain::audit::AuditOutcome::Success,
            actor: match &event.actor {
                Actor::Account { account } => format!("{} {account}", words.who_patient),
                Actor::Share { share } => format!("{} {share}", words.who_share),
                Actor::Staff { subject } => subject.clone(),
                Actor::System => frame.t.reading.system.to_owned(),
            },
            source: event.source.clone().unwrap_or_default(),
            study: event.study_instance_uid.as_ref().map(|uid| (study_url(uid), uid.to_string())),
            detail: event.detail.clone().unwrap_or_default(),
        }
    }
}

/// Which events, and in which form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    day: String,
    patient: String,
    member: String,
    action: String,
    form: String,
}

impl Asked {
    /// The requested day, else today (UTC).
    fn day(&self) -> Date {
        let today = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.day.parse().unwrap_or_else(|_| today())
    }

    /// What to search: one day if only one is given, today if nothing is.
    fn query(&self) -> AuditQuery {
        let named = |typed: &str| typed.parse::<Date>().ok();
        let (from, to) = match (named(&self.from), named(&self.to)) {
            (Some(from), Some(to)) => (from, to),
            (Some(day), None) | (None, Some(day)) => (day, day),
            (None, None) => (self.day(), self.day()),
        };
        let action = AuditAction::ALL.into_iter().find(|action| action.as_str() == self.action);
        let [patient, member] = [&self.patient, &self.member].map(|typed| typed.trim().to_owned());
        AuditQuery { from, to, patient, member, action }
    }
}

/// `GET /staff/audit`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    console.demand_days([&asked.from, &asked.to, &asked.day])?;
    render(&console, &asked.query(), None).await
}

/// `POST /staff/audit/verify`
pub(crate) async fn verify(console: Console) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    let verdict = console.desk.verify_audit().await.map_err(console.trouble())?;
    let words = console.frame().t.reading;
    let verdict = match verdict {
        AuditVerdict::Holds(log) => Verdict {
            words: words.holds,
            is_alarm: false,
            facts: vec![
                (words.events, log.head.sequence.to_string()),
                (words.objects, log.objects.to_string()),
                (words.pending, log.pending.to_string()),
                (words.head, log.head.digest),
            ],
        },
        AuditVerdict::Broken(place) => {
            Verdict { words: words.broken, is_alarm: true, facts: vec![(words.detail, place)] }
        }
        AuditVerdict::TooLong => Verdict { words: words.too_long, is_alarm: false, facts: Vec::new() },
    };
    render(&console, &Asked::default().query(), Some(verdict)).await
}

async fn render(
    console: &Console,
    query: &AuditQuery,
    verdict: Option<Verdict<'_>>,
) -> Result<Response, Trouble> {
    let found = console.desk.find_audit(query, EVENTS_SHOWN_MAX).await.map_err(console.trouble())?;
    let frame = console.frame_at("/staff/audit");
    let actions = AuditAction::ALL.map(|action| Choice {
        value: action.as_str().to_owned(),
        words: console::action(frame.language, action.as_str()).to_owned(),
        is_chosen: query.action == Some(action),
    });
    let is_one_day = query.from == query.to;
    let rows = found.events.iter().map(|event| EventRow::new(&frame, event, is_one_day)).collect();
    let shown = AuditPage {
        from: query.from.to_string(),
        to: query.to.to_string(),
        is_one_day,
        patient: &query.patient,
        member: &query.member,
        actions: actions.into(),
        is_cut: found.is_cut,
        frame,
        verdict,
        rows,
    };
    Ok(page(StatusCode::OK, &shown)?)
}

/// `GET /staff/audit/export`: the lines as they are chained, or FHIR R4 resources, one per line.
pub(crate) async fn export(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    console.demand_days([&asked.from, &asked.to, &asked.day])?;
    let day = asked.day();
    let lines = console.desk.audit_of_day(day).await.map_err(console.trouble())?;
    let is_fhir = asked.form == "fhir";
    let observer = &console.visitor.services.config.hospital.name_vi;
    let mut text = Vec::new();
    for line in lines {
        match serde_json::from_slice::<AuditEvent>(&line) {
            Ok(event) if is_fhir => {
                text.extend(audit_fhir::audit_event(&event, observer).to_string().into_bytes());
            }
            _ => text.extend(line),
        }
        text.push(b'\n');
    }
    let (kind, media_type) =
        if is_fhir { ("fhir", "application/fhir+ndjson") } else { ("log", "application/x-ndjson") };
    file(media_type, &format!("attachment; filename=\"audit-{kind}-{day}.ndjson\""), text)
}
