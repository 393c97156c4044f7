//! Birth dates: the patient's second check.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

mod words;

/// Dates that systems write for "unknown". They identify nobody.
const PLACEHOLDERS: [(i16, i8, i8); 9] = [
    (1, 1, 1),
    (1000, 1, 1),
    (1601, 1, 1),
    (1753, 1, 1),
    (1800, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (9999, 12, 31),
];
/// Nobody alive was born earlier.
const YEAR_MIN: i16 = 1850;
/// Nor later.
const YEAR_MAX: i16 = 2200;

/// A birth date, or only the year: many people born before there were registers know no more. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthDate {
    year: i16,
    day: Option<Date>,
}

/// What was typed for the second check of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedAnswer {
    /// A birth date, or the two that a two-digit year may mean.
    Dates(Vec<BirthDate>),
    /// Digits, but not a whole date.
    Incomplete,
    /// Day, month and year, but no calendar has that date: 31 February.
    NoSuchDay,
    /// Not a date, and as many characters as a password.
    Password,
    /// Neither a date nor a password: it cannot be right.
    Unreadable,
}

/// The text is neither a calendar date nor a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("neither a calendar date nor a year")]
pub struct InvalidDate;

impl BirthDate {
    /// Reads `1958-03-02` (ISO 8601), `19580302` (DICOM DA, PS3.5 6.2), `1958.03.02` (DA of ACR-NEMA), and the year
    /// alone: `1958`, `19580000`, `1958-00-00`.
    ///
    /// # Errors
    /// [`InvalidDate`] unless the text has year, month and day, or a year in which a patient can be born.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
        match parts.as_slice() {
            [y, m, d] if y.len() == 4 => Self::from_parts(y, m, d),
            [all] if all.len() == 8 && all.is_ascii() => Self::from_parts(&all[..4], &all[4..6], &all[6..]),
            [year] if year.len() == 4 => Self::from_year(year),
            _ => Err(InvalidDate),
        }
    }

    /// Reads what people in Vietnam type: day first (`2/3/1958`, `02-03-1958`, `02031958`, `2 3 1958`), year first
    /// with separators (`1958-03-02`, as a browser's date field sends it), or the year alone.
    ///
    /// # Errors
    /// [`InvalidDate`] unless the text has day, month and a four-digit year, or such a year alone.
    pub fn parse_typed(text: &str) -> Result<Self, InvalidDate> {
        let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
        match parts.as_slice() {
            [y, m, d] if y.len() == 4 => Self::from_parts(y, m, d),
            [d, m, y] if y.len() == 4 => Self::from_parts(y, m, d),
            [all] if all.len() == 8 && all.is_ascii() => Self::from_parts(&all[4..], &all[2..4], &all[..2]),
            [year] if year.len() == 4 => Self::from_year(year),
            _ => Err(InvalidDate),
        }
    }

    /// Reads what a person types for the second check. A two-digit year may mean either century. A date that is
    /// incomplete, or that no calendar has, identifies nobody.
    #[must_use]
    pub fn read_answer(text: &str) -> TypedAnswer {
        let typed = text;
        let text = &words::plain(typed);
        let year_first = text.len() == 8 && text.is_ascii();
        let read = [Self::parse_typed(text).ok(), year_first.then(|| Self::parse(text).ok()).flatten()];
        let read: Vec<Self> = read.into_iter().flatten().collect();
        if !read.is_empty() {
            return TypedAnswer::Dates(read);
        }
        let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
        let short = match parts.as_slice() {
            [d, m, y] if y.len() == 2 && d.len() <= 2 => Some((*d, *m, *y)),
            [all] if all.len() == 6 && all.is_ascii() => Some((&all[..2], &all[2..4], &all[4..])),
            _ => None,
        };
        let is_long = match parts.as_slice() {
            [first, _, last] => first.len() == 4 || last.len() == 4,
            [all] => all.len() == 8,
            _ => false,
        };
        let dates: Vec<Self> = short.map_or_else(Vec::new, |(d, m, y)| {
            let year = |century: &str| Self::from_parts(&format!("{century}{y}"), m, d).ok();
            ["19", "20"].into_iter().filter_map(year).collect()
        });
        let digits = parts.iter().map(|part| part.len()).sum::<usize>();
        let is_numeric = parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        match dates {
            dates if !dates.is_empty() => TypedAnswer::Dates(dates),
            _ if is_numeric && (is_long || short.is_some()) => TypedAnswer::NoSuchDay,
            _ if is_numeric && (digits < crate::access::PASSWORD_CHARS || parts.len() > 2) => {
                TypedAnswer::Incomplete
            }
            _ if crate::access::is_password_like(typed) => TypedAnswer::Password,
            _ => TypedAnswer::Unreadable,
        }
    }

    fn from_parts(year: &str, month: &str, day: &str) -> Result<Self, InvalidDate> {
        if matches!((month, day), ("00" | "0", "00" | "0")) {
            return Self::from_year(year);
        }
        let month = i8::try_from(number(month)?).map_err(|_| InvalidDate)?;
        let day = i8::try_from(number(day)?).map_err(|_| InvalidDate)?;
        let date = Date::new(number(year)?, month, day).map_err(|_| InvalidDate)?;
        Ok(Self { year: date.year(), day: Some(date) })
    }

    fn from_year(text: &str) -> Result<Self, InvalidDate> {
        let year = number(text)?;
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return Err(InvalidDate);
        }
        Ok(Self { year, day: None })
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// Whether day and month are known.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.day.is_some()
    }

    /// Whether systems write it for "unknown", or nobody alive was born in its year: it proves nothing.
    #[must_use]
    pub fn is_placeholder(self) -> bool {
        !(YEAR_MIN..=YEAR_MAX).contains(&self.year) || self.means_unknown()
    }

    /// Whether systems write it for "unknown": `1900-01-01` and the like.
    #[must_use]
    pub fn means_unknown(self) -> bool {
        self.day.is_some_and(|date| PLACEHOLDERS.contains(&(date.year(), date.month(), date.day())))
    }

    /// Whether somebody alive on `today` may have been born then: not too long ago, and not in the future.
    #[must_use]
    pub fn is_believable(self, today: Date) -> bool {
        let is_past = self.day.map_or(self.year <= today.year(), |day| day <= today);
        is_past && (YEAR_MIN..=YEAR_MAX).contains(&self.year)
    }

    /// Whether it is the first of January, which is written for people of whom only the year is known.
    #[must_use]
    pub fn is_first_of_january(self) -> bool {
        self.day.is_some_and(|day| (day.month(), day.day()) == (1, 1))
    }

    /// Whether the typed `answer` is this birth date: all of it, or the year if only that is known.
    #[must_use]
    pub fn is_answered_by(self, answer: Self) -> bool {
        !self.is_placeholder() && if self.is_complete() { self == answer } else { self.year == answer.year }
    }

    /// `02/03/1958`, the Vietnamese format, or `1958`.
    #[must_use]
    pub fn to_day_first(self) -> String {
        match self.day {
            Some(date) => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
            None => format!("{:04}", self.year),
        }
    }
}

fn number(text: &str) -> Result<i16, InvalidDate> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidDate);
    }
    text.parse::<i16>().map_err(|_| InvalidDate)
}

impl TryFrom<String> for BirthDate {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        Self::parse(&text)
    }
}

impl From<BirthDate> for String {
    fn from(date: BirthDate) -> String {
        date.day.map_or_else(|| format!("{:04}", date.year), |day| day.to_string())
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_date_in_every_spelling() {
        let date = BirthDate::parse("1958-03-02").unwrap();
        for text in ["19580302", "1958.03.02", " 19580302\0"] {
            assert_eq!(BirthDate::parse(text), Ok(date), "{text:?}");
        }
        for text in
            ["02/03/1958", "2/3/1958", "02-03-1958", "2 3 1958", "02031958", "1958-03-02", "02.03.1958 "]
        {
            assert_eq!(BirthDate::parse_typed(text), Ok(date), "{text:?}");
        }
        assert_eq!(date.to_day_first(), "02/03/1958");
    }

    #[test]
    fn the_year_alone_is_known_of_many() {
        let year = BirthDate::parse("1958").unwrap();
        for text in ["19580000", "1958-00-00", " 1958\0"] {
            assert_eq!(BirthDate::parse(text), Ok(year), "{text:?}");
        }
        assert_eq!(BirthDate::parse_typed(" 1958 "), Ok(year));
        assert_eq!((year.to_day_first().as_str(), String::from(year).as_str()), ("1958", "1958"));
        let full = BirthDate::parse("1958-03-02").unwrap();
        assert!(year.is_answered_by(year) && year.is_answered_by(full) && full.is_answered_by(full));
        assert!(!full.is_answered_by(year) && !year.is_answered_by(BirthDate::parse("1959").unwrap()));
    }

    #[test]
    fn what_systems_write_for_unknown_is_nobodys_birth_date() {
        for text in ["1900-01-01", "18000101", "0001-01-01", "9999-12-31"] {
            let date = BirthDate::parse(text).unwrap();
            assert!(date.is_placeholder() && !date.is_answered_by(date), "{text}");
        }
        assert!(!BirthDate::parse("1958-01-01").unwrap().is_placeholder());
    }

    #[test]
    fn nobody_is_born_in_the_future_or_before_anybody_who_lives() {
        let today = jiff::civil::date(2026, 11, 29);
        let check = |text: &str| BirthDate::parse(text).unwrap().is_believable(today);
        for text in ["1958-03-02", "1958", "2026-11-29", "2026", "1850-01-01"] {
            assert!(check(text), "{text}");
        }
        for text in ["2026-11-30", "2027", "2999-01-01", "1066-03-04", "0001-01-01", "9999-12-31"] {
            assert!(!check(text), "{text}");
        }
    }

    #[test]
    fn an_incomplete_or_impossible_date_is_refused() {
        for text in [
            "",
            "195",
            "1700",
            "0000",
            "1958-13-02",
            "30/02/1958",
            "abc",
            "19580230",
            "19580200",
            "２０２０0101",
        ] {
            assert_eq!(BirthDate::parse(text), Err(InvalidDate), "{text:?}");
            assert_eq!(BirthDate::parse_typed(text), Err(InvalidDate), "{text:?}");
        }
    }

    #[test]
    fn an_answer_is_a_date_an_incomplete_one_or_something_else() {
        let known = BirthDate::parse("1958-03-02").unwrap();
        let opens = |text: &str| match BirthDate::read_answer(text) {
            TypedAnswer::Dates(dates) => dates.into_iter().any(|date| known.is_answered_by(date)),
            _ => false,
        };
        for text in [
            "02031958",
            "2/3/1958",
            "2.3.58",
            "02/03/58",
            "020358",
            "2 3 58",
            "1958-03-02",
            " 02-03-58 ",
            "19580302",
            "０２０３１９５８",
            "ngày 2 tháng 3 năm 1958",
            "2 tháng 3 năm 1958",
            "2 Mar 1958",
            "March 2, 1958",
            "Sinh ngay 2 thang 3 1958",
        ] {
            assert!(opens(text), "{text:?}");
        }
        for text in ["", " ", "2", "02/03", "0203", "02/03/195", "0203195", "//", "02/03/19581"] {
            assert_eq!(BirthDate::read_answer(text), TypedAnswer::Incomplete, "{text:?}");
        }
        for text in [
            "31/02/1958",
            "31021958",
            "2/13/58",
            "310258",
            "29/02/1957",
            "00/13/1958",
            "1958-02-30",
            "1958/13/1",
            "31 February 1958",
        ] {
            assert_eq!(BirthDate::read_answer(text), TypedAnswer::NoSuchDay, "{text:?}");
        }
        for text in ["34679-ACDEF", "34679-34679", "3467934679", "3march 7964"] {
            assert_eq!(BirthDate::read_answer(text), TypedAnswer::Password, "{text:?}");
        }
        for text in ["mật khẩu", "abc", "34679-ACDE", "2 tháng ba 1958", "March 1958", "2 Foo 1958 x"] {
            assert_eq!(BirthDate::read_answer(text), TypedAnswer::Unreadable, "{text:?}");
        }
        for text in ["03/02/1958", "02/03/1959", "02/03/59", "1958"] {
            assert!(
                matches!(BirthDate::read_answer(text), TypedAnswer::Dates(_)) && !opens(text),
                "{text:?}"
            );
        }
    }

    #[test]
    fn debug_hides_it() {
        assert!(!format!("{:?}", BirthDate::parse("1958-03-02").unwrap()).contains("1958"));
    }
}
