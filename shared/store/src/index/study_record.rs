//! What the index stores of a study and of its series.

use filmless_domain::usage::Booked;
use filmless_domain::{
    AccessionNumber, HoldReason, PatientDemographics, PatientId, ReportLack, SeriesAttributes,
    SeriesInstanceUid, StoredCode, StudyInstanceUid, StudyState,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

/// One study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its state.
    pub state: StudyState,
    /// Why it is held.
    #[serde(default)]
    pub reason: Option<StoredCode<HoldReason>>,
    /// The patient its first instance names.
    pub patient: PatientDemographics,
    /// All persons its instances name, each spelling once; empty in items from before this was kept.
    #[serde(default)]
    pub persons: Vec<PatientDemographics>,
    /// Accession Number of its first instance with one.
    #[serde(default)]
    pub accession_number: Option<AccessionNumber>,
    /// All Accession Numbers of its instances; empty in items from before this was kept.
    #[serde(default)]
    pub accessions: Vec<AccessionNumber>,
    /// Increases whenever its instances say something new about the patient.
    #[serde(default)]
    pub facts_version: u32,
    /// Study Date.
    #[serde(default)]
    pub study_date: Option<Date>,
    /// Date of the first image with a date, if that had no Study Date.
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
    /// How many files of it arrived, including repeated and refused ones. Never less than its instances, unless it is
    /// older than this count.
    #[serde(default)]
    pub arrivals: u32,
    /// When the pending quiet-period check is due, in milliseconds since 1970.
    #[serde(default)]
    pub settle_due_ms: Option<i64>,
    /// Whether its pointers are written.
    #[serde(default)]
    pub is_listed: bool,
    /// Instances, counted when it last settled.
    #[serde(default)]
    pub instances: u32,
    /// How many of them are marks of readers, which the hospital did not send.
    #[serde(default)]
    pub marks: u32,
    /// Series, counted when it last settled.
    #[serde(default)]
    pub series: u32,
    /// Frames with a picture, counted when it was last rendered.
    #[serde(default)]
    pub images: u32,
    /// Modalities, sorted.
    #[serde(default)]
    pub modalities: Vec<String>,
    /// Whether its instances include a report.
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
    /// When all its series were last rendered.
    #[serde(default, with = "millisecond::optional")]
    pub rendered_at: Option<Timestamp>,
    /// Bytes of its instances, as booked when it last settled.
    #[serde(default)]
    pub original_bytes: u64,
    /// Bytes of the objects derived from it, including `study.json`, as booked when it was last rendered.
    #[serde(default)]
    pub derived_bytes: u64,
    /// What it is booked as in the usage ledger; `None` before its first release, and while its release is taken back.
    #[serde(default)]
    pub booked: Option<Booked>,
    /// How often that changed; 0 in items from before this was kept.
    #[serde(default)]
    pub bookings: u32,
    /// The order under which staff released it, whatever the gate says.
    #[serde(default)]
    pub staff_release: Option<StaffRelease>,
    /// When it was last found complete, with all its derived objects.
    #[serde(default, with = "millisecond::optional")]
    pub reconciled_at: Option<Timestamp>,
}

/// A release that staff answer for. Valid while images and order say the same of the patient as then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRelease {
    /// Which order.
    pub accession_number: AccessionNumber,
    /// The patient of that order.
    pub patient_id: PatientId,
    /// Digest of the facts that staff saw; `None` in items from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
}

impl StudyRecord {
    /// All persons its files name.
    #[must_use]
    pub fn persons(&self) -> &[PatientDemographics] {
        if self.persons.is_empty() { std::slice::from_ref(&self.patient) } else { &self.persons }
    }

    /// All accession numbers its files name.
    #[must_use]
    pub fn accessions(&self) -> Vec<&AccessionNumber> {
        if self.accessions.is_empty() {
            self.accession_number.iter().collect()
        } else {
            self.accessions.iter().collect()
        }
    }

    /// All patient codes its files name.
    #[must_use]
    pub fn patient_ids(&self) -> Vec<&PatientId> {
        let mut ids: Vec<&PatientId> =
            self.persons().iter().filter_map(|person| person.id.as_ref()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Adds the facts of one more file; returns whether they are new.
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

    /// Whether it is held for this reason.
    #[must_use]
    pub fn is_held_for(&self, reason: HoldReason) -> bool {
        self.reason == Some(reason.into())
    }

    /// Whether a newer version holds it for a reason that this one does not know.
    #[must_use]
    pub fn is_held_for_unknown(&self) -> bool {
        matches!(self.reason, Some(StoredCode::Unknown(_)))
    }

    /// Whether its patient may see it: released once, and neither held nor recalled since. While late instances are on
    /// their way, the earlier rendering stays visible, and a held study (its reason stays) stays hidden.
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
    /// Digest of the contents its pack shows.
    #[serde(default)]
    pub rendered_digest: Option<String>,
    /// Instances.
    #[serde(default)]
    pub instances: u32,
    /// Frames in the pack.
    #[serde(default)]
    pub frames: u32,
    /// Frames marked by key object selections.
    #[serde(default)]
    pub key_frames: u32,
    /// Reports, documents and videos in the pack.
    #[serde(default)]
    pub documents: u32,
    /// How many of them may be a doctor's report.
    #[serde(default)]
    pub reports: u32,
    /// How many of them are a machine's radiation dose records.
    #[serde(default)]
    pub doses: u32,
    /// Why a report in it is not the signed result; of several reasons the most serious.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_lacks: Option<ReportLack>,
    /// The title of its only document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Instances or frames without picture.
    #[serde(default)]
    pub without_picture: u32,
    /// Instances shown with a part of their pixels or overlays missing.
    #[serde(default)]
    pub cut_instances: u32,
    /// Frames that instances announce but do not have.
    #[serde(default)]
    pub missing_frames: u32,
    /// Bytes of all its packs, including outdated ones.
    #[serde(default)]
    pub derived_bytes: u64,
}

/// Leads to a study: by day, by patient, by accession number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyPointer {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
}
