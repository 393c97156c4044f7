//! The SQL of multipart uploads.

use rusqlite::{Connection, OptionalExtension, Row, params};
use s3s::{S3Result, s3_error};

use crate::database::DatabaseError;

use super::headers::{StoredChecksums, StoredHeaders};

#[derive(Debug, Clone)]
pub(super) struct UploadRow {
    pub(super) upload_id: String,
    pub(super) key: String,
    pub(super) created_ms: i64,
    pub(super) headers: StoredHeaders,
}

#[derive(Debug, Clone)]
pub(super) struct PartRow {
    pub(super) number: i32,
    /// Name of the file below `.parts`.
    pub(super) file: String,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) modified_ms: i64,
    pub(super) checksums: StoredChecksums,
}

pub(super) fn create(connection: &Connection, bucket: &str, upload: &UploadRow) -> Result<(), DatabaseError> {
    connection.execute(
        "INSERT INTO upload (upload_id, bucket, key, created_ms, headers) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![upload.upload_id, bucket, upload.key, upload.created_ms, to_json(&upload.headers)?],
    )?;
    Ok(())
}

pub(super) fn find(
    connection: &Connection,
    bucket: &str,
    key: &str,
    upload_id: &str,
) -> Result<Option<UploadRow>, DatabaseError> {
    Ok(connection
        .prepare_cached(
            "SELECT upload_id, key, created_ms, headers FROM upload
             WHERE upload_id = ?1 AND bucket = ?2 AND key = ?3",
        )?
        .query_row([upload_id, bucket, key], parse_upload)
        .optional()?)
}

/// The bucket's uploads after this key and upload id, in S3's order.
pub(super) fn list(
    connection: &Connection,
    bucket: &str,
    prefix: &str,
    after: (&str, &str),
    max: i64,
) -> Result<Vec<UploadRow>, DatabaseError> {
    let mut statement = connection.prepare_cached(
        "SELECT upload_id, key, created_ms, headers FROM upload
         WHERE bucket = ?1 AND (key, upload_id) > (?2, ?3) AND substr(key, 1, length(?4)) = ?4
         ORDER BY key, upload_id LIMIT ?5",
    )?;
    let rows = statement.query_map(params![bucket, after.0, after.1, prefix, max], parse_upload)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records a part and returns the file of the part it replaces.
pub(super) fn put_part(
    connection: &Connection,
    upload_id: &str,
    part: &PartRow,
) -> Result<Option<String>, DatabaseError> {
    let replaced = connection
        .prepare_cached("SELECT file FROM part WHERE upload_id = ?1 AND number = ?2")?
        .query_row(params![upload_id, part.number], |row| row.get(0))
        .optional()?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO part (upload_id, number, file, size, etag, modified_ms, checksums)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            upload_id,
            part.number,
            part.file,
            part.size,
            part.etag,
            part.modified_ms,
            to_json(&part.checksums)?
        ])?;
    Ok(replaced)
}

/// The upload's parts after the given number, in order.
pub(super) fn parts(
    connection: &Connection,
    upload_id: &str,
    after: i32,
    max: i64,
) -> Result<Vec<PartRow>, DatabaseError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, file, size, etag, modified_ms, checksums FROM part
         WHERE upload_id = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
    )?;
    let rows = statement.query_map(params![upload_id, after, max], |row| {
        Ok(PartRow {
            number: row.get(0)?,
            file: row.get(1)?,
            size: row.get(2)?,
            etag: row.get(3)?,
            modified_ms: row.get(4)?,
            checksums: from_json(row, 5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn part_is_needed(connection: &Connection, file: &str) -> Result<bool, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM part WHERE file = ?1)")?;
    Ok(statement.query_row([file], |row| row.get(0))?)
}

/// Ends the upload and returns the files of its parts, which are no longer needed.
pub(super) fn remove(connection: &Connection, upload_id: &str) -> Result<Vec<String>, DatabaseError> {
    let files = parts(connection, upload_id, 0, i64::MAX)?.into_iter().map(|part| part.file).collect();
    connection.execute("DELETE FROM part WHERE upload_id = ?1", [upload_id])?;
    connection.execute("DELETE FROM upload WHERE upload_id = ?1", [upload_id])?;
    Ok(files)
}

/// Ends the upload while its object is published. If a part was replaced while the object was being joined, the request
/// fails and the client repeats it.
pub(super) fn finish(connection: &Connection, upload: &FinishedUpload) -> S3Result<Vec<String>> {
    for file in &upload.parts {
        if !part_is_needed(connection, file)? {
            return Err(s3_error!(InvalidPart, "a part changed while the upload was completed"));
        }
    }
    Ok(remove(connection, &upload.upload_id)?)
}

fn parse_upload(row: &Row<'_>) -> rusqlite::Result<UploadRow> {
    Ok(UploadRow {
        upload_id: row.get(0)?,
        key: row.get(1)?,
        created_ms: row.get(2)?,
        headers: from_json(row, 3)?,
    })
}

fn to_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A multipart upload about to be completed.
#[derive(Debug, Clone)]
pub(crate) struct FinishedUpload {
    pub(crate) upload_id: String,
    /// Names of the parts that make up the object.
    pub(crate) parts: Vec<String>,
}
