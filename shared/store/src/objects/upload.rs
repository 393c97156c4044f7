//! Objects that are written while they are made: neither in memory nor on a disk as a whole, and of any size that S3 takes.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use filmless_domain::ObjectKey;

use super::{Bucket, Served};
use crate::StoreError;

/// Bytes of a part but the last. S3 takes 10,000 parts of 5 MiB or more: 160 GB.
const PART_BYTES: usize = 16 << 20;

/// An object on its way into a bucket. It is there once it is finished, and never in part; what is not finished, the bucket's
/// lifecycle removes.
#[derive(Debug)]
pub struct Upload<'b> {
    bucket: &'b Bucket,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
    waiting: BytesMut,
}

impl Bucket {
    /// Begins to write an object.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn upload(&self, key: &ObjectKey, served: Served<'_>) -> Result<Upload<'_>, StoreError> {
        let request = self.client.create_multipart_upload().bucket(&self.name).key(key.as_str());
        let request = request
            .content_type(served.content_type)
            .cache_control(served.cache_control())
            .set_content_encoding(served.is_gzip.then(|| "gzip".to_owned()))
            .checksum_algorithm(ChecksumAlgorithm::Crc32);
        let begun = request.send().await;
        let begun = begun.map_err(|e| StoreError::unavailable("CreateMultipartUpload")(Box::new(e)))?;
        Ok(Upload {
            bucket: self,
            key: key.as_str().to_owned(),
            id: begun.upload_id.unwrap_or_default(),
            parts: Vec::new(),
            waiting: BytesMut::new(),
        })
    }
}

impl Upload<'_> {
    /// Adds bytes to its end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; begin anew then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            let room = PART_BYTES - self.waiting.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == PART_BYTES {
                // A buffer of its own for each part: what was sent is freed with the request.
                let full = std::mem::take(&mut self.waiting).freeze();
                self.send(full).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, part: Bytes) -> Result<(), StoreError> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let request = self.bucket.client.upload_part().bucket(&self.bucket.name).key(&self.key);
        let request = request
            .upload_id(&self.id)
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .body(ByteStream::from(part));
        let sent = request.send().await.map_err(|e| StoreError::unavailable("UploadPart")(Box::new(e)))?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32);
        self.parts.push(part.build());
        Ok(())
    }

    /// Makes the object of what was written.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; there is no object then.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        if self.parts.is_empty() || !self.waiting.is_empty() {
            let last = std::mem::take(&mut self.waiting).freeze();
            self.send(last).await?;
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let request = self.bucket.client.complete_multipart_upload().bucket(&self.bucket.name).key(&self.key);
        let finished = request.upload_id(&self.id).multipart_upload(parts).send().await;
        finished.map(|_| ()).map_err(|e| StoreError::unavailable("CompleteMultipartUpload")(Box::new(e)))
    }
}
