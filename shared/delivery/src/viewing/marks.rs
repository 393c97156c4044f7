//! Marks that somebody saves in a study: they become instances of the study, below `marks/` in the bucket of uploads, and
//! come in from there as every upload does.
//!
//! First what was saved is recorded, with audit entry and usage event, then the objects are written: whatever is there has
//! somebody who answers for it. A save that is repeated has the same name, the same UIDs and the same keys, so it writes
//! what is missing and nothing twice.

use std::collections::BTreeMap;

use filmless_consult::Member;
use filmless_dicom::{DataSet, Scan, scan_prefix};
use filmless_domain::audit::{AuditAction, AuditOutcome};
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::object_key::{self, Upload};
use filmless_domain::usage::UsageKind;
use filmless_domain::{Limits, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use filmless_marks::{
    Author, BadMarks, MarkedImage, Marks, MarksContext, NamedImage, Seed, StudyHeader, WrittenInstance,
    limits, write_marks,
};
use filmless_store::index::{
    Change, Condition, InstanceRecord, LogName, MarksRecord, SavedSeries, StudyRecord, Transaction,
    TransactionOutcome,
};
use filmless_store::{Bucket, ObjectVersion, Served};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Portal, Seat, Session, ShareScope};
use crate::DeliveryError;
use crate::record::usage::{self, Pen};
use crate::shown_series::shown_series;
use crate::viewing::access::{OpenedWith, event};

/// Most saves of one share in one study. Nobody saves so often; a program that runs wild does.
pub const MARKS_OF_SHARE_MAX: usize = 100;

/// How many headers are read at a time.
const READS_AT_ONCE: usize = 8;

/// What came of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarksAnswer {
    /// It is saved, in these series.
    Saved(Vec<SavedSeries>),
    /// The study, or an image that is named, is not in sight.
    NotInSight,
    /// Whoever asks may not annotate.
    NotAllowed,
    /// The request cannot be saved as it is.
    Bad(BadMarks),
    /// The share has saved [`MARKS_OF_SHARE_MAX`] times in this study.
    TooMany,
}

/// A save that is under way.
struct Save<'s> {
    session: &'s Session,
    study: &'s StudyRecord,
    marks: Marks,
    seed: Seed,
    header: StudyHeader,
    images: BTreeMap<NamedImage, MarkedImage>,
}

impl Portal {
    /// Saves marks in a study. The body is what the reading room sends.
    ///
    /// # Errors
    /// [`DeliveryError`]: the same request may be repeated.
    pub async fn save_marks(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        body: &[u8],
    ) -> Result<MarksAnswer, DeliveryError> {
        let Some((record, _)) = self.visible(session, study).await? else {
            return Ok(MarksAnswer::NotInSight);
        };
        let Some(share) = session.share.as_ref().filter(|_| session.may_annotate()) else {
            let refused = event(session, AuditAction::SaveMarks, study).outcome(AuditOutcome::Refused);
            refused.write(&self.common).await?;
            return Ok(MarksAnswer::NotAllowed);
        };
        let mut marks = match Marks::parse(body) {
            Ok(marks) => marks,
            Err(bad) => return Ok(MarksAnswer::Bad(bad)),
        };
        if let Some(seat) = session.seat() {
            // A member is named by their consultation, and saves nothing after its end.
            let Some(author) = self.author_of(seat).await? else { return Ok(MarksAnswer::NotAllowed) };
            marks.author = author;
        }
        let seed = Seed::of(&[study.as_str().as_bytes(), share.id.as_bytes(), body]);
        let saved = self.common.index.marks(study).await?;
        let earlier = saved.iter().find(|saved| saved.name == seed.name()).cloned();
        if earlier.is_none() && is_full(&saved, session) {
            return Ok(MarksAnswer::TooMany);
        }
        let Some(named) = self.named_instances(&record, &marks).await? else {
            return Ok(MarksAnswer::NotInSight);
        };
        let (header, images) = match self.read_images(&marks, &named).await? {
            Ok(read) => read,
            Err(bad) => return Ok(MarksAnswer::Bad(bad)),
        };
        let save = Save { session, study: &record, marks, seed, header, images };
        self.record_opening(session, study, OpenedWith::Pages).await?;
        Box::pin(self.write_save(&save, share, earlier)).await
    }

    /// Who a member is, while their consultation is open.
    async fn author_of(&self, seat: &Seat) -> Result<Option<Author>, DeliveryError> {
        let (index, now) = (&self.common.index, self.common.clock.now());
        let record = index.consultation(&seat.consultation).await?;
        if !record.is_some_and(|record| record.consultation.is_open_at(now)) {
            return Ok(None);
        }
        let member = index.member(&seat.consultation, &seat.member).await?;
        let short = |text: &str| text.chars().take(limits::NAME_CHARS_MAX).collect();
        let author =
            |member: &Member| Author { name: short(&member.name), facility: short(&member.facility) };
        Ok(member.map(|member| author(&member.member)))
    }

    /// The instances that are named, each once; `None` if one is not in sight: unknown, in another series than named,
    /// not shown, or marks themselves.
    async fn named_instances(
        &self,
        study: &StudyRecord,
        marks: &Marks,
    ) -> Result<Option<BTreeMap<SopInstanceUid, InstanceRecord>>, DeliveryError> {
        let index = &self.common.index;
        let shown = shown_series(index, study).await?;
        let mut wanted: BTreeMap<SopInstanceUid, SeriesInstanceUid> = BTreeMap::new();
        for (_, image) in marks.images() {
            let series = image.series_instance_uid.clone();
            let is_shown = shown.iter().any(|shown| shown.series_instance_uid == series);
            let known = wanted.entry(image.sop_instance_uid.clone()).or_insert_with(|| series.clone());
            if !is_shown || *known != series {
                return Ok(None);
            }
        }
        let mut named = BTreeMap::new();
        let mut found = stream::iter(wanted)
            .map(async |(uid, series)| (series, index.instance(&study.study_instance_uid, &uid).await))
            .buffer_unordered(READS_AT_ONCE);
        while let Some((series, instance)) = found.next().await {
            let fits = |instance: &InstanceRecord| {
                instance.series_instance_uid == series && instance.key.upload() != Upload::Marks
            };
            let Some(instance) = instance?.filter(fits) else { return Ok(None) };
            named.insert(instance.sop_instance_uid.clone(), instance);
        }
        Ok(Some(named))
    }

    /// Reads the headers of the stored instances: what the marks are checked against, and what they repeat of the patient.
    async fn read_images(
        &self,
        marks: &Marks,
        named: &BTreeMap<SopInstanceUid, InstanceRecord>,
    ) -> Result<Result<(StudyHeader, BTreeMap<NamedImage, MarkedImage>), BadMarks>, DeliveryError> {
        let limits = &self.common.settings.limits;
        let first = marks.images().next().map(|(_, image)| image.sop_instance_uid.clone());
        let wanted: Vec<_> = named
            .values()
            .map(|instance| {
                let images = marks.images().filter(|(_, i)| i.sop_instance_uid == instance.sop_instance_uid);
                let images: Vec<_> = images.map(|(field, image)| (field, image.clone())).collect();
                (instance.clone(), images)
            })
            .collect();
        let read: Vec<_> = stream::iter(wanted)
            .map(async |(instance, images)| {
                let read = read_instance(&self.studies, limits, &instance, images).await?;
                Ok::<_, DeliveryError>((instance.sop_instance_uid, read))
            })
            .buffer_unordered(READS_AT_ONCE)
            .try_collect()
            .await?;
        let (mut header, mut images) = (None, BTreeMap::new());
        for (uid, read) in read {
            let (of_instance, marked) = match read {
                Ok(read) => read,
                Err(bad) => return Ok(Err(bad)),
            };
            images.extend(marked);
            if first.as_ref() == Some(&uid) {
                header = Some(of_instance);
            }
        }
        let header = header.ok_or_else(|| DeliveryError::internal("marks")("no image is named"))?;
        Ok(Ok((header, images)))
    }

    /// Records the save, once, and writes its objects.
    async fn write_save(
        &self,
        save: &Save<'_>,
        share: &ShareScope,
        earlier: Option<MarksRecord>,
    ) -> Result<MarksAnswer, DeliveryError> {
        let mut saved_at = earlier.as_ref().map(|earlier| earlier.saved_at);
        loop {
            let at = saved_at.unwrap_or_else(|| usage::now(&self.common));
            let written = match save.written(at) {
                Ok(written) => written,
                Err(bad) => return Ok(MarksAnswer::Bad(bad)),
            };
            let series = series_of(&written)?;
            if saved_at.is_none() && !self.record_save(save, share, at, &series).await? {
                // The same request, at the same moment, was first: its moment counts.
                let study = &save.study.study_instance_uid;
                let saved = self.common.index.marks(study).await?;
                saved_at = saved.iter().find(|saved| saved.name == save.seed.name()).map(|s| s.saved_at);
                continue;
            }
            for instance in written {
                let uid = SopInstanceUid::parse(&instance.sop_instance_uid)
                    .map_err(DeliveryError::internal("a UID of marks"))?;
                let key = object_key::marks(at.to_zoned(TimeZone::UTC).date(), &uid);
                // An object that is there is this one: its name comes from all that it is made of.
                self.studies.put_new(&key, instance.bytes, Served::uncached("application/dicom")).await?;
            }
            return Ok(MarksAnswer::Saved(series));
        }
    }

    /// Returns whether nobody recorded it before.
    async fn record_save(
        &self,
        save: &Save<'_>,
        share: &ShareScope,
        at: Timestamp,
        series: &[SavedSeries],
    ) -> Result<bool, DeliveryError> {
        let (name, study) = (save.seed.name(), &save.study.study_instance_uid);
        let record = MarksRecord {
            name: name.clone(),
            actor: save.session.actor(),
            author: save.marks.author.name.trim().to_owned(),
            facility: save.marks.author.facility.trim().to_owned(),
            saved_at: at,
            series: series.to_vec(),
            minutes: None,
            consultation: None,
            replaced_by: None,
        };
        let kinds: Vec<&str> = series.iter().map(|series| series.modality.as_str()).collect();
        let detail = format!("marks {name}, share {}, {}", share.id, kinds.join(" "));
        let entry = event(save.session, AuditAction::SaveMarks, study).detail(detail).entry(&self.common)?;
        let saved = Pen::of_study(&self.common, save.study).await?.event(UsageKind::MarksSaved, &name);
        let new = Change::new().when(&Condition::Absent("pk"));
        let transaction = Transaction::new()
            .put(&MarksRecord::key(study, &name), &record, new)?
            .log(LogName::Audit, &entry)?;
        let outcome = self.common.index.commit(usage::add(transaction, &[saved])?).await?;
        Ok(outcome == TransactionOutcome::Committed)
    }
}

impl Save<'_> {
    fn written(&self, at: Timestamp) -> Result<Vec<WrittenInstance>, BadMarks> {
        write_marks(&MarksContext {
            marks: &self.marks,
            study: &self.header,
            images: &self.images,
            saved_at: at.to_zoned(HOSPITAL_TIME).datetime(),
            seed: &self.seed,
            version: None,
        })
    }
}

fn is_full(saved: &[MarksRecord], session: &Session) -> bool {
    let me = session.actor();
    saved.iter().filter(|saved| saved.actor == me).count() >= MARKS_OF_SHARE_MAX
}

fn series_of(written: &[WrittenInstance]) -> Result<Vec<SavedSeries>, DeliveryError> {
    let mut series: Vec<SavedSeries> = Vec::new();
    for instance in written {
        let uid = SeriesInstanceUid::parse(&instance.series_instance_uid)
            .map_err(DeliveryError::internal("a UID of marks"))?;
        if series.iter().all(|known| known.series_instance_uid != uid) {
            series.push(SavedSeries { series_instance_uid: uid, modality: instance.modality.to_owned() });
        }
    }
    Ok(series)
}

pub(crate) type ReadInstance = (StudyHeader, Vec<(NamedImage, MarkedImage)>);

/// Reads what is needed of one instance, as little of it as there is to read.
pub(crate) async fn read_instance(
    studies: &Bucket,
    limits: &Limits,
    instance: &InstanceRecord,
    images: Vec<(String, NamedImage)>,
) -> Result<Result<ReadInstance, BadMarks>, DeliveryError> {
    let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
    for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max] {
        let read = studies.get_range(object, 0..step).await?;
        let scanned = scan_prefix(&read.bytes, read.total_bytes, limits);
        match scanned.map_err(DeliveryError::internal("the header of an image"))? {
            Scan::Complete(data_set) => return Ok(of_header(&data_set, images)),
            Scan::NeedMore => {}
        }
    }
    Err(DeliveryError::internal("the header of an image")("it is too long"))
}

fn of_header(data_set: &DataSet<'_>, images: Vec<(String, NamedImage)>) -> Result<ReadInstance, BadMarks> {
    let read = images.into_iter().map(|(field, named)| {
        let image = MarkedImage::read(data_set, &named, &field)?;
        Ok((named, image))
    });
    Ok((StudyHeader::read(data_set), read.collect::<Result<_, BadMarks>>()?))
}
