//! Studies and series.

use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX, files_contradict};
use filmless_domain::{
    AccessionNumber, PatientDemographics, PatientId, SeriesInstanceUid, StudyInstanceUid, StudyState,
};
use jiff::Timestamp;
use jiff::civil::Date;

use super::study_record::{SeriesRecord, StudyPointer, StudyRecord};
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// What the header of an arrived instance says about its study.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// The patient it names.
    pub patient: PatientDemographics,
    /// Its Accession Number.
    pub accession_number: Option<AccessionNumber>,
    /// Its Study Date.
    pub study_date: Option<Date>,
    /// Date of its image, if it has no Study Date.
    pub image_date: Option<Date>,
    /// Its Study Description.
    pub description: Option<String>,
}

/// The study after an arrival.
#[derive(Debug, Clone)]
pub enum Touched {
    /// The instance belongs to the study's patient.
    SamePatient(Box<StudyRecord>),
    /// The study belongs to another patient. It is now marked so, and hidden. Only an instance that replaces one of
    /// its own may enter the index.
    OtherPatient(Box<StudyRecord>),
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

/// The day a study is listed under: UTC, so that all readers agree.
pub(super) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// How often facts are rewritten because another instance brought some at the same moment.
const FACTS_TRIES_MAX: u32 = 16;

/// Nobody added facts from files since the record was read.
pub(super) fn facts_unchanged(study: &StudyRecord) -> Condition {
    match study.facts_version {
        0 => Condition::Absent("facts_version"),
        version => Condition::is_number("facts_version", i64::from(version)),
    }
}

/// The partitions a study is listed in. The day comes last: by it the erasing jobs find what a crash left behind.
pub(super) fn listing_partitions(study: &StudyRecord) -> Vec<String> {
    let mut partitions: Vec<String> = study.patient_ids().into_iter().map(patient_pk).collect();
    partitions.extend(study.accessions().into_iter().map(|accession| format!("ACCESSION#{accession}")));
    partitions.push(day_pk(day_of(study.received_at)));
    partitions
}

impl Index {
    /// The study, if any of its instances arrived.
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

    /// Creates the study, or checks whether it is this patient's. Compares what the instance says of the patient with
    /// what every earlier instance said, then stores it, too.
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

    /// Records that a file of another patient came under a study's UID: nobody sees the study from now on.
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

    /// Adds an arrival's facts to the study's, unless they are known.
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
            // Pointers first: an order that comes in between finds the study.
            self.list_study(&study).await?;
            if let Some(study) = self.write_facts(&study).await? {
                return Ok(Touched::SamePatient(Box::new(study)));
            }
            // Another instance just said something new, perhaps another name.
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

    /// Writes the facts of a study's files, if nobody wrote since it was read.
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

    /// Adds a correction's facts to a study that names another patient; it stays hidden until all is corrected.
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

    /// The pointer from a patient to a study.
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

    /// The studies whose images name this patient, or that were released to this patient.
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

    /// The studies whose images have this accession number.
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
