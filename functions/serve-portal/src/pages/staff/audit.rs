//! The audit log: its newest events, whether it holds, and a day of it as a file.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::AuditVerdict;
use filmless_domain::audit::{Actor, AuditEvent};
use filmless_domain::audit_fhir;
use filmless_domain::staff::Act;
use jiff::civil::Date;
use serde::Deserialize;

use super::patient::study_url;
use super::{Console, StaffFrame, Trouble, file, page};
use crate::texts::console;

/// Events on one page.
const EVENTS_SHOWN_MAX: usize = 200;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage<'a> {
    frame: StaffFrame<'a>,
    day: String,
    verdict: Option<Verdict<'a>>,
    rows: Vec<EventRow>,
}

/// What a verification found.
struct Verdict<'a> {
    words: &'a str,
    is_alarm: bool,
    facts: Vec<(&'a str, String)>,
}

/// One event as it is read.
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
    fn new(frame: &StaffFrame<'_>, event: &AuditEvent) -> Self {
        let words = frame.t.study;
        Self {
            iso: event.at.to_string(),
            time: event.at.strftime("%H:%M:%S").to_string(),
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

/// Which day, and how.
#[derive(Deserialize)]
pub(crate) struct Asked {
    day: Option<String>,
    form: Option<String>,
}

impl Asked {
    /// The day asked for, else today (UTC).
    fn day(&self) -> Date {
        let today = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.day.as_deref().and_then(|day| day.parse().ok()).unwrap_or_else(today)
    }
}

/// `GET /staff/audit`
pub(crate) async fn show(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    render(&console, asked.day(), None).await
}

/// `POST /staff/audit/verify`
pub(crate) async fn verify(console: Console) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    let verdict = console.clerk.verify_audit().await.map_err(console.trouble())?;
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
    render(&console, Asked { day: None, form: None }.day(), Some(verdict)).await
}

async fn render(console: &Console, day: Date, verdict: Option<Verdict<'_>>) -> Result<Response, Trouble> {
    let events = console.clerk.newest_audit(day, EVENTS_SHOWN_MAX).await.map_err(console.trouble())?;
    let frame = console.frame_at("/staff/audit");
    let rows = events.iter().map(|event| EventRow::new(&frame, event)).collect();
    Ok(page(StatusCode::OK, &AuditPage { frame, day: day.to_string(), verdict, rows })?)
}

/// `GET /staff/audit/export`: the lines as they are chained, or as FHIR R4 resources, one in a line.
pub(crate) async fn export(console: Console, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    console.demand(Act::ReadAudit).await?;
    let day = asked.day();
    let lines = console.clerk.audit_of_day(day).await.map_err(console.trouble())?;
    let is_fhir = asked.form.as_deref() == Some("fhir");
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
