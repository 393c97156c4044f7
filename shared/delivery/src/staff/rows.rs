//! The rows of the lists that staff work through. Each has patients' names in it, so none of them prints.

use filmless_domain::{Channel, PatientId, StudyInstanceUid};
use jiff::Timestamp;
use serde::Serialize;

use super::StudyBrief;
use super::worklist::Counted;

/// A study that waits for staff.
#[derive(Clone, Serialize)]
pub struct HeldStudy {
    /// The study.
    #[serde(flatten)]
    pub study: StudyBrief,
    /// The name in its images.
    pub name: String,
    /// The patient code in its images.
    pub patient_id: Option<PatientId>,
    /// When its first file arrived; this decides the day it is listed under.
    pub received_at: Timestamp,
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
    /// The known number; it may not work.
    pub phone: Option<String>,
    /// What the order has instead of, or beside, a number or an address, as typed.
    pub typed: Option<String>,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// `no-contact`: no number or address is known; `failed`: every channel failed; `country-not-allowed`: the same,
    /// and SMS may not go to that number's country; `pending`: still being tried.
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
    /// When it was first opened on that day.
    pub opened_at: Option<Timestamp>,
    /// How often on that day, by the patient or a guest.
    pub times: usize,
}

/// A message that a provider gave up on.
#[derive(Clone, Serialize)]
pub struct FailedChannel {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Whose.
    pub patient_id: Option<PatientId>,
    /// Name on the order.
    pub name: String,
    /// Its channel.
    pub channel: Channel,
    /// Version of its link.
    pub link_version: u32,
    /// Modalities of the study.
    pub modalities: Vec<String>,
    /// When it was issued; this decides the day it is listed under.
    pub issued_at: Timestamp,
    /// When we learned that it failed.
    pub at: Option<Timestamp>,
    /// What the provider said.
    pub detail: Option<String>,
    /// Whether another message reached the patient, or they opened the study.
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

/// How much work waits for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Held studies of the last 31 days.
    pub held: Counted,
    /// Patients whom no message of the last seven days reached.
    pub unreached: Counted,
    /// Failed messages of the last seven days.
    pub failed: Counted,
    /// Studies opened today.
    pub opened: usize,
}
