//! Which studies wait, by the days on which they arrived.

use filmless_domain::StudyState;
use filmless_store::StoreError;
use filmless_store::index::{StudyRecord, Worklist};
use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::Services;

/// The studies on a list that arrived on the last days, oldest first.
pub(super) async fn listed_of_days(
    services: &Services,
    list: Worklist,
    days: u16,
) -> Result<Vec<StudyRecord>, StoreError> {
    let today = services.clock.now().to_zoned(TimeZone::UTC).date();
    let from = today.saturating_sub((i32::from(days) - 1).days());
    let mut studies = services.index.worklist(list, from, today).await?;
    studies.retain(|study| study.received_at.to_zoned(TimeZone::UTC).date() >= from);
    Ok(studies)
}

/// The studies that arrived on the last days and are held, oldest first.
pub(super) async fn held_of_days(services: &Services, days: u16) -> Result<Vec<StudyRecord>, StoreError> {
    let mut studies = listed_of_days(services, Worklist::Held, days).await?;
    studies.retain(|study| study.state == StudyState::Held);
    Ok(studies)
}
