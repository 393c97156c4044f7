//! A consultation as a file, verified: the lines of its record, and behind them everything that was signed.
//!
//! Each line is a JSON object. One with `chain` is a line of the record, one with `kind` an opinion, a version of the minutes
//! or a signature. The record holds the digests of all of these, so whoever keeps its head can tell if anything was changed.

use std::fmt;

use filmless_domain::chain::ChainHead;
use serde::{Deserialize, Serialize};

use crate::ids::ConsultationId;
use crate::minutes::{Minutes, MinutesSignature};
use crate::opinion::Opinion;
use crate::replay::{Anchor, RecordError, Replay};

/// Something that was signed, as a line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Signed {
    /// An opinion.
    Opinion(Opinion),
    /// A version of the minutes.
    Minutes(Box<Minutes>),
    /// A signature below one.
    Signature(MinutesSignature),
}

/// A file that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Which consultation.
    pub consultation: ConsultationId,
    /// The end of the record. It says nothing by itself: compare it with one that was kept elsewhere.
    pub head: ChainHead,
    /// The digests of all versions of the minutes that the record names, in its order. The PDF prints its own.
    pub minutes: Vec<Anchor>,
    /// How many signed documents the file holds.
    pub documents: usize,
    /// How many more the record names.
    pub documents_missing: usize,
}

/// The first line that does not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Unverified {
    /// Which, from 1; one behind the last line if something is missing.
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
    /// It does not name the version before it, or the version that it signs.
    Unlinked,
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
    let mut replay = Replay::default();
    let mut signed: Vec<(u64, Signed)> = Vec::new();
    let mut number = 0;
    for line in file.lines() {
        number += 1;
        let broken = |why| Unverified { line: number, why };
        let any: AnyLine = serde_json::from_str(line).map_err(|_| broken(Broken::Unreadable))?;
        if any.chain.is_none() {
            let document = serde_json::from_str(line).map_err(|_| broken(Broken::Unreadable))?;
            signed.push((number, document));
        } else {
            replay.follow(line).map_err(|error| broken(kind_of(&error)))?;
        }
    }
    let Some(opened) = &replay.opened else { return Err(Unverified { line: 1, why: Broken::Empty }) };
    for (place, (line, document)) in signed.iter().enumerate() {
        let earlier = signed.get(..place).unwrap_or_default();
        check(document, &opened.consultation, &replay, earlier)
            .map_err(|why| Unverified { line: *line, why })?;
    }
    let named = replay.opinions.len() + replay.minutes.len() + replay.signatures.len();
    Ok(Verified {
        consultation: opened.consultation.clone(),
        head: replay.head().clone(),
        minutes: replay.minutes,
        documents: signed.len(),
        documents_missing: named.saturating_sub(signed.len()),
    })
}

const fn kind_of(error: &RecordError) -> Broken {
    match error {
        RecordError::Chain(filmless_domain::chain::ChainError::Unreadable { .. }) => Broken::Unreadable,
        RecordError::Chain(_) => Broken::Chain,
        RecordError::Impossible { .. } => Broken::Impossible,
    }
}

fn check(
    document: &Signed,
    consultation: &ConsultationId,
    replay: &Replay,
    earlier: &[(u64, Signed)],
) -> Result<(), Broken> {
    let (of, is_as_signed, digest, anchors) = match document {
        Signed::Opinion(one) => (&one.signed.consultation, one.is_as_signed(), &one.digest, &replay.opinions),
        Signed::Minutes(one) => {
            (&one.written.consultation, one.is_as_written(), &one.digest, &replay.minutes)
        }
        Signed::Signature(one) => {
            (&one.signed.consultation, one.is_as_signed(), &one.digest, &replay.signatures)
        }
    };
    if !is_as_signed {
        return Err(Broken::Changed);
    }
    let is_named = anchors.iter().any(|anchor| anchor.digest == *digest);
    let is_twice = earlier.iter().any(|(_, other)| other.digest() == digest);
    if of != consultation || !is_named || is_twice {
        return Err(Broken::Unknown);
    }
    let is_linked = match document {
        Signed::Opinion(_) => true,
        Signed::Minutes(one) => {
            one.written.replaces.as_ref().map(|replaced| &replaced.digest)
                == before(&replay.minutes, one.written.version)
        }
        Signed::Signature(one) => replay
            .minutes
            .iter()
            .any(|anchor| anchor.number == one.signed.version && anchor.digest == one.signed.minutes),
    };
    if is_linked { Ok(()) } else { Err(Broken::Unlinked) }
}

fn before(minutes: &[Anchor], version: u32) -> Option<&String> {
    minutes.iter().find(|anchor| anchor.number + 1 == version).map(|anchor| &anchor.digest)
}

impl Signed {
    /// Its digest.
    #[must_use]
    pub const fn digest(&self) -> &String {
        match self {
            Self::Opinion(one) => &one.digest,
            Self::Minutes(one) => &one.digest,
            Self::Signature(one) => &one.digest,
        }
    }
}
