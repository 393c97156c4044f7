//! URLs that let their holder read an object for a while.

use std::time::Duration;

use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use filmless_domain::ObjectKey;

use super::{Bucket, ObjectVersion};
use crate::StoreError;

/// Longest life of a presigned GET that the portal hands out.
pub const PRESIGNED_TTL_MAX: Duration = Duration::from_secs(15 * 60);

impl Bucket {
    /// A URL that lets its holder read this object for `ttl`, at most [`PRESIGNED_TTL_MAX`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if there are no credentials to sign with.
    pub async fn presign_get(&self, key: &ObjectKey, ttl: Duration) -> Result<String, StoreError> {
        presign(self.public_client.get_object().bucket(&self.name).key(key.as_str()), ttl).await
    }

    /// The same, for a browser to save it as a file with this name (letters, digits, `.`, `-`).
    ///
    /// # Errors
    /// As [`Bucket::presign_get`].
    pub async fn presign_download(
        &self,
        object: ObjectVersion<'_>,
        file_name: &str,
        ttl: Duration,
    ) -> Result<String, StoreError> {
        // The uploader chose the content type; tell the browser only that it is a file.
        self.presign_as(object, file_name, "application/octet-stream", ttl).await
    }

    /// The same, for software that looks at the media type of an instance (PS3.18 8.7.3.4).
    ///
    /// # Errors
    /// As [`Bucket::presign_get`].
    pub async fn presign_dicom(
        &self,
        object: ObjectVersion<'_>,
        file_name: &str,
        ttl: Duration,
    ) -> Result<String, StoreError> {
        self.presign_as(object, file_name, "application/dicom", ttl).await
    }

    async fn presign_as(
        &self,
        object: ObjectVersion<'_>,
        file_name: &str,
        media_type: &str,
        ttl: Duration,
    ) -> Result<String, StoreError> {
        let request = self
            .public_client
            .get_object()
            .bucket(&self.name)
            .key(object.key.as_str())
            .set_version_id(object.version_id.map(str::to_owned))
            .response_content_type(media_type)
            .response_content_disposition(format!("attachment; filename=\"{file_name}\""));
        presign(request, ttl).await
    }
}

async fn presign(request: GetObjectFluentBuilder, ttl: Duration) -> Result<String, StoreError> {
    let settings = PresigningConfig::expires_in(ttl.min(PRESIGNED_TTL_MAX))
        .map_err(StoreError::corrupt("presign GetObject"))?;
    let signed = request.presigned(settings).await;
    Ok(signed.map_err(|e| StoreError::unavailable("presign GetObject")(Box::new(e)))?.uri().to_owned())
}
