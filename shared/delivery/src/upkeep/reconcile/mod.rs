//! Nothing stays lost: compares the bucket with the index and the index with the derived objects, and restarts what
//! stopped. It only sends messages that might have come anyway, so running it twice, or when all is well, changes
//! nothing.

mod known;
mod objects;
mod studies;

use std::collections::BTreeMap;

use filmless_domain::{ObjectKey, StudyInstanceUid};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Reconcile;
use known::KnownObjects;

/// Most findings that a report lists one by one; all are counted, and all are repaired.
const FINDINGS_LISTED_MAX: usize = 1000;

/// What to check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Prefixes of the studies bucket that are listed completely. `%Y`, `%m` and `%d` stand for each of the days
    /// (`incoming/%Y%m%d`); an empty one is the whole bucket.
    pub prefixes: Vec<String>,
    /// Checks studies first received, and objects written, within this many days (UTC).
    pub days: u16,
    /// Skips what changed less than this many seconds ago: somebody is still working on it.
    pub grace_seconds: u32,
    /// Most object versions of the whole bucket that this run lists, from where the last one stopped.
    pub crawl_versions_max: usize,
    /// Also check studies that were complete before and have not changed since.
    pub is_thorough: bool,
    /// Repair what is found.
    pub repair: bool,
}

impl Default for Scope {
    /// What the hourly schedule uses.
    fn default() -> Self {
        Self {
            prefixes: vec!["incoming/%Y%m%d".into(), "orders/%Y%m%d".into(), "marks/%Y%m%d".into()],
            days: 2,
            grace_seconds: 15 * 60,
            crawl_versions_max: 20_000,
            is_thorough: false,
            repair: true,
        }
    }
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FindingKind {
    /// An uploaded object is neither in the index nor in quarantine.
    ObjectNotTaken,
    /// An uploaded order was not taken in.
    OrderNotTaken,
    /// The object of an instance is gone from the bucket.
    ObjectMissing,
    /// Nothing arrives any more, but the study was not checked.
    StudyNotSettled,
    /// A series of a settled study has no pack.
    SeriesNotRendered,
    /// The gate would decide otherwise than the state says.
    StudyNotJudged,
    /// A derived object is missing.
    DerivedMissing,
    /// The study counts other instances than the index has.
    CountDiffers,
    /// A message to the patient was not sent yet.
    NoticePending,
    /// Secrets are left in a notice whose messages are all done.
    SecretsLeft,
}

impl FindingKind {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code in `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which.
    pub code: FindingKind,
    /// The study concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// The object concerned: its key as uploaded. For staff only, never for a log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<ObjectKey>,
    /// How often, if counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Whether it was restarted.
    pub is_mended: bool,
}

/// What a run saw, found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Object versions compared with the index.
    pub objects: usize,
    /// Studies checked.
    pub studies: usize,
    /// How often each kind was found.
    pub found: BTreeMap<FindingKind, usize>,
    /// How many of them were restarted.
    pub mended: usize,
    /// The first ones.
    pub findings: Vec<Finding>,
}

impl Reconciled {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.found.is_empty()
    }

    fn add(&mut self, finding: Finding) {
        *self.found.entry(finding.code).or_default() += 1;
        self.mended += usize::from(finding.is_mended);
        if self.findings.len() < FINDINGS_LISTED_MAX {
            self.findings.push(finding);
        }
    }
}

/// One run: its services, its scope and what it knows so far.
struct Run<'a> {
    parts: &'a Reconcile,
    scope: &'a Scope,
    /// What changed after this is left alone.
    before: Timestamp,
    days: Vec<Date>,
    prefixes: Vec<String>,
    known: KnownObjects,
    report: Reconciled,
}

/// Looks for what was lost, and restarts it if the scope says so.
///
/// # Errors
/// [`DeliveryError`]: the next run starts again, or continues where the walk through the bucket stopped.
#[instrument(skip_all)]
pub async fn reconcile(parts: &Reconcile, scope: &Scope) -> Result<Reconciled, DeliveryError> {
    let now = parts.common.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let days: Vec<Date> =
        (0..i32::from(scope.days.max(1))).rev().map(|back| today.saturating_sub(back.days())).collect();
    let mut run = Run {
        parts,
        scope,
        before: now - SignedDuration::from_secs(i64::from(scope.grace_seconds)),
        prefixes: prefixes_of(scope, &days),
        days,
        known: KnownObjects::default(),
        report: Reconciled::default(),
    };
    run.look_at_studies().await?;
    run.look_at_objects().await?;
    let Reconciled { objects, studies, found, mended, .. } = &run.report;
    info!(objects, studies, found = found.values().sum::<usize>(), mended, "reconciled");
    Ok(run.report)
}

/// Each prefix for each day, once, and none that is below another.
fn prefixes_of(scope: &Scope, days: &[Date]) -> Vec<String> {
    let dated = |pattern: &String| {
        let on = |day: &Date| {
            let (year, month, day) = (day.year(), day.month(), day.day());
            let dated = pattern.replace("%Y", &format!("{year:04}")).replace("%m", &format!("{month:02}"));
            dated.replace("%d", &format!("{day:02}"))
        };
        days.iter().map(on).collect::<Vec<_>>()
    };
    let mut all: Vec<String> = scope.prefixes.iter().flat_map(dated).collect();
    all.sort();
    // A prefix sorts before everything below it.
    let mut kept: Vec<String> = Vec::new();
    for prefix in all {
        if !kept.last().is_some_and(|last| prefix.starts_with(last.as_str())) {
            kept.push(prefix);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(patterns: &[&str], days: &[Date]) -> Vec<String> {
        let scope =
            Scope { prefixes: patterns.iter().map(|p| (*p).to_owned()).collect(), ..Scope::default() };
        prefixes_of(&scope, days)
    }

    #[test]
    fn prefixes_are_listed_once_and_for_each_day() {
        let days = [jiff::civil::date(2026, 1, 9), jiff::civil::date(2026, 1, 10)];
        assert_eq!(prefixes(&["incoming/%Y%m%d"], &days), ["incoming/20260109", "incoming/20260110"]);
        assert_eq!(prefixes(&["incoming/", "incoming/%Y%m%d", "orders/"], &days), ["incoming/", "orders/"]);
        assert_eq!(prefixes(&["", "orders/"], &days), [""]);
    }

    #[test]
    fn a_schedule_names_only_what_it_wants_otherwise() {
        let scope: Scope = serde_json::from_str(r#"{"days":31,"repair":false}"#).unwrap();
        assert_eq!(scope, Scope { days: 31, repair: false, ..Scope::default() });
        assert!(serde_json::from_str::<Scope>(r#"{"day":31}"#).is_err());
    }
}
