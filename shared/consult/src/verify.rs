//! A consultation as a file, verified: the lines of its record, behind them everything that was signed, and the end.
//!
//! Each line is a JSON object. One with `chain` is a line of the record, one with `kind` an opinion, a version of the minutes,
//! a signature, or the end. The record holds the digests of all that was signed, so whoever keeps its head can tell if anything
//! was changed. Opinions come in the order of the record, versions and signatures in that of their numbers.

use std::collections::BTreeMap;
use std::fmt;

use filmless_domain::chain::ChainHead;
use serde::{Deserialize, Serialize};

use crate::ids::{ConsultationId, MemberId};
use crate::minutes::{Minutes, MinutesSignature};
use crate::opinion::Opinion;
use crate::replay::{Anchor, RecordError, Replay};

/// What stands behind the record, as a line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Behind {
    /// An opinion.
    Opinion(Opinion),
    /// A version of the minutes.
    Minutes(Box<Minutes>),
    /// A signature below one.
    Signature(MinutesSignature),
    /// The last line: how long the record is, and how many signed documents stand before it. A file without it breaks off.
    End {
        /// The end of the record.
        head: ChainHead,
        /// How many.
        documents: usize,
    },
}

/// A file that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Which consultation.
    pub consultation: ConsultationId,
    /// The end of the record. It says nothing by itself: compare it with one that was kept elsewhere.
    pub head: ChainHead,
    /// Whether the record says that the meeting ended. Of one that only ran out of time it does not.
    pub is_ended: bool,
    /// All versions of the minutes, the oldest first. The PDF prints digest and line of its own.
    pub minutes: Vec<VerifiedMinutes>,
    /// How many signed documents the file holds: all that the record names.
    pub documents: usize,
}

/// A version of the minutes in a file that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedMinutes {
    /// Which.
    pub version: u32,
    /// Its digest.
    pub digest: String,
    /// The line of the record that it was written after.
    pub head: ChainHead,
    /// How many signatures are below it.
    pub signatures: usize,
}

/// The first line that does not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Unverified {
    /// Which, from 1; one behind the last line if the file breaks off.
    pub line: u64,
    /// Why.
    pub why: Broken,
}

/// Why a line does not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Broken {
    /// It is no line of such a file.
    Unreadable,
    /// It does not follow the line before it: one of them was changed, dropped, added or moved.
    Chain,
    /// It follows, but no room can have written it there.
    Impossible,
    /// It is not what was signed.
    Changed,
    /// The record does not name it, or the file holds it twice.
    Unknown,
    /// Another document stands here in an untouched file: one was dropped, or moved.
    Misplaced,
    /// It names another version, opinion or line of the record than there is.
    Unlinked,
    /// The file breaks off.
    Missing,
    /// The file has no record.
    Empty,
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why: &'static str = self.why.into();
        write!(f, "line {} does not follow: {why}", self.line)
    }
}

/// What one can tell of a line without knowing what it is.
#[derive(Deserialize)]
struct AnyLine {
    #[serde(default)]
    chain: Option<serde::de::IgnoredAny>,
}

/// Verifies a file.
///
/// # Errors
/// [`Unverified`]: the first line that does not follow.
pub fn verify(file: &str) -> Result<Verified, Unverified> {
    let mut reader = Reader::default();
    let mut number = 0;
    for line in file.lines() {
        number += 1;
        reader.take(line).map_err(|why| Unverified { line: number, why })?;
    }
    let Reader { replay, seen, has_ended, versions, .. } = reader;
    let Some(opened) = replay.opened else { return Err(Unverified { line: 1, why: Broken::Empty }) };
    if !has_ended {
        return Err(Unverified { line: number + 1, why: Broken::Missing });
    }
    let (head, is_ended) = (replay.room.head, replay.room.ended.is_some());
    Ok(Verified {
        consultation: opened.consultation,
        head,
        is_ended,
        minutes: versions,
        documents: seen.len(),
    })
}

/// A file, as far as it was read.
#[derive(Default)]
struct Reader {
    replay: Replay,
    /// The digests of all documents and whose they are, in their order: known once the record has been read.
    named: Option<Vec<(String, Option<MemberId>)>>,
    /// Those that were read.
    seen: Vec<String>,
    /// The digest of every line of the record.
    lines: BTreeMap<u64, String>,
    versions: Vec<VerifiedMinutes>,
    has_ended: bool,
}

impl Reader {
    fn take(&mut self, line: &str) -> Result<(), Broken> {
        let any: AnyLine = serde_json::from_str(line).map_err(|_| Broken::Unreadable)?;
        if any.chain.is_some() {
            if self.named.is_some() {
                return Err(Broken::Misplaced);
            }
            self.replay.follow(line).map_err(|error| kind_of(&error))?;
            let ChainHead { sequence, digest } = self.replay.room.head.clone();
            self.lines.insert(sequence, digest);
            return Ok(());
        }
        let behind: Behind = serde_json::from_str(line).map_err(|_| Broken::Unreadable)?;
        // Nor does it hold anything that no digest covers.
        if serde_json::to_string(&behind).is_ok_and(|written| written != line) {
            return Err(Broken::Changed);
        }
        if self.replay.opened.is_none() {
            return Err(Broken::Empty);
        }
        if self.has_ended {
            return Err(Broken::Unknown);
        }
        let named = self.named.get_or_insert_with(|| documents_of(&self.replay));
        match &behind {
            Behind::End { head, documents } => {
                if *head != self.replay.room.head {
                    return Err(Broken::Chain);
                }
                if self.seen.len() != named.len() {
                    return Err(Broken::Misplaced);
                }
                self.has_ended = true;
                if *documents == named.len() { Ok(()) } else { Err(Broken::Changed) }
            }
            Behind::Opinion(one) => {
                let said = (one.is_as_signed(), &one.digest, &one.signed.by.id);
                let is_there = self.has_line(&one.signed.seen.head);
                self.document(&one.signed.consultation, said, |_| is_there)
            }
            Behind::Minutes(one) => {
                let replaced = one.written.replaces.as_ref().map(|replaced| &replaced.digest);
                let said = (one.is_as_written(), &one.digest, &one.written.by);
                let is_there = self.has_line(&one.written.head);
                self.document(&one.written.consultation, said, |minutes| {
                    is_there
                        && replaced == before(minutes, one.written.version)
                        && minutes
                            .iter()
                            .any(|it| it.number == one.written.version && it.digest == one.digest)
                })?;
                let (version, digest, head) =
                    (one.written.version, one.digest.clone(), one.written.head.clone());
                self.versions.push(VerifiedMinutes { version, digest, head, signatures: 0 });
                Ok(())
            }
            Behind::Signature(one) => {
                let is_of = |it: &Anchor| it.number == one.signed.version && it.digest == one.signed.minutes;
                let said = (one.is_as_signed(), &one.digest, &one.signed.by.id);
                self.document(&one.signed.consultation, said, |minutes| minutes.iter().any(is_of))?;
                let signed = self.versions.iter_mut().find(|version| version.digest == one.signed.minutes);
                signed.ok_or(Broken::Unlinked)?.signatures += 1;
                Ok(())
            }
        }
    }

    /// Whether the record has this line, as it was when somebody signed that they had seen it.
    fn has_line(&self, head: &ChainHead) -> bool {
        *head == ChainHead::default() || self.lines.get(&head.sequence) == Some(&head.digest)
    }

    /// Takes a document in, with whether it is what was signed, its digest, its author, and whether it fits the versions of
    /// the minutes.
    fn document(
        &mut self,
        consultation: &ConsultationId,
        (is_as_signed, digest, author): (bool, &String, &MemberId),
        is_linked: impl FnOnce(&[Anchor]) -> bool,
    ) -> Result<(), Broken> {
        if !is_as_signed {
            return Err(Broken::Changed);
        }
        let named = self.named.as_deref().unwrap_or_default();
        let is_of = self.replay.opened.as_ref().is_some_and(|opened| opened.consultation == *consultation);
        let is_named = named.iter().any(|(known, by)| known == digest && by.as_ref() == Some(author));
        if !is_of || !is_named || self.seen.contains(digest) {
            return Err(Broken::Unknown);
        }
        if named.get(self.seen.len()).is_none_or(|(known, _)| known != digest) {
            return Err(Broken::Misplaced);
        }
        if !is_linked(&self.replay.minutes) {
            return Err(Broken::Unlinked);
        }
        self.seen.push(digest.clone());
        Ok(())
    }
}

const fn kind_of(error: &RecordError) -> Broken {
    match error {
        RecordError::Chain(filmless_domain::chain::ChainError::Unreadable { .. }) => Broken::Unreadable,
        RecordError::Chain(_) => Broken::Chain,
        RecordError::Impossible { .. } => Broken::Impossible,
    }
}

/// What the record names, in the order of the file.
fn documents_of(replay: &Replay) -> Vec<(String, Option<MemberId>)> {
    let (mut minutes, mut signatures) = (replay.minutes.clone(), replay.signatures.clone());
    minutes.sort_by_key(|version| version.number);
    signatures.sort_by(|a, b| (a.number, &a.by).cmp(&(b.number, &b.by)));
    let all = replay.opinions.iter().chain(&minutes).chain(&signatures);
    all.map(|anchor| (anchor.digest.clone(), anchor.by.clone())).collect()
}

fn before(minutes: &[Anchor], version: u32) -> Option<&String> {
    minutes.iter().find(|anchor| anchor.number + 1 == version).map(|anchor| &anchor.digest)
}
