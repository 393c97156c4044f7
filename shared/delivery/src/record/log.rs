//! Append-only logs: from pending items to hash-chained NDJSON objects.
//!
//! An object is written once with `If-None-Match`, under a key that the first writer fixes for all. Only then do
//! its events leave the table, and last the head moves. After a crash anywhere the next run finishes, and two runs
//! at once write one object.

use filmless_domain::ObjectKey;
use filmless_domain::chain::{ChainError, ChainHead};
use filmless_store::index::{LogEntry, LogHead, LogName};
use filmless_store::{Bucket, Index, ObjectVersion, Served, StoreError};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::DeliveryError;
use crate::parts::Common;

/// Younger events wait: others from the same moment may still be coming.
const SEALED_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// Most events in one object.
pub const OBJECT_EVENTS_MAX: usize = 20_000;
/// Largest object, in bytes: limits the memory of its readers.
pub const OBJECT_BYTES_MAX: u64 = 64 << 20;
/// Most objects of one log that are listed.
const OBJECTS_MAX: usize = 10_000_000;

/// Why a log fails verification.
#[derive(Debug, Error)]
pub enum LogError {
    /// An object does not continue the chain.
    #[error("the log is broken in {key}: {source}")]
    Broken {
        /// Key of the object.
        key: String,
        /// Which line.
        source: ChainError,
    },
    /// A line does not continue the one before it, in the same object or the one before.
    #[error(
        "the log is broken: line {line} of {key} (sequence {sequence}) was changed, or lines are missing or were put in between \
         it and line {next_line} of {next_key}"
    )]
    BrokenAfter {
        /// Key of the object that holds the line before.
        key: String,
        /// Its number there, from 1.
        line: u64,
        /// Its sequence.
        sequence: u64,
        /// Key of the object that holds the line after it.
        next_key: String,
        /// Its number there, from 1.
        next_line: u64,
    },
    /// The bytes of an object are not those we wrote.
    #[error("the log is broken in {key}: its bytes are not those that were written")]
    Damaged {
        /// Key of the object.
        key: String,
    },
    /// The objects end at another line than the index says.
    #[error(
        "the log ends at sequence {found}, with {key}, but the index says {expected}: lines are missing, or the last was \
         changed"
    )]
    OtherEnd {
        /// Key of the last object; `no object` if there is none.
        key: String,
        /// Sequence of the last line found.
        found: u64,
        /// Sequence in the index.
        expected: u64,
    },
    /// An object could not be read.
    #[error("{key} cannot be read")]
    Unreadable {
        /// Key of the object.
        key: String,
        /// Why.
        source: StoreError,
    },
    /// Storage failed.
    #[error("the log could not be read")]
    Store(#[from] StoreError),
}

/// A log that passed verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifiedLog {
    /// Its end.
    #[serde(flatten)]
    pub head: ChainHead,
    /// Its objects.
    pub objects: usize,
    /// Events not yet in an object.
    pub pending: usize,
}

/// The part of a line that leads to its pending item.
#[derive(Deserialize)]
struct Named {
    id: String,
    at: Timestamp,
}

/// A new entry for an event that serialises as a JSON object with `id` and `at`.
pub(crate) fn entry(id: &str, at: Timestamp, event: &impl Serialize) -> Result<LogEntry, DeliveryError> {
    let event = serde_json::to_string(event).map_err(DeliveryError::internal("a log event"))?;
    Ok(LogEntry { id: id.to_owned(), at, event })
}

/// A new random id, and the time in the precision of the logs.
pub(crate) fn new_id(common: &Common) -> Result<(String, Timestamp), DeliveryError> {
    let mut id = [0; 16];
    common.randomness.fill(&mut id)?;
    let now = common.clock.now().as_millisecond();
    let now = Timestamp::from_millisecond(now).map_err(DeliveryError::internal("a time"))?;
    Ok((hex::encode(id), now))
}

/// The prefix of a log's objects in its bucket.
#[must_use]
pub const fn prefix(name: LogName) -> &'static str {
    match name {
        LogName::Audit => "audit/",
        LogName::Usage => "ledger/",
    }
}

/// Moves pending events into objects; returns how many. `now` is the time of the run. With `all`, moves even events
/// of this very moment.
///
/// # Errors
/// [`DeliveryError`]; the next run continues.
pub async fn seal(
    index: &Index,
    bucket: &Bucket,
    name: LogName,
    now: Timestamp,
    all: bool,
) -> Result<usize, DeliveryError> {
    let mut moved = 0;
    loop {
        // Read the head first: events that a later head covers are gone before that head can be seen.
        let head = index.log_head(name).await?;
        let mut pending = index.pending_log(name).await?;
        pending.retain(|entry| all || entry.at + SEALED_AFTER <= now);
        pending.truncate(OBJECT_EVENTS_MAX);
        if pending.is_empty() && head.next_key.is_none() {
            return Ok(moved);
        }
        let proposed = object_key(name, &head, now);
        let Some(key) = index.claim_log_key(name, &head, &proposed).await? else { continue };
        let key = ObjectKey::parse(&key).map_err(DeliveryError::internal("a log key"))?;
        if pending.is_empty() && !exists(bucket, &key).await? {
            // Claimed but never written, and there is nothing to write now.
            return Ok(moved);
        }
        if !pending.is_empty() {
            let lines = lines_of(&head.chain, &pending)?;
            bucket.put_new(&key, lines, Served::uncached("application/x-ndjson")).await?;
        }
        moved += finish(index, bucket, name, &head, &key).await?;
    }
}

/// Removes the events of the object from the table, whoever wrote it, and moves the head past it.
async fn finish(
    index: &Index,
    bucket: &Bucket,
    name: LogName,
    head: &LogHead,
    key: &ObjectKey,
) -> Result<usize, DeliveryError> {
    let bytes = bucket.get(ObjectVersion { key, version_id: None }, OBJECT_BYTES_MAX).await?;
    let mut chain = head.chain.clone();
    let mut count = 0;
    for (number, line) in (1..).zip(lines(&bytes)) {
        chain.follow(line, number).map_err(DeliveryError::internal("a log object"))?;
        let named: Named = serde_json::from_slice(line).map_err(DeliveryError::internal("a log line"))?;
        index.remove_pending_log(name, &named.id, named.at).await?;
        count += 1;
    }
    index.move_log_head(name, head, &chain).await?;
    Ok(count)
}

fn lines_of(head: &ChainHead, pending: &[LogEntry]) -> Result<Vec<u8>, DeliveryError> {
    let mut chain = head.clone();
    let mut text = Vec::new();
    for entry in pending {
        let event: Map<String, Value> =
            serde_json::from_str(&entry.event).map_err(DeliveryError::internal("a log event"))?;
        text.extend(chain.append(&event).map_err(DeliveryError::internal("a log line"))?.into_bytes());
        text.push(b'\n');
        if text.len() as u64 > OBJECT_BYTES_MAX / 2 {
            break;
        }
    }
    Ok(text)
}

async fn exists(bucket: &Bucket, key: &ObjectKey) -> Result<bool, DeliveryError> {
    match bucket.size(ObjectVersion { key, version_id: None }).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// `audit/2026/11/24/000000000001.ndjson`: the day it was begun (UTC), and its first sequence.
fn object_key(name: LogName, head: &LogHead, now: Timestamp) -> String {
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y/%m/%d").to_string();
    format!("{}{day}/{:012}.ndjson", prefix(name), head.chain.sequence + 1)
}

/// The finished objects begun on a day (UTC), in order.
pub(crate) async fn keys_of_day(
    index: &Index,
    bucket: &Bucket,
    name: LogName,
    day: jiff::civil::Date,
) -> Result<Vec<ObjectKey>, StoreError> {
    let unfinished = index.log_head(name).await?.next_key;
    let mut keys =
        bucket.list(&format!("{}{}/", prefix(name), day.strftime("%Y/%m/%d")), OBJECTS_MAX).await?;
    keys.retain(|key| Some(key.as_str()) != unfinished.as_deref());
    keys.sort_by_key(sequence_of);
    Ok(keys)
}

/// One object.
pub(crate) async fn read(bucket: &Bucket, key: &ObjectKey) -> Result<bytes::Bytes, StoreError> {
    bucket.get(ObjectVersion { key, version_id: None }, OBJECT_BYTES_MAX).await
}

/// The lines of an object, without their line feeds.
pub fn lines(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = object;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    })
}

/// Reads a whole log in order and verifies it. Hands every line to `each`.
///
/// # Errors
/// [`LogError`] names the first object and line that fails.
pub async fn verify(
    index: &Index,
    bucket: &Bucket,
    name: LogName,
    mut each: impl FnMut(&[u8]),
) -> Result<VerifiedLog, LogError> {
    let end = index.log_head(name).await?;
    let mut keys = bucket.list(prefix(name), OBJECTS_MAX).await?;
    // An object past the head is unfinished: its events are still pending.
    keys.retain(|key| Some(key.as_str()) != end.next_key.as_deref());
    keys.sort_by_key(sequence_of);
    let mut chain = ChainHead::default();
    // The last line so far: its object, and its number there.
    let mut last: Option<(&ObjectKey, u64)> = None;
    for key in &keys {
        let read = bucket.get(ObjectVersion { key, version_id: None }, OBJECT_BYTES_MAX).await;
        let bytes = read.map_err(|error| unreadable(key, error))?;
        for (number, line) in (1..).zip(lines(&bytes)) {
            chain.follow(line, number).map_err(|source| broken(key, source, last, chain.sequence))?;
            last = Some((key, number));
            each(line);
        }
    }
    if chain != end.chain {
        let key = last.map_or("no object", |(key, _)| key.as_str()).to_owned();
        return Err(LogError::OtherEnd { key, found: chain.sequence, expected: end.chain.sequence });
    }
    let pending = index.pending_log(name).await?.len();
    Ok(VerifiedLog { head: chain, objects: keys.len(), pending })
}

/// The error for an object that was listed but cannot be read.
#[must_use]
pub fn unreadable(key: &ObjectKey, error: StoreError) -> LogError {
    let key = key.as_str().to_owned();
    match error {
        StoreError::Damaged => LogError::Damaged { key },
        source => LogError::Unreadable { key, source },
    }
}

/// A changed line shows in the line after it, whose digest differs. `last` is the line before, and `sequence` is
/// the sequence of that line.
fn broken(key: &ObjectKey, source: ChainError, last: Option<(&ObjectKey, u64)>, sequence: u64) -> LogError {
    let next_key = key.as_str().to_owned();
    match (&source, last) {
        (ChainError::Broken { line: next_line, .. }, Some((before, line))) => LogError::BrokenAfter {
            key: before.as_str().to_owned(),
            line,
            sequence,
            next_key,
            next_line: *next_line,
        },
        _ => LogError::Broken { key: next_key, source },
    }
}

/// The first sequence of an object, from its name.
fn sequence_of(key: &ObjectKey) -> u64 {
    let name = key.as_str().rsplit('/').next().unwrap_or_default();
    name.trim_end_matches(".ndjson").parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_was_changed_is_named_with_its_object_and_so_is_an_object_that_cannot_be_read() {
        let [first, second] =
            ["ledger/2026/11/24/000000000001.ndjson", "ledger/2026/11/25/000000000008.ndjson"]
                .map(|key| ObjectKey::parse(key).unwrap());
        let after = |line| ChainError::Broken { line, sequence: 8 };
        for (key, source, last, named) in [
            (
                &second,
                after(1),
                Some((&first, 7)),
                "line 7 of ledger/2026/11/24/000000000001.ndjson (sequence 7)",
            ),
            (
                &second,
                after(3),
                Some((&second, 2)),
                "line 2 of ledger/2026/11/25/000000000008.ndjson (sequence 7)",
            ),
            (&first, after(1), None, "in ledger/2026/11/24/000000000001.ndjson: line 1"),
            (&second, ChainError::Unreadable { line: 4 }, Some((&second, 3)), "000000000008.ndjson: line 4"),
        ] {
            let told = broken(key, source, last, 7).to_string();
            assert!(told.contains(named), "{told}");
        }
        for error in [StoreError::NotFound, StoreError::Damaged] {
            assert!(unreadable(&second, error).to_string().contains(second.as_str()));
        }
    }
}
