//! All files of a study as uploaded, in one ZIP. Made on request; it expires.

use filmless_domain::{DownloadKind, ObjectKey, StudyInstanceUid, object_key};
use filmless_store::index::{InstanceRecord, PackingProgress, SeriesRecord};
use filmless_store::{Bucket, Index, ObjectVersion, StoreError};
use sha2::{Digest, Sha256};

use crate::DeliveryError;
use crate::parts::Common;
use crate::record::messages::{SettleTask, Task};
use crate::record::outbox;

/// Part of the digest of a file-set: raise it when one has to be made anew of the same files.
const MEDIA_VERSION: &str = "1";

/// The ZIP of a study's current contents, made or not.
pub(crate) struct StudyDownload {
    pub key: ObjectKey,
    /// Its size in bytes, once it is made.
    pub bytes: Option<u64>,
    /// About how large it will be.
    pub bytes_expected: u64,
    /// How far it is, while it is being made.
    pub progress: Option<PackingProgress>,
}

/// Looks for the ZIP of a study.
pub(crate) async fn find(
    index: &Index,
    derived: &Bucket,
    study: &StudyInstanceUid,
    kind: DownloadKind,
) -> Result<StudyDownload, DeliveryError> {
    let instances = index.instances(study).await?;
    let bytes_of_files: u64 = instances.iter().map(|instance| instance.bytes).sum();
    let (digest, bytes_expected) = match kind {
        DownloadKind::Uploaded => (contents_digest(&instances), bytes_of_files),
        DownloadKind::Media => {
            let series = index.series(study).await?;
            let packs: u64 = series.iter().map(|series| series.derived_bytes).sum();
            (media_digest(&instances, &series), bytes_of_files + packs)
        }
    };
    let key = object_key::study_download(study, kind, &digest);
    let object = ObjectVersion { key: &key, version_id: None };
    let bytes = match derived.size(object).await {
        Ok(bytes) => Some(bytes),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let progress = match bytes {
        Some(_) => None,
        None => index.packing_progress(study, kind).await?,
    };
    Ok(StudyDownload { key, bytes, bytes_expected, progress })
}

/// Asks for the ZIP to be made.
pub(crate) async fn request(
    common: &Common,
    study: &StudyInstanceUid,
    kind: DownloadKind,
) -> Result<(), DeliveryError> {
    let task = SettleTask::PackDownload { study_instance_uid: study.clone(), kind };
    let entry = outbox::entry(common, vec![task.to_outbox()?])?;
    outbox::publish(common, &entry).await
}

fn contents_digest(instances: &[InstanceRecord]) -> String {
    let mut lines: Vec<String> =
        instances.iter().map(|i| format!("{} {}\n", i.sop_instance_uid, i.etag)).collect();
    lines.sort();
    hex::encode(Sha256::digest(lines.concat()))
}

/// Names what a file-set holds: the files, and the packs of its viewer.
pub(crate) fn media_digest(instances: &[InstanceRecord], series: &[SeriesRecord]) -> String {
    let mut packs: Vec<&str> = series.iter().filter_map(|s| s.rendered_digest.as_deref()).collect();
    packs.sort_unstable();
    let text = format!("{MEDIA_VERSION}\n{}\n{}", contents_digest(instances), packs.join("\n"));
    hex::encode(Sha256::digest(text))
}
