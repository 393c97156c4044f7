//! What the address of a resource names (PS3.18 10.1). A token in front of it is read elsewhere.

use serde::Deserialize;

/// `studies/{study}`.
#[derive(Deserialize)]
pub(crate) struct StudyPath {
    pub study: String,
}

/// `studies/{study}/series/{series}`.
#[derive(Deserialize)]
pub(crate) struct SeriesPath {
    pub study: String,
    pub series: String,
}

/// `studies/{study}/series/{series}/instances/{instance}`.
#[derive(Deserialize)]
pub(crate) struct InstancePath {
    pub study: String,
    pub series: String,
    pub instance: String,
}

/// A value of an instance: `bulkdata/{path}` behind it.
#[derive(Deserialize)]
pub(crate) struct BulkDataPath {
    pub study: String,
    pub series: String,
    pub instance: String,
    pub path: String,
}
