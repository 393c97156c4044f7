//! Minutes that all have signed become an instance of the first study of their consultation: Encapsulated PDF, below `marks/`
//! in the bucket of uploads, from where it comes in as saved marks do. Every version is one more instance of one series.

use filmless_consult::MinutesSignature;
use filmless_dicom::{Scan, scan_prefix};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::object_key::{self, Upload};
use filmless_domain::usage::UsageKind;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid};
use filmless_marks::{EncapsulatedPdf, Seed, StudyHeader, write_pdf};
use filmless_store::index::{
    Change, Condition, ConsultationRecord, InstanceRecord, LogName, MarksRecord, SavedSeries, StudyRecord,
    Transaction,
};
use filmless_store::{ObjectVersion, Served};
use jiff::tz::TimeZone;

use super::Consultations;
use super::minutes::{MinutesView, pdf_of};
use crate::DeliveryError;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::sight::find_in_sight;

impl Consultations {
    /// Saves the newest version of the minutes in the study, once everybody signed it who has to. Doing it again changes nothing,
    /// and finishes what was cut off.
    pub(super) async fn save_if_final(
        &self,
        record: &ConsultationRecord,
        view: &MinutesView,
        actor: Actor,
    ) -> Result<(), DeliveryError> {
        let consultation = &record.consultation;
        let last = view.signatures.iter().max_by_key(|signature| signature.signed.at);
        let (Some(uid), Some(last)) = (consultation.studies.first(), last.filter(|_| view.is_final)) else {
            return Ok(());
        };
        let name = Seed::of(&[uid.as_str().as_bytes(), view.minutes.digest.as_bytes()]).name();
        let is_recorded = self.common.index.marks(uid).await?.iter().any(|saved| saved.name == name);
        // Out of sight: nothing is added to it.
        let Some((study, _)) = find_in_sight(&self.common, uid).await? else { return Ok(()) };
        let Some(header) = self.header_of(&study).await? else { return Ok(()) };
        let pdf = pdf_of(view, false)?;
        let at = last.signed.at;
        let title = format!("Biên bản hội chẩn, bản {}", view.minutes.written.version);
        let written = write_pdf(&EncapsulatedPdf {
            pdf: &pdf,
            title: &title,
            description: "Biên bản hội chẩn",
            facility: &view.minutes.written.text.facility,
            number: view.minutes.written.version,
            is_verified: true,
            at: at.to_zoned(HOSPITAL_TIME).datetime(),
            study: &header,
            images: &[],
            seed: &Seed::of(&[uid.as_str().as_bytes(), consultation.id.as_str().as_bytes()]),
        });
        let written = written.map_err(DeliveryError::internal("minutes as DICOM"))?;
        let series = SeriesInstanceUid::parse(&written.series_instance_uid)
            .map_err(DeliveryError::internal("a UID of minutes"))?;
        let sop = SopInstanceUid::parse(&written.sop_instance_uid)
            .map_err(DeliveryError::internal("a UID of minutes"))?;
        let key = object_key::marks(at.to_zoned(TimeZone::UTC).date(), &sop);
        if !is_recorded {
            let saved = SavedSeries { series_instance_uid: series, modality: written.modality.to_owned() };
            self.record_save(record, (&study, last), &name, saved, actor).await?;
        }
        // An object that is there is this one: its name comes from all that it is made of.
        self.studies.put_new(&key, written.bytes, Served::uncached("application/dicom")).await?;
        Ok(())
    }

    async fn record_save(
        &self,
        record: &ConsultationRecord,
        (study, last): (&StudyRecord, &MinutesSignature),
        name: &str,
        series: SavedSeries,
        actor: Actor,
    ) -> Result<(), DeliveryError> {
        let (common, uid) = (&self.common, &study.study_instance_uid);
        let detail = format!("minutes {name}, consultation {}, {}", record.consultation.id, series.modality);
        let saved = MarksRecord {
            name: name.to_owned(),
            actor: actor.clone(),
            author: last.signed.by.name.clone(),
            facility: last.signed.by.facility.clone(),
            saved_at: last.signed.at,
            series: vec![series],
        };
        let audit =
            Record::new(AuditAction::SaveMarks, actor).study(uid).account(&record.consultation.account);
        let entry = audit.detail(detail).entry(common)?;
        let event = Pen::of_study(common, study).await?.event(UsageKind::MarksSaved, name);
        let new = Change::new().when(&Condition::Absent("pk"));
        let transaction =
            Transaction::new().put(&MarksRecord::key(uid, name), &saved, new)?.log(LogName::Audit, &entry)?;
        // Unmet if somebody else was first.
        let _ = common.index.commit(usage::add(transaction, &[event])?).await?;
        Ok(())
    }

    /// Patient and study, as one of the images says them.
    async fn header_of(&self, study: &StudyRecord) -> Result<Option<StudyHeader>, DeliveryError> {
        let instances = self.common.index.instances(&study.study_instance_uid).await?;
        let image = instances.into_iter().find(|instance| instance.key.upload() != Upload::Marks);
        match image {
            Some(image) => self.read_header(&image).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_header(&self, instance: &InstanceRecord) -> Result<StudyHeader, DeliveryError> {
        let limits = &self.common.settings.limits;
        let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max]
        {
            let read = self.studies.get_range(object, 0..step).await?;
            let scanned = scan_prefix(&read.bytes, read.total_bytes, limits);
            match scanned.map_err(DeliveryError::internal("the header of an image"))? {
                Scan::Complete(data_set) => return Ok(StudyHeader::read(&data_set)),
                Scan::NeedMore => {}
            }
        }
        Err(DeliveryError::internal("the header of an image")("it is too long"))
    }
}
