//! Where every study is, for staff: `filmless status`.

use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_store::index::{ChannelRecord, NoticeRecord, StudyRecord};
use filmless_store::{Bucket, Index};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::DeliveryError;
use crate::staff::refusals::{Refusal, Refusals, refusals};

/// How many studies are looked at at a time.
const STUDIES_AT_ONCE: usize = 16;

/// How many refused objects are listed; the others are counted.
const QUARANTINED_MAX: usize = 10_000;

/// What `filmless status --json` prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Studies, oldest first.
    pub studies: Vec<StudyStatus>,
    /// Objects that were refused, or of which something was passed over, the newest first.
    pub quarantined: Vec<Refusal>,
    /// How many more were refused than are listed.
    #[serde(default)]
    pub quarantined_more: usize,
}

/// One study.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyStatus {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Accession number of its images, else of its order.
    pub accession_number: Option<String>,
    /// Patient code of its images.
    #[serde(default)]
    pub patient_id: Option<String>,
    /// Study Date of its images.
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

/// A code and a sentence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// What it means and what to do.
    pub message: String,
}

/// One message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeStatus {
    /// `sms` or `email`.
    pub channel: String,
    /// `pending`, `sending`, `sent`, `delivered` or `failed`.
    pub state: String,
    /// Version of the link it carries.
    pub link_version: u32,
    /// When it became so.
    pub at: Option<Timestamp>,
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
    // Counted when it settles; until then the instances themselves tell.
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
        notices: notices.iter().flat_map(notice_status).collect(),
    })
}

/// Why a study is held. One that was held and moves again keeps its reason in the index until it is decided anew.
pub(crate) fn reason_of_hold(study: &StudyRecord) -> Option<Reason> {
    let reason = study.reason.filter(|_| study.state == StudyState::Held)?;
    Some(Reason { code: reason.code().to_owned(), message: reason.explanation().to_owned() })
}

fn notice_status(notice: &NoticeRecord) -> Vec<NoticeStatus> {
    let channel = |name: &str, channel: &Option<ChannelRecord>| {
        channel.as_ref().map(|c| NoticeStatus {
            channel: name.to_owned(),
            state: c.state.as_str().to_owned(),
            link_version: notice.link_version,
            at: c.at,
        })
    };
    [channel("sms", &notice.sms_channel), channel("email", &notice.email_channel)]
        .into_iter()
        .flatten()
        .collect()
}
