//! Turns staged bytes into an object: one transaction, then one rename.

use crate::object_server::multipart_rows::FinishedUpload;
use std::path::Path;

use filmless_store::port::QueueName;
use rusqlite::Connection;
use s3s::{S3Result, s3_error};

use crate::{EmbeddedError, queue};

use super::conditions::WriteConditions;
use super::event::{Creation, ObjectCreated};
use super::files::{Files, Staged};
use super::headers::StoredHeaders;
use super::rows::{self, NewRow, ObjectRow};
use super::{file_name, multipart_rows};
use crate::object_server::answers::{blocking, internal};
use crate::object_server::server::ObjectServer;

/// An object whose bytes are on the disk under a temporary name.
#[derive(Debug)]
pub(super) struct NewObject {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: String,
    pub(super) staged: Staged,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) headers: StoredHeaders,
    pub(super) conditions: WriteConditions,
    pub(super) how: Creation,
    /// The multipart upload that this object completes, and its parts.
    pub(super) upload: Option<FinishedUpload>,
}

/// What the client is told.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) etag: String,
    pub(super) version_id: Option<String>,
    pub(super) modified_ms: i64,
}

impl ObjectServer {
    /// Makes the object visible and its event durable. Runs to its end even if the client has gone away.
    pub(super) async fn publish(&self, object: NewObject) -> S3Result<Published> {
        let server = self.clone();
        tokio::spawn(async move { server.publish_uninterrupted(object).await }).await.map_err(internal)?
    }

    async fn publish_uninterrupted(&self, object: NewObject) -> S3Result<Published> {
        let _lock = self.shared.locks.write(&object.bucket, &object.key).await;
        let NewObject { bucket, key, version_id, staged, size, etag, headers, conditions, how, upload } =
            object;
        let modified_ms = self.now_ms();
        let published = Published {
            etag: etag.clone(),
            version_id: self.shown_version(&bucket, &version_id),
            modified_ms,
        };
        let announced = self.shared.config.event_buckets.contains(&bucket);
        let (server, id) = (self.clone(), version_id.clone());
        let (path, stale) = self
            .shared
            .database
            .write(move |c| {
                let current = server.check_write(c, &bucket, &key, &conditions)?;
                let path = path_for(&bucket, &key, current.as_ref());
                let upload_id = upload.as_ref().map(|upload| upload.upload_id.as_str());
                let stale = upload.as_ref().map_or(Ok(Vec::new()), |u| multipart_rows::finish(c, u))?;
                server.make_room(c, current.as_ref())?;
                let row = NewRow {
                    bucket: &bucket,
                    key: &key,
                    version_id: &id,
                    path: Some(&path),
                    size,
                    etag: &etag,
                    modified_ms,
                    headers: &headers,
                    upload_id,
                };
                let sequence = rows::insert(c, &row)?;
                if announced {
                    let event = server.event(&row, how, sequence);
                    queue::table::insert(c, QueueName::Intake, &event, modified_ms, modified_ms)?;
                }
                Ok::<_, s3s::S3Error>((path, stale))
            })
            .await?;
        if announced {
            self.shared.queue.announce(QueueName::Intake);
        }
        let staged = staged.release();
        self.place(&version_id, staged, path).await?;
        self.remove_parts(stale).await;
        Ok(published)
    }

    fn check_write(
        &self,
        connection: &Connection,
        bucket: &str,
        key: &str,
        conditions: &WriteConditions,
    ) -> S3Result<Option<ObjectRow>> {
        if !rows::bucket_exists(connection, bucket)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let current = rows::latest(connection, bucket, key)?;
        conditions.check(current.as_ref().filter(|row| !row.is_delete_marker()))?;
        Ok(current)
    }

    /// Makes room for the next version: a versioned bucket keeps the current one, others forget it.
    pub(super) fn make_room(&self, connection: &Connection, current: Option<&ObjectRow>) -> S3Result<()> {
        let Some(current) = current else { return Ok(()) };
        if !self.is_versioned(&current.bucket) {
            return Ok(rows::delete(connection, current.sequence)?);
        }
        let kept = current
            .path
            .as_deref()
            .map(|path| self.shared.files.keep(&current.bucket, &current.version_id, path))
            .transpose()
            .map_err(internal)?;
        Ok(rows::retire(connection, current.sequence, kept.as_deref())?)
    }

    fn event(&self, row: &NewRow<'_>, how: Creation, sequence: i64) -> String {
        ObjectCreated {
            how,
            region: &self.shared.config.region,
            bucket: row.bucket,
            key: row.key,
            size: row.size,
            etag: row.etag,
            version_id: self.shown_version(row.bucket, row.version_id).as_deref(),
            sequence,
            at_ms: row.modified_ms,
        }
        .to_json()
    }

    /// Renames the bytes to the row's path. If a folder or a file blocks the plain path (`d` beside `d/e`), the row is
    /// changed to the hashed path first.
    async fn place(&self, version_id: &str, staged: std::path::PathBuf, path: String) -> S3Result<()> {
        let files = self.shared.files.clone();
        let (from, to) = (staged.clone(), path.clone());
        let Err(in_the_way) = blocking(move || files.place(&from, &to)).await else { return Ok(()) };
        let Some(row) = self.row(version_id).await? else { return Err(in_the_way) };
        let hashed = file_name::hashed_path_of(&row.bucket, &row.key);
        if hashed == path {
            return Err(in_the_way);
        }
        let (id, to) = (version_id.to_owned(), hashed.clone());
        self.shared.database.write(move |c| rows::move_to(c, &id, &to)).await?;
        let files = self.shared.files.clone();
        blocking(move || files.place(&staged, &hashed)).await
    }

    async fn row(&self, version_id: &str) -> S3Result<Option<ObjectRow>> {
        let id = version_id.to_owned();
        Ok(self.shared.database.read(move |c| rows::by_version_id(c, &id)).await?)
    }
}

/// An object keeps its path while it is overwritten in place.
fn path_for(bucket: &str, key: &str, current: Option<&ObjectRow>) -> String {
    current
        .and_then(|row| row.path.clone())
        .filter(|path| !Files::is_kept(path))
        .unwrap_or_else(|| file_name::path_of(bucket, key))
}

/// Like [`ObjectServer::place`], for the start of the process, when nothing else runs.
pub(super) fn place_at_start(
    connection: &Connection,
    files: &Files,
    staged: &Path,
    row: &ObjectRow,
) -> Result<(), EmbeddedError> {
    let finish = EmbeddedError::folder("finish an interrupted upload");
    let Some(path) = row.path.as_deref() else { return Ok(()) };
    let Err(in_the_way) = files.place(staged, path) else { return Ok(()) };
    let hashed = file_name::hashed_path_of(&row.bucket, &row.key);
    if hashed == path {
        return Err(finish(in_the_way));
    }
    rows::move_to(connection, &row.version_id, &hashed)?;
    files.place(staged, &hashed).map_err(finish)
}
