//! Lists every version: keys in order, the newest version of each first.

use rusqlite::{Connection, OptionalExtension, params};
use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        DeleteMarkerEntry, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
        ObjectVersionStorageClass,
    },
    s3_error,
};

use crate::database::DatabaseError;

use super::conditions::strong;
use super::list::{Names, fold, page_size};
use super::rows::{self, timestamp};
use crate::object_server::server::ObjectServer;

/// Rows fetched at a time.
const BATCH: i64 = 256;

#[derive(Debug)]
struct Query {
    bucket: String,
    prefix: String,
    delimiter: String,
    key_marker: String,
    version_id_marker: Option<String>,
    max: usize,
}

#[derive(Debug)]
struct Version {
    sequence: i64,
    key: String,
    version_id: String,
    latest: bool,
    is_marker: bool,
    size: u64,
    etag: String,
    modified_ms: i64,
}

#[derive(Debug, Default)]
struct Page {
    versions: Vec<Version>,
    prefixes: Vec<String>,
    /// Key and version id after which the next page begins.
    next: Option<(String, Option<String>)>,
}

impl ObjectServer {
    pub(super) async fn list_versions(
        &self,
        req: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let input = req.input;
        let max = page_size(input.max_keys)?;
        let query = Query {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            key_marker: input.key_marker.clone().unwrap_or_default(),
            version_id_marker: input.version_id_marker.clone(),
            max: usize::try_from(max).unwrap_or_default(),
        };
        let page = self
            .shared
            .database
            .read(move |c| {
                if !rows::bucket_exists(c, &query.bucket)? {
                    return Err(s3_error!(NoSuchBucket));
                }
                Ok::<_, S3Error>(page(c, &query)?)
            })
            .await?;
        let names = Names::new(input.encoding_type.as_ref());
        let versioned = self.is_versioned(&input.bucket);
        let shown = |id: &str| if versioned { id.to_owned() } else { "null".to_owned() };
        let (next_key, next_version) = page.next.unzip();
        let (markers, versions): (Vec<_>, Vec<_>) = page.versions.into_iter().partition(|row| row.is_marker);
        let markers: Vec<_> = markers
            .into_iter()
            .map(|row| DeleteMarkerEntry {
                is_latest: Some(row.latest),
                key: Some(names.show(&row.key)),
                last_modified: Some(timestamp(row.modified_ms)),
                version_id: Some(shown(&row.version_id)),
                ..Default::default()
            })
            .collect();
        let versions: Vec<_> = versions
            .into_iter()
            .map(|row| ObjectVersion {
                e_tag: Some(strong(&row.etag)),
                is_latest: Some(row.latest),
                key: Some(names.show(&row.key)),
                last_modified: Some(timestamp(row.modified_ms)),
                size: i64::try_from(row.size).ok(),
                storage_class: Some(ObjectVersionStorageClass::from_static(
                    ObjectVersionStorageClass::STANDARD,
                )),
                version_id: Some(shown(&row.version_id)),
                ..Default::default()
            })
            .collect();
        Ok(S3Response::new(ListObjectVersionsOutput {
            name: Some(input.bucket),
            max_keys: Some(max),
            is_truncated: Some(next_key.is_some()),
            next_key_marker: next_key.map(|key| names.show(&key)),
            next_version_id_marker: next_version.flatten(),
            common_prefixes: names.prefixes(page.prefixes),
            versions: (!versions.is_empty()).then_some(versions),
            delete_markers: (!markers.is_empty()).then_some(markers),
            prefix: input.prefix.map(|prefix| names.show(&prefix)),
            delimiter: input.delimiter.map(|delimiter| names.show(&delimiter)),
            key_marker: Some(input.key_marker.map(|key| names.show(&key)).unwrap_or_default()),
            version_id_marker: input.version_id_marker,
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }
}

fn page(connection: &Connection, query: &Query) -> Result<Page, DatabaseError> {
    let mut page = Page::default();
    if query.max == 0 {
        return Ok(page);
    }
    // Below the sequence of the marked version, or after the marked key if no version is marked.
    let mut key = query.key_marker.clone();
    let mut below = match &query.version_id_marker {
        Some(id) => sequence_of(connection, &query.bucket, &key, id)?.unwrap_or(0),
        None => 0,
    };
    let mut last_prefix =
        fold(&key, &query.prefix, &query.delimiter).filter(|p| *p == key).map(str::to_owned);
    let mut last = (key.clone(), query.version_id_marker.clone());
    loop {
        let batch = batch(connection, query, &key, below)?;
        let ended = i64::try_from(batch.len()).unwrap_or(i64::MAX) < BATCH;
        for version in batch {
            (key, below) = (version.key.clone(), version.sequence);
            let folded = fold(&version.key, &query.prefix, &query.delimiter).map(str::to_owned);
            if folded.is_some() && folded == last_prefix {
                continue;
            }
            if page.versions.len() + page.prefixes.len() == query.max {
                page.next = Some(last);
                return Ok(page);
            }
            match folded {
                Some(prefix) => {
                    last = (prefix.clone(), None);
                    last_prefix = Some(prefix.clone());
                    page.prefixes.push(prefix);
                }
                None => {
                    last = (version.key.clone(), Some(version.version_id.clone()));
                    page.versions.push(version);
                }
            }
        }
        if ended {
            return Ok(page);
        }
    }
}

fn sequence_of(
    connection: &Connection,
    bucket: &str,
    key: &str,
    version_id: &str,
) -> Result<Option<i64>, DatabaseError> {
    Ok(connection
        .prepare_cached("SELECT sequence FROM object WHERE bucket = ?1 AND key = ?2 AND version_id = ?3")?
        .query_row([bucket, key, version_id], |row| row.get(0))
        .optional()?)
}

/// The next versions after this key and sequence.
fn batch(
    connection: &Connection,
    query: &Query,
    key: &str,
    below: i64,
) -> Result<Vec<Version>, DatabaseError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, key, version_id, latest, path IS NULL, size, etag, modified_ms FROM object
         WHERE bucket = ?1 AND key >= ?2 AND (key > ?2 OR sequence < ?3) AND substr(key, 1, length(?4)) = ?4
         ORDER BY key, sequence DESC LIMIT ?5",
    )?;
    let from = if key < query.prefix.as_str() { query.prefix.as_str() } else { key };
    // If the page begins with the key that equals the prefix, nothing of that key was listed yet.
    let below = if from == key { below } else { i64::MAX };
    let rows = statement.query_map(params![query.bucket, from, below, query.prefix, BATCH], |row| {
        Ok(Version {
            sequence: row.get(0)?,
            key: row.get(1)?,
            version_id: row.get(2)?,
            latest: row.get(3)?,
            is_marker: row.get(4)?,
            size: row.get(5)?,
            etag: row.get(6)?,
            modified_ms: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
