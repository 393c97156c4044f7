use s3s::{
    S3Request, S3Response, S3Result,
    dto::{PutObjectInput, PutObjectOutput},
    s3_error,
};

use super::conditions::{WriteConditions, strong};
use super::event::Creation;
use super::headers::{StoredChecksums, StoredHeaders, stored_headers};
use super::publish::NewObject;
use super::receive::{Promise, receive};
use super::rows;
use crate::object_server::server::ObjectServer;

impl ObjectServer {
    pub(super) async fn put(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let announced = announced_algorithm(&req.headers);
        let mut input = req.input;
        if input.write_offset_bytes.is_some() {
            return Err(s3_error!(NotImplemented, "appending is not possible"));
        }
        self.bucket_must_exist(&input.bucket).await?;
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let headers = stored_headers!(input);
        let promise = Promise {
            content_length: input.content_length,
            content_md5: input.content_md5,
            checksums: StoredChecksums {
                crc32: input.checksum_crc32,
                crc32c: input.checksum_crc32c,
                crc64nvme: input.checksum_crc64nvme,
                sha1: input.checksum_sha1,
                sha256: input.checksum_sha256,
            },
            trailers: req.trailing_headers,
            algorithm: announced.or(input.checksum_algorithm.map(|a| a.as_str().to_owned())),
        };
        let received = receive(&self.shared.files, self.shared.limits, body, promise).await?;
        let checksums = received.checksums.clone();
        let published = self
            .publish(NewObject {
                bucket: input.bucket,
                key: input.key,
                version_id: received.id,
                staged: received.staged,
                size: received.size,
                etag: received.md5,
                headers: StoredHeaders { checksums: received.checksums, ..headers },
                conditions: WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match },
                how: Creation::Put,
                upload: None,
            })
            .await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(strong(&published.etag)),
            version_id: published.version_id,
            checksum_crc32: checksums.crc32,
            checksum_crc32c: checksums.crc32c,
            checksum_crc64nvme: checksums.crc64nvme,
            checksum_sha1: checksums.sha1,
            checksum_sha256: checksums.sha256,
            ..Default::default()
        }))
    }

    pub(super) async fn bucket_must_exist(&self, bucket: &str) -> S3Result<()> {
        let name = bucket.to_owned();
        if self.shared.database.read(move |c| rows::bucket_exists(c, &name)).await? {
            Ok(())
        } else {
            Err(s3_error!(NoSuchBucket))
        }
    }
}

/// The algorithm of the checksum that follows the bytes: `x-amz-trailer: x-amz-checksum-crc32`.
pub(super) fn announced_algorithm(headers: &http::HeaderMap) -> Option<String> {
    let trailer = headers.get("x-amz-trailer")?.to_str().ok()?.trim().to_ascii_lowercase();
    trailer.strip_prefix("x-amz-checksum-").map(str::to_owned)
}
