//! Whether the services that everything depends on answer.

use filmless_store::{Bucket, Index, ObjectVersion, StoreError};
use std::time::Duration;

use filmless_domain::{DownloadKind, StudyInstanceUid, object_key};

/// The table does not answer.
pub const TABLE: &str = "table";
/// The store of objects does not answer.
pub const OBJECTS: &str = "objects";
/// After this long without an answer a service counts as down.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is not working; empty if all is well. Writes nothing, and looks for things that do not exist.
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
