//! Reads the audit log for the console: what a member did, what was done to a patient's studies, one day, and whether
//! the whole log is intact.

use std::collections::BTreeSet;
use std::time::Duration;

use filmless_domain::audit::{Actor, AuditAction, AuditEvent};
use filmless_domain::staff::Act;
use filmless_domain::{AccessionNumber, PatientId};
use filmless_store::index::LogName;
use jiff::civil::Date;
use serde::Serialize;

use super::{Desk, Refusal, StaffError};
use crate::record::log::{self, LogError, VerifiedLog};

/// Most bytes in one download: a function's answer is 6 MB at most, and FHIR is about three times as long.
const DOWNLOAD_BYTES_MAX: usize = 1_500_000;
/// Longest period of one search: a quarter.
const PERIOD_DAYS_MAX: i32 = 92;
/// Most bytes of the log that one search reads: as many as fit in the time of a request.
const SEARCH_BYTES_MAX: usize = 50_000_000;
/// Somebody waits for the page; a longer log is verified on the command line.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(20);
/// If events move into the log during the reading, its end looks wrong once.
const VERIFY_TRIES_MAX: u32 = 3;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum AuditVerdict {
    /// Every line follows the line before it.
    Holds(VerifiedLog),
    /// The log is broken; where.
    Broken(String),
    /// Too long to verify here.
    TooLong,
}

/// Which events to find.
#[derive(Debug, Clone)]
pub struct AuditQuery {
    /// First day (UTC).
    pub from: Date,
    /// Last day (UTC).
    pub to: Date,
    /// Only what this patient did, or what was done to their studies or account. A patient code, or an order's number;
    /// separators between letters and digits are ignored. Empty: any patient.
    pub patient: String,
    /// Only what members of staff did whose stable name contains these letters, ignoring case. Empty: anybody.
    pub member: String,
    /// Only this action.
    pub action: Option<AuditAction>,
}

/// What was found.
#[derive(Debug)]
pub struct AuditFound {
    /// Newest first.
    pub events: Vec<AuditEvent>,
    /// Whether the period may have older ones: the page is full, or no more could be read.
    pub is_cut: bool,
}

/// What belongs to a patient, as named in events.
struct Belongings {
    accounts: BTreeSet<String>,
    studies: BTreeSet<String>,
}

impl Belongings {
    fn has(&self, event: &AuditEvent) -> bool {
        let actor = match &event.actor {
            Actor::Account { account } => Some(account),
            _ => None,
        };
        let is_account = |named: Option<&String>| named.is_some_and(|named| self.accounts.contains(named));
        let study = event.study_instance_uid.as_ref();
        is_account(actor)
            || is_account(event.account.as_ref())
            || study.is_some_and(|study| self.studies.contains(study.as_str()))
    }
}

impl AuditQuery {
    fn wants(&self, belongings: Option<&Belongings>, event: &AuditEvent) -> bool {
        let is_member = |wanted: &str| match &event.actor {
            Actor::Staff { subject } => subject.to_lowercase().contains(&wanted.to_lowercase()),
            _ => false,
        };
        self.action.is_none_or(|action| action == event.action)
            && (self.member.is_empty() || is_member(&self.member))
            && belongings.is_none_or(|belongings| belongings.has(event))
    }

    /// The days from last to first.
    fn days(&self) -> impl Iterator<Item = Date> {
        let from = self.from;
        std::iter::successors(Some(self.to), |day| day.yesterday().ok()).take_while(move |day| *day >= from)
    }
}

impl Desk {
    /// The newest events of a period, newest first.
    ///
    /// # Errors
    /// [`StaffError`]; `bad-period` if the days are out of order or too many.
    pub async fn find_audit(&self, query: &AuditQuery, count: usize) -> Result<AuditFound, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let (common, today) = (&self.common, self.today());
        if query.from > query.to || (query.to - query.from).get_days() >= PERIOD_DAYS_MAX {
            return Err(Refusal::BadPeriod.into());
        }
        let detail = format!("newest of {} to {}", query.from, query.to);
        self.record(AuditAction::ReadLog).detail(detail).write(common).await?;
        let belongings = self.belongings(&query.patient).await?;
        let wants = |event: &AuditEvent| query.wants(belongings.as_ref(), event);
        let mut events = Vec::new();
        if query.to >= today {
            let pending = common.index.pending_log(LogName::Audit).await?;
            events.extend(pending.iter().filter_map(|entry| serde_json::from_str(&entry.event).ok()));
            events.retain(|event| wants(event));
        }
        let (mut bytes, mut is_cut) = (0, false);
        for day in query.days() {
            let keys = log::keys_of_day(&common.index, &self.audit, LogName::Audit, day).await?;
            for key in keys.iter().rev() {
                is_cut = events.len() >= count || bytes >= SEARCH_BYTES_MAX;
                if is_cut {
                    break;
                }
                let object = log::read(&self.audit, key).await?;
                bytes += object.len();
                let read = log::lines(&object).filter_map(|line| serde_json::from_slice(line).ok());
                events.extend(read.filter(|event| wants(event)));
            }
            if is_cut {
                break;
            }
        }
        // An event may briefly be in both: it is written before it is removed.
        events.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        events.dedup_by(|a, b| a.id == b.id);
        is_cut |= events.len() > count;
        events.truncate(count);
        Ok(AuditFound { events, is_cut })
    }

    async fn belongings(&self, code: &str) -> Result<Option<Belongings>, StaffError> {
        if code.is_empty() {
            return Ok(None);
        }
        let (patient, accession) = (PatientId::parse(code).ok(), AccessionNumber::parse(code).ok());
        if patient.is_none() && accession.is_none() {
            return Err(Refusal::BadSearch.into());
        }
        let index = &self.common.index;
        let mut patients: BTreeSet<PatientId> = patient.into_iter().collect();
        patients.extend(index.patients_of_code(code).await?.into_iter().map(|found| found.patient_id));
        let mut studies = Vec::new();
        if let Some(accession) = &accession {
            studies.extend(index.studies_of_accession(accession).await?);
        }
        let mut accounts = BTreeSet::new();
        for patient in &patients {
            studies.extend(index.studies_of_patient(patient).await?);
            // For a merged code, also what was done before the merge.
            accounts.extend(index.own_account_key(patient).await?);
            accounts.extend(index.account_of_patient(patient).await?.map(|account| account.account_key));
        }
        let studies = studies.iter().map(|study| study.study_instance_uid.to_string()).collect();
        Ok(Some(Belongings { accounts, studies }))
    }

    /// A day's log lines (UTC), oldest first, as they are chained. Those of the last seconds are not there yet.
    ///
    /// # Errors
    /// [`StaffError`]; `audit-too-long` if that is more than a page can deliver.
    pub async fn audit_of_day(&self, day: Date) -> Result<Vec<Vec<u8>>, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let common = &self.common;
        let keys = log::keys_of_day(&common.index, &self.audit, LogName::Audit, day).await?;
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for key in &keys {
            let object = log::read(&self.audit, key).await?;
            bytes += object.len();
            if bytes > DOWNLOAD_BYTES_MAX {
                return Err(Refusal::AuditTooLong.into());
            }
            lines.extend(log::lines(&object).map(<[u8]>::to_vec));
        }
        self.record(AuditAction::ReadLog).detail(format!("audit of {day}")).write(common).await?;
        Ok(lines)
    }

    /// Verifies the whole audit log.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadLog).await?;
        let common = &self.common;
        let mut tries = 0;
        let verdict = loop {
            tries += 1;
            let verified = log::verify(&common.index, &self.audit, LogName::Audit, |_| {});
            match tokio::time::timeout(VERIFY_TIMEOUT, verified).await {
                Err(_) => break AuditVerdict::TooLong,
                Ok(Ok(verified)) => break AuditVerdict::Holds(verified),
                Ok(Err(LogError::Store(error) | LogError::Unreadable { source: error, .. })) => {
                    return Err(error.into());
                }
                Ok(Err(LogError::OtherEnd { found, expected, .. }))
                    if found > expected && tries < VERIFY_TRIES_MAX => {}
                Ok(Err(broken)) => break AuditVerdict::Broken(broken.to_string()),
            }
        };
        self.record(AuditAction::ReadLog).detail("audit verified").write(common).await?;
        Ok(verdict)
    }

    /// Today's date (UTC).
    pub(super) fn today(&self) -> Date {
        self.common.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}
