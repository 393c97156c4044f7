//! Names of consultations, members, and what members leave in a room.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Not an identifier of this kind. Says nothing of what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct InvalidConsultId;

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A UUID in lower case (RFC 9562, 4).
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, digits)| is_hex(group, digits))
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $is:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads it.
            ///
            /// # Errors
            /// If it is not one.
            pub fn parse(text: &str) -> Result<Self, InvalidConsultId> {
                let is: fn(&str) -> bool = $is;
                if is(text) { Ok(Self(text.to_owned())) } else { Err(InvalidConsultId) }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidConsultId;
            fn try_from(text: String) -> Result<Self, InvalidConsultId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A consultation: 32 hexadecimal digits in lower case.
    ConsultationId, |text| is_hex(text, 32)
);
identifier!(
    /// A member of a consultation: 8 hexadecimal digits in lower case.
    MemberId, |text| is_hex(text, 8)
);
identifier!(
    /// A mark or a chat message: the UUID that its author's client made, in lower case.
    EntryId, is_uuid
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_one_spelling() {
        for (text, is_one) in [
            ("00c0ffee", true),
            ("00C0FFEE", false),
            ("00c0ffe", false),
            ("00c0ffee0", false),
            ("#0c0ffee", false),
            ("", false),
        ] {
            assert_eq!(MemberId::parse(text).is_ok(), is_one, "{text}");
        }
        for (text, is_one) in [
            ("0e2f0a52-9f7e-4c39-8e0f-8d3a4b1c2d3e", true),
            ("0E2F0A52-9f7e-4c39-8e0f-8d3a4b1c2d3e", false),
            ("0e2f0a529f7e4c398e0f8d3a4b1c2d3e", false),
            ("0e2f0a52-9f7e-4c39-8e0f-8d3a4b1c2d3e-", false),
            ("0e2f0a5-29f7e-4c39-8e0f-8d3a4b1c2d3e", false),
        ] {
            assert_eq!(EntryId::parse(text).is_ok(), is_one, "{text}");
        }
        assert!(ConsultationId::parse(&"7".repeat(32)).is_ok());
        assert!(serde_json::from_str::<ConsultationId>("\"../x\"").is_err());
    }
}
