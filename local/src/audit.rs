//! `filmless audit`: the log of who did what.

use filmless_delivery::parts::Common;
use std::process::ExitCode;

use anyhow::Context;
use filmless_delivery::record::log::{self, VerifiedLog};
use filmless_domain::audit::{AuditAction, AuditEvent};
use filmless_domain::audit_fhir;
use filmless_domain::staff::Role;
use filmless_store::index::LogName;

use crate::cli::{AuditAct, AuditOptions};
use crate::counted::counted;
use crate::print::print;
use crate::system;

pub async fn run(options: AuditOptions) -> anyhow::Result<ExitCode> {
    let services = system::services(&options.system).await?;
    let (member, source) = system::operator();
    debug_assert!(member.roles.contains(&Role::Admin));
    let actor = filmless_domain::audit::Actor::Staff { subject: member.subject };
    let read = filmless_delivery::record::audit::Record::new(AuditAction::ReadLog, actor).from(&source);
    read.detail("audit").write(&Common::from(&services)).await?;
    let (index, bucket) = (&services.index, &services.audit);
    log::seal(index, bucket, LogName::Audit, services.clock.now(), true)
        .await
        .context("the latest events could not be moved into the log")?;
    let observer = services.settings.hospital.name_vi.clone();
    let verified = match options.act {
        AuditAct::Verify => log::verify(index, bucket, LogName::Audit, |_| {}).await,
        AuditAct::Export { fhir } => {
            log::verify(index, bucket, LogName::Audit, |line| print(&exported(line, fhir, &observer))).await
        }
    };
    match verified {
        Ok(verified) => {
            if matches!(options.act, AuditAct::Verify) {
                print(&told(&verified, options.system.json)?);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("filmless: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn told(verified: &VerifiedLog, json: bool) -> anyhow::Result<String> {
    if json {
        return Ok(serde_json::to_string(verified)?);
    }
    let VerifiedLog { head, objects, pending } = verified;
    let (events, digest) = (head.sequence, &head.digest);
    Ok(format!(
        "The audit log holds: {} in {}, {pending} not in it yet.\nHead {digest}",
        counted(events, "event"),
        counted(objects, "object")
    ))
}

fn exported(line: &[u8], fhir: bool, observer: &str) -> String {
    match serde_json::from_slice::<AuditEvent>(line) {
        Ok(event) if fhir => audit_fhir::audit_event(&event, observer).to_string(),
        _ => String::from_utf8_lossy(line).into_owned(),
    }
}
