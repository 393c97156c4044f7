//! The lists that staff work through: studies that are held, patients reached by no channel.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{PatientId, StudyState};
use filmless_store::StoreError;
use filmless_store::index::{ChannelState, NoticeRecord, StudyRecord};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::find::brief;
use super::{Desk, StaffError, StudyBrief};
use crate::Services;
use crate::feedback::is_reached;

/// A study that waits for somebody.
#[derive(Debug, Clone, Serialize)]
pub struct HeldStudy {
    /// The study.
    #[serde(flatten)]
    pub study: StudyBrief,
    /// The patient code in its images.
    pub patient_id: Option<PatientId>,
    /// When its last file arrived.
    pub last_received_at: Timestamp,
}

/// A patient to whom a study was released and whom no message reached.
#[derive(Debug, Clone, Serialize)]
pub struct Unreached {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Whose.
    pub patient_id: Option<PatientId>,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// `no-contact`: neither number nor address is known; `failed`: every channel failed; `pending`: still being tried.
    pub why: &'static str,
}

impl Desk {
    /// The studies of the last days that are held, oldest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn held(&self, days: u16) -> Result<Vec<HeldStudy>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let studies = studies_of_days(&self.services, days).await?;
        let held = studies.into_iter().filter(|study| study.state == StudyState::Held);
        Ok(held
            .map(|study| HeldStudy {
                study: brief(&study),
                patient_id: study.patient.id,
                last_received_at: study.last_received_at,
            })
            .collect())
    }

    /// The studies of the last days that were released and whose patient neither got a message nor opened them,
    /// oldest first: somebody has to call.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn unreached(&self, days: u16) -> Result<Vec<Unreached>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        Ok(list_unreached(&self.services, days).await?)
    }
}

async fn studies_of_days(services: &Services, days: u16) -> Result<Vec<StudyRecord>, StoreError> {
    let today = services.clock.now().to_zoned(TimeZone::UTC).date();
    let mut studies = Vec::new();
    for back in (0..i32::from(days)).rev() {
        studies.extend(services.index.studies_of_day(today.saturating_sub(back.days())).await?);
    }
    Ok(studies)
}

pub(crate) async fn list_unreached(services: &Services, days: u16) -> Result<Vec<Unreached>, StoreError> {
    let index = &services.index;
    let mut unreached = Vec::new();
    for study in studies_of_days(services, days).await? {
        if !study.is_visible() || !index.accesses(&study.study_instance_uid).await?.is_empty() {
            continue;
        }
        let notices = index.notices(&study.study_instance_uid).await?;
        let Some(why) = why_unreached(&notices) else { continue };
        let patient_id = match &study.account_key {
            Some(key) => index.account_after_merges(key).await?.map(|account| account.patient_id),
            None => None,
        };
        let study_instance_uid = study.study_instance_uid;
        unreached.push(Unreached { study_instance_uid, patient_id, released_at: study.released_at, why });
    }
    Ok(unreached)
}

/// `None` once any message of any version arrived, as far as anybody knows.
fn why_unreached(notices: &[NoticeRecord]) -> Option<&'static str> {
    let channels: Vec<_> =
        notices.iter().flat_map(|n| [&n.sms_channel, &n.email_channel]).flatten().collect();
    if channels.is_empty() {
        return Some("no-contact");
    }
    let any = |states: &[ChannelState]| channels.iter().any(|channel| states.contains(&channel.state));
    if is_reached(notices) {
        return None;
    }
    Some(if any(&[ChannelState::Pending, ChannelState::Sending]) { "pending" } else { "failed" })
}
