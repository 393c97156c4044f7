//! A created object, and its event as S3 sends it.

use filmless_domain::ObjectKey;
use filmless_store::index::{OutboxMessage, StrangerRecord, UploadRecord};
use filmless_store::port::QueueName;
use filmless_store::{Bucket, ListedVersion, ObjectVersion};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

/// One created object, from its event.
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

/// What the event of this version would have said.
pub(crate) fn created(version: &ListedVersion) -> CreatedObject {
    CreatedObject {
        key: version.key.clone(),
        version_id: version.version_id.clone(),
        etag: version.etag.clone(),
        bytes: version.bytes,
        created_at: written_at(version),
    }
}

/// A listing may have the second only, an event has the millisecond, and the last order wins. So take the end of
/// the second: otherwise an order could lose to the one it replaced.
fn written_at(version: &ListedVersion) -> Timestamp {
    if version.written_at.subsec_nanosecond() == 0 {
        version.written_at + SignedDuration::from_millis(999)
    } else {
        version.written_at
    }
}

/// A message for the intake queue.
pub(crate) fn message(bucket: &str, object: &CreatedObject) -> OutboxMessage {
    let mut told = json!({
        "key": utf8_percent_encode(object.key.as_str(), NON_ALPHANUMERIC).to_string(),
        "size": object.bytes,
        "eTag": object.etag,
    });
    if let Some(version_id) = &object.version_id {
        told["versionId"] = json!(version_id);
    }
    let event = json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": object.created_at.to_string(),
        "eventName": "ObjectCreated:Put",
        "userIdentity": {},
        "requestParameters": {},
        "responseElements": {},
        "s3": { "s3SchemaVersion": "1.0", "configurationId": "reconcile", "bucket": { "name": bucket }, "object": told },
    }]});
    OutboxMessage::new(QueueName::Intake, event.to_string())
}

/// Repeats the event of a file that was refused as another patient's.
pub(crate) fn event_again(studies: &Bucket, stranger: StrangerRecord) -> OutboxMessage {
    let StrangerRecord { upload, bytes, written_at, .. } = stranger;
    let object = CreatedObject {
        key: upload.key,
        version_id: upload.version_id,
        etag: upload.etag,
        bytes,
        created_at: written_at,
    };
    message(studies.name(), &object)
}
