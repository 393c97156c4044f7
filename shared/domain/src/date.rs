//! Birth dates: the patient's second check.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A complete birth date. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthDate(Date);

/// The text is not a complete calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a complete calendar date")]
pub struct InvalidDate;

impl BirthDate {
    /// Reads `1958-03-02` (ISO 8601), `19580302` (DICOM DA, PS3.5 6.2), `1958.03.02` (DA of ACR-NEMA).
    ///
    /// # Errors
    /// [`InvalidDate`] unless the text names year, month and day.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
        match parts.as_slice() {
            [y, m, d] if y.len() == 4 => Self::from_parts(y, m, d),
            [all] if all.len() == 8 && all.is_ascii() => Self::from_parts(&all[..4], &all[4..6], &all[6..]),
            _ => Err(InvalidDate),
        }
    }

    /// Reads what a person in Vietnam types: day first (`2/3/1958`, `02-03-1958`, `02031958`, `2 3 1958`), or
    /// the year first with separators (`1958-03-02`, as a browser's date field sends it).
    ///
    /// # Errors
    /// [`InvalidDate`] unless the text names day, month and a year of four digits.
    pub fn parse_typed(text: &str) -> Result<Self, InvalidDate> {
        let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
        match parts.as_slice() {
            [y, m, d] if y.len() == 4 => Self::from_parts(y, m, d),
            [d, m, y] if y.len() == 4 => Self::from_parts(y, m, d),
            [all] if all.len() == 8 && all.is_ascii() => Self::from_parts(&all[4..], &all[2..4], &all[..2]),
            _ => Err(InvalidDate),
        }
    }

    fn from_parts(year: &str, month: &str, day: &str) -> Result<Self, InvalidDate> {
        let number = |text: &str| {
            if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
                return Err(InvalidDate);
            }
            text.parse::<i16>().map_err(|_| InvalidDate)
        };
        let month = i8::try_from(number(month)?).map_err(|_| InvalidDate)?;
        let day = i8::try_from(number(day)?).map_err(|_| InvalidDate)?;
        Date::new(number(year)?, month, day).map(Self).map_err(|_| InvalidDate)
    }

    /// `02/03/1958`, as Vietnam writes it.
    #[must_use]
    pub fn to_day_first(self) -> String {
        format!("{:02}/{:02}/{:04}", self.0.day(), self.0.month(), self.0.year())
    }
}

impl TryFrom<String> for BirthDate {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        Self::parse(&text)
    }
}

impl From<BirthDate> for String {
    fn from(date: BirthDate) -> String {
        date.0.to_string()
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
    fn an_incomplete_or_impossible_date_is_refused() {
        for text in ["", "1958", "1958-13-02", "30/02/1958", "abc", "19580230", "２０２０0101"] {
            assert_eq!(BirthDate::parse(text), Err(InvalidDate), "{text:?}");
            assert_eq!(BirthDate::parse_typed(text), Err(InvalidDate), "{text:?}");
        }
    }

    #[test]
    fn debug_hides_it() {
        assert!(!format!("{:?}", BirthDate::parse("1958-03-02").unwrap()).contains("1958"));
    }
}
