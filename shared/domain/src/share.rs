//! Shares: what a patient opens for a doctor or a relative.

use serde::{Deserialize, Serialize};

/// Longest name of a share's receiver, in characters.
pub const SHARE_LABEL_CHARS_MAX: usize = 80;
/// Most studies in one share.
pub const SHARE_STUDIES_MAX: usize = 50;
/// Longest life of a share, in days.
pub const SHARE_DAYS_MAX: u32 = 365;
/// Most open shares of one account.
pub const SHARES_OPEN_MAX: usize = 50;
/// Digits of a share's code: only digits, because it is told by telephone; guesses are limited per share.
pub const SHARE_CODE_DIGITS: usize = 6;

/// What the receiver of a share is to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// A doctor.
    Doctor,
    /// A parent.
    Parent,
    /// A child.
    Child,
    /// Husband, wife or partner.
    Spouse,
    /// A brother or a sister.
    Sibling,
    /// A legal guardian.
    Guardian,
    /// Somebody else.
    Other,
}

impl Relation {
    /// All relations, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::Doctor, Self::Spouse, Self::Child, Self::Parent, Self::Sibling, Self::Guardian, Self::Other];

    /// The name in forms and items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Parent => "parent",
            Self::Child => "child",
            Self::Spouse => "spouse",
            Self::Sibling => "sibling",
            Self::Guardian => "guardian",
            Self::Other => "other",
        }
    }

    /// The relation with this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == word)
    }
}

/// A share's receiver as typed: on one line, without invisible characters. `None` if nothing is left or it is too
/// long.
#[must_use]
pub fn share_label(typed: &str) -> Option<String> {
    let label = crate::invisible::one_line(typed);
    (!label.is_empty() && label.chars().count() <= SHARE_LABEL_CHARS_MAX).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_json() {
        for relation in Relation::ALL {
            assert_eq!(serde_json::to_value(relation).unwrap(), relation.as_str());
            assert_eq!(Relation::parse(relation.as_str()), Some(relation));
        }
    }

    #[test]
    fn labels_are_one_line_of_bounded_length() {
        assert_eq!(share_label("  BS.\r\n Nguyễn  Văn A ").as_deref(), Some("BS. Nguyễn Văn A"));
        assert_eq!(share_label("BS.\u{202e} hniM\u{200b}").as_deref(), Some("BS. hniM"));
        assert_eq!(share_label(" \n"), None);
        assert_eq!(share_label(&"ế".repeat(SHARE_LABEL_CHARS_MAX)).map(|l| l.chars().count()), Some(80));
        assert_eq!(share_label(&"ế".repeat(SHARE_LABEL_CHARS_MAX + 1)), None);
    }
}
