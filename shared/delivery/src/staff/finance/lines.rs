//! The ledger lines behind a month's charges, page by page in ledger order, up to where the month was exported. So
//! they add up to the figure that links here.

use filmless_domain::ObjectKey;
use filmless_domain::audit::AuditAction;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::staff::Act;
use filmless_domain::usage::{UsageEvent, UsageKind};
use filmless_store::ObjectVersion;
use filmless_store::index::LogName;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::super::{Desk, StaffError};
use super::is_month;
use crate::DeliveryError;
use crate::record::log;

/// Lines on a page.
const LINES_MAX: usize = 50;
/// Ledger objects read for one page: as many as fit in the time of a request.
const OBJECTS_MAX: usize = 40;
const OBJECTS_PER_DAY_MAX: usize = 1_000_000;
/// An event is sealed after it happened, normally within this time.
const SLACK_HOURS: i64 = 1;
/// The last lines of a month are sealed within this many days of its end.
const SEALED_WITHIN_DAYS: i64 = 31;

/// Which lines to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinesAsked {
    /// Which month: `2026-11`.
    pub month: String,
    /// Only this department; empty: lines that name none.
    pub department: Option<String>,
    /// Only this payer: `insured`, `self`, `unknown`.
    pub payer: Option<String>,
    /// Only lines after this number in the ledger.
    pub after: u64,
}

/// A line: a release, or a correction of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeLine {
    /// Its number in the ledger.
    pub sequence: u64,
    /// The day at the hospital.
    pub day: Date,
    /// Accession number; empty if unknown.
    pub accession_number: String,
    /// Code of the service.
    pub service_code: String,
    /// Requesting department.
    pub department: String,
    /// `insured`, `self`, `unknown`.
    pub payer: &'static str,
    /// Why it was corrected, as a code; empty for a release.
    pub reason: String,
    /// What it charges or takes back, in dong.
    pub amount_vnd: i64,
}

/// A page of lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinesPage {
    /// The lines.
    pub lines: Vec<ChargeLine>,
    /// Where to continue, if there may be more.
    pub after: Option<u64>,
}

#[derive(Deserialize)]
struct Line {
    chain: Chain,
    #[serde(flatten)]
    event: UsageEvent,
}

#[derive(Deserialize)]
struct Chain {
    sequence: u64,
}

/// What is checked of a line before all of it is read.
#[derive(Deserialize)]
struct Head {
    chain: Chain,
    at: Timestamp,
    kind: UsageKind,
}

/// One month in the hospital's time.
struct Stretch {
    from: Timestamp,
    to: Timestamp,
}

impl Stretch {
    fn of(month: &str) -> Option<Self> {
        let first: Date = format!("{month}-01").parse().ok()?;
        let at = |day: Date| day.to_zoned(HOSPITAL_TIME).ok().map(|zoned| zoned.timestamp());
        Some(Self { from: at(first)?, to: at(first.checked_add(1.month()).ok()?)? })
    }
}

impl LinesAsked {
    fn wants(&self, event: &UsageEvent) -> bool {
        let context = &event.context;
        let department = context.department.as_deref().unwrap_or_default();
        self.department.as_deref().is_none_or(|wanted| wanted == department)
            && self.payer.as_deref().is_none_or(|wanted| wanted == context.payer.as_str())
    }
}

impl ChargeLine {
    fn of(line: Line) -> Self {
        let (event, context) = (line.event.clone(), line.event.context);
        Self {
            sequence: line.chain.sequence,
            day: event.at.to_zoned(HOSPITAL_TIME).date(),
            accession_number: context.accession_number.map(|number| number.to_string()).unwrap_or_default(),
            service_code: context.service_code.unwrap_or_default(),
            department: context.department.unwrap_or_default(),
            payer: context.payer.as_str(),
            reason: event.reason.unwrap_or_default(),
            amount_vnd: context.unit_price_vnd.unwrap_or_default().saturating_mul(event.quantity),
        }
    }
}

/// The number of an object's first line.
fn first_of(key: &ObjectKey) -> u64 {
    let name = key.as_str().rsplit('/').next().unwrap_or_default();
    name.split('.').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

impl Desk {
    /// The lines charged in a month, as far as it was exported, 50 at a time.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] if the month was not exported.
    pub async fn usage_lines(&self, asked: &LinesAsked) -> Result<LinesPage, StaffError> {
        let stretch = Some(&asked.month).filter(|month| is_month(month)).and_then(|m| Stretch::of(m));
        let stretch = stretch.ok_or(StaffError::NotFound)?;
        let last = self.usage_month(&asked.month).await?.sequence;
        let detail = format!("usage lines of {}", asked.month);
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        self.record(AuditAction::ReadLog).detail(detail).write(&self.common).await?;
        let keys = self.ledger_objects(&stretch, asked.after, last).await?;
        let mut page = LinesPage::default();
        for (number, key) in keys.iter().enumerate() {
            if number >= OBJECTS_MAX {
                page.after = Some(first_of(key).saturating_sub(1));
                return Ok(page);
            }
            let object = ObjectVersion { key, version_id: None };
            let bytes = self.usage.get(object, log::OBJECT_BYTES_MAX).await?;
            for text in log::lines(&bytes) {
                let unreadable = DeliveryError::internal("a line of the ledger");
                let head: Head = serde_json::from_slice(text).map_err(unreadable)?;
                let is_charge = matches!(head.kind, UsageKind::StudyReleased | UsageKind::ReleaseCorrected);
                let is_in = head.chain.sequence > asked.after && head.chain.sequence <= last;
                if !is_charge || !is_in || head.at < stretch.from || head.at >= stretch.to {
                    continue;
                }
                let unreadable = DeliveryError::internal("a line of the ledger");
                let line: Line = serde_json::from_slice(text).map_err(unreadable)?;
                if !asked.wants(&line.event) {
                    continue;
                }
                if page.lines.len() == LINES_MAX {
                    page.after = page.lines.last().map(|line| line.sequence);
                    return Ok(page);
                }
                page.lines.push(ChargeLine::of(line));
            }
        }
        Ok(page)
    }

    /// The objects that may hold lines of this period between two numbers, in order.
    async fn ledger_objects(
        &self,
        stretch: &Stretch,
        after: u64,
        last: u64,
    ) -> Result<Vec<ObjectKey>, StaffError> {
        let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let today =
            utc(self.common.clock.now()).min(utc(stretch.to).saturating_add(SEALED_WITHIN_DAYS.days()));
        let mut day = utc(stretch.from - SLACK_HOURS.hours());
        let mut keys: Vec<ObjectKey> = Vec::new();
        while day <= today {
            let prefix = format!("{}{}/", log::prefix(LogName::Usage), day.strftime("%Y/%m/%d"));
            let mut of_day = self.usage.list(&prefix, OBJECTS_PER_DAY_MAX).await?;
            of_day.sort_by_key(first_of);
            let is_past = of_day.last().is_some_and(|key| first_of(key) > last);
            keys.extend(of_day.into_iter().filter(|key| first_of(key) <= last));
            if is_past {
                break;
            }
            day = day.saturating_add(1.day());
        }
        // The last object that begins before the cursor may hold lines after it.
        let begun = keys.partition_point(|key| first_of(key) <= after.saturating_add(1));
        keys.drain(..begun.saturating_sub(1));
        Ok(keys)
    }
}
