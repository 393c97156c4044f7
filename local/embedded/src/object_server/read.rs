use std::{fs::File, io, ops::Range as ByteRange, os::unix::fs::FileExt, sync::Arc};

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderValue, header};
use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Metadata, Range, StreamingBlob,
    },
    s3_error,
};

use super::conditions::{ReadConditions, strong};
use super::rows::{self, ObjectRow};
use crate::object_server::answers::{blocking, internal};
use crate::object_server::server::ObjectServer;

/// Bytes read from the disk at a time: the most that one stalled reader keeps in memory.
const READ_BYTES: u64 = 256 * 1024;

impl ObjectServer {
    pub(super) async fn get(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        first_part_only(input.part_number)?;
        let (row, file) =
            self.open_version(&input.bucket, &input.key, input.version_id, Some(conditions)).await?;
        let bytes = requested_bytes(input.range, row.size)?;
        let length = bytes.end - bytes.start;
        let body = stream(file, bytes.clone());
        // S3 sends the checksum of the whole object only with the whole object.
        let whole = length == row.size;
        let checksums = if whole { row.headers.checksums.clone() } else { Default::default() };
        let output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(body),
            content_length: Some(i64::try_from(length).map_err(internal)?),
            content_range: input.range.map(|_| content_range(&bytes, row.size)),
            e_tag: Some(strong(&row.etag)),
            last_modified: Some(row.modified()),
            version_id: self.shown_version(&row.bucket, &row.version_id),
            metadata: metadata(&row),
            content_type: row.headers.content_type.or_else(|| Some("binary/octet-stream".to_owned())),
            content_encoding: row.headers.content_encoding,
            content_disposition: row.headers.content_disposition,
            content_language: row.headers.content_language,
            cache_control: row.headers.cache_control,
            expires: row.headers.expires,
            checksum_crc32: checksums.crc32,
            checksum_crc32c: checksums.crc32c,
            checksum_crc64nvme: checksums.crc64nvme,
            checksum_sha1: checksums.sha1,
            checksum_sha256: checksums.sha256,
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    pub(super) async fn head(
        &self,
        req: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = req.input;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        first_part_only(input.part_number)?;
        let row = self.find_version(&input.bucket, &input.key, input.version_id).await?;
        conditions.check(&row)?;
        let bytes = requested_bytes(input.range, row.size)?;
        let output = HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(i64::try_from(bytes.end - bytes.start).map_err(internal)?),
            content_range: input.range.map(|_| content_range(&bytes, row.size)),
            e_tag: Some(strong(&row.etag)),
            last_modified: Some(row.modified()),
            version_id: self.shown_version(&row.bucket, &row.version_id),
            metadata: metadata(&row),
            content_type: row.headers.content_type.or_else(|| Some("binary/octet-stream".to_owned())),
            content_encoding: row.headers.content_encoding,
            content_disposition: row.headers.content_disposition,
            content_language: row.headers.content_language,
            cache_control: row.headers.cache_control,
            expires: row.headers.expires,
            checksum_crc32: row.headers.checksums.crc32,
            checksum_crc32c: row.headers.checksums.crc32c,
            checksum_crc64nvme: row.headers.checksums.crc64nvme,
            checksum_sha1: row.headers.checksums.sha1,
            checksum_sha256: row.headers.checksums.sha256,
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    /// Finds a version and opens its bytes. Overwriting the key does not affect the open file.
    pub(super) async fn open_version(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<String>,
        conditions: Option<ReadConditions>,
    ) -> S3Result<(ObjectRow, File)> {
        let _lock = self.shared.locks.read(bucket, key).await;
        let row = self.find_version(bucket, key, version_id).await?;
        if let Some(conditions) = conditions {
            conditions.check(&row)?;
        }
        let path = self.shared.files.at(row.path.as_deref().unwrap_or_default());
        let file = blocking(move || File::open(path)).await?;
        Ok((row, file))
    }

    /// Finds a version that has bytes.
    pub(super) async fn find_version(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<String>,
    ) -> S3Result<ObjectRow> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let wanted = version_id.filter(|id| id != "null" || self.is_versioned(&bucket));
        let by_id = wanted.is_some();
        let (found, bucket_exists) = self
            .shared
            .database
            .read(move |c| {
                let found = match &wanted {
                    Some(id) => rows::version(c, &bucket, &key, id)?,
                    None => rows::latest(c, &bucket, &key)?,
                };
                let bucket_exists = found.is_some() || rows::bucket_exists(c, &bucket)?;
                Ok::<_, S3Error>((found, bucket_exists))
            })
            .await?;
        match found {
            Some(row) if row.is_delete_marker() => Err(delete_marker(&row, by_id)),
            Some(row) => Ok(row),
            None if !bucket_exists => Err(s3_error!(NoSuchBucket)),
            None if by_id => Err(s3_error!(NoSuchVersion)),
            None => Err(s3_error!(NoSuchKey)),
        }
    }
}

fn delete_marker(row: &ObjectRow, by_id: bool) -> S3Error {
    let mut error = if by_id { s3_error!(MethodNotAllowed) } else { s3_error!(NoSuchKey) };
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(version_id) = HeaderValue::from_str(&row.version_id) {
        headers.insert("x-amz-version-id", version_id);
    }
    error.set_headers(headers);
    error
}

/// Parts are joined when an upload is completed, so every object is one part.
fn first_part_only(part_number: Option<i32>) -> S3Result<()> {
    match part_number {
        None | Some(1) => Ok(()),
        Some(_) => Err(s3_error!(InvalidArgument, "every object has one part")),
    }
}

pub(super) fn requested_bytes(range: Option<Range>, size: u64) -> S3Result<ByteRange<u64>> {
    let Some(range) = range else { return Ok(0..size) };
    match range.check(size) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        // RFC 9110, 15.5.17: the answer states the length of the object.
        _ => {
            let mut error = s3_error!(InvalidRange);
            if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
                error.set_headers(HeaderMap::from_iter([(header::CONTENT_RANGE, value)]));
            }
            Err(error)
        }
    }
}

fn content_range(bytes: &ByteRange<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", bytes.start, bytes.end.saturating_sub(1))
}

fn metadata(row: &ObjectRow) -> Option<Metadata> {
    (!row.headers.metadata.is_empty()).then(|| row.headers.metadata.clone().into_iter().collect())
}

/// Streams the bytes, reading only as fast as the client takes them. A file that became shorter breaks the answer off.
pub(super) fn stream(file: File, bytes: ByteRange<u64>) -> StreamingBlob {
    let file = Arc::new(file);
    StreamingBlob::wrap(stream::try_unfold(bytes, move |left| {
        let file = Arc::clone(&file);
        async move {
            if left.is_empty() {
                return Ok::<_, S3Error>(None);
            }
            let (start, length) = (left.start, READ_BYTES.min(left.end - left.start));
            let piece = blocking(move || {
                let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
                file.read_exact_at(&mut piece, start)?;
                Ok(Bytes::from(piece))
            });
            Ok(Some((piece.await?, start + length..left.end)))
        }
    }))
}
