//! The person named by a file, an order or an account.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{BirthDate, PatientId};

/// What is stated about a person. `Debug` hides everything. [`crate::identity`] compares two of them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatientDemographics {
    /// Patient ID (0010,0020), if it is usable.
    #[serde(default)]
    pub id: Option<PatientId>,
    /// Issuer of Patient ID (0010,0021): who gave the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// There is a Patient ID, but it is impossible: too long, or with control characters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_id_unreadable: bool,
    /// Patient's Name (0010,0010), decoded and repaired, with its `^` and `=`.
    #[serde(default)]
    pub name: Option<String>,
    /// Patient's Birth Date (0010,0030), or its year.
    #[serde(default)]
    pub birth_date: Option<BirthDate>,
    /// There is a birth date, but it is unreadable. It proves nothing, and staff are told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_birth_date_unreadable: bool,
    /// Patient's Sex (0010,0040): `M`, `F` or `O`.
    #[serde(default)]
    pub sex: Option<String>,
}

impl PatientDemographics {
    /// Whether nothing identifies the person.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.id.is_none() && self.name.is_none()
    }
}

impl fmt::Debug for PatientDemographics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientDemographics(hidden)")
    }
}

/// Words for each sex, folded: from the standards, in Vietnamese, in English. 1 and 2 mean the same in ISO/IEC 5218
/// and in the tables of Vietnam's health insurance.
pub(crate) const SEXES: &[(&str, &[&str])] = &[
    ("M", &["m", "male", "nam", "1"]),
    ("F", &["f", "female", "nữ", "nu", "2"]),
    ("O", &["o", "other", "khác", "khac"]),
];

/// The sex a word means, `M`, `F` or `O`, in an order or in Patient's Sex (0010,0040). Machines write more than the
/// standard allows, and an ignored `m` is a man taken for a woman.
#[must_use]
pub fn sex_of(word: &str) -> Option<&'static str> {
    let folded: String = word.trim().nfc().flat_map(char::to_lowercase).collect();
    SEXES.iter().find(|(_, words)| words.contains(&folded.as_str())).map(|(letter, _)| *letter)
}

#[cfg(test)]
mod tests {
    use super::sex_of;

    #[test]
    fn a_sex_is_understood_however_it_is_written() {
        for (word, letter) in
            [("M", "M"), ("m ", "M"), ("Nam", "M"), ("1", "M"), ("f", "F"), ("NỮ", "F"), ("2", "F")]
        {
            assert_eq!(sex_of(word), Some(letter), "{word}");
        }
        for word in ["", "M\\F", "9", "unknown"] {
            assert_eq!(sex_of(word), None, "{word}");
        }
    }
}
