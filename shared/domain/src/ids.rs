//! Identifiers of the DICOM standard and of the hospital.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest accepted hospital identifier (patient id, accession number), in bytes. DICOM's LO and SH allow 64 and 16
/// characters; hospitals exceed SH, so both allow 64 characters of up to 3 bytes.
pub const HOSPITAL_ID_BYTES_MAX: usize = 192;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidId {
    /// Empty, or only blanks.
    #[error("the identifier is empty")]
    Empty,
    /// Longer than the standard allows.
    #[error("the identifier is too long")]
    TooLong,
    /// A character that is not allowed in such an identifier.
    #[error("the identifier holds a character that is not allowed")]
    BadCharacter,
}

/// A UID has up to 64 digits and dots (PS3.5 9.1). Real files contain components with leading zeros and even letters.
/// So refuse only what is unsafe in an object key: anything but letters, digits, `.`, `-` and `_`, and a leading dot.
fn parse_uid(text: &str) -> Result<String, InvalidId> {
    let uid = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if uid.is_empty() {
        return Err(InvalidId::Empty);
    }
    if uid.len() > 64 {
        return Err(InvalidId::TooLong);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if uid.starts_with('.') || uid.contains("..") || !uid.chars().all(allowed) {
        return Err(InvalidId::BadCharacter);
    }
    Ok(uid.to_owned())
}

/// Hospital identifiers are free text without control characters; surrounding blanks and NULs are ignored.
fn parse_hospital_id(text: &str) -> Result<String, InvalidId> {
    let id = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if id.is_empty() {
        return Err(InvalidId::Empty);
    }
    if id.len() > HOSPITAL_ID_BYTES_MAX {
        return Err(InvalidId::TooLong);
    }
    if id.chars().any(char::is_control) {
        return Err(InvalidId::BadCharacter);
    }
    Ok(id.to_owned())
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $parse:ident, $debug:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the text; surrounding blanks and NULs are ignored.
            ///
            /// # Errors
            /// [`InvalidId`] says which rule is broken; it never repeats the text.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                $parse(text).map(Self)
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let show: fn(&str) -> &str = $debug;
                f.write_str(show(&self.0))
            }
        }
    };
}

identifier!(
    /// Study Instance UID (0020,000D).
    StudyInstanceUid, parse_uid, |uid| uid
);
identifier!(
    /// Series Instance UID (0020,000E).
    SeriesInstanceUid, parse_uid, |uid| uid
);
identifier!(
    /// SOP Instance UID (0008,0018).
    SopInstanceUid, parse_uid, |uid| uid
);
identifier!(
    /// The hospital's patient code, Patient ID (0010,0020). `Debug` hides it.
    PatientId, parse_hospital_id, |_| "PatientId(hidden)"
);
identifier!(
    /// Accession Number (0008,0050): the hospital's number for one requested study.
    AccessionNumber, parse_hospital_id, |id| id
);

macro_rules! display_uid {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
display_uid!(StudyInstanceUid, SeriesInstanceUid, SopInstanceUid, AccessionNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_loses_padding_and_keeps_its_digits() {
        assert_eq!(StudyInstanceUid::parse("1.2.840\0").unwrap().as_str(), "1.2.840");
        assert_eq!(StudyInstanceUid::parse(" 1.2.3 ").unwrap().as_str(), "1.2.3");
    }

    #[test]
    fn uid_that_could_leave_its_folder_is_refused() {
        for (text, why) in [
            ("", InvalidId::Empty),
            ("../x", InvalidId::BadCharacter),
            ("1..2", InvalidId::BadCharacter),
            ("1/2", InvalidId::BadCharacter),
            (".1", InvalidId::BadCharacter),
            (&"1".repeat(65), InvalidId::TooLong),
        ] {
            assert_eq!(StudyInstanceUid::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn hospital_id_may_hold_letters_with_marks_but_no_control_character() {
        assert_eq!(PatientId::parse(" BN-ế/1 ").unwrap().as_str(), "BN-ế/1");
        assert_eq!(PatientId::parse("a\nb"), Err(InvalidId::BadCharacter));
        assert_eq!(PatientId::parse(&"x".repeat(193)), Err(InvalidId::TooLong));
    }

    #[test]
    fn patient_id_is_not_printed_by_debug() {
        assert!(!format!("{:?}", PatientId::parse("N20-0317542").unwrap()).contains("0317542"));
    }
}
