//! Counts events within a time window.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

#[derive(Debug, Serialize, Deserialize)]
struct WindowRecord {
    counted: i64,
    #[serde(with = "millisecond::required")]
    window_started_at: Timestamp,
}

impl WindowRecord {
    /// Taking back an event of an ended window makes this negative.
    fn count(&self) -> u32 {
        u32::try_from(self.counted.max(0)).unwrap_or(u32::MAX)
    }
}

impl Index {
    /// Counts one event; returns the count in the current window.
    pub(super) async fn count_in_window(
        &self,
        key: &ItemKey,
        now: Timestamp,
        window_seconds: u32,
    ) -> Result<u32, StoreError> {
        let window_start = now.as_millisecond() - i64::from(window_seconds) * 1000;
        let ends_at = now.as_second() + i64::from(window_seconds);
        let outside = Condition::Any(vec![
            Condition::Absent("window_started_at"),
            Condition::below("window_started_at", window_start),
        ]);
        let fresh = Change::new()
            .set("counted", 1)
            .set("window_started_at", now.as_millisecond())
            .set("expires_at", ends_at)
            .when(&outside);
        if let Some(record) = self.update::<WindowRecord>(key, fresh).await? {
            return Ok(record.count());
        }
        let counted = self.update::<WindowRecord>(key, Change::new().add("counted", 1)).await?;
        Ok(counted.map_or(1, |record| record.count()))
    }

    /// Takes back one counted event.
    pub(super) async fn uncount(&self, key: &ItemKey) -> Result<(), StoreError> {
        let change = Change::new().add("counted", -1).when(&Condition::Present("counted"));
        self.update::<WindowRecord>(key, change).await.map(|_| ())
    }
}
