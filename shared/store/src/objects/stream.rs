//! Objects that pass through piece by piece, and are never held whole.

use std::ops::Range;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::{Bucket, ObjectVersion, is_not_found};
use crate::StoreError;

/// An object, or a range of one, on its way.
#[derive(Debug)]
pub struct ObjectStream {
    body: ByteStream,
    /// How many bytes are on their way.
    pub bytes: u64,
    /// Size of the whole object.
    pub total_bytes: u64,
}

impl ObjectStream {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the object breaks off.
    pub async fn next(&mut self) -> Option<Result<Bytes, StoreError>> {
        let piece = self.body.next().await?;
        Some(piece.map_err(StoreError::reading("GetObject")))
    }
}

impl Bucket {
    /// Begins to read an object, or a range of it that lies within. Pieces come as they are asked for.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such object, or the range starts past its end; [`StoreError::Unavailable`].
    pub async fn stream(
        &self,
        object: ObjectVersion<'_>,
        range: Option<Range<u64>>,
    ) -> Result<ObjectStream, StoreError> {
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(object.key.as_str())
            .set_version_id(object.version_id.map(str::to_owned))
            .set_range(range);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(SdkError::ServiceError(e)) if e.raw().status().as_u16() == 416 => {
                return Err(StoreError::NotFound);
            }
            Err(e) if is_not_found(&e) => return Err(StoreError::NotFound),
            Err(e) => return Err(StoreError::unavailable("GetObject")(Box::new(e))),
        };
        let bytes = answer.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        let stated = answer.content_range().and_then(|r| r.rsplit('/').next()).and_then(|t| t.parse().ok());
        Ok(ObjectStream { bytes, total_bytes: stated.unwrap_or(bytes), body: answer.body })
    }
}
