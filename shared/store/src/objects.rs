//! The objects of one bucket, over any S3 API.

mod delete;
mod presign;
mod stream;
mod upload;

use std::ops::Range;
use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;
use bytes::Bytes;
use filmless_domain::ObjectKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::StoreError;
use crate::listed_key::listed_key;
pub use presign::PRESIGNED_TTL_MAX;
pub use stream::ObjectStream;
pub use upload::Upload;

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    /// Signs URLs for the address where browsers reach the bucket, which may differ from ours.
    public_client: Client,
    pub(crate) name: String,
}

/// One version of one object.
#[derive(Debug, Clone, Copy)]
pub struct ObjectVersion<'a> {
    /// Its key.
    pub key: &'a ObjectKey,
    /// Its version, in a versioned bucket; `None` for the latest.
    pub version_id: Option<&'a str>,
}

/// Part of an object.
#[derive(Debug, Clone)]
pub struct RangedRead {
    /// The bytes of the range; fewer if the object ends earlier.
    pub bytes: Bytes,
    /// Size of the whole object.
    pub total_bytes: u64,
}

/// How an object is cached and served.
#[derive(Debug, Clone, Copy)]
pub struct Served<'a> {
    content_type: &'a str,
    is_immutable: bool,
    is_gzip: bool,
}

impl<'a> Served<'a> {
    /// An object that no cache may keep.
    #[must_use]
    pub const fn uncached(content_type: &'a str) -> Self {
        Self { content_type, is_immutable: false, is_gzip: false }
    }

    /// An object whose key names its contents, so caches may keep it for good.
    #[must_use]
    pub const fn immutable(content_type: &'a str) -> Self {
        Self { content_type, is_immutable: true, is_gzip: false }
    }

    const fn cache_control(self) -> &'static str {
        if self.is_immutable { "private, max-age=604800, immutable" } else { "no-store" }
    }

    /// The bytes are the gzipped content; `Content-Encoding` says so.
    #[must_use]
    pub const fn gzip(self) -> Self {
        Self { is_gzip: true, ..self }
    }
}

impl Bucket {
    /// A bucket behind a client; `public_client` signs URLs for browsers.
    #[must_use]
    pub fn new(client: Client, public_client: Client, name: String) -> Self {
        Self { client, public_client, name }
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads a range; one that starts at or past the end gives no bytes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    pub async fn get_range(
        &self,
        object: ObjectVersion<'_>,
        range: Range<u64>,
    ) -> Result<RangedRead, StoreError> {
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(object.key.as_str())
            .set_version_id(object.version_id.map(str::to_owned))
            .range(format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let answer = match request.send().await {
            Ok(answer) => answer,
            // 416: the range starts past the end.
            Err(SdkError::ServiceError(e)) if e.raw().status().as_u16() == 416 => {
                let total_bytes = self.size(object).await?;
                return Ok(RangedRead { bytes: Bytes::new(), total_bytes });
            }
            Err(e) if is_not_found(&e) => return Err(StoreError::NotFound),
            Err(e) => return Err(StoreError::unavailable("GetObject")(Box::new(e))),
        };
        let stated = answer.content_range().and_then(|r| r.rsplit('/').next()).and_then(|t| t.parse().ok());
        let whole = answer.content_length().and_then(|n| u64::try_from(n).ok());
        let total_bytes = stated.or(whole).unwrap_or_default();
        let bytes =
            answer.body.collect().await.map_err(|e| StoreError::unavailable("GetObject")(Box::new(e)))?;
        Ok(RangedRead { bytes: bytes.into_bytes(), total_bytes })
    }

    /// Reads a whole object of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::TooLarge`], [`StoreError::Unavailable`].
    pub async fn get(&self, object: ObjectVersion<'_>, bytes_max: u64) -> Result<Bytes, StoreError> {
        let answer = self.open(object, bytes_max).await?;
        let bytes = answer.collect().await.map_err(StoreError::reading("GetObject"))?;
        Ok(bytes.into_bytes())
    }

    /// Writes a whole object of at most `bytes_max` bytes to a file.
    ///
    /// # Errors
    /// As [`Bucket::get`].
    pub async fn download(
        &self,
        object: ObjectVersion<'_>,
        file: &Path,
        bytes_max: u64,
    ) -> Result<(), StoreError> {
        let mut body = self.open(object, bytes_max).await?;
        let local = |e: std::io::Error| StoreError::unavailable("write a temporary file")(Box::new(e));
        let mut file = tokio::fs::File::create(file).await.map_err(local)?;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(StoreError::reading("GetObject"))?;
            file.write_all(&chunk).await.map_err(local)?;
        }
        file.flush().await.map_err(local)
    }

    /// SHA-256 of a whole object of at most `bytes_max` bytes, read piece by piece.
    ///
    /// # Errors
    /// As [`Bucket::get`].
    pub async fn digest(&self, object: ObjectVersion<'_>, bytes_max: u64) -> Result<[u8; 32], StoreError> {
        let mut body = self.open(object, bytes_max).await?;
        let mut digest = Sha256::new();
        while let Some(chunk) = body.next().await {
            digest.update(chunk.map_err(StoreError::reading("GetObject"))?);
        }
        Ok(digest.finalize().into())
    }

    async fn open(&self, object: ObjectVersion<'_>, bytes_max: u64) -> Result<ByteStream, StoreError> {
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(object.key.as_str())
            .set_version_id(object.version_id.map(str::to_owned));
        match request.send().await {
            Ok(answer)
                if answer.content_length().is_some_and(|n| u64::try_from(n).is_ok_and(|n| n > bytes_max)) =>
            {
                Err(StoreError::TooLarge)
            }
            Ok(answer) => Ok(answer.body),
            Err(e) if is_not_found(&e) => Err(StoreError::NotFound),
            Err(e) => Err(StoreError::unavailable("GetObject")(Box::new(e))),
        }
    }

    /// The size of an object in bytes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    pub async fn size(&self, object: ObjectVersion<'_>) -> Result<u64, StoreError> {
        let request = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(object.key.as_str())
            .set_version_id(object.version_id.map(str::to_owned));
        match request.send().await {
            Ok(answer) => Ok(answer.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or_default()),
            Err(e) if is_not_found(&e) => Err(StoreError::NotFound),
            Err(e) => Err(StoreError::unavailable("HeadObject")(Box::new(e))),
        }
    }

    /// The ETag of the current version of a key; `None` if there is none because its owner deleted it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn current_etag(&self, key: &ObjectKey) -> Result<Option<String>, StoreError> {
        match self.client.head_object().bucket(&self.name).key(key.as_str()).send().await {
            Ok(answer) => Ok(Some(answer.e_tag().unwrap_or_default().trim_matches('"').to_owned())),
            Err(e) if is_not_found(&e) => Ok(None),
            Err(e) => Err(StoreError::unavailable("HeadObject")(Box::new(e))),
        }
    }

    /// Writes an object.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn put(
        &self,
        key: &ObjectKey,
        body: impl Into<Bytes>,
        served: Served<'_>,
    ) -> Result<(), StoreError> {
        self.put_stream(key, ByteStream::from(body.into()), served).await
    }

    /// Writes a local file as an object.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn put_file(&self, key: &ObjectKey, file: &Path, served: Served<'_>) -> Result<(), StoreError> {
        let body = ByteStream::from_path(file).await;
        self.put_stream(key, body.map_err(|e| StoreError::unavailable("read a file")(Box::new(e)))?, served)
            .await
    }

    async fn put_stream(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        served: Served<'_>,
    ) -> Result<(), StoreError> {
        let answer = self.put_request(key, body, served).send().await;
        answer.map(|_| ()).map_err(|e| StoreError::unavailable("PutObject")(Box::new(e)))
    }

    /// A write that sets how the object is cached and served.
    fn put_request(&self, key: &ObjectKey, body: ByteStream, served: Served<'_>) -> PutObjectFluentBuilder {
        let cache = served.cache_control();
        let encoding = served.is_gzip.then(|| "gzip".to_owned());
        let request = self.client.put_object().bucket(&self.name).key(key.as_str()).body(body);
        request.content_type(served.content_type).set_content_encoding(encoding).cache_control(cache)
    }

    /// Writes an object unless its key is taken; returns whether it did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn put_new(
        &self,
        key: &ObjectKey,
        body: impl Into<Bytes>,
        served: Served<'_>,
    ) -> Result<bool, StoreError> {
        let request = self.put_request(key, ByteStream::from(body.into()), served).if_none_match("*");
        match request.send().await {
            Ok(_) => Ok(true),
            // 412: it exists; 409: another writer is writing it now and will be first.
            Err(SdkError::ServiceError(e)) if matches!(e.raw().status().as_u16(), 409 | 412) => Ok(false),
            Err(e) => Err(StoreError::unavailable("PutObject")(Box::new(e))),
        }
    }

    /// Copies an object within the bucket; its bytes do not pass through us.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    pub async fn copy(&self, from: ObjectVersion<'_>, to: &ObjectKey) -> Result<(), StoreError> {
        let version = from.version_id.map(|v| format!("?versionId={v}")).unwrap_or_default();
        let source =
            format!("{}/{}{version}", self.name, utf8_percent_encode(from.key.as_str(), COPY_SOURCE));
        let request = self.client.copy_object().bucket(&self.name).key(to.as_str()).copy_source(source);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(e) if is_not_found(&e) => Err(StoreError::NotFound),
            Err(e) => Err(StoreError::unavailable("CopyObject")(Box::new(e))),
        }
    }

    /// The keys that start with `prefix`, at most `keys_max`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list(&self, prefix: &str, keys_max: usize) -> Result<Vec<ObjectKey>, StoreError> {
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let mut pages = request.encoding_type(EncodingType::Url).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| StoreError::unavailable("ListObjectsV2")(Box::new(e)))?;
            let key = |listed: &str| ObjectKey::parse(&listed_key(listed, page.encoding_type())).ok();
            keys.extend(page.contents().iter().filter_map(|object| key(object.key()?)));
            if keys.len() >= keys_max {
                keys.truncate(keys_max);
                break;
            }
        }
        Ok(keys)
    }
}

fn is_not_found<E, R>(error: &SdkError<E, R>) -> bool
where
    R: HttpStatus,
{
    matches!(error, SdkError::ServiceError(e) if e.raw().status_code() == 404)
}

trait HttpStatus {
    fn status_code(&self) -> u16;
}

impl HttpStatus for aws_sdk_s3::config::http::HttpResponse {
    fn status_code(&self) -> u16 {
        self.status().as_u16()
    }
}

/// `CopySource` is a header: percent-encode everything but unreserved characters and `/` (RFC 3986 2.3).
const COPY_SOURCE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_sources_are_percent_encoded() {
        let encoded = utf8_percent_encode("incoming/a b+%ế", COPY_SOURCE).to_string();
        assert_eq!(encoded, "incoming/a%20b%2B%25%E1%BA%BF");
    }
}
