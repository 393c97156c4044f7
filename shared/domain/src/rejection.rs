//! Why an uploaded object was refused: the reason its sender reads beside the quarantined copy.

use serde::{Deserialize, Serialize};

/// A stable code and calm words. Neither holds anything out of the object but sizes and tag numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Stable, `kebab-case`; listed in `docs/ERRORS.md`.
    pub code: String,
    /// One sentence for the person who uploaded it.
    pub message: String,
}

impl Rejection {
    /// A rejection from its code and message.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}
