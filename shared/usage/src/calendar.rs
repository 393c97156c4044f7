//! Months and days as the hospital counts them: Vietnam's time, UTC+7 all year.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::UsageError;

const OFFSET_MS: i64 = 7 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A month, written as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(Date);

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Month {
    /// The month of an instant.
    #[must_use]
    pub fn of(instant: Timestamp) -> Self {
        Self::of_date(Day::of_ms(instant.as_millisecond()).date())
    }

    /// The month of a day.
    #[must_use]
    pub fn of_date(date: Date) -> Self {
        Self(date.first_of_month())
    }

    /// When it begins, in milliseconds since 1970.
    #[must_use]
    pub fn starts_at_ms(self) -> i64 {
        Day::of_date(self.0).starts_at_ms()
    }

    /// When the next one begins.
    #[must_use]
    pub fn ends_at_ms(self) -> i64 {
        self.after(1).starts_at_ms()
    }

    /// The month this many months later, or earlier if negative.
    #[must_use]
    pub fn after(self, months: i32) -> Self {
        Self(self.0.saturating_add(months.months()).first_of_month())
    }

    /// Whether an instant, in milliseconds since 1970, is in this month.
    #[must_use]
    pub fn holds(self, at_ms: i64) -> bool {
        (self.starts_at_ms()..self.ends_at_ms()).contains(&at_ms)
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        self.0
    }
}

impl Day {
    /// The day of an instant, in milliseconds since 1970.
    #[must_use]
    pub fn of_ms(at_ms: i64) -> Self {
        Self((at_ms + OFFSET_MS).div_euclid(DAY_MS))
    }

    fn of_date(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        Self(i64::from((date - epoch).get_days()))
    }

    /// When it begins, in milliseconds since 1970.
    #[must_use]
    pub fn starts_at_ms(self) -> i64 {
        self.0 * DAY_MS - OFFSET_MS
    }

    /// When the next one begins.
    #[must_use]
    pub fn ends_at_ms(self) -> i64 {
        self.starts_at_ms() + DAY_MS
    }

    /// As a date.
    #[must_use]
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(self.0.days())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl FromStr for Month {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let wrong = || UsageError::Date { text: text.to_owned(), form: "YYYY-MM" };
        let first = (text.len() == 7).then(|| format!("{text}-01")).ok_or_else(wrong)?;
        first.parse::<Date>().map(Self).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Month {
    type Error = UsageError;

    fn try_from(text: String) -> Result<Self, UsageError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_and_months_begin_at_midnight_in_vietnam() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.starts_at_ms(), at("2026-11-01T00:00:00+07:00"));
        assert_eq!(month.ends_at_ms(), at("2026-12-01T00:00:00+07:00"));
        assert!(month.holds(at("2026-10-31T17:00:00Z")) && !month.holds(at("2026-11-30T17:00:00Z")));
        assert_eq!(Day::of_ms(at("2026-11-23T17:00:00Z")).to_string(), "2026-11-24");
        assert_eq!(Day::of_ms(at("2026-11-24T16:59:59.999Z")).to_string(), "2026-11-24");
        assert_eq!(month.after(2).to_string(), "2027-01");
        assert_eq!(month.after(-11).to_string(), "2025-12");
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for bad in ["", "2026", "2026-13", "2026-1", "2026-11-01", "11-2026"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
