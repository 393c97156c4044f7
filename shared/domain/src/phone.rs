//! Vietnamese phone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A phone number in E.164 (`+84` and nine digits, or a foreign `+…` number). `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The text is not a phone number an SMS can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a phone number")]
pub struct InvalidPhone;

impl PhoneNumber {
    /// Accepts `0903 123 456`, `84903123456`, `+84 903.123.456`, and foreign numbers that start with `+`.
    ///
    /// # Errors
    /// [`InvalidPhone`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let separator = |c: &char| c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '/');
        let compact: String = text.chars().filter(|c| !separator(c)).collect();
        let (plus, digits) = compact.strip_prefix('+').map_or((false, compact.as_str()), |rest| (true, rest));
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidPhone);
        }
        let national = match digits {
            d if !plus && d.len() == 10 && d.starts_with('0') => Some(&d[1..]),
            d if d.len() == 11 && d.starts_with("84") => Some(&d[2..]),
            d if d.len() == 12 && d.starts_with("840") => Some(&d[3..]),
            _ => None,
        };
        match national {
            Some(n) if !n.starts_with('0') => Ok(Self(format!("+84{n}"))),
            // E.164: a country code that does not start with 0, 15 digits at most.
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
        for text in ["0903 123 456", "0903.123.456", "84903123456", "+84 903 123 456", "+84 (0)903-123-456"] {
            assert_eq!(PhoneNumber::parse(text).map(String::from), Ok("+84903123456".into()), "{text}");
        }
        assert_eq!(PhoneNumber::parse("+33 6 12 34 56 78").map(String::from), Ok("+33612345678".into()));
    }

    #[test]
    fn what_cannot_receive_an_sms_is_refused() {
        for text in ["", "không có", "113", "0903123", "090312345678", "+0903123456", "0003123456", "+84 12"]
        {
            assert_eq!(PhoneNumber::parse(text), Err(InvalidPhone), "{text}");
        }
    }
}
