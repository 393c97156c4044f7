//! Hash-chained logs: every line contains the digest of the line before it. So a line that is changed, dropped, added
//! or moved shows in every later line, and in the head, which is stored elsewhere.
//!
//! A line is one JSON object on one line (NDJSON) with a member `chain`, a [`ChainLink`]. Its digest is the SHA-256 of
//! its bytes without the line feed. Verifying needs no parsing and rewriting.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest line we read: events are small, and a limit keeps a broken log from filling memory.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// The end of a chain, where the next line is attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// Number of lines so far.
    pub sequence: u64,
    /// SHA-256 of the last line, in lower-case hex; of an empty text for an empty chain.
    pub digest: String,
}

/// What a line says about its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLink {
    /// 1 for the first line of the chain.
    pub sequence: u64,
    /// Digest of the line before it.
    pub previous: String,
}

/// Why a chain fails verification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A line is not a JSON object with a `chain`, or is too long.
    #[error("line {line} cannot be read")]
    Unreadable {
        /// Number of the line in what was verified, from 1.
        line: u64,
    },
    /// A line does not follow the one before it.
    #[error("line {line} (sequence {sequence}) does not follow the line before it")]
    Broken {
        /// Number of the line in what was verified, from 1.
        line: u64,
        /// The sequence it claims.
        sequence: u64,
    },
}

#[derive(Serialize)]
struct Line<'a, E> {
    chain: ChainLink,
    #[serde(flatten)]
    event: &'a E,
}

#[derive(Deserialize)]
struct AnyLine {
    chain: ChainLink,
}

impl Default for ChainHead {
    /// The head of an empty chain.
    fn default() -> Self {
        Self { sequence: 0, digest: digest_of(b"") }
    }
}

impl ChainHead {
    /// Appends an event (anything that serialises as a JSON object without a member `chain`). Returns its line,
    /// without line feed, and moves the head.
    ///
    /// # Errors
    /// If the event does not serialise.
    pub fn append(&mut self, event: &impl Serialize) -> Result<String, serde_json::Error> {
        let chain = ChainLink { sequence: self.sequence + 1, previous: self.digest.clone() };
        let line = serde_json::to_string(&Line { chain, event })?;
        self.sequence += 1;
        self.digest = digest_of(line.as_bytes());
        Ok(line)
    }

    /// Verifies that `line` (line `number` of what is being read) follows this head, and moves the head.
    ///
    /// # Errors
    /// [`ChainError`]; then the head does not move.
    pub fn follow(&mut self, line: &[u8], number: u64) -> Result<(), ChainError> {
        let unreadable = ChainError::Unreadable { line: number };
        if line.len() > LINE_BYTES_MAX {
            return Err(unreadable);
        }
        let Ok(AnyLine { chain }) = serde_json::from_slice(line) else { return Err(unreadable) };
        self.follow_link(line, (chain.sequence, &chain.previous), number)
    }

    /// The same for a line already parsed, with the contents of its `chain`: sequence and previous digest.
    ///
    /// # Errors
    /// As [`ChainHead::follow`].
    pub fn follow_link(&mut self, line: &[u8], link: (u64, &str), number: u64) -> Result<(), ChainError> {
        let (sequence, previous) = link;
        if sequence != self.sequence + 1 || previous != self.digest {
            return Err(ChainError::Broken { line: number, sequence });
        }
        self.sequence += 1;
        self.digest = digest_of(line);
        Ok(())
    }

    /// The head before a line with this `chain`.
    #[must_use]
    pub fn before((sequence, previous): (u64, &str)) -> Self {
        Self { sequence: sequence.saturating_sub(1), digest: previous.to_owned() }
    }
}

fn digest_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Event {
        what: &'static str,
    }

    fn three_lines() -> Vec<String> {
        let mut head = ChainHead::default();
        ["received", "released", "opened"].map(|what| head.append(&Event { what }).unwrap()).to_vec()
    }

    fn verify(lines: &[String]) -> Result<ChainHead, ChainError> {
        let mut head = ChainHead::default();
        for (number, line) in (1..).zip(lines) {
            head.follow(line.as_bytes(), number)?;
        }
        Ok(head)
    }

    #[test]
    fn an_untouched_chain_verifies_to_its_head() {
        let mut head = ChainHead::default();
        for what in ["received", "released", "opened"] {
            head.append(&Event { what }).unwrap();
        }
        assert_eq!(verify(&three_lines()), Ok(head));
        assert!(three_lines()[0].starts_with(r#"{"chain":{"sequence":1,"previous":"e3b0c44298fc1c14"#));
    }

    #[test]
    fn a_changed_byte_a_missing_line_and_a_swap_are_found() {
        let mut changed = three_lines();
        changed[1] = changed[1].replace("released", "recalled");
        assert_eq!(verify(&changed), Err(ChainError::Broken { line: 3, sequence: 3 }));
        let mut missing = three_lines();
        missing.remove(1);
        assert_eq!(verify(&missing), Err(ChainError::Broken { line: 2, sequence: 3 }));
        let mut swapped = three_lines();
        swapped.swap(0, 1);
        assert_eq!(verify(&swapped), Err(ChainError::Broken { line: 1, sequence: 2 }));
        let mut last = three_lines();
        last[2] = last[2].replace("opened", "closed");
        let untouched = verify(&three_lines()).unwrap();
        assert_ne!(verify(&last).unwrap().digest, untouched.digest, "the head stored elsewhere shows it");
    }

    #[test]
    fn what_is_no_line_of_a_chain_is_said() {
        for bad in [&b"nonsense"[..], b"{}", &vec![b' '; LINE_BYTES_MAX + 1]] {
            assert_eq!(ChainHead::default().follow(bad, 7), Err(ChainError::Unreadable { line: 7 }));
        }
    }
}
