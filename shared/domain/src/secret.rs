//! Secrets in plain text, before they are sealed.

use std::fmt;

/// A password or a link token in plain text. `Debug` prints only the type's name, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(plain: String) -> Self {
        Self(plain)
    }

    /// The secret in plain text: only for the slip, the message and the hash.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_type_name_only() {
        assert_eq!(format!("{:?}", Secret::new("K7QM-2WXA".into())), "Secret");
    }
}
