//! Reading the audit log at the console: a day of it, and whether all of it holds.

use std::time::Duration;

use filmless_domain::audit::{AuditAction, AuditEvent};
use filmless_domain::staff::Act;
use filmless_store::index::LogName;
use jiff::civil::Date;
use serde::Serialize;

use super::{Desk, StaffError};
use crate::log::{self, LogError, VerifiedLog};

/// Most bytes of one download: an answer of a function is 6 MB at most, and FHIR is about three times as long.
const DOWNLOAD_BYTES_MAX: usize = 1_500_000;
/// A page is waited for; a longer log is verified on the command line.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(20);
/// Events that are moved into the log while it is read make its end look wrong once.
const VERIFY_TRIES_MAX: u32 = 3;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum AuditVerdict {
    /// Every line follows the line before it.
    Holds(VerifiedLog),
    /// It does not hold; where.
    Broken(String),
    /// It is too long to be verified here.
    TooLong,
}

impl Desk {
    /// The newest events that were written down on a day (UTC), newest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn newest_audit(&self, day: Date, count: usize) -> Result<Vec<AuditEvent>, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let services = &self.services;
        self.record(AuditAction::ReadLog).detail(format!("newest of {day}")).write(services).await?;
        let mut lines = Vec::new();
        if day == self.today() {
            let pending = services.index.pending_log(LogName::Audit).await?;
            lines.extend(pending.into_iter().map(|entry| entry.event.into_bytes()));
        }
        let keys = log::keys_of_day(&services.index, &services.audit, LogName::Audit, day).await?;
        for key in keys.iter().rev() {
            if lines.len() >= count {
                break;
            }
            let object = log::read(&services.audit, key).await?;
            lines.extend(log::lines(&object).map(<[u8]>::to_vec));
        }
        let mut events: Vec<AuditEvent> =
            lines.iter().filter_map(|line| serde_json::from_slice(line).ok()).collect();
        // An event may be in both for a moment: it is written before it is removed.
        events.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        events.dedup_by(|a, b| a.id == b.id);
        events.truncate(count);
        Ok(events)
    }

    /// The lines of the log of a day (UTC), oldest first, as they are chained. Those of the last seconds are not among
    /// them yet.
    ///
    /// # Errors
    /// [`StaffError`]; `audit-too-long` where that is more than a page can give.
    pub async fn audit_of_day(&self, day: Date) -> Result<Vec<Vec<u8>>, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let services = &self.services;
        let keys = log::keys_of_day(&services.index, &services.audit, LogName::Audit, day).await?;
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for key in &keys {
            let object = log::read(&services.audit, key).await?;
            bytes += object.len();
            if bytes > DOWNLOAD_BYTES_MAX {
                return Err(StaffError::refused(
                    "audit-too-long",
                    "The day is too long for one page: export it with `filmless audit export`.",
                ));
            }
            lines.extend(log::lines(&object).map(<[u8]>::to_vec));
        }
        self.record(AuditAction::ReadLog).detail(format!("audit of {day}")).write(services).await?;
        Ok(lines)
    }

    /// Verifies the whole audit log.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let services = &self.services;
        let mut tries = 0;
        let verdict = loop {
            tries += 1;
            let verified = log::verify(&services.index, &services.audit, LogName::Audit, |_| {});
            match tokio::time::timeout(VERIFY_TIMEOUT, verified).await {
                Err(_) => break AuditVerdict::TooLong,
                Ok(Ok(verified)) => break AuditVerdict::Holds(verified),
                Ok(Err(LogError::Store(error))) => return Err(error.into()),
                Ok(Err(LogError::OtherEnd { found, expected }))
                    if found > expected && tries < VERIFY_TRIES_MAX => {}
                Ok(Err(broken)) => break AuditVerdict::Broken(broken.to_string()),
            }
        };
        self.record(AuditAction::ReadLog).detail("audit verified").write(services).await?;
        Ok(verdict)
    }

    /// The day it is (UTC).
    pub(super) fn today(&self) -> Date {
        self.services.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}
