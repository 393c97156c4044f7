use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput,
        MultipartUpload, Part,
    },
    s3_error,
};

use super::conditions::strong;
use super::list::{Names, page_size};
use super::multipart_rows;
use super::rows::{self, timestamp};
use crate::object_server::server::ObjectServer;

impl ObjectServer {
    pub(super) async fn list_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let input = req.input;
        if input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(s3_error!(NotImplemented, "uploads are listed without a delimiter"));
        }
        let max = page_size(input.max_uploads)?;
        let (bucket, prefix) = (input.bucket.clone(), input.prefix.clone().unwrap_or_default());
        let key_marker = input.key_marker.clone().unwrap_or_default();
        // Without an upload id, the whole marked key was listed: no upload id is greater than this one.
        let id_marker = input.upload_id_marker.clone().unwrap_or_else(|| "~".to_owned());
        let mut found = self
            .shared
            .database
            .read(move |c| {
                if !rows::bucket_exists(c, &bucket)? {
                    return Err(s3_error!(NoSuchBucket));
                }
                let after = (key_marker.as_str(), id_marker.as_str());
                Ok::<_, S3Error>(multipart_rows::list(c, &bucket, &prefix, after, i64::from(max) + 1)?)
            })
            .await?;
        let names = Names::new(input.encoding_type.as_ref());
        let page = usize::try_from(max).unwrap_or_default();
        let truncated = found.len() > page;
        found.truncate(page);
        let last = found.last().filter(|_| truncated);
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            max_uploads: Some(max),
            is_truncated: Some(truncated),
            next_key_marker: last.map(|upload| names.show(&upload.key)),
            next_upload_id_marker: last.map(|upload| upload.upload_id.clone()),
            prefix: input.prefix.map(|prefix| names.show(&prefix)),
            key_marker: input.key_marker.map(|key| names.show(&key)),
            upload_id_marker: input.upload_id_marker,
            uploads: Some(
                found
                    .into_iter()
                    .map(|upload| MultipartUpload {
                        key: Some(names.show(&upload.key)),
                        upload_id: Some(upload.upload_id),
                        initiated: Some(timestamp(upload.created_ms)),
                        ..Default::default()
                    })
                    .collect(),
            ),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    pub(super) async fn list_parts_of_upload(
        &self,
        req: S3Request<ListPartsInput>,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        let input = req.input;
        self.upload_must_exist(&input.bucket, &input.key, &input.upload_id).await?;
        let max = page_size(input.max_parts)?;
        let (id, after) = (input.upload_id.clone(), input.part_number_marker.unwrap_or_default());
        let mut parts = self
            .shared
            .database
            .read(move |c| multipart_rows::parts(c, &id, after, i64::from(max) + 1))
            .await?;
        let page = usize::try_from(max).unwrap_or_default();
        let truncated = parts.len() > page;
        parts.truncate(page);
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            max_parts: Some(max),
            is_truncated: Some(truncated),
            next_part_number_marker: parts.last().filter(|_| truncated).map(|part| part.number),
            part_number_marker: input.part_number_marker,
            parts: Some(
                parts
                    .into_iter()
                    .map(|part| Part {
                        part_number: Some(part.number),
                        size: i64::try_from(part.size).ok(),
                        e_tag: Some(strong(&part.etag)),
                        last_modified: Some(timestamp(part.modified_ms)),
                        checksum_crc32: part.checksums.crc32,
                        checksum_crc32c: part.checksums.crc32c,
                        checksum_crc64nvme: part.checksums.crc64nvme,
                        checksum_sha1: part.checksums.sha1,
                        checksum_sha256: part.checksums.sha256,
                    })
                    .collect(),
            ),
            ..Default::default()
        }))
    }
}
