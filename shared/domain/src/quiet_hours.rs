//! Hours in which no message may wake anybody.

use std::str::FromStr;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// From one time of day to another, possibly past midnight: `21:00-07:00`, in the hospital's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    from: Time,
    until: Time,
}

/// The text is not two times of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("quiet hours are two times of day, such as 21:00-07:00")]
pub struct InvalidQuietHours;

impl FromStr for QuietHours {
    type Err = InvalidQuietHours;
    fn from_str(text: &str) -> Result<Self, InvalidQuietHours> {
        let (from, until) = text.split_once('-').ok_or(InvalidQuietHours)?;
        let time = |text: &str| text.trim().parse::<Time>().map_err(|_| InvalidQuietHours);
        let hours = Self { from: time(from)?, until: time(until)? };
        if hours.from == hours.until { Err(InvalidQuietHours) } else { Ok(hours) }
    }
}

impl QuietHours {
    /// How long the quiet hours last from now; `None` outside them.
    #[must_use]
    pub fn remaining(self, now: Timestamp, zone: &TimeZone) -> Option<SignedDuration> {
        let time = now.to_zoned(zone.clone()).time();
        let is_quiet = if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        };
        let until = time.duration_until(self.until);
        let until = if until.is_negative() { until + SignedDuration::from_hours(24) } else { until };
        is_quiet.then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hospital::HOSPITAL_TIME;

    #[test]
    fn the_night_ends_in_the_morning() {
        let night: QuietHours = "21:00-07:00".parse().unwrap();
        let noon: QuietHours = "12:00 - 13:30".parse().unwrap();
        let remaining = |hours: QuietHours, utc: &str| {
            let now: Timestamp = format!("2026-03-01T{utc}Z").parse().unwrap();
            hours.remaining(now, &HOSPITAL_TIME).map(|left| left.as_mins())
        };
        // 20:59, 21:00, 23:30, 06:59 and 07:00 at the hospital.
        for (utc, left) in [
            ("13:59:00", None),
            ("14:00:00", Some(600)),
            ("16:30:00", Some(450)),
            ("23:59:00", Some(1)),
            ("00:00:00", None),
        ] {
            assert_eq!(remaining(night, utc), left, "{utc}");
        }
        assert_eq!(remaining(noon, "06:00:00"), Some(30));
        assert_eq!(remaining(noon, "06:30:00"), None);
        for bad in ["", "21:00", "21-7", "25:00-07:00", "07:00-07:00"] {
            assert_eq!(bad.parse::<QuietHours>(), Err(InvalidQuietHours), "{bad}");
        }
    }
}
