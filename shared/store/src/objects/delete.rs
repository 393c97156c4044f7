//! Deletes objects, with all their versions if nothing may be left.

use aws_sdk_s3::types::{Delete, ObjectIdentifier, ObjectVersion as VersionEntry};
use filmless_domain::ObjectKey;

use super::{Bucket, ObjectVersion};
use crate::StoreError;
use crate::listed_key::{listed_key, next_marker};

/// Most versions in one `DeleteObjects` (S3 API reference).
const DELETED_AT_ONCE_MAX: usize = 1000;

impl Bucket {
    /// Deletes an object; a missing one is no error. In a versioned bucket all its versions go.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn delete_all_versions(&self, key: &ObjectKey) -> Result<(), StoreError> {
        self.delete_versions(key, |_| true).await
    }

    /// Deletes one upload and nothing else that came under its key: the version given, and every other version with
    /// the same bytes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn delete_upload(&self, object: ObjectVersion<'_>, etag: &str) -> Result<(), StoreError> {
        self.delete_versions(object.key, |version| {
            let is_named = object.version_id.is_some() && version.version_id() == object.version_id;
            is_named || version.e_tag().is_some_and(|found| found.trim_matches('"') == etag)
        })
        .await
    }

    /// If no version is left, the markers of earlier deletions go too, because a key may name somebody.
    async fn delete_versions(
        &self,
        key: &ObjectKey,
        is_meant: impl Fn(&VersionEntry) -> bool,
    ) -> Result<(), StoreError> {
        let (mut meant, mut markers, mut is_any_left) = (Vec::new(), Vec::new(), false);
        let mut after = None;
        loop {
            let page = self.versions_page(key.as_str(), after.as_ref()).await?;
            let is_it = |found: Option<&str>| {
                found.is_some_and(|found| listed_key(found, page.encoding_type()) == key.as_str())
            };
            let id = |id: Option<&str>| id.map(str::to_owned);
            for version in page.versions().iter().filter(|version| is_it(version.key())) {
                if is_meant(version) {
                    meant.push(id(version.version_id()));
                } else {
                    is_any_left = true;
                }
            }
            let of_key = page.delete_markers().iter().filter(|marker| is_it(marker.key()));
            markers.extend(of_key.map(|marker| id(marker.version_id())));
            // A key sorts before all keys that begin with it, so versions after another key belong to that one.
            after = next_marker(&page).filter(|marker| marker.key == key.as_str());
            if after.is_none() {
                break;
            }
        }
        if !is_any_left {
            meant.append(&mut markers);
        }
        for batch in meant.chunks(DELETED_AT_ONCE_MAX) {
            self.delete_batch(key, batch).await?;
        }
        Ok(())
    }

    /// Deletes these versions of a key, at most [`DELETED_AT_ONCE_MAX`].
    async fn delete_batch(&self, key: &ObjectKey, versions: &[Option<String>]) -> Result<(), StoreError> {
        const OPERATION: &str = "DeleteObjects";
        let objects = versions.iter().map(|version| {
            ObjectIdentifier::builder().key(key.as_str()).set_version_id(version.clone()).build()
        });
        let objects: Vec<_> = objects.collect::<Result<_, _>>().map_err(StoreError::corrupt(OPERATION))?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let delete = delete.map_err(StoreError::corrupt(OPERATION))?;
        let request = self.client.delete_objects().bucket(&self.name).delete(delete);
        let answer = request.send().await.map_err(|e| StoreError::unavailable(OPERATION)(Box::new(e)))?;
        // The answer is 200 even if some were refused. Keep only the code: a key may name somebody. S3 counts a
        // missing version as deleted; other servers report it missing, and may list one twice at the end of a page.
        let mut codes = answer.errors().iter().map(|refused| refused.code().unwrap_or("without a code"));
        match codes.find(|code| *code != "NoSuchVersion") {
            None => Ok(()),
            Some(code) => Err(StoreError::unavailable(OPERATION)(code.to_owned().into())),
        }
    }

    /// Deletes the current version of an object; a missing one is no error.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        let request = self.client.delete_object().bucket(&self.name).key(key.as_str());
        request.send().await.map(|_| ()).map_err(|e| StoreError::unavailable("DeleteObject")(Box::new(e)))
    }
}
