//! The draft of the minutes: what the record, the opinions and the orders say.

use std::collections::BTreeMap;

use filmless_consult::{ConsultationId, Course, DraftFacts, KeyImage, MinutesPatient, MinutesText, Replay};
use filmless_domain::chain::ChainHead;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{BirthDate, Language, SeriesInstanceUid, person_name};
use filmless_store::index::{ConsultationRecord, Index};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Consultations;
use super::minutes_typed::TypedMinutes;
use crate::DeliveryError;
use crate::sight::latest_order_of;

/// How many lines of a record are read at a time.
const LINES_AT_ONCE: i32 = 1000;

impl Consultations {
    /// The draft of the record as it was at that line, with what was typed.
    pub(super) async fn text_of(
        &self,
        record: &ConsultationRecord,
        typed: &TypedMinutes,
        key_images: &[KeyImage],
        head: &ChainHead,
    ) -> Result<MinutesText, DeliveryError> {
        let (draft, replay) = self.draft_at(record, Some(head.sequence)).await?;
        let key_images = key_images.iter().map(|image| image.clone().with_measurements(&replay));
        let patient = MinutesPatient {
            record_number: typed.record_number.clone(),
            department: typed.department.clone(),
            bed: typed.bed.clone(),
            ..draft.patient
        };
        Ok(MinutesText {
            patient,
            diagnosis: typed.diagnosis.clone(),
            place: typed.place.clone(),
            course: typed.course.clone(),
            treatment_so_far: typed.treatment_so_far.clone(),
            key_images: key_images.collect(),
            conclusion: typed.conclusion.clone(),
            treatment: typed.treatment.clone(),
            follow_up: typed.follow_up.clone(),
            ..draft
        })
    }

    /// What the record, the opinions and the orders say.
    pub(super) async fn draft(&self, record: &ConsultationRecord) -> Result<MinutesText, DeliveryError> {
        Ok(self.draft_at(record, None).await?.0)
    }

    /// The same as it was after so many lines, with the record.
    async fn draft_at(
        &self,
        record: &ConsultationRecord,
        lines_max: Option<u64>,
    ) -> Result<(MinutesText, Replay), DeliveryError> {
        let (index, consultation) = (&self.common.index, &record.consultation);
        let mut lines = lines_of(index, &consultation.id).await?;
        lines.truncate(lines_max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX));
        let course = Course::read(lines.iter().map(String::as_str));
        let course = course.map_err(DeliveryError::internal("the record of a consultation"))?;
        let members: Vec<_> =
            index.members(&consultation.id).await?.into_iter().map(|member| member.member).collect();
        let opinions = index.opinions(&consultation.id).await?;
        let mut descriptions: BTreeMap<SeriesInstanceUid, String> = BTreeMap::new();
        for study in &consultation.studies {
            for series in index.series(study).await? {
                let description = series.attributes.description.or(series.title).unwrap_or_default();
                descriptions.insert(series.series_instance_uid, description);
            }
        }
        let facts = DraftFacts {
            facility: self.common.settings.hospital.name(Language::Vi),
            patient: self.patient(record).await?,
            consultation,
            members: &members,
            opinions: &opinions,
            descriptions: &descriptions,
        };
        Ok((MinutesText::draft(facts, &course), course.last))
    }

    /// The patient, as the newest order about a study of the consultation names them.
    async fn patient(&self, record: &ConsultationRecord) -> Result<MinutesPatient, DeliveryError> {
        let mut patient = MinutesPatient {
            name: record.patient_name.clone(),
            patient_id: record.patient_id.as_str().to_owned(),
            ..MinutesPatient::default()
        };
        let account = self.common.index.account(&record.consultation.account).await?;
        let latest = match account {
            Some(account) => latest_order_of(&self.common, &account).await?,
            None => None,
        };
        if let Some(order) = latest {
            patient.name = person_name::display(&order.patient.name);
            patient.department = order.department().unwrap_or_default().to_owned();
            patient.sex = order.patient.sex.clone().unwrap_or_default();
            let birth = order.patient.birth_date;
            if !birth.is_placeholder() {
                patient.birth = birth.to_day_first();
                patient.age = age_at(birth, record.created_at);
            }
        }
        Ok(patient)
    }
}

/// The age in whole years on a day; of somebody whose year of birth alone is known, as people count it.
fn age_at(birth: BirthDate, at: Timestamp) -> String {
    let today = at.to_zoned(HOSPITAL_TIME).date();
    let text = String::from(birth);
    let years = match text.parse::<Date>() {
        Ok(birth) => {
            let is_before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
            today.year() - birth.year() - i16::from(is_before_birthday)
        }
        Err(_) => text.parse::<i16>().map_or(-1, |year| today.year() - year),
    };
    if years < 0 { String::new() } else { years.to_string() }
}

/// The whole record of a consultation.
pub(super) async fn lines_of(
    index: &Index,
    consultation: &ConsultationId,
) -> Result<Vec<String>, DeliveryError> {
    let (mut lines, mut after) = (Vec::new(), 0);
    loop {
        let some = index.room_lines(consultation, after, LINES_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(lines) };
        after = last.sequence;
        lines.extend(some.into_iter().map(|line| line.text));
    }
}
