//! Whether what everything stands on answers.

use filmless_store::{Bucket, Index, ObjectVersion, StoreError};
use std::time::Duration;

use filmless_domain::{DownloadKind, StudyInstanceUid, object_key};

/// The table does not answer.
pub const TABLE: &str = "table";
/// The store of objects does not answer.
pub const OBJECTS: &str = "objects";
/// Who does not answer for so long does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What does not work; nothing, where all is well. Nothing is written, and what is looked for is not there.
pub async fn failing(index: &Index, derived: &Bucket) -> Vec<&'static str> {
    let Ok(nobody) = StudyInstanceUid::parse("0.0") else { return vec![TABLE] };
    let table = async { index.study(&nobody).await.is_ok() };
    let objects = async {
        let key = object_key::study_download(&nobody, DownloadKind::Uploaded, "healthz");
        let found = derived.size(ObjectVersion { key: &key, version_id: None }).await;
        matches!(found, Ok(_) | Err(StoreError::NotFound))
    };
    let in_time = |answers: Result<bool, tokio::time::error::Elapsed>| answers.unwrap_or(false);
    let (table, objects) =
        tokio::join!(tokio::time::timeout(PATIENCE, table), tokio::time::timeout(PATIENCE, objects));
    let parts = [(TABLE, in_time(table)), (OBJECTS, in_time(objects))];
    parts.into_iter().filter(|(_, is_well)| !is_well).map(|(part, _)| part).collect()
}
