//! Where the bytes of a key are stored. Ordinary keys are plain paths, so `ls` shows them as they were sent. A key that
//! is not a sound path, or whose plain path is a folder or lies below a file, is stored under its hash.

use sha2::{Digest, Sha256};

/// Longest name of one folder or file (ext4, XFS, APFS, NTFS).
const SEGMENT_BYTES_MAX: usize = 255;

/// Marks hashed names: `%` and 32 hexadecimal digits.
const HASH_MARK: char = '%';
const HASH_DIGITS: usize = 32;

/// The path of the bytes below `buckets/`, plain if the key allows it.
pub(super) fn path_of(bucket: &str, key: &str) -> String {
    if is_sound_path(key) { format!("{bucket}/{key}") } else { hashed_path_of(bucket, key) }
}

/// A path that never collides with another key's.
pub(super) fn hashed_path_of(bucket: &str, key: &str) -> String {
    let digest = hex::encode(Sha256::digest(key.as_bytes()));
    let (mark, _) = digest.split_at(HASH_DIGITS);
    format!("{bucket}/{HASH_MARK}{mark}")
}

/// Whether the key, as a relative path, stays inside its bucket, names one file on every system, and does not look like
/// a hashed name.
fn is_sound_path(key: &str) -> bool {
    key.split('/').all(is_sound_segment) && !is_hashed_name(key)
}

fn is_sound_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment.len() <= SEGMENT_BYTES_MAX
        && !segment.chars().any(|c| c == '\\' || c.is_control())
}

fn is_hashed_name(key: &str) -> bool {
    let first = key.split('/').next().unwrap_or_default();
    first.strip_prefix(HASH_MARK).is_some_and(|rest| {
        rest.len() == HASH_DIGITS && rest.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_keys_are_plain_paths() {
        for key in ["1.2.3/v1/slip.pdf", "incoming/a b+%ế.dcm", "...", "a..b/c", "%2e%2e/x", "-rf", "%"] {
            assert_eq!(path_of("slips", key), format!("slips/{key}"));
        }
    }

    #[test]
    fn unsafe_keys_stay_inside_their_bucket() {
        let long = "x".repeat(256);
        let look_alike = format!("{HASH_MARK}{}/x", "0a".repeat(16));
        for key in [
            "",
            ".",
            "..",
            "../../x",
            "a/../b",
            "/",
            "//",
            "/etc/passwd",
            "a//b",
            "dir/",
            "a\0b",
            "a\\b",
            "a\nb",
        ]
        .into_iter()
        .chain([long.as_str(), look_alike.as_str()])
        {
            let path = path_of("slips", key);
            let name = path.strip_prefix("slips/").unwrap();
            assert!(is_hashed_name(name) && !name.contains('/'), "{key:?} became {path:?}");
        }
    }

    #[test]
    fn different_keys_never_share_a_path() {
        let keys = ["a/../b", "b", "a/./b", "a//b", "a/b", "a/b/", "/a/b", "..", "../.."];
        let paths: std::collections::HashSet<_> =
            keys.iter().flat_map(|key| [path_of("b", key), hashed_path_of("b", key)]).collect();
        assert_eq!(paths.len(), keys.len() + 2, "two of the keys are plain, each with a second path");
    }
}
