//! Nothing stays lost: the bucket is held against the index, the index against what was derived, and what should have
//! gone on by itself is told to go on. Everything it does is a message that might have come anyway, so that running it
//! twice, or while everything is well, changes nothing.

mod known;
mod objects;
mod studies;

use std::collections::BTreeMap;

use filmless_domain::{ObjectKey, StudyInstanceUid};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Reconcile;
use known::KnownObjects;

/// Most findings that a report lists one by one; all are counted, and all are mended.
const FINDINGS_LISTED_MAX: usize = 1000;

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Prefixes of the studies bucket that are listed from end to end. `%Y`, `%m` and `%d` stand for each of the days
    /// (`incoming/%Y%m%d`); an empty one is the whole bucket.
    pub prefixes: Vec<String>,
    /// The studies first received, and the objects written, in the last so many days (UTC).
    pub days: u16,
    /// What changed less than so many seconds ago is left to those who are at it.
    pub grace_seconds: u32,
    /// Most versions of objects that this run lists of the whole bucket, going on where the last one stopped.
    pub crawl_versions_max: usize,
    /// Look also at studies that were found whole before and did not change since.
    pub is_thorough: bool,
    /// Mend what is found.
    pub repair: bool,
}

impl Default for Scope {
    /// What the schedule does every hour.
    fn default() -> Self {
        Self {
            prefixes: vec!["incoming/%Y%m%d".into(), "orders/%Y%m%d".into()],
            days: 2,
            grace_seconds: 15 * 60,
            crawl_versions_max: 20_000,
            is_thorough: false,
            repair: true,
        }
    }
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// An uploaded object is neither in the index nor in quarantine.
    ObjectNotTaken,
    /// An uploaded order was not taken.
    OrderNotTaken,
    /// The object of an instance is not in the bucket any more.
    ObjectMissing,
    /// Nothing arrives any more, and nobody looked.
    StudyNotSettled,
    /// A series that was settled has no pack.
    SeriesNotRendered,
    /// The gate would say something else than the state does.
    StudyNotJudged,
    /// A derived object is missing.
    DerivedMissing,
    /// The study counts other instances than there are.
    CountDiffers,
    /// A message to the patient is still to be sent.
    NoticePending,
    /// Secrets of a notice whose messages are all done.
    SecretsLeft,
}

impl FindingKind {
    /// The stable code of `docs/ERRORS.md`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ObjectNotTaken => "object-not-taken",
            Self::OrderNotTaken => "order-not-taken",
            Self::ObjectMissing => "object-missing",
            Self::StudyNotSettled => "study-not-settled",
            Self::SeriesNotRendered => "series-not-rendered",
            Self::StudyNotJudged => "study-not-judged",
            Self::DerivedMissing => "derived-missing",
            Self::CountDiffers => "count-differs",
            Self::NoticePending => "notice-pending",
            Self::SecretsLeft => "secrets-left",
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which; see [`FindingKind::code`].
    pub code: &'static str,
    /// The study concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// The object concerned: its key as uploaded, which is for staff and for no log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<ObjectKey>,
    /// How often, where that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Whether it was told to go on.
    pub is_mended: bool,
}

/// What a run saw, found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Versions of objects that were held against the index.
    pub objects: usize,
    /// Studies that were looked at.
    pub studies: usize,
    /// How often each kind was found.
    pub found: BTreeMap<&'static str, usize>,
    /// How many of them were told to go on.
    pub mended: usize,
    /// The first of them.
    pub findings: Vec<Finding>,
}

impl Reconciled {
    /// Whether everything is as it should be.
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

/// One run: what it works with, scope and what is known so far.
struct Run<'a> {
    parts: &'a Reconcile,
    scope: &'a Scope,
    /// What changed later is left alone.
    before: Timestamp,
    days: Vec<Date>,
    prefixes: Vec<String>,
    known: KnownObjects,
    report: Reconciled,
}

/// Looks for what was lost, and tells it to go on where the scope says so.
///
/// # Errors
/// [`DeliveryError`]: the next run begins again, or goes on where the walk through the bucket stopped.
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

/// Each prefix for each day, once, and none that lies below another.
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
    // A prefix comes before everything that lies below it.
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
