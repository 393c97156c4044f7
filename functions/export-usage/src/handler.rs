//! Turns the schedule's event into exports of months.

use filmless_delivery::parts::Export;
use filmless_delivery::send_finance_report;
use filmless_runtime::error_chain;
use filmless_usage::Month;
use jiff::Timestamp;
use serde::Deserialize;
use tracing::{error, info};

use crate::asked::do_asked;
use crate::error::ExportError;
use crate::export::stored_manifest;
use crate::months::{Exported, export};

/// Until this day of a month, the month before is exported again: its last events may have come late.
const STRAGGLER_DAYS: i8 = 7;

/// What the schedules ask for: `{}`, `{"months": ["2026-10"]}`, or `{"asked": true}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ExportEvent {
    /// Which months. Empty means this month and, in its first week, the one before.
    #[serde(default)]
    pub months: Vec<Month>,
    /// Only what finance requested on its page.
    #[serde(default)]
    pub asked: bool,
}

/// Exports. Running it again, or twice at once, writes the same objects.
///
/// # Errors
/// [`ExportError`]: the next run writes everything again.
pub async fn handle(parts: &Export, event: ExportEvent) -> Result<Exported, ExportError> {
    if event.asked {
        do_asked(parts).await?;
        return Ok(Exported { months: Vec::new() });
    }
    let is_nightly = event.months.is_empty();
    let asked = if is_nightly { months_due(parts.clock.now()) } else { event.months };
    let done = export(parts, &asked).await?;
    // Two months are exported only in the first week; the first of them is over.
    if is_nightly && let [over, _] = asked[..] {
        report(parts, over).await;
    }
    info!(months = done.months.len(), "usage exports done");
    Ok(done)
}

/// Sends finance the figures of a finished month, once. A report that cannot be sent does not repeat the export.
async fn report(parts: &Export, month: Month) {
    let sent = async {
        let Some(manifest) = stored_manifest(parts, month).await? else { return Ok(0) };
        let total = &manifest.summary.total;
        let figures = [
            total.studies_released,
            total.charged_vnd,
            total.films_avoided,
            total.films_printed,
            total.film_saved_vnd,
            total.message_cost_vnd,
        ];
        Ok::<_, ExportError>(send_finance_report(parts, &month.to_string(), figures).await?)
    };
    if let Err(failure) = sent.await {
        error!(%month, cause = error_chain(&failure), "finance was not written to");
    }
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
