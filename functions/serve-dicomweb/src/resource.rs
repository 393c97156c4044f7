//! What the address of a resource names (PS3.18 10.1). A token in front of it is read elsewhere.

use serde::Deserialize;

/// `studies/{study_uid}`.
#[derive(Deserialize)]
pub(crate) struct StudyPath {
    pub study_uid: String,
}

/// `studies/{study_uid}/series/{series_uid}`.
#[derive(Deserialize)]
pub(crate) struct SeriesPath {
    pub study_uid: String,
    pub series_uid: String,
}

/// `studies/{study_uid}/series/{series_uid}/instances/{instance_uid}`.
#[derive(Deserialize)]
pub(crate) struct InstancePath {
    pub study_uid: String,
    pub series_uid: String,
    pub instance_uid: String,
}

/// A value of an instance: `bulkdata/{path}` behind it.
#[derive(Deserialize)]
pub(crate) struct BulkDataPath {
    pub study_uid: String,
    pub series_uid: String,
    pub instance_uid: String,
    pub path: String,
}
