//! UIDs that are the same for the same save.

use sha2::{Digest, Sha256};

/// What all UIDs of a save are made from. Whoever repeats a save gives the same seed, and gets the same UIDs.
#[derive(Clone, Copy)]
pub struct Seed([u8; 32]);

/// It says nothing of what it was made from.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// From whatever tells one save from all others.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// The save's name: 32 hexadecimal digits.
    #[must_use]
    pub fn name(&self) -> String {
        self.0[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A UID below 2.25: a UUID as a number (PS3.5 B.2), here one made from a digest (RFC 9562, version 8).
    pub(crate) fn uid(&self, what: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(what).finalize();
        let mut uuid = [0; 16];
        uuid.copy_from_slice(&digest[..16]);
        uuid[6] = uuid[6] & 0x0F | 0x80;
        uuid[8] = uuid[8] & 0x3F | 0x80;
        format!("2.25.{}", u128::from_be_bytes(uuid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_valid_the_same_for_the_same_save_and_different_for_another() {
        let (one, other) = (Seed::of(&[b"ab", b"c"]), Seed::of(&[b"a", b"bc"]));
        assert_eq!(one.uid("series KO"), Seed::of(&[b"ab", b"c"]).uid("series KO"));
        assert_ne!(one.uid("series KO"), one.uid("series SR"));
        assert_ne!(one.uid("series KO"), other.uid("series KO"));
        for what in 0..200 {
            let uid = one.uid(&what.to_string());
            assert!(filmless_domain::SopInstanceUid::parse(&uid).is_ok(), "{uid}");
            assert!(uid.len() <= 44 && !uid["2.25.".len()..].starts_with('0'), "{uid}");
        }
    }
}
