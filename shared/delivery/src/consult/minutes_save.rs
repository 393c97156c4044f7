//! Minutes that all have signed become instances of the studies of their consultation, below `marks/` in the bucket of uploads,
//! from where they come in as saved marks do: Encapsulated PDF in the first study; in each study with key images a selection of
//! them, presentation states and a measurement report with what members drew. Every version is more instances of the same series.

use std::collections::BTreeMap;

use filmless_consult::{KeyImage, MinutesSignature, Replay};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::object_key::{self, Upload};
use filmless_domain::usage::UsageKind;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid};
use filmless_marks::{
    EncapsulatedPdf, MarkedImage, MarksContext, MarksVersion, NamedImage, Seed, StudyHeader, WrittenInstance,
    write_marks, write_pdf,
};
use filmless_store::Served;
use filmless_store::index::{
    Change, Condition, ConsultationRecord, InstanceRecord, LogName, MarksRecord, SavedSeries, StudyRecord,
    Transaction,
};
use jiff::tz::TimeZone;

use super::Consultations;
use super::minutes::MinutesView;
use super::minutes_draft::lines_of;
use super::minutes_marks::{marks_of, named};
use crate::DeliveryError;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::sight::find_in_sight;
use crate::viewing::read_instance;

/// What the series are called.
const DESCRIPTION: &str = "Biên bản hội chẩn";

impl Consultations {
    /// Saves the newest version of the minutes in its studies, once everybody signed it who has to: as it was at that moment, whoever
    /// signs later. Doing it again changes nothing, and finishes what was cut off.
    pub(super) async fn save_if_final(
        &self,
        record: &ConsultationRecord,
        view: &MinutesView,
        actor: Actor,
    ) -> Result<(), DeliveryError> {
        let Some(view) = as_it_became_final(view) else { return Ok(()) };
        let key_images = &view.minutes.written.text.key_images;
        for (place, uid) in record.consultation.studies.iter().enumerate() {
            let of_study: Vec<&KeyImage> =
                key_images.iter().filter(|image| image.study_instance_uid == *uid).collect();
            // The document is in the first one; a selection refers to images of its own study alone.
            let has_document = place == 0;
            if !has_document && of_study.is_empty() {
                continue;
            }
            // Out of sight: nothing is added to it.
            let Some((study, _)) = find_in_sight(&self.common, uid).await? else { continue };
            let saving = Saving { record, view: &view, study: &study, key_images: &of_study, has_document };
            Box::pin(self.save_in(&saving, actor.clone())).await?;
        }
        self.mark_replaced(record, view.minutes.written.version).await
    }

    /// Whatever earlier versions left in any study of the consultation is told from the one that counts now: in a study, too, of which
    /// the newer version has no image, and in one that is out of sight at the moment.
    async fn mark_replaced(&self, record: &ConsultationRecord, version: u32) -> Result<(), DeliveryError> {
        let index = &self.common.index;
        for study in &record.consultation.studies {
            for saved in index.marks(study).await? {
                let is_older = saved.minutes.is_some_and(|older| older < version)
                    && saved.consultation.as_ref() == Some(&record.consultation.id)
                    && saved.replaced_by.is_none_or(|by| by < version);
                if is_older {
                    let key = MarksRecord::key(study, &saved.name);
                    let change = MarksRecord::replaced_change(version);
                    // Unmet if it was erased meanwhile.
                    let _ = index.commit(Transaction::new().update(key, change)).await?;
                }
            }
        }
        Ok(())
    }

    async fn save_in(&self, saving: &Saving<'_>, actor: Actor) -> Result<(), DeliveryError> {
        let Saving { record, view, study, .. } = saving;
        let (uid, minutes) = (study.study_instance_uid.as_str().as_bytes(), &view.minutes);
        let Some(last) = view.signatures.last() else { return Ok(()) };
        let seeds = Seeds {
            series: Seed::of(&[uid, record.consultation.id.as_str().as_bytes()]),
            version: Seed::of(&[uid, minutes.digest.as_bytes()]),
            replaced: (self.replaced_by(view).await?)
                .map(|(version, digest)| (version, Seed::of(&[uid, digest.as_bytes()]))),
        };
        let Some((header, images)) = self.read_images(saving).await? else { return Ok(()) };
        let mut written = Vec::new();
        if saving.has_document {
            // A picture is out of sight meanwhile: it is done once it is back.
            // And none of another study is in it: that one may be recalled, or never be seen by whoever sees this one.
            let of_study = Some(&study.study_instance_uid);
            let Some(pdf) = self.pdf_of(view, false, of_study).await? else { return Ok(()) };
            written.push(document_of(saving, &pdf, &header, &images, &seeds, last)?);
        }
        if !images.is_empty() {
            written.extend(self.marks_in(saving, &header, &images, &seeds, last).await?);
        }
        let mut series: Vec<SavedSeries> = Vec::new();
        for instance in &written {
            let uid = SeriesInstanceUid::parse(&instance.series_instance_uid)
                .map_err(DeliveryError::internal("a UID of minutes"))?;
            if series.iter().all(|known| known.series_instance_uid != uid) {
                series.push(SavedSeries { series_instance_uid: uid, modality: instance.modality.to_owned() });
            }
        }
        let name = seeds.version.name();
        if !self.common.index.marks(&study.study_instance_uid).await?.iter().any(|saved| saved.name == name) {
            self.record_save(record, (study, last), &name, series, actor).await?;
        }
        for instance in written {
            let sop = SopInstanceUid::parse(&instance.sop_instance_uid)
                .map_err(DeliveryError::internal("a UID of minutes"))?;
            let key = object_key::marks(last.signed.at.to_zoned(TimeZone::UTC).date(), &sop);
            // An object that is there is this one: its name comes from all that it is made of.
            self.studies.put_new(&key, instance.bytes, Served::uncached("application/dicom")).await?;
        }
        Ok(())
    }

    /// The last version before this one that counted, and so is in the study, and its digest.
    async fn replaced_by(&self, view: &MinutesView) -> Result<Option<(u32, String)>, DeliveryError> {
        let written = &view.minutes.written;
        let before = self.valid_before(&written.consultation, written.version).await?;
        Ok(before.map(|before| (before.minutes.written.version, before.minutes.digest)))
    }

    /// Selection, presentation states and measurements of the key images of one study.
    async fn marks_in(
        &self,
        saving: &Saving<'_>,
        header: &StudyHeader,
        images: &BTreeMap<NamedImage, MarkedImage>,
        seeds: &Seeds,
        last: &MinutesSignature,
    ) -> Result<Vec<WrittenInstance>, DeliveryError> {
        let written = &saving.view.minutes.written;
        let lines = lines_of(&self.common.index, &written.consultation).await?;
        let replay = Replay::read(lines.iter().map(String::as_str), Some(written.head.sequence));
        let replay = replay.map_err(DeliveryError::internal("the record of a consultation"))?;
        let by = &last.signed.by;
        let name = format!("{} {}", by.title, by.name);
        let facility = if by.facility.is_empty() { &written.text.facility } else { &by.facility };

        let (marks, left_out) =
            marks_of((name.trim(), facility), DESCRIPTION, saving.key_images, images, &replay)
                .map_err(DeliveryError::internal("key images of minutes"))?;
        if left_out > 0 {
            tracing::warn!(consultation = %written.consultation, left_out, "marks that no object can hold");
        }
        let context = MarksContext {
            marks: &marks,
            study: header,
            images,
            saved_at: last.signed.at.to_zoned(HOSPITAL_TIME).datetime(),
            seed: &seeds.version,
            version: Some(MarksVersion { series: &seeds.series, number: written.version }),
        };
        write_marks(&context).map_err(DeliveryError::internal("key images of minutes"))
    }

    async fn record_save(
        &self,
        record: &ConsultationRecord,
        (study, last): (&StudyRecord, &MinutesSignature),
        name: &str,
        series: Vec<SavedSeries>,
        actor: Actor,
    ) -> Result<(), DeliveryError> {
        let (common, uid) = (&self.common, &study.study_instance_uid);
        let kinds: Vec<&str> = series.iter().map(|series| series.modality.as_str()).collect();
        let detail = format!("minutes {name}, consultation {}, {}", record.consultation.id, kinds.join(" "));
        let saved = MarksRecord {
            name: name.to_owned(),
            actor: actor.clone(),
            author: last.signed.by.name.clone(),
            facility: last.signed.by.facility.clone(),
            saved_at: last.signed.at,
            series,
            minutes: Some(last.signed.version),
            consultation: Some(record.consultation.id.clone()),
            replaced_by: None,
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

    /// What one of the images says of patient and study, and the key images that are there. `None` for a study without images.
    async fn read_images(
        &self,
        saving: &Saving<'_>,
    ) -> Result<Option<(StudyHeader, BTreeMap<NamedImage, MarkedImage>)>, DeliveryError> {
        let limits = &self.common.settings.limits;
        let mut instances = self.common.index.instances(&saving.study.study_instance_uid).await?;
        instances.retain(|instance| instance.key.upload() != Upload::Marks);
        let Some(first) = instances.first() else { return Ok(None) };

        let (header, _) = read_instance(&self.studies, limits, first, Vec::new())
            .await?
            .map_err(DeliveryError::internal("the header of an image"))?;
        let mut images = BTreeMap::new();
        for image in saving.key_images {
            let of_image = |instance: &&InstanceRecord| {
                instance.sop_instance_uid == image.sop_instance_uid
                    && instance.series_instance_uid == image.series_instance_uid
            };
            let read = match instances.iter().find(of_image) {
                Some(instance) => {
                    let named = vec![("image".to_owned(), named(image))];
                    read_instance(&self.studies, limits, instance, named).await?.ok()
                }
                None => None,
            };
            match read {
                Some((_, read)) => images.extend(read),
                None => {
                    tracing::warn!(consultation = %saving.record.consultation.id, "a key image is not there any more")
                }
            }
        }
        Ok(Some((header, images)))
    }
}

/// A version that is saved in one study.
struct Saving<'a> {
    record: &'a ConsultationRecord,
    view: &'a MinutesView,
    study: &'a StudyRecord,
    /// Those of this study.
    key_images: &'a [&'a KeyImage],
    has_document: bool,
}

/// What UIDs in one study are made from: series of all versions, and what only this version has.
struct Seeds {
    series: Seed,
    version: Seed,
    /// The version that it replaces in the study, and what its own are made from.
    replaced: Option<(u32, Seed)>,
}

/// The version with the signatures that made it count, and none that came later.
fn as_it_became_final(view: &MinutesView) -> Option<MinutesView> {
    let mut signatures = view.signatures.clone();
    signatures.sort_by(|a, b| (a.signed.at, &a.signed.by.id).cmp(&(b.signed.at, &b.signed.by.id)));
    let count = (1..=signatures.len()).find(|count| view.minutes.is_final(&signatures[..*count]))?;
    signatures.truncate(count);
    Some(MinutesView { minutes: view.minutes.clone(), signatures, is_final: true })
}

fn document_of(
    saving: &Saving<'_>,
    pdf: &[u8],
    header: &StudyHeader,
    images: &BTreeMap<NamedImage, MarkedImage>,
    seeds: &Seeds,
    last: &MinutesSignature,
) -> Result<WrittenInstance, DeliveryError> {
    let written = &saving.view.minutes.written;
    // A viewer that knows this form says of the older one that it was replaced (`web/src/documents/replaced.ts`).
    let replaces = seeds.replaced.as_ref().map(|(version, _)| format!(" (thay bản {version})"));
    let title = format!("{DESCRIPTION}, bản {}{}", written.version, replaces.unwrap_or_default());
    let images: Vec<MarkedImage> =
        saving.key_images.iter().filter_map(|image| images.get(&named(image)).cloned()).collect();
    let written = write_pdf(&EncapsulatedPdf {
        pdf,
        title: &title,
        description: DESCRIPTION,
        facility: &written.text.facility,
        number: written.version,
        is_verified: true,
        at: last.signed.at.to_zoned(HOSPITAL_TIME).datetime(),
        study: header,
        images: &images,
        seed: &seeds.series,
        instance: &seeds.version,
        replaces: seeds.replaced.as_ref().map(|(_, seed)| seed),
    });
    written.map_err(DeliveryError::internal("minutes as DICOM"))
}
