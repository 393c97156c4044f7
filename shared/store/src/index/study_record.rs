//! What the index keeps of a study and of its series.

use filmless_domain::usage::Booked;
use filmless_domain::{
    AccessionNumber, HoldReason, PatientDemographics, PatientId, ReportLack, SeriesAttributes, SeriesInstanceUid, StoredCode,
    StudyInstanceUid, StudyState,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

/// One study.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyRecord {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Where it is.
    pub state: StudyState,
    /// Why it is held.
    #[serde(default)]
    pub reason: Option<StoredCode<HoldReason>>,
    /// Whom its first instance names.
    pub patient: PatientDemographics,
    /// Everybody whom its instances name, each spelling once; empty in items from before this was kept.
    #[serde(default)]
    pub persons: Vec<PatientDemographics>,
    /// Accession Number of its first instance that has one.
    #[serde(default)]
    pub accession_number: Option<AccessionNumber>,
    /// Every Accession Number that its instances name; empty in items from before this was kept.
    #[serde(default)]
    pub accessions: Vec<AccessionNumber>,
    /// Raised with every change of what its instances say about the patient.
    #[serde(default)]
    pub facts_version: u32,
    /// Study Date.
    #[serde(default)]
    pub study_date: Option<Date>,
    /// Date of its first picture that told one, where that had no Study Date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_date: Option<Date>,
    /// Study Description.
    #[serde(default)]
    pub description: Option<String>,
    /// Files of a second patient arrived under its UID.
    #[serde(default)]
    pub two_patients: bool,
    /// When its first instance arrived.
    #[serde(with = "millisecond::required")]
    pub received_at: Timestamp,
    /// When its last instance arrived.
    #[serde(with = "millisecond::required")]
    pub last_received_at: Timestamp,
    /// How often a file of it arrived, repeats and refused ones among them: never less than the instances that it has, unless it
    /// is older than this count.
    #[serde(default)]
    pub arrivals: u32,
    /// When the pending quiet-period check is due, in milliseconds since 1970.
    #[serde(default)]
    pub settle_due_ms: Option<i64>,
    /// Whether the pointers to it are written.
    #[serde(default)]
    pub is_listed: bool,
    /// Instances, as counted when it last settled.
    #[serde(default)]
    pub instances: u32,
    /// Series, as counted when it last settled.
    #[serde(default)]
    pub series: u32,
    /// Frames with a picture, as counted when it was last rendered.
    #[serde(default)]
    pub images: u32,
    /// Modalities, sorted.
    #[serde(default)]
    pub modalities: Vec<String>,
    /// Whether a report is among its instances.
    #[serde(default)]
    pub has_report: bool,
    /// When it was first released.
    #[serde(default, with = "millisecond::optional")]
    pub released_at: Option<Timestamp>,
    /// Look-up key of the account that may see it.
    #[serde(default)]
    pub account_key: Option<String>,
    /// Accession number of the order it was released under.
    #[serde(default)]
    pub order_accession: Option<AccessionNumber>,
    /// Version of its newest link; 0 before the first.
    #[serde(default)]
    pub link_version: u32,
    /// When its series were last all rendered.
    #[serde(default, with = "millisecond::optional")]
    pub rendered_at: Option<Timestamp>,
    /// Bytes of its instances, as booked when it last settled.
    #[serde(default)]
    pub original_bytes: u64,
    /// Bytes of what was made of them, `study.json` included, as booked when it was last rendered.
    #[serde(default)]
    pub derived_bytes: u64,
    /// What it is booked as in the usage ledger; none while its release is taken back, or before the first.
    #[serde(default)]
    pub booked: Option<Booked>,
    /// How often that changed; 0 in items from before it was kept.
    #[serde(default)]
    pub bookings: u32,
    /// The order under which staff released it, whatever the gate says.
    #[serde(default)]
    pub staff_release: Option<StaffRelease>,
    /// When it was last found whole, with everything that was derived from it.
    #[serde(default, with = "millisecond::optional")]
    pub reconciled_at: Option<Timestamp>,
}

/// A release that staff answer for. It holds as long as images and order say of the patient what they said then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRelease {
    /// Which order.
    pub accession_number: AccessionNumber,
    /// Whose it was.
    pub patient_id: PatientId,
    /// Digest of the facts that were looked at; none in items from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
}

impl StudyRecord {
    /// Everybody whom its files name.
    #[must_use]
    pub fn persons(&self) -> &[PatientDemographics] {
        if self.persons.is_empty() { std::slice::from_ref(&self.patient) } else { &self.persons }
    }

    /// Every accession number that its files name.
    #[must_use]
    pub fn accessions(&self) -> Vec<&AccessionNumber> {
        if self.accessions.is_empty() {
            self.accession_number.iter().collect()
        } else {
            self.accessions.iter().collect()
        }
    }

    /// Every patient id that its files name.
    #[must_use]
    pub fn patient_ids(&self) -> Vec<&PatientId> {
        let mut ids: Vec<&PatientId> =
            self.persons().iter().filter_map(|person| person.id.as_ref()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Adds what one more file says; whether that is new.
    pub fn add_facts(&mut self, patient: &PatientDemographics, accession: Option<&AccessionNumber>) -> bool {
        let (mut persons, mut accessions) =
            (self.persons().to_vec(), self.accessions().into_iter().cloned().collect::<Vec<_>>());
        let is_new_person = !persons.contains(patient);
        if is_new_person {
            persons.push(patient.clone());
        }
        let new_accession = accession.filter(|accession| !accessions.contains(accession));
        accessions.extend(new_accession.cloned());
        let is_new = is_new_person || new_accession.is_some();
        (self.persons, self.accessions) = (persons, accessions);
        is_new
    }

    /// Whether it is held for that.
    #[must_use]
    pub fn is_held_for(&self, reason: HoldReason) -> bool {
        self.reason == Some(reason.into())
    }

    /// Whether a newer version holds it for what this one cannot judge.
    #[must_use]
    pub fn is_held_for_unknown(&self) -> bool {
        matches!(self.reason, Some(StoredCode::Unknown(_)))
    }

    /// Whether its patient may see it: released once, and neither held nor recalled since. While late instances
    /// are on their way, what was rendered before stays visible, and what was held (its reason stays) hidden.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.account_key.is_some()
            && !self.two_patients
            && self.reason.is_none()
            && !matches!(self.state, StudyState::Held | StudyState::Recalled)
    }
}

/// One series of a study.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// Which series.
    pub series_instance_uid: SeriesInstanceUid,
    /// What is shown of it.
    #[serde(flatten)]
    pub attributes: SeriesAttributes,
    /// Digest over its instances, as counted when the study last settled.
    pub content_digest: String,
    /// Digest of the contents that its pack shows.
    #[serde(default)]
    pub rendered_digest: Option<String>,
    /// Instances.
    #[serde(default)]
    pub instances: u32,
    /// Frames in the pack.
    #[serde(default)]
    pub frames: u32,
    /// Frames that key object selections mark.
    #[serde(default)]
    pub key_frames: u32,
    /// Reports, documents and videos in the pack.
    #[serde(default)]
    pub documents: u32,
    /// Those of them that may be a doctor's report.
    #[serde(default)]
    pub reports: u32,
    /// Those of them that a machine wrote of the radiation dose.
    #[serde(default)]
    pub doses: u32,
    /// What keeps a report of it from being the signed result; of several the gravest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_lacks: Option<ReportLack>,
    /// What its only document calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Instances or frames without picture.
    #[serde(default)]
    pub without_picture: u32,
    /// Instances that are shown with a part of their pixels or overlays missing.
    #[serde(default)]
    pub cut_instances: u32,
    /// Frames that instances announce and do not have.
    #[serde(default)]
    pub missing_frames: u32,
    /// Bytes of all its packs, the outdated ones among them.
    #[serde(default)]
    pub derived_bytes: u64,
}

/// An item that leads to a study: by day, by patient, by accession number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyPointer {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
}
