//! From the schedule's event to the months that are exported.

use filmless_delivery::Services;
use filmless_usage::Month;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ExportError;
use crate::export::{export_month, price_file};

/// So many days into a month, the one before it is exported again: its last events may have been on their way.
const STRAGGLER_DAYS: i8 = 7;

/// What the schedule asks for: `{}`, or `{"months": ["2026-10"]}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ExportEvent {
    /// Which months; this one, and in its first week the one before, when it names none.
    #[serde(default)]
    pub months: Vec<Month>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Month by month.
    pub months: Vec<ExportedMonth>,
}

/// One exported month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedMonth {
    /// Which month.
    pub month: Month,
    /// Number of events.
    pub rows: u64,
    /// Number of files, the manifest not counted.
    pub files: usize,
}

/// Exports; running it again, or twice at once, writes the same objects.
///
/// # Errors
/// [`ExportError`]: the next run writes all of it again.
pub async fn handle(services: &Services, event: ExportEvent) -> Result<Exported, ExportError> {
    let asked = if event.months.is_empty() { months_due(services.clock.now()) } else { event.months };
    let prices = price_file(services).await?;
    let mut months = Vec::new();
    for month in asked {
        if let Some(manifest) = export_month(services, month, &prices).await? {
            months.push(ExportedMonth { month, rows: manifest.rows, files: manifest.files.len() });
        }
    }
    Ok(Exported { months })
}

fn months_due(now: Timestamp) -> Vec<Month> {
    let month = Month::of(now);
    let day = filmless_usage::Day::of_ms(now.as_millisecond()).date().day();
    if day <= STRAGGLER_DAYS { vec![month.after(-1), month] } else { vec![month] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_before_is_due_for_a_week() {
        let due =
            |at: &str| months_due(at.parse().unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(due("2026-11-30T17:30:00Z"), ["2026-11", "2026-12"]);
        assert_eq!(due("2026-12-07T16:59:00Z"), ["2026-11", "2026-12"]);
        assert_eq!(due("2026-12-07T17:00:00Z"), ["2026-12"]);
    }

    #[test]
    fn a_schedule_may_name_months() {
        let event = |text: &str| serde_json::from_str::<ExportEvent>(text).ok();
        assert_eq!(event("{}"), Some(ExportEvent::default()));
        assert_eq!(event(r#"{"months":["2026-10"]}"#).unwrap().months[0].to_string(), "2026-10");
        assert_eq!(event(r#"{"months":["10/2026"]}"#), None);
    }
}
