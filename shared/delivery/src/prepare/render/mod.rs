//! From a settled series to what a page can show.

mod plan;
mod series_writer;

use filmless_domain::object_key::{self, SeriesKeys};
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_imaging::NoPicture;
use filmless_store::index::{InstanceRecord, SeriesRecord, StudyRecord};
use filmless_store::{ObjectVersion, Served, StoreError};
use futures::{StreamExt, stream};
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::prepare::digest::series_digest;
use crate::record::messages::{ReleaseTask, SeriesContents, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
pub use crate::renderer::{
    FileOwner, InProcessRenderer, InstanceRenderer, RenderedParts, no_picture, parts_channel,
};
pub use crate::source_file::SourceFile;
pub(crate) use plan::{KeyMarks, slice_key};
use plan::{PlannedInstance, plan_series};
use series_writer::SeriesWriter;

/// How often a rendered study is read anew because its item changed meanwhile, before its message comes again.
const FINISH_TRIES_MAX: u32 = 4;

/// Files that are downloaded while others are rendered.
const DOWNLOADS_AT_ONCE: usize = 2;
/// Longer files are rendered from disk, of which ranges are read.
const IN_MEMORY_BYTES_MAX: u64 = 16 << 20;

/// Renders series of a study, but for those whose contents changed since that was asked for, and those whose pack shows
/// them already.
///
/// # Errors
/// [`DeliveryError`]: what is left has to be rendered again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn render_series(
    prepare: &Prepare,
    study: &StudyInstanceUid,
    wanted: &[SeriesContents],
) -> Result<(), DeliveryError> {
    // What is taken back is not made again.
    let is_recalled = |record: StudyRecord| record.state == StudyState::Recalled;
    if prepare.common.index.study(study).await?.is_none_or(is_recalled) {
        return Ok(());
    }
    let is_wanted = |record: &SeriesRecord| {
        wanted.iter().any(|series| {
            series.series_instance_uid == record.series_instance_uid
                && series.content_digest == record.content_digest
        })
    };
    let mut known = prepare.common.index.series(study).await?;
    known.retain(is_wanted);
    if known.is_empty() {
        return Ok(());
    }
    known.retain(|record| record.rendered_digest.as_ref() != Some(&record.content_digest));
    if !known.is_empty() {
        let instances = prepare.common.index.instances(study).await?;
        for record in known {
            render_one(prepare, study, &instances, record).await?;
        }
    }
    finish_study(prepare, study).await
}

#[instrument(skip_all, fields(series_instance_uid = %record.series_instance_uid))]
async fn render_one(
    prepare: &Prepare,
    study: &StudyInstanceUid,
    instances: &[InstanceRecord],
    mut record: SeriesRecord,
) -> Result<(), DeliveryError> {
    let series = record.series_instance_uid.clone();
    if series_digest(instances, &series) != record.content_digest {
        // More arrived: the settle that follows asks for this series again.
        return Ok(());
    }
    let plan = plan_series(&record.modality, instances, &series, prepare.renderer.parallelism());
    write_series(prepare, study, &mut record, plan).await?;
    record.rendered_digest = Some(record.content_digest.clone());
    prepare.common.index.mark_series_rendered(study, &record).await?;
    info!(frames = record.frames, without_picture = record.without_picture, "series rendered");
    Ok(())
}

async fn write_series(
    prepare: &Prepare,
    study: &StudyInstanceUid,
    record: &mut SeriesRecord,
    plan: Vec<PlannedInstance>,
) -> Result<(), DeliveryError> {
    let mut writer = SeriesWriter::create(study, record)?;
    let (sender, mut started) = mpsc::channel(prepare.renderer.parallelism());
    tokio::spawn(start_rendering(prepare.clone(), study.clone(), plan, sender));
    while let Some(instance) = started.recv().await {
        let StartedInstance { planned, parts } = instance?;
        writer.write_instance(&planned.record.sop_instance_uid, planned.key_frames, parts).await?;
    }
    writer.finish(&prepare.derived, study, record).await
}

/// An instance whose parts are on their way.
struct StartedInstance {
    planned: PlannedInstance,
    parts: RenderedParts,
}

/// Downloads ahead, but starts the instances one after the other, in the order in which their parts are written: one
/// that took its turn before an earlier one would wait for it for ever.
async fn start_rendering(
    prepare: Prepare,
    study: StudyInstanceUid,
    plan: Vec<PlannedInstance>,
    sender: mpsc::Sender<Result<StartedInstance, DeliveryError>>,
) {
    let mut files = stream::iter(plan)
        .map(|planned| async {
            let file = download(&prepare, &planned.record).await;
            (planned, file)
        })
        .buffered(DOWNLOADS_AT_ONCE);
    while let Some((planned, file)) = files.next().await {
        let started = match file {
            Ok(file) => {
                let limits = &prepare.common.settings.limits;
                let owner = FileOwner { study: study.clone(), patient: planned.record.patient.clone() };
                let parts = prepare.renderer.render(&owner, file, limits, planned.options).await;
                Ok(StartedInstance { planned, parts })
            }
            Err(DeliveryError::Store(StoreError::NotFound)) => {
                let (sender, parts) = parts_channel();
                let _ = sender.send(no_picture(NoPicture::ObjectDeleted)).await;
                Ok(StartedInstance { planned, parts })
            }
            Err(error) => Err(error),
        };
        // Nobody listens any more when the writer failed.
        if sender.send(started).await.is_err() {
            return;
        }
    }
}

async fn download(prepare: &Prepare, record: &InstanceRecord) -> Result<SourceFile, DeliveryError> {
    let object = ObjectVersion { key: &record.key, version_id: record.version_id.as_deref() };
    let limit = prepare.common.settings.limits.object_bytes_max;
    if record.bytes <= IN_MEMORY_BYTES_MAX {
        return Ok(prepare.studies.get(object, limit).await?.into());
    }
    let temporary = || DeliveryError::internal("a temporary file");
    let file = NamedTempFile::new().map_err(temporary())?;
    prepare.studies.download(object, file.path(), limit).await?;
    let file = file.into_file();
    let bytes = file.metadata().map_err(temporary())?.len();
    Ok(SourceFile::Disk { file, bytes })
}

/// Moves a settled study on once every series shows its contents: manifest first, then the state together with
/// the message to the gate. Whoever renders the last series does it; running it again changes nothing.
pub(crate) async fn finish_study(prepare: &Prepare, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    for _ in 0..FINISH_TRIES_MAX {
        let Some(record) = prepare.common.index.study(study).await? else { return Ok(()) };
        if record.state != StudyState::Settled {
            return Ok(());
        }
        let series = prepare.common.index.series(study).await?;
        if series.iter().any(|s| s.rendered_digest.as_ref() != Some(&s.content_digest)) {
            return Ok(());
        }
        if mark_finished(prepare, record, &series).await? {
            return Ok(());
        }
        // A file came meanwhile. One that is part of the study settles it anew; one that was refused changed its item only.
    }
    Err(StoreError::Contention { operation: "finish a study" }.into())
}

/// Says whether the study was as it was read.
async fn mark_finished(
    prepare: &Prepare,
    mut record: StudyRecord,
    series: &[SeriesRecord],
) -> Result<bool, DeliveryError> {
    let study = &record.study_instance_uid.clone();
    record.images = series.iter().map(|s| s.frames).sum();
    let manifest =
        serde_json::to_vec(&manifest(&record, series)).map_err(DeliveryError::internal("a manifest"))?;
    let manifest_bytes = manifest.len() as u64;
    let served = Served::uncached("application/json");
    prepare.derived.put(&object_key::study_manifest(study), manifest, served).await?;
    let entry =
        outbox::entry(&prepare.common, vec![ReleaseTask { study_instance_uid: study.clone() }.to_outbox()?])?;
    let before = usage::signed(record.derived_bytes);
    record.derived_bytes = manifest_bytes + series.iter().map(|s| s.derived_bytes).sum::<u64>();
    let rendered = rendered(&Pen::of_study(&prepare.common, &record).await?, &record, before);
    let now = prepare.common.clock.now();
    if !prepare.common.index.mark_study_rendered(&record, now, &entry, &usage::entries(&rendered)?).await? {
        return Ok(false);
    }
    info!(study_instance_uid = %study, images = record.images, "study rendered");
    outbox::publish(&prepare.common, &entry).await?;
    Ok(true)
}

/// What was made of the study since it was rendered last: nothing, where the same files came again.
fn rendered(pen: &Pen, study: &StudyRecord, bytes_before: i64) -> Vec<UsageEvent> {
    let bytes = usage::signed(study.derived_bytes);
    // Two renderings differ in when the last file came, or in what a recall deleted between them.
    let occasion = format!("{} {bytes_before} {bytes}", study.last_received_at.as_millisecond());
    let is_unchanged = bytes != 0 && bytes == bytes_before;
    let shown = pen.event(UsageKind::StudyRendered, &occasion);
    let stored = pen.stored(StorageClass::Derived, &occasion, bytes - bytes_before);
    let shown = shown.count(i64::from(study.images), UsageUnit::Image);
    [(!is_unchanged).then_some(shown), (stored.quantity != 0).then_some(stored)]
        .into_iter()
        .flatten()
        .collect()
}

/// What the derived bucket holds of a study; nothing in it names the patient.
fn manifest(study: &StudyRecord, series: &[SeriesRecord]) -> serde_json::Value {
    let uid = &study.study_instance_uid;
    let series: Vec<_> = series
        .iter()
        .map(|s| {
            let keys = SeriesKeys::new(uid, &s.series_instance_uid, &s.content_digest);
            json!({
                "series_instance_uid": s.series_instance_uid, "number": s.number, "description": s.description,
                "modality": s.modality, "instances": s.instances, "frames": s.frames,
                "key_frames": s.key_frames, "documents": s.documents, "without_picture": s.without_picture,
                "cut_instances": s.cut_instances, "missing_frames": s.missing_frames,
                "pack": keys.pack, "index": keys.index, "poster": keys.poster, "thumbs": keys.thumbs,
                "metadata": keys.metadata,
            })
        })
        .collect();
    json!({
        "version": 1, "study_instance_uid": uid, "study_date": study.study_date,
        "modalities": study.modalities, "instances": study.instances, "images": study.images, "series": series,
    })
}
