//! A bucket's contents, version by version, in pages that can be continued.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;
use filmless_domain::ObjectKey;
use jiff::Timestamp;

use crate::listed_key::{ListMarker, listed_key, next_marker};
use crate::{Bucket, StoreError};

/// One written version of an object.
#[derive(Debug, Clone)]
pub struct ListedVersion {
    /// Its key.
    pub key: ObjectKey,
    /// Its version, in a versioned bucket.
    pub version_id: Option<String>,
    /// Its ETag, without quotes.
    pub etag: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written; only to the second if the server has no better.
    pub written_at: Timestamp,
    /// Whether a reader who names no version gets it.
    pub is_latest: bool,
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub struct ListedPage {
    /// The versions, by key, newest first within a key. Without deletions.
    pub versions: Vec<ListedVersion>,
    /// Where the next page begins, if there is one.
    pub next: Option<ListMarker>,
}

impl Bucket {
    /// One page (at most 1,000) of the versions of the objects whose keys start with `prefix`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&ListMarker>,
    ) -> Result<ListedPage, StoreError> {
        let page = self.versions_page(prefix, after).await?;
        let encoding = page.encoding_type();
        let versions = page.versions().iter().filter_map(|version| listed(version, encoding)).collect();
        Ok(ListedPage { versions, next: next_marker(&page) })
    }

    /// The same as the server sends it: with deletions, and with encoded keys.
    pub(crate) async fn versions_page(
        &self,
        prefix: &str,
        after: Option<&ListMarker>,
    ) -> Result<ListObjectVersionsOutput, StoreError> {
        let request = self
            .client
            .list_object_versions()
            .bucket(&self.name)
            .prefix(prefix)
            .encoding_type(EncodingType::Url)
            .set_key_marker(after.map(|marker| marker.key.clone()))
            .set_version_id_marker(after.and_then(|marker| marker.version_id.clone()));
        match request.send().await {
            Ok(page) => Ok(page),
            // The marker's version was deleted meanwhile, and some servers refuse that. Its key is still valid.
            Err(SdkError::ServiceError(e))
                if e.raw().status().as_u16() == 400
                    && after.is_some_and(|marker| marker.version_id.is_some()) =>
            {
                let after = after.map(|marker| ListMarker { key: marker.key.clone(), version_id: None });
                Box::pin(self.versions_page(prefix, after.as_ref())).await
            }
            Err(e) => Err(StoreError::unavailable("ListObjectVersions")(Box::new(e))),
        }
    }
}

impl Bucket {
    /// The objects whose keys start with `prefix`, and when each was written.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list_written(&self, prefix: &str) -> Result<Vec<(ObjectKey, Timestamp)>, StoreError> {
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let mut pages = request.encoding_type(EncodingType::Url).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| StoreError::unavailable("ListObjectsV2")(Box::new(e)))?;
            objects.extend(page.contents().iter().filter_map(|object| {
                let written = Timestamp::from_second(object.last_modified()?.secs()).ok()?;
                Some((ObjectKey::parse(&listed_key(object.key()?, page.encoding_type())).ok()?, written))
            }));
        }
        Ok(objects)
    }
}

fn listed(
    version: &aws_sdk_s3::types::ObjectVersion,
    encoding: Option<&EncodingType>,
) -> Option<ListedVersion> {
    let written = version.last_modified()?;
    Some(ListedVersion {
        key: ObjectKey::parse(&listed_key(version.key()?, encoding)).ok()?,
        version_id: version.version_id().filter(|id| *id != "null").map(str::to_owned),
        etag: version.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
        bytes: version.size().and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
        written_at: Timestamp::new(written.secs(), i32::try_from(written.subsec_nanos()).ok()?).ok()?,
        is_latest: version.is_latest().unwrap_or_default(),
    })
}
