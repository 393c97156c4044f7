//! The lists that staff work through: studies that are held, patients reached by no channel.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{Order, PatientId, person_name};
use filmless_store::StoreError;
use filmless_store::index::{ChannelRecord, ChannelState, NoticeRecord, StudyRecord, Worklist};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use super::find::brief;
use super::worklist::{held_of_days, listed_of_days};
use super::{Desk, StaffError, StudyBrief};
use crate::Services;
use crate::notice::send::COUNTRY_NOT_ALLOWED;
use crate::release::issue::is_reached;
use crate::staff::refusals::{Refusals, refusals};
use filmless_domain::hospital::HOSPITAL_TIME;

/// How many studies of a list are looked at at a time.
const STUDIES_AT_ONCE: usize = 16;

/// A study that waits for somebody.
#[derive(Clone, Serialize)]
pub struct HeldStudy {
    /// The study.
    #[serde(flatten)]
    pub study: StudyBrief,
    /// The name in its images.
    pub name: String,
    /// The patient code in its images.
    pub patient_id: Option<PatientId>,
    /// When its last file arrived.
    pub last_received_at: Timestamp,
}

/// A patient to whom a study was released and whom no message reached.
#[derive(Clone, Serialize)]
pub struct Unreached {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Whose.
    pub patient_id: Option<PatientId>,
    /// Name on the order.
    pub name: String,
    /// The number that is known: perhaps one that does not work.
    pub phone: Option<String>,
    /// What the order says instead of a number or an address, or beside one: as it was typed.
    pub typed: Option<String>,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// `no-contact`: neither number nor address is known; `failed`: every channel failed; `country-not-allowed`: likewise, and SMS may not
    /// go to that number's country; `pending`: still being tried.
    pub why: &'static str,
}

/// A study that somebody opened on a day.
#[derive(Clone, Serialize)]
pub struct OpenedStudy {
    /// The study.
    #[serde(flatten)]
    pub study: StudyBrief,
    /// Whose.
    pub patient_id: Option<PatientId>,
    /// Name on the order.
    pub name: String,
    /// When somebody first did on that day.
    pub opened_at: Option<Timestamp>,
    /// How often on that day, by the patient or a guest of theirs.
    pub times: usize,
}

/// A message that a provider gave up.
#[derive(Clone, Serialize)]
pub struct FailedChannel {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Whose.
    pub patient_id: Option<PatientId>,
    /// Name on the order.
    pub name: String,
    /// `sms` or `email`.
    pub channel: &'static str,
    /// Version of the link that it carried.
    pub link_version: u32,
    /// Modalities of the study.
    pub modalities: Vec<String>,
    /// When that became known.
    pub at: Option<Timestamp>,
    /// What the provider said.
    pub detail: Option<String>,
    /// Whether any other message reached the patient, or they opened the study.
    pub is_reached: bool,
}

impl std::fmt::Debug for HeldStudy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeldStudy(hidden)")
    }
}

impl std::fmt::Debug for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unreached(hidden)")
    }
}

impl std::fmt::Debug for OpenedStudy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedStudy(hidden)")
    }
}

impl std::fmt::Debug for FailedChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FailedChannel(hidden)")
    }
}

/// Whom a study was released to, as far as a list needs it.
struct Addressee {
    patient_id: Option<PatientId>,
    name: String,
    phone: Option<String>,
    typed: Option<String>,
}

impl Desk {
    /// The studies of the last days that are held, oldest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn held(&self, days: u16) -> Result<Vec<HeldStudy>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let held = held_of_days(&self.services, days).await?;
        Ok(held
            .into_iter()
            .map(|study| HeldStudy {
                study: brief(&study),
                name: person_name::display(study.patient.name.as_deref().unwrap_or_default()),
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

    /// The same, of the studies that began to arrive on one day at the hospital.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn unreached_on(&self, day: Date) -> Result<Vec<Unreached>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let (index, from) = (&self.services.index, day.saturating_sub(1.day()));
        let mut studies = index.worklist(Worklist::Unreached, from, self.today()).await?;
        studies.retain(|study| study.received_at.to_zoned(HOSPITAL_TIME).date() == day);
        Ok(unreached_among(&self.services, studies).await?)
    }

    /// How many studies were opened on this day at the hospital.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn count_opened(&self) -> Result<usize, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let today = self.services.clock.now().to_zoned(HOSPITAL_TIME).date();
        Ok(self.services.index.worklist(Worklist::Opened, today, today).await?.len())
    }

    /// The studies that were opened on a day at the hospital, today where none is named; the first one first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn opened_on(&self, day: Option<Date>) -> Result<Vec<OpenedStudy>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let day = day.unwrap_or_else(|| self.services.clock.now().to_zoned(HOSPITAL_TIME).date());
        let studies = self.services.index.worklist(Worklist::Opened, day, day).await?;
        let mut opened: Vec<OpenedStudy> = stream::iter(studies)
            .map(|study| opened_of(&self.services, study, day))
            .buffered(STUDIES_AT_ONCE)
            .try_collect()
            .await?;
        opened.sort_by_key(|opened| opened.opened_at);
        Ok(opened)
    }

    /// What was refused within the last days, the newest first, `max` at most.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn refusals(&self, days: u16, max: usize) -> Result<Refusals, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let since = self.services.clock.now() - SignedDuration::from_hours(24 * i64::from(days));
        Ok(refusals(&self.services.studies, Some(since), max).await?)
    }

    /// The messages of studies of the last days that a provider gave up, oldest study first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn failed_channels(&self, days: u16) -> Result<Vec<FailedChannel>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadLedger).await?;
        let studies = listed_of_days(&self.services, Worklist::Failed, days).await?;
        let failed: Vec<Vec<FailedChannel>> = stream::iter(studies)
            .map(|study| failed_of(&self.services, study))
            .buffered(STUDIES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(failed.into_iter().flatten().collect())
    }
}

/// As [`Desk::unreached`], for a job of ours.
pub(crate) async fn list_unreached(services: &Services, days: u16) -> Result<Vec<Unreached>, StoreError> {
    unreached_among(services, listed_of_days(services, Worklist::Unreached, days).await?).await
}

async fn unreached_among(
    services: &Services,
    studies: Vec<StudyRecord>,
) -> Result<Vec<Unreached>, StoreError> {
    let looked: Vec<Option<Unreached>> = stream::iter(studies)
        .map(|study| unreached_of(services, study))
        .buffered(STUDIES_AT_ONCE)
        .try_collect()
        .await?;
    Ok(looked.into_iter().flatten().collect())
}

async fn unreached_of(services: &Services, study: StudyRecord) -> Result<Option<Unreached>, StoreError> {
    let index = &services.index;
    if !study.is_visible() || !index.accesses(&study.study_instance_uid).await?.is_empty() {
        return Ok(None);
    }
    let notices = index.notices(&study.study_instance_uid).await?;
    let Some(why) = why_unreached(&notices) else { return Ok(None) };
    let Addressee { patient_id, name, phone, typed } = addressee(services, &study).await?;
    let (study_instance_uid, released_at) = (study.study_instance_uid, study.released_at);
    Ok(Some(Unreached { study_instance_uid, patient_id, name, phone, typed, released_at, why }))
}

async fn opened_of(services: &Services, study: StudyRecord, day: Date) -> Result<OpenedStudy, StoreError> {
    let accesses = services.index.accesses(&study.study_instance_uid).await?;
    let times = accesses.into_iter().map(|access| access.opened_at);
    let times: Vec<Timestamp> = times.filter(|at| at.to_zoned(HOSPITAL_TIME).date() == day).collect();
    let Addressee { patient_id, name, .. } = addressee(services, &study).await?;
    let (opened_at, count) = (times.iter().min().copied(), times.len());
    Ok(OpenedStudy { study: brief(&study), patient_id, name, opened_at, times: count })
}

/// The messages of a study that a provider gave up.
async fn failed_of(services: &Services, study: StudyRecord) -> Result<Vec<FailedChannel>, StoreError> {
    let index = &services.index;
    let notices = index.notices(&study.study_instance_uid).await?;
    let channels = notices.iter().flat_map(|notice| {
        let named = [("sms", &notice.sms_channel), ("email", &notice.email_channel)];
        named.map(|(name, channel)| (name, channel, notice.link_version))
    });
    let channels = channels.filter_map(|(name, channel, version)| Some((name, channel.as_ref()?, version)));
    let given_up: Vec<_> = channels.filter(|(_, channel, _)| channel.state == ChannelState::Failed).collect();
    if given_up.is_empty() {
        return Ok(Vec::new());
    }
    let is_reached = is_reached(&notices) || !index.accesses(&study.study_instance_uid).await?.is_empty();
    let Addressee { patient_id, name, .. } = addressee(services, &study).await?;
    let line = |(channel, record, link_version): (&'static str, &ChannelRecord, u32)| FailedChannel {
        study_instance_uid: study.study_instance_uid.clone(),
        patient_id: patient_id.clone(),
        name: name.clone(),
        channel,
        link_version,
        modalities: study.modalities.clone(),
        at: record.at,
        detail: record.detail.clone(),
        is_reached,
    };
    Ok(given_up.into_iter().map(line).collect())
}

async fn addressee(services: &Services, study: &StudyRecord) -> Result<Addressee, StoreError> {
    let index = &services.index;
    let patient_id = match &study.account_key {
        Some(key) => index.account_after_merges(key).await?.map(|account| account.patient_id),
        None => None,
    };
    let order = match &study.order_accession {
        Some(accession) => index.order(accession).await?,
        None => None,
    };
    let Some(order) = order else {
        return Ok(Addressee { patient_id, name: String::new(), phone: None, typed: None });
    };
    let contact = index.contact_of(&order).await?;
    Ok(Addressee {
        patient_id,
        name: person_name::display(&order.order.patient.name),
        phone: contact.phone.map(|phone| phone.as_str().to_owned()),
        typed: typed_in(&order.order),
    })
}

/// What somebody typed where a number or an address should be.
fn typed_in(order: &Order) -> Option<String> {
    let typed = [&order.patient.phone_typed, &order.patient.email_typed].map(Option::as_deref);
    let typed: Vec<&str> = typed.into_iter().flatten().collect();
    (!typed.is_empty()).then(|| typed.join(" · "))
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
    if any(&[ChannelState::Pending, ChannelState::Sending]) {
        return Some("pending");
    }
    let is_abroad = |channel: &&ChannelRecord| channel.detail.as_deref() == Some(COUNTRY_NOT_ALLOWED);
    Some(if channels.iter().any(is_abroad) { COUNTRY_NOT_ALLOWED } else { "failed" })
}
