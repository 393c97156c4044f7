//! The history of a study, from its first file to its first view.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{Channel, StudyInstanceUid};
use filmless_store::index::{ChannelRecord, NoticeRecord, StudyRecord};
use jiff::Timestamp;
use serde::Serialize;

use super::find::brief;
use super::{Desk, StaffError, StudyBrief};
use crate::staff::ResultBrief;
use crate::viewing::{AccessLine, AccessWho, access_lines};

/// One study and everything that happened to it.
#[derive(Debug, Clone, Serialize)]
pub struct StudyHistory {
    /// The study now.
    #[serde(flatten)]
    pub study: StudyBrief,
    /// Code of the patient it was released to, else of the patient in its images.
    pub patient_id: Option<filmless_domain::PatientId>,
    /// Number of series.
    pub series: u32,
    /// Number of instances.
    pub instances: u32,
    /// Some of its images have an unreadable birth date: it was compared with nothing, whoever released the study.
    pub is_birth_date_unreadable: bool,
    /// Its result, without the text; `None` if there is no order yet.
    pub result: Option<ResultBrief>,
    /// Version of its newest link; 0 before the first.
    pub link_version: u32,
    /// What happened, oldest first.
    pub lines: Vec<HistoryLine>,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// What: `received`, `last-received`, `rendered`, `released`, `slip-made`, `sms-pending`, `sms-sent`,
    /// `sms-delivered`, `sms-failed`, the same for every other channel, `opened`, `first-image`, `downloaded`, or a
    /// staff action from the audit log.
    pub what: String,
    /// Version of the link, for a slip or a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_version: Option<u32>,
    /// Who, if not Filmless itself: `patient`, the name of a share, or a member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// A reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Desk {
    /// The history of a study.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn history(&self, study: &StudyInstanceUid) -> Result<StudyHistory, StaffError> {
        self.demand(Act::ReadHistory, AuditAction::ReadHistory).await?;
        let case = self.case(study).await?;
        let index = &self.common.index;
        let mut lines = of_study(&case.study);
        for notice in index.notices(study).await? {
            lines.extend(of_notice(&notice));
        }
        for act in index.acts(study).await? {
            let line = HistoryLine::new(act.at, act.action.as_str());
            lines.push(HistoryLine { who: Some(act.by), detail: act.reason, ..line });
        }
        let account_key = case.account.as_ref().map(|a| a.account_key.as_str()).unwrap_or_default();
        for access in access_lines(&self.common, account_key, study).await? {
            lines.extend(of_access(&access));
        }
        lines.sort_by_key(|line| line.at);
        self.record(AuditAction::ReadHistory).study(study).write(&self.common).await?;
        Ok(StudyHistory {
            patient_id: case.account.map(|a| a.patient_id).or_else(|| case.study.patient.id.clone()),
            series: case.study.series,
            instances: case.study.instances,
            is_birth_date_unreadable: case.study.persons().iter().any(|p| p.is_birth_date_unreadable),
            result: self.result_brief(&case.study).await?,
            link_version: case.study.link_version,
            study: brief(&case.study),
            lines,
        })
    }
}

impl HistoryLine {
    fn new(at: Timestamp, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), link_version: None, who: None, detail: None }
    }
}

fn of_study(study: &StudyRecord) -> Vec<HistoryLine> {
    let mut lines = vec![HistoryLine::new(study.received_at, "received")];
    if study.last_received_at != study.received_at {
        lines.push(HistoryLine::new(study.last_received_at, "last-received"));
    }
    lines.extend(study.rendered_at.map(|at| HistoryLine::new(at, "rendered")));
    lines.extend(study.released_at.map(|at| HistoryLine::new(at, "released")));
    lines
}

fn of_notice(notice: &NoticeRecord) -> Vec<HistoryLine> {
    let line = |at, what: String| HistoryLine {
        link_version: Some(notice.link_version),
        ..HistoryLine::new(at, what)
    };
    let channel = |name: Channel, channel: &ChannelRecord| {
        let what = format!("{name}-{}", channel.state.as_str());
        HistoryLine { detail: channel.detail.clone(), ..line(channel.at.unwrap_or(notice.issued_at), what) }
    };
    let mut lines = vec![line(notice.issued_at, "slip-made".into())];
    lines.extend(notice.messages().map(|(of, message)| channel(of, message)));
    lines
}

fn of_access(access: &AccessLine) -> Vec<HistoryLine> {
    let who = match &access.who {
        AccessWho::Patient => "patient".to_owned(),
        AccessWho::Share(label) | AccessWho::Member(label) => label.clone(),
    };
    let line = |at, what: &str| HistoryLine { who: Some(who.clone()), ..HistoryLine::new(at, what) };
    let (opened, downloaded) = if access.is_software {
        ("opened-in-software", "taken-with-software")
    } else {
        ("opened", "downloaded")
    };
    let mut lines = vec![line(access.opened_at, opened)];
    lines.extend(access.first_image_at.map(|at| line(at, "first-image")));
    lines.extend(access.downloaded_at.map(|at| line(at, downloaded)));
    lines
}
