//! `filmless staff`: every act of the hotline and the records office.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use filmless_delivery::Services;
use filmless_delivery::staff::status::status;
use filmless_delivery::staff::{
    ContactCorrection, Decided, Decision, Desk, Extent, ListAsked, ListPage, StaffError,
};
use filmless_delivery::viewing::ShareRequest;
use filmless_domain::share::Relation;
use filmless_domain::{AccessionNumber, PatientId, StudyInstanceUid, StudyState};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{StaffAct, StaffOptions};
use crate::print::print;
use crate::system;

/// How long to wait for the gate after a release by hand, and how often to ask.
const GATE_PATIENCE: Duration = Duration::from_secs(10);
const GATE_INTERVAL: Duration = Duration::from_millis(200);

pub async fn run(options: StaffOptions) -> anyhow::Result<ExitCode> {
    let services = system::services(&options.system).await?;
    let (member, source) = system::operator();
    let desk = Desk::new(services.clone(), member, source);
    match act(&services, &desk, options.act).await? {
        Ok(answer) => {
            print(&if options.system.json { answer.to_string() } else { text(&answer, 0) });
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            if options.system.json {
                print(
                    &json!({ "error": { "code": error.code(), "message": error.to_string() } }).to_string(),
                );
            }
            eprintln!("filmless: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The outer error is a typing error, the inner one a refusal.
async fn act(services: &Services, desk: &Desk, act: StaffAct) -> anyhow::Result<Result<Value, StaffError>> {
    Ok(match act {
        StaffAct::Find { query } => answer(desk.find(&query).await),
        StaffAct::Patient { patient } => answer(desk.patient(&patient_of(&patient)?).await),
        StaffAct::History { study } => answer(desk.history(&study_of(&study)?).await),
        StaffAct::Reissue { study, why, channels, slip } => {
            let study = study_of(&study)?;
            let done = desk.reissue(&study, channels, &why.reason).await;
            if let (Ok(_), Some(file)) = (&done, slip) {
                let pdf = desk.slip(&study).await.map_err(|error| anyhow!(error))?;
                std::fs::write(&file, pdf).with_context(|| format!("cannot write {}", file.display()))?;
            }
            answer(done)
        }
        StaffAct::Resend { study, channels } => answer(desk.resend(&study_of(&study)?, channels).await),
        StaffAct::Revoke { patient, why } => answer(desk.revoke(&patient_of(&patient)?, &why.reason).await),
        StaffAct::Release { study, order, why, seen, same_person } => {
            let order = order.as_deref().map(AccessionNumber::parse).transpose();
            let order = order.context("the order is not an accession number")?;
            let study = study_of(&study)?;
            let Some(seen) = seen else {
                return Ok(answer(desk.identity(&study, order.as_ref()).await));
            };
            let decision = Decision { order, reason: why.reason, seen, is_same_person: same_person };
            match desk.release(&study, &decision).await {
                Ok(Decided::Released) => Ok(what_the_gate_did(services, &study).await?),
                Ok(Decided::AskedAnother) => {
                    Ok(json!({ "done": false, "asked": "another member of the staff" }))
                }
                Err(error) => Err(error),
            }
        }
        StaffAct::Reviews { days } => {
            let mismatches = desk.mismatches(days).await;
            let reviews = desk.reviews().await;
            answer(mismatches.and_then(|m| Ok(json!({ "mismatches": m, "orders": reviews? }))))
        }
        StaffAct::Hold { study, why } => answer(desk.hold(&study_of(&study)?, &why.reason).await),
        StaffAct::Contact { patient, phone, email } => {
            let correction = ContactCorrection { phone, email };
            answer(desk.correct_contact(&patient_of(&patient)?, &correction).await)
        }
        StaffAct::Merge { from, into, why } => {
            answer(desk.merge(&patient_of(&from)?, &patient_of(&into)?, &why.reason).await)
        }
        StaffAct::Recall { study, why } => answer(desk.recall(&study_of(&study)?, &why.reason).await),
        StaffAct::Erase { patient, why, dry_run } => {
            answer(desk.erase(&patient_of(&patient)?, &why.reason, dry_run).await)
        }
        StaffAct::EndRetention { dry_run } => answer(desk.end_retention(dry_run).await),
        StaffAct::Viewers { study } => answer(desk.viewers(&study_of(&study)?).await),
        StaffAct::Held { days } => answer(rows(desk.held(&ListAsked::of_days(days), &Extent::Whole).await)),
        StaffAct::Unreached { days } => {
            answer(rows(desk.unreached(&ListAsked::of_days(days), &Extent::Whole).await))
        }
        StaffAct::Share { patient, label, relation, study, days, download, annotate, consult } => {
            let relation = Relation::parse(&relation).context("there is no such relation")?;
            let studies = study.iter().map(|uid| study_of(uid)).collect::<Result<_, _>>()?;
            let request = ShareRequest {
                label,
                relation,
                studies,
                days,
                may_download: download,
                may_annotate: annotate,
                may_consult: consult,
            };
            let made = desk.share(&patient_of(&patient)?, &request).await;
            made.map(|share| {
                json!({
                    "id": share.id, "for": share.label, "link": share.link.expose(),
                    "code": share.code.expose(), "ends_at": share.ends_at,
                })
            })
        }
        StaffAct::EndShare { patient, share } => answer(desk.end_share(&patient_of(&patient)?, &share).await),
    })
}

/// The gate decides after the decision is written: it may still hold the study for another reason.
async fn what_the_gate_did(services: &Services, study: &StudyInstanceUid) -> anyhow::Result<Value> {
    let started = Instant::now();
    loop {
        let found = status(&services.index, &services.studies, Some(study), 1).await;
        let found = found.context("the decision is written, but the index does not answer")?;
        let now = found.studies.into_iter().next().context("the study is gone")?;
        let is_released = now.state == StudyState::Released.as_str();
        if is_released || started.elapsed() > GATE_PATIENCE {
            let reason = now.reason.map(|reason| json!({ "code": reason.code, "message": reason.message }));
            return Ok(json!({
                "done": true, "released": is_released, "state": now.state, "released_at": now.released_at,
                "reason": reason,
            }));
        }
        tokio::time::sleep(GATE_INTERVAL).await;
    }
}

fn answer(done: Result<impl Serialize, StaffError>) -> Result<Value, StaffError> {
    // An act without a result just reports that it is done.
    let done = done.map(|value| serde_json::to_value(value).unwrap_or_default())?;
    Ok(if done.is_null() { json!({ "done": true }) } else { done })
}

fn rows<T>(list: Result<ListPage<T>, StaffError>) -> Result<Vec<T>, StaffError> {
    list.map(|list| list.rows)
}

fn study_of(typed: &str) -> anyhow::Result<StudyInstanceUid> {
    StudyInstanceUid::parse(typed).context("the study is not a Study Instance UID")
}

fn patient_of(typed: &str) -> anyhow::Result<PatientId> {
    PatientId::parse(typed).context("the patient is not a patient code")
}

/// JSON for people: one fact per line, indented by what belongs together.
fn text(value: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    match value {
        Value::Array(items) if items.is_empty() => format!("{pad}none"),
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().map(|item| line_or_block(item, depth)).collect();
            lines.join("\n")
        }
        Value::Object(fields) => {
            let shown = fields.iter().filter(|(_, value)| !is_empty(value));
            let lines: Vec<String> = shown
                .map(|(name, value)| match value {
                    Value::Array(items) if !items.iter().any(Value::is_object) => {
                        let items: Vec<String> = items.iter().map(plain).collect();
                        format!("{pad}{name}: {}", items.join(", "))
                    }
                    Value::Array(_) | Value::Object(_) => format!("{pad}{name}:\n{}", text(value, depth + 1)),
                    _ => format!("{pad}{name}: {}", plain(value)),
                })
                .collect();
            lines.join("\n")
        }
        _ => format!("{pad}{}", plain(value)),
    }
}

/// A small object fits on one line.
fn line_or_block(item: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    match item {
        Value::Object(fields) if !fields.values().any(|v| v.is_object() || v.is_array()) => {
            let shown = fields.iter().filter(|(_, value)| !is_empty(value));
            let facts: Vec<String> = shown.map(|(name, value)| format!("{name}={}", plain(value))).collect();
            format!("{pad}{}", facts.join("  "))
        }
        _ => format!("{}\n", text(item, depth)),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
