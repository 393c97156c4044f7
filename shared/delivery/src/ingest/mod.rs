//! From an object in the studies bucket to the index, or to quarantine with a reason.

mod companions;
mod instance;
mod order;
mod quarantine;
mod unzip;

pub(crate) use instance::{Examined, is_same_content, read_object, record_of};
pub use instance::{IngestOutcome, ingest_objects};
pub(crate) use quarantine::is_quarantined;
pub(crate) use unzip::name_of as zip_name;

use filmless_domain::ObjectKey;
use filmless_store::ObjectVersion;
use filmless_store::index::UploadRecord;
use jiff::Timestamp;

/// One object that was created, as its event tells it.
#[derive(Debug, Clone)]
pub struct CreatedObject {
    /// Its key, decoded.
    pub key: ObjectKey,
    /// Its version, in a versioned bucket.
    pub version_id: Option<String>,
    /// Its ETag, without quotes.
    pub etag: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was created.
    pub created_at: Timestamp,
}

impl CreatedObject {
    pub(crate) fn upload(&self, quarantined: Vec<ObjectKey>) -> UploadRecord {
        let (key, version_id, etag) = (self.key.clone(), self.version_id.clone(), self.etag.clone());
        UploadRecord { key, version_id, etag, quarantined, lost: None }
    }

    pub(crate) fn version(&self) -> ObjectVersion<'_> {
        ObjectVersion { key: &self.key, version_id: self.version_id.as_deref() }
    }
}
