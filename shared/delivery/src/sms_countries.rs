//! The countries SMS may go to: an order can name any number, and some cost a hundred times as much as Vietnam's.

use std::str::FromStr;

use filmless_domain::PhoneNumber;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Country calling codes (ITU-T E.164); the default is Vietnam's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsCountries(Vec<String>);

/// The text is not a list of country calling codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected country calling codes such as 84,856, each of one to three digits")]
pub struct InvalidSmsCountries;

impl SmsCountries {
    /// Whether SMS may go to this number. No country code is a prefix of another.
    #[must_use]
    pub fn allow(&self, phone: &PhoneNumber) -> bool {
        let digits = phone.as_str().trim_start_matches('+');
        self.0.iter().any(|code| digits.starts_with(code.as_str()))
    }
}

impl Default for SmsCountries {
    fn default() -> Self {
        Self(vec!["84".to_owned()])
    }
}

impl FromStr for SmsCountries {
    type Err = InvalidSmsCountries;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let codes = text.split(',').map(|code| code.trim().trim_start_matches('+'));
        let is_code = |code: &&str| {
            (1..=3).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_digit())
                && !code.starts_with('0')
        };
        codes
            .map(|code| Some(code).filter(is_code).map(str::to_owned).ok_or(InvalidSmsCountries))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sms_go_to_vietnam_unless_other_countries_are_named() {
        let check = |countries: &SmsCountries, phone: &str, expected: bool| {
            assert_eq!(countries.allow(&PhoneNumber::parse(phone).unwrap()), expected, "{phone}");
        };
        let vietnam = SmsCountries::default();
        check(&vietnam, "0903123456", true);
        check(&vietnam, "+8613800138000", false);
        check(&vietnam, "+12025550123", false);
        let neighbours: SmsCountries = "84, +856".parse().unwrap();
        check(&neighbours, "+8562055512345", true);
        check(&neighbours, "+85512345678", false);
    }

    #[test]
    fn what_is_no_country_is_refused() {
        for text in ["", "84,", "0", "VN", "8484", "84;1"] {
            assert_eq!(text.parse::<SmsCountries>(), Err(InvalidSmsCountries), "{text}");
        }
    }
}
