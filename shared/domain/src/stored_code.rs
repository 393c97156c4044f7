//! Codes as they are stored.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A stored code: one of ours, or one from a newer version, which is kept and shown unchanged.
///
/// ```
/// use filmless_domain::{HoldReason, StoredCode};
///
/// let known: StoredCode<HoldReason> = serde_json::from_str("\"no-order\"")?;
/// assert_eq!(known, HoldReason::NoOrder.into());
/// let newer: StoredCode<HoldReason> = serde_json::from_str("\"moon-is-full\"")?;
/// assert_eq!((newer.known(), newer.code()), (None, "moon-is-full"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StoredCode<T> {
    /// A code this version knows.
    Known(T),
    /// A code it does not know.
    Unknown(String),
}

impl<T: Copy + Into<&'static str>> StoredCode<T> {
    /// The code as written.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Known(known) => (*known).into(),
            Self::Unknown(code) => code,
        }
    }

    /// The known code, if this version knows it.
    #[must_use]
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(known) => Some(*known),
            Self::Unknown(_) => None,
        }
    }
}

impl<T: FromStr> StoredCode<T> {
    /// Reads a code.
    #[must_use]
    pub fn read(code: &str) -> Self {
        code.parse().map_or_else(|_| Self::Unknown(code.to_owned()), Self::Known)
    }
}

impl<T> From<T> for StoredCode<T> {
    fn from(known: T) -> Self {
        Self::Known(known)
    }
}
