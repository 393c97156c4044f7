use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, CopySource, MetadataDirective,
        Range, UploadPartCopyInput, UploadPartCopyOutput,
    },
    s3_error,
};

use super::conditions::{ReadConditions, WriteConditions, strong};
use super::event::Creation;
use super::headers::{StoredHeaders, stored_headers};
use super::publish::NewObject;
use super::read;
use super::receive::{Promise, receive};
use super::rows::timestamp;
use crate::object_server::server::ObjectServer;

/// The source of a copy.
pub(super) struct Source {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: Option<String>,
}

impl TryFrom<CopySource> for Source {
    type Error = s3s::S3Error;

    fn try_from(source: CopySource) -> S3Result<Self> {
        match source {
            CopySource::Bucket { bucket, key, version_id } => {
                Ok(Self { bucket: bucket.into(), key: key.into(), version_id: version_id.map(Into::into) })
            }
            CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => {
                Err(s3_error!(NotImplemented, "only buckets can be copied from"))
            }
        }
    }
}

impl ObjectServer {
    pub(super) async fn copy(
        &self,
        req: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let mut input = req.input;
        self.bucket_must_exist(&input.bucket).await?;
        let source = Source::try_from(input.copy_source)?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let (row, file) = self.open_version(&source.bucket, &source.key, source.version_id, None).await?;
        // A copy has no "not modified": any unmet condition is a failed precondition.
        conditions.check(&row).map_err(|_| s3_error!(PreconditionFailed))?;
        let replace =
            input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == MetadataDirective::REPLACE);
        if !replace && source.bucket == input.bucket && source.key == input.key && row.latest {
            return Err(s3_error!(
                InvalidRequest,
                "an object can be copied to itself only with new metadata"
            ));
        }
        let body = read::stream(file, 0..row.size);
        // The bytes are read and hashed again, so that a copy of damaged bytes does not look sound.
        let promise = Promise {
            content_length: i64::try_from(row.size).ok(),
            checksums: row.headers.checksums.clone(),
            algorithm: input.checksum_algorithm.map(|algorithm| algorithm.as_str().to_owned()),
            ..Promise::default()
        };
        let received = receive(&self.shared.files, self.shared.limits, body, promise).await?;
        let headers = if replace { stored_headers!(input) } else { row.headers.clone() };
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
                conditions: WriteConditions::default(),
                how: Creation::Copy,
                upload: None,
            })
            .await?;
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(strong(&published.etag)),
                last_modified: Some(timestamp(published.modified_ms)),
                checksum_crc32: checksums.crc32,
                checksum_crc32c: checksums.crc32c,
                checksum_crc64nvme: checksums.crc64nvme,
                checksum_sha1: checksums.sha1,
                checksum_sha256: checksums.sha256,
                ..Default::default()
            }),
            copy_source_version_id: self.shown_version(&row.bucket, &row.version_id),
            version_id: published.version_id,
            ..Default::default()
        }))
    }

    pub(super) async fn copy_part(
        &self,
        req: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let input = req.input;
        self.upload_must_exist(&input.bucket, &input.key, &input.upload_id).await?;
        let source = Source::try_from(input.copy_source)?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let (row, file) = self.open_version(&source.bucket, &source.key, source.version_id, None).await?;
        conditions.check(&row).map_err(|_| s3_error!(PreconditionFailed))?;
        let range = input.copy_source_range.as_deref().map(Range::parse).transpose();
        let range = range.map_err(|_| s3_error!(InvalidArgument, "the range is none"))?;
        let bytes = read::requested_bytes(range, row.size)?;
        let promise =
            Promise { content_length: i64::try_from(bytes.end - bytes.start).ok(), ..Promise::default() };
        let body = read::stream(file, bytes);
        let received = receive(&self.shared.files, self.shared.limits, body, promise).await?;
        let part =
            self.record_part(input.bucket, input.key, input.upload_id, input.part_number, received).await?;
        Ok(S3Response::new(UploadPartCopyOutput {
            copy_part_result: Some(CopyPartResult {
                e_tag: Some(strong(&part.etag)),
                last_modified: Some(timestamp(part.modified_ms)),
                ..Default::default()
            }),
            copy_source_version_id: self.shown_version(&row.bucket, &row.version_id),
            ..Default::default()
        }))
    }
}
