//! The object-created event, exactly as S3 sends it to a queue.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The principal of every event: the embedded profile has one account.
const PRINCIPAL: &str = "embedded";

/// What was created, and how.
#[derive(Debug, Clone)]
pub(super) struct ObjectCreated<'a> {
    pub(super) how: Creation,
    pub(super) region: &'a str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) size: u64,
    pub(super) etag: &'a str,
    pub(super) version_id: Option<&'a str>,
    /// Increases with every write of a key.
    pub(super) sequence: i64,
    pub(super) at_ms: i64,
}

/// The operation that created the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Creation {
    Put,
    Copy,
    CompleteMultipartUpload,
}

impl Creation {
    const fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
        }
    }
}

impl ObjectCreated<'_> {
    /// The body of the queue message.
    pub(super) fn to_json(&self) -> String {
        let mut object = json!({
            "key": encode_key(self.key),
            "size": self.size,
            "eTag": self.etag,
            "sequencer": format!("{:016X}", self.sequence),
        });
        if let (Some(version_id), Value::Object(fields)) = (self.version_id, &mut object) {
            fields.insert("versionId".to_owned(), version_id.into());
        }
        let at = Timestamp::from_millisecond(self.at_ms).unwrap_or_default();
        json!({ "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": format!("{at:.3}"),
            "eventName": self.how.name(),
            "userIdentity": { "principalId": PRINCIPAL },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": {
                "x-amz-request-id": format!("{:016X}", self.sequence),
                "x-amz-id-2": self.bucket,
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "intake",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": PRINCIPAL },
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": object,
            },
        }]})
        .to_string()
    }
}

/// As `application/x-www-form-urlencoded`, but slashes stay as they are.
fn encode_key(key: &str) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');
    utf8_percent_encode(key, ENCODED).to_string().replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::s3::S3Event;

    use super::*;

    fn event<'a>(key: &'a str, version_id: Option<&'a str>) -> ObjectCreated<'a> {
        ObjectCreated {
            how: Creation::Put,
            region: "ap-southeast-1",
            bucket: "studies",
            key,
            size: 7,
            etag: "d41d8cd98f00b204e9800998ecf8427e",
            version_id,
            sequence: 26,
            at_ms: 1_600_000_000_123,
        }
    }

    #[test]
    fn keys_are_encoded_as_s3_does() {
        for (key, encoded) in [
            ("incoming/a.dcm", "incoming/a.dcm"),
            ("a b+%ế", "a+b%2B%25%E1%BA%BF"),
            ("x=1&y:(2)", "x%3D1%26y%3A%282%29"),
        ] {
            assert_eq!(encode_key(key), encoded);
        }
    }

    #[test]
    fn event_reads_as_an_event_of_s3() {
        let parsed: S3Event = serde_json::from_str(&event("a b+%ế", Some("v1")).to_json()).unwrap();
        let [record] = parsed.records.as_slice() else { panic!("one record") };
        assert_eq!(record.event_name.as_deref(), Some("ObjectCreated:Put"));
        assert_eq!(record.event_time.timestamp_millis(), 1_600_000_000_123);
        assert_eq!(record.s3.bucket.name.as_deref(), Some("studies"));
        assert_eq!(record.s3.bucket.arn.as_deref(), Some("arn:aws:s3:::studies"));
        let object = &record.s3.object;
        assert_eq!(object.key.as_deref(), Some("a+b%2B%25%E1%BA%BF"));
        assert_eq!(object.size, Some(7));
        assert_eq!(object.e_tag.as_deref(), Some("d41d8cd98f00b204e9800998ecf8427e"));
        assert_eq!(object.version_id.as_deref(), Some("v1"));
        assert_eq!(object.sequencer.as_deref(), Some("000000000000001A"));
    }

    #[test]
    fn event_of_a_bucket_without_versions_names_none() {
        assert!(!event("k", None).to_json().contains("versionId"));
    }
}
