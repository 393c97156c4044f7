use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error,
    },
    s3_error,
};

use super::headers::StoredHeaders;
use super::rows::{self, NewRow, ObjectRow};
use crate::object_server::answers::{blocking, internal, random_id};
use crate::object_server::server::ObjectServer;

/// Most keys of one request, S3's own limit.
const KEYS_MAX: usize = 1000;

/// What happened to the key.
#[derive(Debug, Clone, Default)]
pub(super) struct Deleted {
    /// A delete marker was made or removed.
    delete_marker: bool,
    /// The version that was removed, or the marker that was made.
    version_id: Option<String>,
}

impl ObjectServer {
    pub(super) async fn delete(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = req.input;
        self.bucket_must_exist(&input.bucket).await?;
        let deleted = self.delete_key(input.bucket, input.key, input.version_id).await?;
        Ok(S3Response::new(DeleteObjectOutput {
            delete_marker: deleted.delete_marker.then_some(true),
            version_id: deleted.version_id,
            ..Default::default()
        }))
    }

    pub(super) async fn delete_many(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = req.input;
        if input.delete.objects.len() > KEYS_MAX {
            return Err(s3_error!(MalformedXML, "at most 1000 keys"));
        }
        self.bucket_must_exist(&input.bucket).await?;
        let quiet = input.delete.quiet.unwrap_or_default();
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for object in input.delete.objects {
            let outcome =
                self.delete_key(input.bucket.clone(), object.key.clone(), object.version_id.clone()).await;
            match outcome {
                Ok(_) if quiet => {}
                Ok(done) => deleted.push(DeletedObject {
                    key: Some(object.key),
                    delete_marker: done.delete_marker.then_some(true),
                    delete_marker_version_id: done.version_id.filter(|_| done.delete_marker),
                    version_id: object.version_id,
                }),
                Err(error) => errors.push(Error {
                    key: Some(object.key),
                    version_id: object.version_id,
                    code: Some(error.code().as_str().to_owned()),
                    message: error.message().map(str::to_owned),
                }),
            }
        }
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: (!deleted.is_empty()).then_some(deleted),
            errors: (!errors.is_empty()).then_some(errors),
            ..Default::default()
        }))
    }

    /// Runs to its end even if the client has gone away.
    pub(super) async fn delete_key(
        &self,
        bucket: String,
        key: String,
        version_id: Option<String>,
    ) -> S3Result<Deleted> {
        let server = self.clone();
        tokio::spawn(async move { server.delete_uninterrupted(bucket, key, version_id).await })
            .await
            .map_err(internal)?
    }

    async fn delete_uninterrupted(
        &self,
        bucket: String,
        key: String,
        version_id: Option<String>,
    ) -> S3Result<Deleted> {
        let _lock = self.shared.locks.write(&bucket, &key).await;
        let server = self.clone();
        let now_ms = self.now_ms();
        let marker_id = random_id()?;
        let version_id = version_id.filter(|id| id != "null" || self.is_versioned(&bucket));
        let (deleted, stale) = self
            .shared
            .database
            .write(move |c| {
                let latest = rows::latest(c, &bucket, &key)?;
                let stale;
                let deleted = match version_id {
                    Some(id) => {
                        let row = rows::version(c, &bucket, &key, &id)?;
                        stale = row.as_ref().and_then(|row| row.path.clone());
                        remove_version(c, row, id)?
                    }
                    None => {
                        stale = latest
                            .as_ref()
                            .and_then(|row| row.path.clone())
                            .filter(|path| !super::files::Files::is_kept(path));
                        server.make_room(c, latest.as_ref())?;
                        if server.is_versioned(&bucket) {
                            insert_marker(c, &bucket, &key, &marker_id, now_ms)?;
                            Deleted { delete_marker: true, version_id: Some(marker_id) }
                        } else {
                            Deleted::default()
                        }
                    }
                };
                if let Some(path) = &stale {
                    rows::mark_stale(c, path, &bucket, &key)?;
                }
                Ok::<_, s3s::S3Error>((deleted, stale))
            })
            .await?;
        if let Some(path) = stale {
            let (files, file) = (self.shared.files.clone(), path.clone());
            blocking(move || files.remove(&file)).await?;
            // Queued before the lock is released, so that a later write of this key comes after it.
            drop(self.shared.database.submit(move |c| rows::forget_stale(c, &path)));
        }
        Ok(deleted)
    }
}

/// Deletes one version for good. The previous version takes its place.
fn remove_version(
    connection: &rusqlite::Connection,
    row: Option<ObjectRow>,
    version_id: String,
) -> S3Result<Deleted> {
    let Some(row) = row else {
        return Ok(Deleted { delete_marker: false, version_id: Some(version_id) });
    };
    rows::delete(connection, row.sequence)?;
    if row.latest
        && let Some(before) = rows::newest_before(connection, &row.bucket, &row.key, row.sequence)?
    {
        rows::make_latest(connection, before.sequence)?;
    }
    Ok(Deleted { delete_marker: row.is_delete_marker(), version_id: Some(version_id) })
}

fn insert_marker(
    connection: &rusqlite::Connection,
    bucket: &str,
    key: &str,
    version_id: &str,
    modified_ms: i64,
) -> S3Result<()> {
    let headers = StoredHeaders::default();
    let marker = NewRow {
        bucket,
        key,
        version_id,
        path: None,
        size: 0,
        etag: "",
        modified_ms,
        headers: &headers,
        upload_id: None,
    };
    rows::insert(connection, &marker)?;
    Ok(())
}
