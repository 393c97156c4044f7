//! The event of an object, as S3 would have sent it.

use filmless_store::ListedVersion;
use filmless_store::index::OutboxMessage;
use filmless_store::port::QueueName;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::ingest::CreatedObject;

/// What the event of this version would have told.
pub(super) fn created(version: &ListedVersion) -> CreatedObject {
    CreatedObject {
        key: version.key.clone(),
        version_id: version.version_id.clone(),
        etag: version.etag.clone(),
        bytes: version.bytes,
        created_at: written_at(version),
    }
}

/// A listing may tell the second only, an event tells the millisecond, and the last order wins: the end of the second is
/// taken, or an order would lose to the one that it replaced.
fn written_at(version: &ListedVersion) -> Timestamp {
    if version.written_at.subsec_nanosecond() == 0 {
        version.written_at + SignedDuration::from_millis(999)
    } else {
        version.written_at
    }
}

/// A message for the intake queue.
pub(super) fn message(bucket: &str, object: &CreatedObject) -> OutboxMessage {
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
