//! Where every study stands, for staff: `filmless status`.

use filmless_domain::audit::Actor;
use filmless_domain::{Channel, HoldReason, StoredCode, StudyInstanceUid, StudyState};
use filmless_store::index::{AccessRecord, ChannelRecord, ChannelState, NoticeRecord, StudyRecord};
use filmless_store::{Bucket, Index};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::DeliveryError;
use crate::staff::refusals::{Refusals, RefusedUpload, refusals};

/// How many studies are read at a time.
const STUDIES_AT_ONCE: usize = 16;

/// For a study held by a newer version of the program.
const HELD_BY_NEWER: &str =
    "A newer version of the program holds it, for a reason that this one does not know.";

/// How many refused objects are listed; the rest are counted.
const QUARANTINED_MAX: usize = 10_000;

/// What `filmless status --json` prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Studies, oldest first.
    pub studies: Vec<StudyStatus>,
    /// Objects refused or partly skipped, newest first.
    pub quarantined: Vec<RefusedUpload>,
    /// How many more were refused.
    #[serde(default)]
    pub quarantined_more: usize,
}

/// One study.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyStatus {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Accession number from its images, else from its order.
    pub accession_number: Option<String>,
    /// Patient code from its images.
    #[serde(default)]
    pub patient_id: Option<String>,
    /// Study Date from its images.
    #[serde(default)]
    pub study_date: Option<Date>,
    /// `receiving`, `settled`, `rendered`, `held`, `released` or `recalled`.
    pub state: String,
    /// Why it is held: code and sentence.
    pub reason: Option<Reason>,
    /// Modalities.
    pub modalities: Vec<String>,
    /// Number of series.
    pub series: u32,
    /// Number of instances.
    pub instances: u32,
    /// When its first instance arrived.
    pub received_at: Timestamp,
    /// When its last instance arrived.
    pub last_received_at: Timestamp,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// Messages to the patient.
    pub notices: Vec<NoticeStatus>,
}

/// Why a study is held: code and sentence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    pub code: StoredCode<HoldReason>,
    /// What it means and what to do.
    pub message: String,
}

/// One message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeStatus {
    /// Name of the channel.
    pub channel: String,
    /// `pending`, `sending`, `sent`, `delivered` or `failed`.
    pub state: String,
    /// Version of its link.
    pub link_version: u32,
    /// When it got this state.
    pub at: Option<Timestamp>,
    /// How the patient was reached although this message failed: the channel of another message, of this slip or a
    /// later one, or `opened` if they opened the study since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_by: Option<String>,
}

/// One study, or all of the last `days` days, and what was refused.
///
/// # Errors
/// [`DeliveryError`].
pub async fn status(
    index: &Index,
    studies_bucket: &Bucket,
    study: Option<&StudyInstanceUid>,
    days: i32,
) -> Result<Status, DeliveryError> {
    let records: Vec<StudyRecord> = match study {
        Some(study) => index.study(study).await?.into_iter().collect(),
        None => recent_studies(index, days).await?,
    };
    let studies = stream::iter(records)
        .map(|record| study_status(index, record))
        .buffered(STUDIES_AT_ONCE)
        .try_collect()
        .await?;
    let refusals = match study {
        None => refusals(studies_bucket, None, QUARANTINED_MAX).await?,
        Some(_) => Refusals::default(),
    };
    Ok(Status { studies, quarantined: refusals.refused, quarantined_more: refusals.more })
}

async fn recent_studies(index: &Index, days: i32) -> Result<Vec<StudyRecord>, DeliveryError> {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut studies = Vec::new();
    for back in (0..days).rev() {
        studies.extend(index.studies_of_day(today.saturating_sub(back.days())).await?);
    }
    Ok(studies)
}

async fn study_status(index: &Index, study: StudyRecord) -> Result<StudyStatus, DeliveryError> {
    let notices = index.notices(&study.study_instance_uid).await?;
    let mut messages = notices.iter().flat_map(NoticeRecord::messages);
    let has_failed = messages.any(|(_, message)| message.state == ChannelState::Failed);
    let opened_at =
        if has_failed { last_opened(&index.accesses(&study.study_instance_uid).await?) } else { None };
    // Counted when it settles; until then count the instances.
    let instances = if study.instances == 0 {
        u32::try_from(index.instances(&study.study_instance_uid).await?.len()).unwrap_or(u32::MAX)
    } else {
        study.instances
    };
    let reason = reason_of_hold(&study);
    Ok(StudyStatus {
        study_instance_uid: study.study_instance_uid.to_string(),
        accession_number: study.accession_number.or(study.order_accession).map(|a| a.to_string()),
        patient_id: study.patient.id.as_ref().map(|id| id.as_str().to_owned()),
        study_date: study.study_date,
        state: study.state.as_str().to_owned(),
        reason,
        modalities: study.modalities,
        series: study.series,
        instances,
        received_at: study.received_at,
        last_received_at: study.last_received_at,
        released_at: study.released_at,
        notices: notices.iter().flat_map(|notice| notice_status(notice, &notices, opened_at)).collect(),
    })
}

/// Why a study is held. The index keeps the reason of an earlier hold until the next decision.
pub(crate) fn reason_of_hold(study: &StudyRecord) -> Option<Reason> {
    let code = study.reason.clone().filter(|_| study.state == StudyState::Held)?;
    let explanation = code.known().map_or(HELD_BY_NEWER, HoldReason::explanation);
    Some(Reason { code, message: explanation.to_owned() })
}

fn notice_status(
    notice: &NoticeRecord,
    all: &[NoticeRecord],
    opened_at: Option<Timestamp>,
) -> Vec<NoticeStatus> {
    let reached_by = reached_by(notice, all, opened_at);
    let status = |(channel, record): (Channel, &ChannelRecord)| NoticeStatus {
        channel: channel.as_str().to_owned(),
        state: record.state.as_str().to_owned(),
        link_version: notice.link_version,
        at: record.at,
        reached_by: reached_by.filter(|_| record.state == ChannelState::Failed).map(str::to_owned),
    };
    notice.messages().map(status).collect()
}

/// How the patient was reached despite a failed message. Known deliveries come before messages only handed over.
fn reached_by(
    notice: &NoticeRecord,
    all: &[NoticeRecord],
    opened_at: Option<Timestamp>,
) -> Option<&'static str> {
    if opened_at.is_some_and(|at| at >= notice.issued_at) {
        return Some("opened");
    }
    let since: Vec<_> = all.iter().filter(|other| other.link_version >= notice.link_version).collect();
    let gone = |states: &[ChannelState]| {
        Channel::ALL.into_iter().find(|channel| since.iter().any(|notice| is_in(notice, *channel, states)))
    };
    gone(&[ChannelState::Delivered]).or_else(|| gone(&[ChannelState::Sent])).map(Channel::as_str)
}

fn is_in(notice: &NoticeRecord, channel: Channel, states: &[ChannelState]) -> bool {
    notice.channel(channel).is_some_and(|record| states.contains(&record.state))
}

/// When the patient, or somebody they shared with, last opened a study.
fn last_opened(accesses: &[AccessRecord]) -> Option<Timestamp> {
    let theirs =
        accesses.iter().filter(|access| !matches!(access.actor, Actor::Staff { .. } | Actor::System));
    theirs.map(|access| access.opened_at).max()
}

#[cfg(test)]
mod tests {
    use filmless_domain::Language;
    use filmless_store::index::ChannelsOfBefore;

    use super::*;

    fn notice(version: u32, sms: Option<ChannelState>, email: Option<ChannelState>) -> NoticeRecord {
        let channel = |state: Option<ChannelState>| {
            state.map(|state| ChannelRecord { state, ..ChannelRecord::pending() })
        };
        NoticeRecord {
            study_instance_uid: StudyInstanceUid::parse("1.2.3").unwrap(),
            link_version: version,
            account_name: "A".into(),
            language: Language::Vi,
            phone: None,
            email: None,
            channels: [(Channel::Sms, channel(sms)), (Channel::Email, channel(email))]
                .into_iter()
                .filter_map(|(channel, record)| Some((channel, record?)))
                .collect(),
            of_before: ChannelsOfBefore::default(),
            sealed_password: None,
            sealed_token: None,
            issued_at: Timestamp::from_second(i64::from(version) * 1000).unwrap(),
            link_expires_at: 0,
        }
    }

    #[test]
    fn a_failed_message_says_how_the_patient_was_reached_all_the_same() {
        use ChannelState::{Delivered, Failed, Pending, Sent};
        let at = |second: i64| Some(Timestamp::from_second(second).unwrap());
        let one = |sms, email| vec![notice(1, sms, email)];
        let two = |email| vec![notice(1, Some(Failed), None), notice(2, None, Some(email))];
        for (name, notices, opened_at, expected) in [
            ("alone", one(Some(Failed), None), None, None),
            ("by email", one(Some(Failed), Some(Sent)), None, Some("email")),
            ("both failed", one(Some(Failed), Some(Failed)), None, None),
            ("not yet", one(Some(Failed), Some(Pending)), None, None),
            ("a later slip", two(Delivered), None, Some("email")),
            ("opened since", one(Some(Failed), None), at(1001), Some("opened")),
            ("opened before", one(Some(Failed), None), at(999), None),
        ] {
            let status = notice_status(&notices[0], &notices, opened_at);
            assert_eq!(status[0].reached_by.as_deref(), expected, "{name}");
        }
        let reached = one(Some(Failed), Some(Sent));
        assert_eq!(notice_status(&reached[0], &reached, at(1001))[1].reached_by, None, "it did not fail");
        let earlier = vec![notice(1, Some(Sent), None), notice(2, Some(Failed), None)];
        assert_eq!(notice_status(&earlier[1], &earlier, None)[0].reached_by, None, "an earlier slip");
    }
}
