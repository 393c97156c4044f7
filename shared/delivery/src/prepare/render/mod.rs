//! From a settled series to what a page can show.

mod plan;
mod series_writer;

use std::sync::Arc;

use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_imaging::NoPicture;
use filmless_store::index::{InstanceRecord, SeriesRecord, StudyRecord};
use filmless_store::{ObjectVersion, StoreError};
use futures::{StreamExt, stream};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::prepare::digest::series_digest;
use crate::prepare::finish::finish_study;
use crate::record::messages::SeriesContents;
pub use crate::renderer::{
    FileOwner, InProcessRenderer, InstanceRenderer, RenderedParts, no_picture, parts_channel,
};
pub use crate::source_file::SourceFile;
use plan::{PlannedInstance, plan_series};
use series_writer::SeriesWriter;

/// Files downloaded while others are rendered.
const DOWNLOADS_AT_ONCE: usize = 2;
/// Longer files stay on disk; the renderer reads ranges of them.
const IN_MEMORY_BYTES_MAX: u64 = 16 << 20;

/// Renders series of a study. Skips those whose contents changed since the request, and those whose pack shows them
/// already.
///
/// # Errors
/// [`DeliveryError`]: the rest must be rendered again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn render_series(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    study: &StudyInstanceUid,
    wanted: &[SeriesContents],
) -> Result<(), DeliveryError> {
    // A recalled study is not made again.
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
            render_one(prepare, renderer, study, &instances, record).await?;
        }
    }
    finish_study(prepare, study).await
}

#[instrument(skip_all, fields(series_instance_uid = %record.series_instance_uid))]
async fn render_one(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    study: &StudyInstanceUid,
    instances: &[InstanceRecord],
    mut record: SeriesRecord,
) -> Result<(), DeliveryError> {
    let series = record.series_instance_uid.clone();
    if series_digest(instances, &series) != record.content_digest {
        // More files arrived; the settle that follows asks for this series again.
        return Ok(());
    }
    let plan = plan_series(&record.attributes.modality, instances, &series, renderer.parallelism());
    write_series(prepare, renderer, study, &mut record, plan).await?;
    record.rendered_digest = Some(record.content_digest.clone());
    prepare.common.index.mark_series_rendered(study, &record).await?;
    info!(frames = record.frames, without_picture = record.without_picture, "series rendered");
    Ok(())
}

async fn write_series(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    study: &StudyInstanceUid,
    record: &mut SeriesRecord,
    plan: Vec<PlannedInstance>,
) -> Result<(), DeliveryError> {
    let mut writer = SeriesWriter::create(study, record)?;
    let (sender, mut started) = mpsc::channel(renderer.parallelism());
    tokio::spawn(start_rendering(prepare.clone(), Arc::clone(renderer), study.clone(), plan, sender));
    while let Some(instance) = started.recv().await {
        let StartedInstance { planned, parts } = instance?;
        writer.write_instance(&planned.record.sop_instance_uid, planned.key_frames, parts).await?;
    }
    writer.finish(&prepare.derived, study, record).await
}

/// An instance whose parts are being made.
struct StartedInstance {
    planned: PlannedInstance,
    parts: RenderedParts,
}

/// Downloads ahead, but starts the instances one by one in the order in which their parts are written. An instance
/// that took its turn before an earlier one would wait for it for ever.
async fn start_rendering(
    prepare: Prepare,
    renderer: Arc<dyn InstanceRenderer>,
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
                let parts = renderer.render(&owner, file, limits, planned.options.into()).await;
                Ok(StartedInstance { planned, parts })
            }
            Err(DeliveryError::Store(StoreError::NotFound)) => {
                let (sender, parts) = parts_channel();
                let _ = sender.send(no_picture(NoPicture::ObjectDeleted)).await;
                Ok(StartedInstance { planned, parts })
            }
            Err(error) => Err(error),
        };
        // The writer failed, so nobody reads this any more.
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
