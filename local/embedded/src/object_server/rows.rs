//! The SQL of buckets and objects.

use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension, Row, params};
use s3s::dto::Timestamp;

use crate::database::DatabaseError;

use super::headers::StoredHeaders;

/// One version of an object. `path` is `None` for a delete marker.
#[derive(Debug, Clone)]
pub(super) struct ObjectRow {
    pub(super) sequence: i64,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: String,
    pub(super) latest: bool,
    pub(super) path: Option<String>,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) modified_ms: i64,
    pub(super) headers: StoredHeaders,
}

impl ObjectRow {
    pub(super) fn modified(&self) -> Timestamp {
        timestamp(self.modified_ms)
    }

    pub(super) fn is_delete_marker(&self) -> bool {
        self.path.is_none()
    }
}

/// What is inserted; the database assigns the sequence.
#[derive(Debug, Clone)]
pub(super) struct NewRow<'a> {
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) version_id: &'a str,
    pub(super) path: Option<&'a str>,
    pub(super) size: u64,
    pub(super) etag: &'a str,
    pub(super) modified_ms: i64,
    pub(super) headers: &'a StoredHeaders,
    pub(super) upload_id: Option<&'a str>,
}

const COLUMNS: &str = "sequence, bucket, key, version_id, latest, path, size, etag, modified_ms, headers";

pub(super) fn timestamp(ms: i64) -> Timestamp {
    let since_1970 = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    Timestamp::from(SystemTime::UNIX_EPOCH + since_1970)
}

pub(super) fn parse(row: &Row<'_>) -> rusqlite::Result<ObjectRow> {
    let headers: String = row.get(9)?;
    let headers = serde_json::from_str(&headers).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(9, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(ObjectRow {
        sequence: row.get(0)?,
        bucket: row.get(1)?,
        key: row.get(2)?,
        version_id: row.get(3)?,
        latest: row.get(4)?,
        path: row.get(5)?,
        size: row.get(6)?,
        etag: row.get(7)?,
        modified_ms: row.get(8)?,
        headers,
    })
}

pub(super) fn create_bucket(connection: &Connection, name: &str, now_ms: i64) -> Result<bool, DatabaseError> {
    let inserted = connection.execute(
        "INSERT INTO bucket (name, created_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![name, now_ms],
    )?;
    Ok(inserted > 0)
}

pub(super) fn bucket_exists(connection: &Connection, name: &str) -> Result<bool, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM bucket WHERE name = ?1)")?;
    Ok(statement.query_row([name], |row| row.get(0))?)
}

/// Names and creation times, in order.
pub(super) fn buckets(connection: &Connection) -> Result<Vec<(String, i64)>, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT name, created_ms FROM bucket ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The version that a request without a version id gets; may be a delete marker.
pub(super) fn latest(
    connection: &Connection,
    bucket: &str,
    key: &str,
) -> Result<Option<ObjectRow>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM object WHERE bucket = ?1 AND key = ?2 AND latest = 1");
    Ok(connection.prepare_cached(&sql)?.query_row([bucket, key], parse).optional()?)
}

pub(super) fn version(
    connection: &Connection,
    bucket: &str,
    key: &str,
    version_id: &str,
) -> Result<Option<ObjectRow>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM object WHERE version_id = ?3 AND bucket = ?1 AND key = ?2");
    Ok(connection.prepare_cached(&sql)?.query_row([bucket, key, version_id], parse).optional()?)
}

pub(super) fn by_version_id(
    connection: &Connection,
    version_id: &str,
) -> Result<Option<ObjectRow>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM object WHERE version_id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([version_id], parse).optional()?)
}

/// The object that a multipart upload became.
pub(super) fn by_upload_id(
    connection: &Connection,
    upload_id: &str,
) -> Result<Option<ObjectRow>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM object WHERE upload_id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([upload_id], parse).optional()?)
}

pub(super) fn newest_before(
    connection: &Connection,
    bucket: &str,
    key: &str,
    sequence: i64,
) -> Result<Option<ObjectRow>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM object WHERE bucket = ?1 AND key = ?2 AND sequence < ?3
         ORDER BY sequence DESC LIMIT 1"
    );
    Ok(connection.prepare_cached(&sql)?.query_row(params![bucket, key, sequence], parse).optional()?)
}

/// Inserts the row as the latest version and returns its sequence.
pub(super) fn insert(connection: &Connection, row: &NewRow<'_>) -> Result<i64, DatabaseError> {
    let headers = serde_json::to_string(row.headers)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO object (bucket, key, version_id, latest, path, size, etag, modified_ms, headers, upload_id)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            row.bucket,
            row.key,
            row.version_id,
            row.path,
            row.size,
            row.etag,
            row.modified_ms,
            headers,
            row.upload_id
        ])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn delete(connection: &Connection, sequence: i64) -> Result<(), DatabaseError> {
    connection.prepare_cached("DELETE FROM object WHERE sequence = ?1")?.execute([sequence])?;
    Ok(())
}

/// Makes the version an old one, with its bytes at the given path.
pub(super) fn retire(
    connection: &Connection,
    sequence: i64,
    path: Option<&str>,
) -> Result<(), DatabaseError> {
    connection
        .prepare_cached("UPDATE object SET latest = 0, path = ?2 WHERE sequence = ?1")?
        .execute(params![sequence, path])?;
    Ok(())
}

pub(super) fn make_latest(connection: &Connection, sequence: i64) -> Result<(), DatabaseError> {
    connection.prepare_cached("UPDATE object SET latest = 1 WHERE sequence = ?1")?.execute([sequence])?;
    Ok(())
}

pub(super) fn move_to(connection: &Connection, version_id: &str, path: &str) -> Result<(), DatabaseError> {
    connection
        .prepare_cached("UPDATE object SET path = ?2 WHERE version_id = ?1")?
        .execute([version_id, path])?;
    Ok(())
}

/// Remembers a file that no row needs any more, until it is removed.
pub(super) fn mark_stale(
    connection: &Connection,
    path: &str,
    bucket: &str,
    key: &str,
) -> Result<(), DatabaseError> {
    connection
        .prepare_cached(
            "INSERT INTO stale_file (path, bucket, key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute([path, bucket, key])?;
    Ok(())
}

pub(super) fn forget_stale(connection: &Connection, path: &str) -> Result<(), DatabaseError> {
    connection.prepare_cached("DELETE FROM stale_file WHERE path = ?1")?.execute([path])?;
    Ok(())
}

/// Stale files whose path nothing has used since.
pub(super) fn stale_files(connection: &Connection) -> Result<Vec<String>, DatabaseError> {
    let mut statement = connection.prepare(
        "SELECT path FROM stale_file AS stale WHERE NOT EXISTS
             (SELECT 1 FROM object WHERE bucket = stale.bucket AND key = stale.key AND path = stale.path)",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn forget_all_stale(connection: &Connection) -> Result<(), DatabaseError> {
    connection.execute("DELETE FROM stale_file", [])?;
    Ok(())
}
