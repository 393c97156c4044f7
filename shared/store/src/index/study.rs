//! Studies and series.

use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX, files_contradict};
use filmless_domain::usage::Booked;
use filmless_domain::{
    AccessionNumber, HoldReason, PatientDemographics, PatientId, ReportLack, SeriesInstanceUid, StoredCode,
    StudyInstanceUid, StudyState,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

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
    /// Series Number.
    #[serde(default)]
    pub number: Option<i64>,
    /// Series Description.
    #[serde(default)]
    pub description: Option<String>,
    /// Modality.
    #[serde(default)]
    pub modality: String,
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

/// What is known of a study from the header of an instance that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Whom the instance names.
    pub patient: PatientDemographics,
    /// Its Accession Number.
    pub accession_number: Option<AccessionNumber>,
    /// Its Study Date.
    pub study_date: Option<Date>,
    /// Date of its picture, where it has no Study Date.
    pub image_date: Option<Date>,
    /// Its Study Description.
    pub description: Option<String>,
}

/// The study as it is after an arrival.
#[derive(Debug, Clone)]
pub enum Touched {
    /// The instance belongs to the study's patient.
    SamePatient(Box<StudyRecord>),
    /// The study is another patient's; it is marked so, and hidden. Only an instance that replaces one of its own may enter
    /// the index.
    OtherPatient(Box<StudyRecord>),
}

/// An item that leads to a study: by day, by patient, by accession number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StudyPointer {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
}

pub(super) fn study_pk(study: &StudyInstanceUid) -> String {
    format!("STUDY#{study}")
}

pub(super) fn study_key(study: &StudyInstanceUid) -> ItemKey {
    ItemKey::new(study_pk(study), "STUDY")
}

pub(super) fn patient_pk(patient: &PatientId) -> String {
    format!("PATIENT#{}", patient.as_str())
}

pub(super) fn series_key(study: &StudyInstanceUid, series: &SeriesInstanceUid) -> ItemKey {
    ItemKey::new(study_pk(study), format!("SERIES#{series}"))
}

pub(super) fn day_pk(day: Date) -> String {
    format!("DAY#{day}")
}

/// The day under which a study is listed: UTC, so that every reader agrees.
pub(super) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// How often facts are written anew because another instance brought some at the same moment.
const FACTS_TRIES_MAX: u32 = 16;

/// Nobody added to what the files say since the record was read.
pub(super) fn facts_unchanged(study: &StudyRecord) -> Condition {
    match study.facts_version {
        0 => Condition::Absent("facts_version"),
        version => Condition::is_number("facts_version", i64::from(version)),
    }
}

/// Under what a study is listed: its day last, because the jobs that erase find by it what a crash left.
pub(super) fn listing_partitions(study: &StudyRecord) -> Vec<String> {
    let mut partitions: Vec<String> = study.patient_ids().into_iter().map(patient_pk).collect();
    partitions.extend(study.accessions().into_iter().map(|accession| format!("ACCESSION#{accession}")));
    partitions.push(day_pk(day_of(study.received_at)));
    partitions
}

impl Index {
    /// The study, if any instance of it arrived.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn study(&self, study: &StudyInstanceUid) -> Result<Option<StudyRecord>, StoreError> {
        self.get(&study_key(study)).await
    }

    /// Its series, by UID.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn series(&self, study: &StudyInstanceUid) -> Result<Vec<SeriesRecord>, StoreError> {
        self.query(&study_pk(study), "SERIES#").await
    }

    /// Creates the study, or finds out whether it is this patient's. What the instance says of the patient is compared with
    /// what every instance before it said, and kept beside that.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn touch_study(
        &self,
        arrival: &Arrival,
        rules: &IdentityRules,
        now: Timestamp,
    ) -> Result<Touched, StoreError> {
        let key = study_key(&arrival.study_instance_uid);
        let mut change = Change::new()
            .set_if_absent("study_instance_uid", &arrival.study_instance_uid)
            .set_if_absent("state", StudyState::Receiving)
            .set_if_absent("patient", &arrival.patient)
            .set_if_absent("received_at", now.as_millisecond())
            .set("last_received_at", now.as_millisecond())
            .add("arrivals", 1);
        if let Some(accession_number) = &arrival.accession_number {
            change = change.set_if_absent("accession_number", accession_number);
        }
        if let Some(date) = &arrival.study_date {
            change = change.set_if_absent("study_date", date);
        }
        if let Some(date) = &arrival.image_date {
            change = change.set_if_absent("image_date", date);
        }
        if let Some(description) = &arrival.description {
            change = change.set_if_absent("description", description);
        }
        let unmet = || StoreError::Contention { operation: "UpdateItem" };
        let study: StudyRecord = self.update(&key, change).await?.ok_or_else(unmet)?;
        if !study.is_listed {
            self.list_study(&study).await?;
            self.update::<StudyRecord>(&key, Change::new().set("is_listed", true)).await?;
        }
        let contradicts = |person: &PatientDemographics| files_contradict(person, &arrival.patient, rules);
        if study.persons().iter().any(contradicts) {
            let study = self.mark_two_patients(&arrival.study_instance_uid).await?.ok_or_else(unmet)?;
            return Ok(Touched::OtherPatient(Box::new(study)));
        }
        self.add_facts(study, arrival, rules).await
    }

    /// Notes that something of another patient came under the UID of a study: nobody sees it from here on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_two_patients(
        &self,
        study: &StudyInstanceUid,
    ) -> Result<Option<StudyRecord>, StoreError> {
        let change = Change::new().set("two_patients", true).add("facts_version", 1);
        self.update(&study_key(study), change).await
    }

    /// Keeps what an arrival says beside what the study knows, unless it says nothing new.
    async fn add_facts(
        &self,
        mut study: StudyRecord,
        arrival: &Arrival,
        rules: &IdentityRules,
    ) -> Result<Touched, StoreError> {
        for _ in 0..FACTS_TRIES_MAX {
            if !study.add_facts(&arrival.patient, arrival.accession_number.as_ref()) {
                return Ok(Touched::SamePatient(Box::new(study)));
            }
            if study.persons.len() > PERSONS_MAX || study.accessions.len() > ACCESSIONS_MAX {
                study.two_patients = true;
                study.persons.truncate(PERSONS_MAX);
                study.accessions.truncate(ACCESSIONS_MAX);
            }
            // The pointers first: an order that comes between the two finds the study.
            self.list_study(&study).await?;
            if let Some(study) = self.write_facts(&study).await? {
                return Ok(Touched::SamePatient(Box::new(study)));
            }
            // Another instance said something new at this moment, perhaps somebody else's name.
            let uid = &arrival.study_instance_uid;
            study = self.study(uid).await?.ok_or(StoreError::Contention { operation: "add facts" })?;
            if study.persons().iter().any(|person| files_contradict(person, &arrival.patient, rules))
                && let Some(study) = self.mark_two_patients(uid).await?
            {
                return Ok(Touched::OtherPatient(Box::new(study)));
            }
        }
        Err(StoreError::Contention { operation: "add facts" })
    }

    /// Writes what the files of a study say, if nobody wrote since it was read.
    async fn write_facts(&self, study: &StudyRecord) -> Result<Option<StudyRecord>, StoreError> {
        let before = facts_unchanged(study);
        let mut change = Change::new()
            .set("persons", &study.persons)
            .set("accessions", &study.accessions)
            .add("facts_version", 1)
            .when(&before);
        if study.two_patients {
            change = change.set("two_patients", true);
        }
        if let Some(first) = study.accessions.first() {
            change = change.set_if_absent("accession_number", first);
        }
        self.update(&study_key(&study.study_instance_uid), change).await
    }

    /// Adds what a correction says to a study that names another patient: it stays hidden until all of it is corrected.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_contradicting_facts(&self, arrival: &Arrival) -> Result<(), StoreError> {
        for _ in 0..FACTS_TRIES_MAX {
            let Some(mut study) = self.study(&arrival.study_instance_uid).await? else { return Ok(()) };
            if !study.add_facts(&arrival.patient, arrival.accession_number.as_ref()) {
                return Ok(());
            }
            study.persons.truncate(PERSONS_MAX);
            study.accessions.truncate(ACCESSIONS_MAX);
            study.two_patients = true;
            self.list_study(&study).await?;
            if self.write_facts(&study).await?.is_some() {
                return Ok(());
            }
        }
        Err(StoreError::Contention { operation: "add facts" })
    }

    async fn list_study(&self, study: &StudyRecord) -> Result<(), StoreError> {
        let uid = &study.study_instance_uid;
        let pointer = StudyPointer { study_instance_uid: uid.clone() };
        for pk in listing_partitions(study) {
            self.put_new(&ItemKey::new(pk, format!("STUDY#{uid}")), &pointer).await?;
        }
        Ok(())
    }

    /// The pointer by which a patient's studies are found.
    #[must_use]
    pub fn patient_pointer(patient: &PatientId, study: &StudyInstanceUid) -> (ItemKey, StudyPointer) {
        let key = ItemKey::new(patient_pk(patient), format!("STUDY#{study}"));
        (key, StudyPointer { study_instance_uid: study.clone() })
    }

    /// The studies first received on this day (UTC).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn studies_of_day(&self, day: Date) -> Result<Vec<StudyRecord>, StoreError> {
        self.pointed_studies(&day_pk(day)).await
    }

    /// The studies whose images name this patient, or that were released to them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn studies_of_patient(&self, patient: &PatientId) -> Result<Vec<StudyRecord>, StoreError> {
        self.pointed_studies(&patient_pk(patient)).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_studies_of_patient(&self, patient: &PatientId) -> Result<usize, StoreError> {
        self.count(&patient_pk(patient), "STUDY#").await
    }

    /// The studies whose images carry this accession number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn studies_of_accession(
        &self,
        accession: &AccessionNumber,
    ) -> Result<Vec<StudyRecord>, StoreError> {
        self.pointed_studies(&format!("ACCESSION#{accession}")).await
    }

    async fn pointed_studies(&self, pk: &str) -> Result<Vec<StudyRecord>, StoreError> {
        let pointers: Vec<StudyPointer> = self.query(pk, "STUDY#").await?;
        let keys = pointers.iter().map(|pointer| study_key(&pointer.study_instance_uid));
        let mut studies: Vec<StudyRecord> = self.get_many(keys.collect()).await?;
        studies.sort_by(|a, b| {
            (a.received_at, a.study_instance_uid.as_str())
                .cmp(&(b.received_at, b.study_instance_uid.as_str()))
        });
        Ok(studies)
    }
}
