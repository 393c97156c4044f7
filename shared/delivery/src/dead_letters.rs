//! What is shown of a message that nobody could work on: never a key, which may hold a name.

use filmless_domain::StudyInstanceUid;
use filmless_store::port::{DeadMessage, QueueName};
use jiff::Timestamp;
use serde::Serialize;

use crate::messages::{NoticeTask, ReleaseTask, SettleTask, Task};

/// One dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetterLine {
    /// The queue that it came from.
    pub queue: &'static str,
    /// The queue's name of it; the log of the function names it too.
    pub id: String,
    /// What was to be done, or `unreadable`.
    pub task: &'static str,
    /// With which study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_instance_uid: Option<StudyInstanceUid>,
    /// How often that was tried.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// What a dead letter was about.
#[must_use]
pub fn line(queue: QueueName, message: &DeadMessage) -> DeadLetterLine {
    let (task, study_instance_uid) = task_of(queue, &message.body).unwrap_or(("unreadable", None));
    DeadLetterLine {
        queue: queue.as_str(),
        id: message.id.clone(),
        task,
        study_instance_uid,
        receives: message.receives,
        sent_at: message.sent_at,
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
            SettleTask::RenderSeries { study_instance_uid, .. }
            | SettleTask::RenderSmallSeries { study_instance_uid, .. } => {
                ("render-series", Some(study_instance_uid))
            }
            SettleTask::PackDownload { study_instance_uid } => ("pack-download", Some(study_instance_uid)),
        },
        QueueName::Release => ("release-study", Some(ReleaseTask::parse(body).ok()?.study_instance_uid)),
        QueueName::Notices => ("send-notice", Some(NoticeTask::parse(body).ok()?.study_instance_uid)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_tells_its_task_and_nothing_of_a_patient() {
        let check = |queue, body: &str, task, study: Option<&str>| {
            let message = DeadMessage { id: "7".into(), body: body.into(), receives: 5, sent_at: None };
            let line = line(queue, &message);
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
