//! Vietnamese phone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::invisible::is_invisible;

/// Most groups that one number's digits are written in.
const GROUPS_MAX: usize = 6;

/// Characters that people put between digits.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}')
}

/// A phone number in E.164 (`+84` and nine digits, or a foreign `+…` number). `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The text is not a phone number that an SMS can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a phone number")]
pub struct InvalidPhone;

impl PhoneNumber {
    /// Accepts `0903 123 456`, `903123456`, `84903123456`, `0084…`, `+84 903.123.456`, and foreign numbers that start
    /// with `+` or `00`. Ignores invisible characters; wide digits (`０９`) count as digits.
    ///
    /// # Errors
    /// [`InvalidPhone`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let compact: String = text.nfkc().filter(|c| !is_separator(*c) && !is_invisible(*c)).collect();
        let international = compact.strip_prefix('+').or_else(|| compact.strip_prefix("00"));
        let (plus, digits) = international.map_or((false, compact.as_str()), |rest| (true, rest));
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidPhone);
        }
        let national = match digits {
            d if !plus && d.len() == 10 && d.starts_with('0') => Some(&d[1..]),
            // A spreadsheet removed the 0; mobile numbers then begin with one of these.
            d if !plus && d.len() == 9 && d.starts_with(['3', '5', '7', '8', '9']) => Some(d),
            d if d.len() == 11 && d.starts_with("84") => Some(&d[2..]),
            d if d.len() == 12 && d.starts_with("840") => Some(&d[3..]),
            _ => None,
        };
        match national {
            Some(n) if !n.starts_with('0') => Ok(Self(format!("+84{n}"))),
            // E.164: a country code that does not start with 0, at most 15 digits.
            None if plus
                && !digits.starts_with(['0'])
                && !digits.starts_with("84")
                && (8..=15).contains(&digits.len()) =>
            {
                Ok(Self(format!("+{digits}")))
            }
            _ => Err(InvalidPhone),
        }
    }

    /// The first number in a text with several, or with a number and words: `0903 123 456 / 0912 345 678 (con gái)`. A
    /// row of digits counts only if all of it is numbers: a digit too many does not make another number.
    #[must_use]
    pub fn first_in(text: &str) -> Option<Self> {
        let plain: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
        let in_number = |c: char| c.is_ascii_digit() || c == '+' || (is_separator(c) && c != '/');
        Self::parse(&plain).ok().or_else(|| {
            plain.split(|c: char| !in_number(c)).find_map(|run| {
                let groups: Vec<&str> = run.split(is_separator).filter(|group| !group.is_empty()).collect();
                Self::first_of(&groups)
            })
        })
    }

    /// The first number in these groups of digits, if all groups belong to numbers.
    fn first_of(groups: &[&str]) -> Option<Self> {
        (1..=groups.len().min(GROUPS_MAX)).find_map(|count| {
            let (number, rest) = groups.split_at(count);
            let first = Self::parse(&number.concat()).ok()?;
            (rest.is_empty() || Self::first_of(rest).is_some()).then_some(first)
        })
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhone;
    fn try_from(text: String) -> Result<Self, InvalidPhone> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> String {
        phone.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_every_spelling() {
        for text in [
            "0903 123 456",
            "0903.123.456",
            "84903123456",
            "+84 903 123 456",
            "+84 (0)903-123-456",
            "903123456",
            "0084 903 123 456",
            "0903\u{200b}123\u{feff}456",
            "０９０３１２３４５６",
            "0903–123–456",
        ] {
            assert_eq!(PhoneNumber::parse(text).map(String::from), Ok("+84903123456".into()), "{text}");
        }
        for text in ["+33 6 12 34 56 78", "0033 6 12 34 56 78"] {
            assert_eq!(PhoneNumber::parse(text).map(String::from), Ok("+33612345678".into()), "{text}");
        }
    }

    #[test]
    fn of_several_numbers_the_first_counts_and_no_digit_is_left_over() {
        for text in [
            "0903123456 / 0912345678",
            "0903 123 456 - 0912 345 678",
            "0903123456; 0912345678",
            "0903123456 0912345678",
            "ĐT: 0903 123 456 (con gái)",
            "0903123456 hoặc 0912345678",
            "09031234567, 0903123456",
        ] {
            assert_eq!(PhoneNumber::first_in(text).map(String::from), Some("+84903123456".into()), "{text}");
        }
        for text in ["", "không có", "903 123 456 7", "0903 123 456 789", "12/3", "113 114"] {
            assert_eq!(PhoneNumber::first_in(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_receive_an_sms_is_refused() {
        for text in ["", "không có", "113", "0903123", "090312345678", "+0903123456", "0003123456", "+84 12"]
        {
            assert_eq!(PhoneNumber::parse(text), Err(InvalidPhone), "{text}");
        }
    }
}
