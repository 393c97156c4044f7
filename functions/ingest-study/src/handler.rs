//! Turns S3's notifications into calls of the use case.

use aws_lambda_events::s3::{S3Event, S3EventRecord};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use filmless_delivery::DeliveryError;
use filmless_delivery::intake::{CreatedObject, ingest_objects};
use filmless_delivery::parts::Intake;
use filmless_domain::ObjectKey;
use filmless_runtime::batch::report;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tracing::debug;

/// Handles one batch. A message comes again if any of its objects failed.
pub async fn handle(intake: &Intake, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let mut objects = Vec::new();
    let mut senders = Vec::new();
    for message in event.records {
        match created_objects(message.body.as_deref().unwrap_or_default()) {
            Ok(created) => {
                senders.extend(created.iter().map(|_| message.message_id.clone()));
                objects.extend(created);
            }
            Err(error) => report(&mut response, message.message_id, &error),
        }
    }
    let outcomes = ingest_objects(intake, objects).await;
    let mut reported = Vec::new();
    for (message_id, outcome) in senders.into_iter().zip(outcomes) {
        if let Err(error) = outcome
            && !reported.contains(&message_id)
        {
            report(&mut response, message_id.clone(), &error);
            reported.push(message_id);
        }
    }
    response
}

fn created_objects(body: &str) -> Result<Vec<CreatedObject>, DeliveryError> {
    // S3 tests a new notification with a message of another shape.
    let value: serde_json::Value = serde_json::from_str(body).map_err(DeliveryError::BadMessage)?;
    if value.get("Event").and_then(|e| e.as_str()) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    let event: S3Event = serde_json::from_value(value).map_err(DeliveryError::BadMessage)?;
    Ok(event.records.into_iter().filter_map(created_object).collect())
}

/// `None` for events of other kinds.
fn created_object(record: S3EventRecord) -> Option<CreatedObject> {
    let name = record.event_name.unwrap_or_default();
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        debug!("event of another kind passed over");
        return None;
    }
    let object = record.s3.object;
    let key = ObjectKey::parse(&decoded_key(object.key.as_deref()?)).ok()?;
    Some(CreatedObject {
        key,
        version_id: object.version_id.filter(|v| !v.is_empty() && v != "null"),
        etag: object.e_tag.unwrap_or_default().trim_matches('"').to_owned(),
        bytes: object.size.and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
        created_at: Timestamp::from_millisecond(record.event_time.timestamp_millis()).unwrap_or_default(),
    })
}

/// Keys in events are URL-encoded; a blank is `+` or `%20`, depending on the server.
fn decoded_key(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(key: &str, event_name: &str) -> String {
        serde_json::json!({ "Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "ap-southeast-1",
            "eventTime": "2026-11-22T08:10:00.123Z", "eventName": event_name,
            "userIdentity": { "principalId": "AWS:X" }, "requestParameters": { "sourceIPAddress": "10.0.0.1" },
            "responseElements": { "x-amz-request-id": "1", "x-amz-id-2": "2" },
            "s3": { "s3SchemaVersion": "1.0", "configurationId": "intake",
                    "bucket": { "name": "studies", "ownerIdentity": { "principalId": "X" }, "arn": "arn:aws:s3:::studies" },
                    "object": { "key": key, "size": 5, "eTag": "abc", "versionId": "v1", "sequencer": "0A" } }
        }]})
        .to_string()
    }

    #[test]
    fn keys_are_decoded_whichever_way_they_are_encoded() {
        for encoded in ["incoming/a+b%2B%25%E1%BA%BF.dcm", "incoming/a%20b%2B%25%E1%BA%BF.dcm"] {
            let objects = created_objects(&notification(encoded, "ObjectCreated:Put")).unwrap();
            assert_eq!(objects[0].key.as_str(), "incoming/a b+%ế.dcm");
            assert_eq!(objects[0].version_id.as_deref(), Some("v1"));
            assert_eq!((objects[0].etag.as_str(), objects[0].bytes), ("abc", 5));
        }
    }

    #[test]
    fn other_events_are_passed_over_and_other_messages_are_not() {
        assert!(created_objects(&notification("a", "ObjectRemoved:Delete")).unwrap().is_empty());
        assert!(created_objects(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#).unwrap().is_empty());
        assert!(created_objects("{}").is_err());
    }
}
