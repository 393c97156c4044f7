//! The messages between the functions. Each names a study and nothing about its patient. With tracing on,
//! `traceparent` says which step sent it ([`crate::trace`]).

use filmless_consult::{ConsultationId, MemberId};
use filmless_domain::{DownloadKind, Parcel, Retrieval, SeriesInstanceUid, StudyInstanceUid};
use filmless_store::index::OutboxMessage;
use filmless_store::port::QueueName;
use serde::{Deserialize, Serialize};

use crate::DeliveryError;
use crate::trace::{Carrier, Step};

/// Work for `prepare-study`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum SettleTask {
    /// Check whether the quiet period of a study is over.
    CheckQuiet {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
    },
    /// Settle a study that marks joined.
    SettleMarks {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
    },
    /// Render one series.
    RenderSeries {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
        /// Which series.
        series_instance_uid: SeriesInstanceUid,
        /// Digest of the contents to render.
        content_digest: String,
    },
    /// Render several small series of a study that has very many.
    RenderSmallSeries {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
        /// Which series, and the contents to render.
        series: Vec<SeriesContents>,
    },
    /// Make the ZIP of a study that somebody wants to download.
    PackDownload {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
        /// What is to be in it.
        #[serde(default, skip_serializing_if = "DownloadKind::is_uploaded")]
        kind: DownloadKind,
    },
    /// Put the files together that a client retrieves in one answer.
    PackRetrieval {
        /// Which study.
        study_instance_uid: StudyInstanceUid,
        /// Which of its files.
        retrieval: Retrieval,
    },
}

impl SettleTask {
    /// Makes this of a study.
    pub(crate) fn pack(study: &StudyInstanceUid, parcel: &Parcel) -> Self {
        let study_instance_uid = study.clone();
        match parcel.clone() {
            Parcel::Download(kind) => Self::PackDownload { study_instance_uid, kind },
            Parcel::Retrieval(retrieval) => Self::PackRetrieval { study_instance_uid, retrieval },
        }
    }
}

/// A series, and which contents of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesContents {
    /// Which series.
    pub series_instance_uid: SeriesInstanceUid,
    /// The digest of its contents.
    pub content_digest: String,
}

/// Work for `release-study`: the gate decides about this study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseTask {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
}

/// Work for `send-notice`: send this notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeTask {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Which of its links.
    pub link_version: u32,
}

/// Work for `send-notice`: send this message to a member of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberTask {
    /// A study of the consultation.
    pub study_instance_uid: StudyInstanceUid,
    /// Which consultation.
    pub consultation: ConsultationId,
    /// Which member.
    pub member: MemberId,
    /// Which of their messages.
    pub number: u32,
}

/// Work for `send-notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NoticesTask {
    /// To a patient.
    Notice(NoticeTask),
    /// To a member of a consultation.
    Member(MemberTask),
}

/// A message for one queue.
pub trait Task: Serialize + for<'de> Deserialize<'de> {
    /// The queue it goes to.
    const QUEUE: QueueName;

    /// The queue for this message.
    fn queue(&self) -> QueueName {
        Self::QUEUE
    }

    /// The study it is about.
    fn study(&self) -> &StudyInstanceUid;

    /// The step it asks for.
    fn step(&self) -> Step;

    /// Reads a message.
    ///
    /// # Errors
    /// [`DeliveryError::BadMessage`].
    fn parse(body: &str) -> Result<Self, DeliveryError> {
        serde_json::from_str(body).map_err(DeliveryError::BadMessage)
    }

    /// Writes it for the outbox.
    ///
    /// # Errors
    /// [`DeliveryError::Internal`]; never for these types.
    fn to_outbox(&self) -> Result<OutboxMessage, DeliveryError> {
        let message = Traced { task: self, traceparent: Carrier::of_this_step().traceparent() };
        let body = serde_json::to_string(&message).map_err(DeliveryError::internal("a message"))?;
        Ok(OutboxMessage::new(self.queue(), body))
    }
}

#[derive(Serialize)]
struct Traced<'a, T> {
    #[serde(flatten)]
    task: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

impl Task for SettleTask {
    const QUEUE: QueueName = QueueName::Settle;

    /// A download takes long, and the person waiting sees that. So it has its own queue and workers.
    fn queue(&self) -> QueueName {
        match self {
            Self::CheckQuiet { .. }
            | Self::SettleMarks { .. }
            | Self::RenderSeries { .. }
            | Self::RenderSmallSeries { .. } => QueueName::Settle,
            Self::PackDownload { .. } | Self::PackRetrieval { .. } => QueueName::Downloads,
        }
    }

    fn study(&self) -> &StudyInstanceUid {
        match self {
            Self::CheckQuiet { study_instance_uid }
            | Self::SettleMarks { study_instance_uid }
            | Self::RenderSeries { study_instance_uid, .. }
            | Self::RenderSmallSeries { study_instance_uid, .. }
            | Self::PackDownload { study_instance_uid, .. }
            | Self::PackRetrieval { study_instance_uid, .. } => study_instance_uid,
        }
    }

    fn step(&self) -> Step {
        match self {
            Self::CheckQuiet { .. } | Self::SettleMarks { .. } => Step::Settle,
            Self::RenderSeries { .. } | Self::RenderSmallSeries { .. } => Step::Render,
            Self::PackDownload { .. } | Self::PackRetrieval { .. } => Step::Pack,
        }
    }
}

impl Task for ReleaseTask {
    const QUEUE: QueueName = QueueName::Release;

    fn study(&self) -> &StudyInstanceUid {
        &self.study_instance_uid
    }

    fn step(&self) -> Step {
        Step::Release
    }
}

impl Task for NoticeTask {
    const QUEUE: QueueName = QueueName::Notices;

    fn study(&self) -> &StudyInstanceUid {
        &self.study_instance_uid
    }

    fn step(&self) -> Step {
        Step::Notice
    }
}

impl Task for MemberTask {
    const QUEUE: QueueName = QueueName::Notices;

    fn study(&self) -> &StudyInstanceUid {
        &self.study_instance_uid
    }

    fn step(&self) -> Step {
        Step::Notice
    }
}

impl Task for NoticesTask {
    const QUEUE: QueueName = QueueName::Notices;

    fn study(&self) -> &StudyInstanceUid {
        match self {
            Self::Notice(task) => task.study(),
            Self::Member(task) => task.study(),
        }
    }

    fn step(&self) -> Step {
        Step::Notice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_queue() {
        let task = SettleTask::CheckQuiet { study_instance_uid: StudyInstanceUid::parse("1.2.3").unwrap() };
        let message = task.to_outbox().unwrap();
        assert_eq!(message.queue, "settle");
        assert_eq!(message.body, r#"{"task":"check-quiet","study_instance_uid":"1.2.3"}"#);
        assert_eq!(SettleTask::parse(&message.body).unwrap(), task);
        assert!(SettleTask::parse("{}").is_err());
        for (kind, body) in [
            (DownloadKind::Uploaded, r#"{"task":"pack-download","study_instance_uid":"1.2.3"}"#),
            (DownloadKind::Media, r#"{"task":"pack-download","study_instance_uid":"1.2.3","kind":"media"}"#),
        ] {
            let study_instance_uid = StudyInstanceUid::parse("1.2.3").unwrap();
            let pack = SettleTask::PackDownload { study_instance_uid, kind };
            let message = pack.to_outbox().unwrap();
            assert_eq!((message.queue.as_str(), message.body.as_str()), ("downloads", body));
            assert_eq!(SettleTask::parse(body).unwrap(), pack);
        }
        let series = Retrieval::series(SeriesInstanceUid::parse("1.2.4").unwrap());
        for (retrieval, body) in [
            (Retrieval::study(), r#"{"task":"pack-retrieval","study_instance_uid":"1.2.3","retrieval":{}}"#),
            (
                series,
                r#"{"task":"pack-retrieval","study_instance_uid":"1.2.3","retrieval":{"series_instance_uid":"1.2.4"}}"#,
            ),
        ] {
            let study = StudyInstanceUid::parse("1.2.3").unwrap();
            let pack = SettleTask::pack(&study, &Parcel::Retrieval(retrieval));
            let message = pack.to_outbox().unwrap();
            assert_eq!((message.queue.as_str(), message.body.as_str()), ("downloads", body));
            assert_eq!(SettleTask::parse(body).unwrap(), pack);
        }
    }

    #[test]
    fn messages_to_patients_and_to_members_are_told_apart_in_their_queue() {
        let study_instance_uid = StudyInstanceUid::parse("1.2.3").unwrap();
        let notice = NoticeTask { study_instance_uid: study_instance_uid.clone(), link_version: 2 };
        let member = MemberTask {
            study_instance_uid,
            consultation: ConsultationId::parse(&"7".repeat(32)).unwrap(),
            member: MemberId::parse("00c0ffee").unwrap(),
            number: 1,
        };
        let read = |task: OutboxMessage| NoticesTask::parse(&task.body).unwrap();
        assert_eq!(read(notice.to_outbox().unwrap()), NoticesTask::Notice(notice));
        assert_eq!(read(member.to_outbox().unwrap()), NoticesTask::Member(member));
    }
}
