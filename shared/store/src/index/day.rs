//! Jobs that run once a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Index, ItemKey};
use crate::StoreError;

/// How many days a turn is remembered.
const CLAIM_DAYS: i64 = 14;

#[derive(Debug, Serialize, Deserialize)]
struct DayRecord {
    /// When the item expires (the table's TTL), in seconds since 1970.
    expires_at: i64,
}

fn key(job: &str, day: Date) -> ItemKey {
    ItemKey::new(format!("DAILY#{job}"), day.to_string())
}

impl Index {
    /// Takes a job's turn for a day; false if it is taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_day(&self, job: &str, day: Date) -> Result<bool, StoreError> {
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp().as_second());
        let expires_at = midnight.unwrap_or_default() + CLAIM_DAYS * 24 * 3600;
        self.put_new(&key(job, day), &DayRecord { expires_at }).await
    }

    /// Gives an unused turn back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release_day(&self, job: &str, day: Date) -> Result<(), StoreError> {
        self.delete(&key(job, day)).await
    }
}
