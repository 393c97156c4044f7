//! What is shown of a message that could not be processed: never a key, which may contain a name.

use filmless_domain::StudyInstanceUid;
use filmless_store::port::{DeadMessage, QueueName};
use jiff::Timestamp;
use serde::Serialize;

use crate::record::messages::{NoticesTask, ReleaseTask, SettleTask, Task};

/// One dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetterLine {
    /// The queue it came from.
    pub queue: &'static str,
    /// Its id in the queue; the function's log has it, too.
    pub id: String,
    /// Its task, or `unreadable`.
    pub task: &'static str,
    /// The study it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// Or the uploads it concerns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<DeadObject>,
    /// How often it was tried.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// The code in `docs/ERRORS.md` of its last failure, if the queue keeps that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// An upload in a dead letter: enough to find it in the bucket. Of its key only the folder, which says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadObject {
    /// The bucket.
    pub bucket: String,
    /// `incoming/` or `orders/`; `other/` for any other folder.
    pub folder: &'static str,
    /// The version's id in the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

/// Describes a dead letter.
#[must_use]
pub fn line(queue: QueueName, message: &DeadMessage) -> DeadLetterLine {
    let (task, study_instance_uid) = task_of(queue, &message.body).unwrap_or(("unreadable", None));
    DeadLetterLine {
        queue: queue.as_str(),
        id: message.id.clone(),
        task,
        study_instance_uid,
        objects: if queue == QueueName::Intake { objects_of(&message.body) } else { Vec::new() },
        receives: message.receives,
        sent_at: message.sent_at,
        last_error: message.last_error.clone(),
    }
}

fn task_of(queue: QueueName, body: &str) -> Option<(&'static str, Option<StudyInstanceUid>)> {
    Some(match queue {
        QueueName::Intake => {
            let event: serde_json::Value = serde_json::from_str(body).ok()?;
            event.get("Records")?.as_array()?;
            ("take-in-object", None)
        }
        QueueName::Settle | QueueName::Downloads => match SettleTask::parse(body).ok()? {
            SettleTask::CheckQuiet { study_instance_uid } => ("check-quiet", Some(study_instance_uid)),
            SettleTask::SettleMarks { study_instance_uid } => ("settle-marks", Some(study_instance_uid)),
            SettleTask::RenderSeries { study_instance_uid, .. }
            | SettleTask::RenderSmallSeries { study_instance_uid, .. } => {
                ("prepare-study", Some(study_instance_uid))
            }
            SettleTask::PackDownload { study_instance_uid, .. } => {
                ("pack-download", Some(study_instance_uid))
            }
            SettleTask::PackRetrieval { study_instance_uid, .. } => {
                ("pack-retrieval", Some(study_instance_uid))
            }
        },
        QueueName::Release => ("release-study", Some(ReleaseTask::parse(body).ok()?.study_instance_uid)),
        QueueName::Notices => ("send-notice", Some(NoticesTask::parse(body).ok()?.study().clone())),
    })
}

fn objects_of(body: &str) -> Vec<DeadObject> {
    let event: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let records = event["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let object = |record: &serde_json::Value| {
        let (bucket, object) = (&record["s3"]["bucket"]["name"], &record["s3"]["object"]);
        let folders = [("incoming", "incoming/"), ("orders", "orders/")];
        let top = object["key"].as_str()?.split(['/', '%']).next()?;
        Some(DeadObject {
            bucket: bucket.as_str().unwrap_or("-").to_owned(),
            folder: folders.into_iter().find(|(name, _)| *name == top).map_or("other/", |(_, folder)| folder),
            version_id: object["versionId"].as_str().map(str::to_owned),
            size_bytes: object["size"].as_u64(),
        })
    };
    records.iter().filter_map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(body: &str) -> DeadMessage {
        DeadMessage { id: "7".into(), body: body.into(), receives: 5, sent_at: None, last_error: None }
    }

    #[test]
    fn a_dead_letter_names_its_upload_without_the_key() {
        let body = r#"{"Records":[{"s3":{"bucket":{"name":"studies"},
            "object":{"key":"incoming/NGUYEN","versionId":"v7","size":132}}}]}"#;
        let last_error = Some("storage-unavailable".to_owned());
        let message = DeadMessage { last_error, ..dead(body) };
        let line = serde_json::to_value(line(QueueName::Intake, &message)).unwrap();
        let object = serde_json::json!(
            { "bucket": "studies", "folder": "incoming/", "version_id": "v7", "size_bytes": 132 }
        );
        assert_eq!(line["objects"], serde_json::json!([object]));
        assert_eq!(line["last_error"], "storage-unavailable");
    }

    #[test]
    fn a_dead_letter_tells_its_task_and_nothing_of_a_patient() {
        let check = |queue, body: &str, task, study: Option<&str>| {
            let line = line(queue, &dead(body));
            assert_eq!((line.task, line.study_instance_uid.as_ref().map(|uid| uid.as_str())), (task, study));
        };
        let event = r#"{"Records":[{"s3":{"object":{"key":"incoming/NGUYEN"}}}]}"#;
        check(QueueName::Intake, event, "take-in-object", None);
        check(
            QueueName::Settle,
            r#"{"task":"check-quiet","study_instance_uid":"1.2"}"#,
            "check-quiet",
            Some("1.2"),
        );
        check(QueueName::Release, r#"{"study_instance_uid":"1.2"}"#, "release-study", Some("1.2"));
        check(
            QueueName::Notices,
            r#"{"study_instance_uid":"1.2","link_version":1}"#,
            "send-notice",
            Some("1.2"),
        );
        for queue in QueueName::ALL {
            check(queue, "poison", "unreadable", None);
        }
    }
}
