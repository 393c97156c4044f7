//! All files of a study as uploaded, in one ZIP. Made on request; it expires.

use filmless_domain::{DownloadKind, ObjectKey, Parcel, StudyInstanceUid, object_key};
use filmless_store::index::{InstanceRecord, OrderRecord, PackingProgress, SeriesRecord, StudyRecord};
use filmless_store::{Bucket, Index, ObjectVersion, StoreError};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::DeliveryError;
use crate::parts::Common;
use crate::prepare::media_facts::media_facts;
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
    (record, order): (&StudyRecord, &OrderRecord),
    kind: DownloadKind,
    now: Timestamp,
) -> Result<StudyDownload, DeliveryError> {
    let study = &record.study_instance_uid;
    let instances = index.instances(study).await?;
    let bytes_of_files: u64 = instances.iter().map(|instance| instance.bytes).sum();
    let (digest, bytes_expected) = match kind {
        DownloadKind::Uploaded => (contents_digest(&instances), bytes_of_files),
        DownloadKind::Media => {
            let series = index.series(study).await?;
            let packs: u64 = series.iter().map(|series| series.derived_bytes).sum();
            (media_digest(&instances, &series, &media_facts(record, &order.order)), bytes_of_files + packs)
        }
    };
    let key = object_key::study_download(study, kind, &digest);
    let bytes = made(derived, &key).await?;
    let progress = match bytes {
        Some(_) => None,
        None => index.packing_progress(study, &Parcel::Download(kind), now).await?,
    };
    Ok(StudyDownload { key, bytes, bytes_expected, progress })
}

/// The size of what was asked for, in bytes, once it is made.
pub(crate) async fn made(derived: &Bucket, key: &ObjectKey) -> Result<Option<u64>, DeliveryError> {
    match derived.size(ObjectVersion { key, version_id: None }).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Asks for something to be made of a study.
pub(crate) async fn request(
    common: &Common,
    study: &StudyInstanceUid,
    parcel: &Parcel,
) -> Result<(), DeliveryError> {
    outbox::pass_on(common, &SettleTask::pack(study, parcel).to_outbox()?).await
}

/// Names the files that something is made of.
pub(crate) fn contents_digest(instances: &[InstanceRecord]) -> String {
    let mut lines: Vec<String> =
        instances.iter().map(|i| format!("{} {}\n", i.sop_instance_uid, i.etag)).collect();
    lines.sort();
    hex::encode(Sha256::digest(lines.concat()))
}

/// Names what a file-set holds: the files, the packs of its viewer, and what it says of patient and study.
fn media_digest(instances: &[InstanceRecord], series: &[SeriesRecord], facts: &Value) -> String {
    let mut packs: Vec<&str> = series.iter().filter_map(|s| s.rendered_digest.as_deref()).collect();
    packs.sort_unstable();
    let text = format!("{MEDIA_VERSION}\n{}\n{}\n{facts}", contents_digest(instances), packs.join("\n"));
    hex::encode(Sha256::digest(text))
}
