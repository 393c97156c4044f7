//! Dates and times that are looked for, single or as ranges (PS3.4 C.2.2.2.5). A value that is not told to the last digit stands
//! for all that it leaves open.

/// The first and the last microsecond of what a value leaves open, and how far its clock is from Greenwich, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    first: i64,
    last: i64,
    offset_minutes: Option<i64>,
}

/// DA, TM or DT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Date,
    Time,
    DateTime,
}

/// From one moment to another, either of which may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moments {
    from: Option<Span>,
    to: Option<Span>,
}

impl Moments {
    /// Reads a value or a range; `None` for what is neither.
    pub fn read(text: &str, kind: Kind) -> Option<Self> {
        let text = text.trim();
        if let Some(span) = kind.read(text) {
            return Some(Self { from: Some(span), to: Some(span) });
        }
        // The offset of a DateTime may begin with the sign that parts ranges.
        text.match_indices('-').find_map(|(at, _)| {
            let side = |text: &str| if text.is_empty() { Some(None) } else { kind.read(text).map(Some) };
            let (from, to) = (side(text[..at].trim())?, side(text[at + 1..].trim())?);
            (from.is_some() || to.is_some()).then_some(Self { from, to })
        })
    }

    /// Whether a stored value lies within; one that cannot be read does not.
    pub fn contains(&self, value: &str, kind: Kind) -> bool {
        let Some(stored) = kind.read(value.trim()) else { return false };
        self.from.is_none_or(|from| stored.first_beside(&from) >= from.first_beside(&stored))
            && self.to.is_none_or(|to| stored.first_beside(&to) <= to.last_beside(&stored))
    }
}

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Span {
    /// In Greenwich, if both know how far that is.
    fn shift(&self, other: &Self) -> i64 {
        match (self.offset_minutes, other.offset_minutes) {
            (Some(own), Some(_)) => own * MINUTE,
            _ => 0,
        }
    }

    fn first_beside(&self, other: &Self) -> i64 {
        self.first - self.shift(other)
    }

    fn last_beside(&self, other: &Self) -> i64 {
        self.last - self.shift(other)
    }
}

impl Kind {
    fn read(self, text: &str) -> Option<Span> {
        match self {
            Self::Date => {
                let day = day(text).filter(|_| text.len() == 8)?;
                Some(Span { first: day.0 * DAY, last: day.1 * DAY - 1, offset_minutes: None })
            }
            Self::Time => time(text).map(|(first, last)| Span { first, last, offset_minutes: None }),
            Self::DateTime => date_time(text),
        }
    }
}

fn digits(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// `YYYY[MM[DD]]` as the first day and the day after the last, counted from the year 0.
fn day(text: &str) -> Option<(i64, i64)> {
    if !text.is_ascii() {
        return None;
    }
    let year = digits(text.get(..4)?)?;
    let first = |year, month| days_before(year, month);
    match text.len() {
        4 => Some((first(year, 1), first(year + 1, 1))),
        6 | 8 => {
            let month = digits(&text[4..6]).filter(|month| (1..=12).contains(month))?;
            let next = if month == 12 { first(year + 1, 1) } else { first(year, month + 1) };
            let begin = first(year, month);
            if text.len() == 6 {
                return Some((begin, next));
            }
            let day = digits(&text[6..8]).filter(|day| *day >= 1 && begin + day - 1 < next)?;
            Some((begin + day - 1, begin + day))
        }
        _ => None,
    }
}

/// Days before the first of a month, in the Gregorian calendar.
fn days_before(year: i64, month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leaps = (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let in_year = BEFORE[usize::try_from(month - 1).unwrap_or(0).min(11)];
    year * 365 + leaps + in_year + i64::from(is_leap && month > 2)
}

/// `HH[MM[SS[.FFFFFF]]]` (PS3.5 6.2): its first and last microsecond.
fn time(text: &str) -> Option<(i64, i64)> {
    if !text.is_ascii() {
        return None;
    }
    let (whole, fraction) =
        text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let two = |at: usize, max: i64| digits(whole.get(at..at + 2)?).filter(|number| *number <= max);
    let hours = two(0, 23)? * 60 * MINUTE;
    let (first, open) = match whole.len() {
        2 => (hours, 60 * MINUTE),
        4 => (hours + two(2, 59)? * MINUTE, MINUTE),
        // A leap second is one.
        6 => (hours + two(2, 59)? * MINUTE + two(4, 60)? * 1_000_000, 1_000_000),
        _ => return None,
    };
    let Some(fraction) = fraction else { return Some((first, first + open - 1)) };
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 6)?;
    let unit = 10_i64.pow(6 - places);
    let first = first + digits(fraction).filter(|_| whole.len() == 6)? * unit;
    Some((first, first + unit - 1))
}

/// `YYYY[MM[DD[HH[MM[SS[.FFFFFF]]]]]][&ZZXX]` (PS3.5 6.2).
fn date_time(text: &str) -> Option<Span> {
    if !text.is_ascii() {
        return None;
    }
    let at = text.len().checked_sub(5).filter(|at| matches!(text.as_bytes()[*at], b'+' | b'-'));
    let (told, offset_minutes) = match at {
        Some(at) if at >= 4 => {
            let hours = digits(&text[at + 1..at + 3]).filter(|hours| *hours <= 14)?;
            let minutes = digits(&text[at + 3..]).filter(|minutes| *minutes <= 59)?;
            let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
            (&text[..at], Some(sign * (hours * 60 + minutes)))
        }
        _ => (text, None),
    };
    let date = &told[..told.len().min(8)];
    let (first_day, next_day) = day(date)?;
    if told.len() <= 8 {
        return Some(Span { first: first_day * DAY, last: next_day * DAY - 1, offset_minutes });
    }
    let (first, last) = time(&told[8..])?;
    Some(Span { first: first_day * DAY + first, last: first_day * DAY + last, offset_minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_dates_times_and_moments_hold_what_lies_within() {
        use Kind::{Date, DateTime, Time};
        for (kind, range, value, expected) in [
            (Date, "20200229", "20200229", true),
            (Date, "20200229", "20200301", false),
            (Date, "20200101-20201231", "20201231", true),
            (Date, "-20201231", "19000101", true),
            (Date, "20201231-", "20201230", false),
            (Date, "20201231-20200101", "20200601", false),
            (Date, "20200101-", "", false),
            (Date, "20200101-", "2020.01.01", false),
            (Time, "10", "105959.999999", true),
            (Time, "1030", "1031", false),
            (Time, "1030-1130", "113059", true),
            (Time, "-0959", "10", false),
            (Time, "101112.5", "101112.59", true),
            (Time, "101112.5", "101112.6", false),
            (DateTime, "2020", "20201231235959", true),
            (DateTime, "202002-202003", "20200401", false),
            (DateTime, "20200101120000+0700", "20200101050000+0000", true),
            (DateTime, "20200101120000-0500", "20200101120000", true),
            (DateTime, "20200101-20200102", "20200102235959", true),
            (DateTime, "20200101000000+0700-20200101235959+0700", "20200101235959+0000", false),
        ] {
            let moments = Moments::read(range, kind).unwrap();
            assert_eq!(moments.contains(value, kind), expected, "{range} {value}");
        }
    }

    #[test]
    fn what_is_no_day_and_no_time_is_none() {
        use Kind::{Date, DateTime, Time};
        for (kind, text) in [
            (Date, "20261399"),
            (Date, "20260230"),
            (Date, "21000229"),
            (Date, "20260001"),
            (Date, "2026"),
            (Date, "-"),
            (Date, "2026-01-01"),
            (Date, "20260101-20261301"),
            (Date, "１２３４"),
            (Time, "24"),
            (Time, "1060"),
            (Time, "103"),
            (Time, "1030.5"),
            (Time, "103059.1234567"),
            (Time, "10:30"),
            (DateTime, "202613"),
            (DateTime, "20260101250000"),
            (DateTime, "20260101+9900"),
            (DateTime, "ế026010"),
        ] {
            assert_eq!(Moments::read(text, kind), None, "{text}");
        }
    }
}
