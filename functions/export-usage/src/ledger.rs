//! Reads a time range of the ledger in order, and verifies its chain on the way.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use bytes::Bytes;
use filmless_delivery::parts::Export;
use filmless_delivery::record::log::{self, OBJECT_BYTES_MAX};
use filmless_domain::ObjectKey;
use filmless_domain::chain::ChainHead;
use filmless_store::index::{LogHead, LogName};
use filmless_store::{Bucket, ObjectVersion};
use filmless_usage::Line;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::ExportError;

/// Events are sealed after they happen, oldest first. An event is late by more than this only if its transaction hung
/// or its clock was ahead.
pub const SLACK_MS: i64 = 3600 * 1000;
/// Objects fetched ahead while one is read.
const FETCHED_AHEAD: usize = 3;
/// Most objects of one day.
const OBJECTS_PER_DAY_MAX: usize = 1_000_000;

/// An object of the ledger.
struct Object {
    key: ObjectKey,
    bytes: Bytes,
}

/// The ledger as it was when it was opened.
#[derive(Debug)]
pub struct Ledger {
    place: Place,
    end: LogHead,
    today: Date,
}

#[derive(Debug)]
enum Place {
    Bucket(Bucket),
    /// A copy of the bucket.
    Folder(PathBuf),
}

/// Receives the lines.
pub trait Reader {
    /// Called when every later line, except stragglers, was written at this time or after it.
    ///
    /// # Errors
    /// [`ExportError`] stops the reading.
    fn reach(&mut self, at_ms: i64) -> Result<(), ExportError>;

    /// Called with a line of the requested time; `head` is the chain right after it.
    ///
    /// # Errors
    /// [`ExportError`] stops the reading.
    fn take(&mut self, line: &Line<'_>, head: &ChainHead) -> Result<(), ExportError>;
}

impl Ledger {
    /// Opens the ledger as it is now.
    ///
    /// # Errors
    /// [`ExportError::Store`].
    pub async fn open(parts: &Export) -> Result<Self, ExportError> {
        let end = parts.index.log_head(LogName::Usage).await?;
        let today = utc_date(parts.clock.now().as_millisecond());
        Ok(Self { place: Place::Bucket(parts.usage.clone()), end, today })
    }

    /// A copy of the usage bucket in a folder, up to where it ends; nothing says where it should end.
    #[must_use]
    pub fn of_copy(folder: &Path, now: Timestamp) -> Self {
        let chain = ChainHead { sequence: u64::MAX, ..ChainHead::default() };
        let place = Place::Folder(folder.to_owned());
        Self { place, end: LogHead { chain, next_key: None }, today: utc_date(now.as_millisecond()) }
    }

    /// The same ledger, cut off after this sequence number.
    #[must_use]
    pub fn until(mut self, sequence: u64) -> Self {
        self.end.chain.sequence = self.end.chain.sequence.min(sequence);
        self
    }

    /// Hands over every line written in a time range (milliseconds since 1970).
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn read(&self, asked: Range<i64>, reader: &mut impl Reader) -> Result<(), ExportError> {
        let mut chain: Option<ChainHead> = None;
        let mut day = utc_date(asked.start - SLACK_MS);
        while day <= self.today {
            let keys = self.keys_of(day).await?;
            let mut objects = stream::iter(keys).map(|key| self.fetch(key)).buffered(FETCHED_AHEAD);
            while let Some(object) = objects.try_next().await? {
                if !self.read_object(&object, &asked, &mut chain, reader)? {
                    return Ok(());
                }
            }
            day = day.saturating_add(1.day());
        }
        Ok(())
    }

    /// The objects begun on a day, except the unfinished one.
    async fn keys_of(&self, day: Date) -> Result<Vec<ObjectKey>, ExportError> {
        let prefix = format!("{}{}/", log::prefix(LogName::Usage), day.strftime("%Y/%m/%d"));
        let mut keys = match &self.place {
            Place::Bucket(bucket) => bucket.list(&prefix, OBJECTS_PER_DAY_MAX).await?,
            Place::Folder(folder) => files_of(folder, &prefix).map_err(ExportError::Local)?,
        };
        keys.retain(|key| Some(key.as_str()) != self.end.next_key.as_deref());
        keys.sort();
        Ok(keys)
    }

    async fn fetch(&self, key: ObjectKey) -> Result<Object, ExportError> {
        let object = ObjectVersion { key: &key, version_id: None };
        let bytes = match &self.place {
            Place::Bucket(bucket) => {
                let read = bucket.get(object, OBJECT_BYTES_MAX).await;
                read.map_err(|error| log::unreadable(&key, error))?
            }
            Place::Folder(folder) => {
                let path = folder.join(key.as_str());
                let read = tokio::fs::read(&path).await;
                read.map_err(|source| ExportError::Copy { path, source })?.into()
            }
        };
        Ok(Object { key, bytes })
    }

    /// False once no later line can be in the requested time.
    fn read_object(
        &self,
        object: &Object,
        asked: &Range<i64>,
        chain: &mut Option<ChainHead>,
        reader: &mut impl Reader,
    ) -> Result<bool, ExportError> {
        let key = || object.key.as_str().to_owned();
        for (number, text) in (1..).zip(log::lines(&object.bytes)) {
            let line =
                Line::parse(text, number).map_err(|source| ExportError::Line { key: key(), source })?;
            if line.chain.sequence > self.end.chain.sequence {
                return Ok(false);
            }
            let head = chain.get_or_insert_with(|| ChainHead::before(line.chain.parts()));
            head.follow_link(text, line.chain.parts(), number)
                .map_err(|source| ExportError::Broken { key: key(), source })?;
            let at_ms = line.at_ms();
            if number == 1 {
                if at_ms >= asked.end + SLACK_MS {
                    return Ok(false);
                }
                reader.reach(at_ms - SLACK_MS)?;
            }
            if asked.contains(&at_ms) {
                reader.take(&line, head)?;
            }
        }
        Ok(true)
    }
}

/// The objects of a day in a copy of the bucket.
fn files_of(folder: &Path, prefix: &str) -> io::Result<Vec<ObjectKey>> {
    let entries = match fs::read_dir(folder.join(prefix)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut keys = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        keys.extend(ObjectKey::parse(&format!("{prefix}{}", name.to_string_lossy())).ok());
    }
    Ok(keys)
}

fn utc_date(at_ms: i64) -> Date {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}
