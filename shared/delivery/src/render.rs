//! From a settled series to what a page can show.

use async_trait::async_trait;
use bytes::Bytes;
use filmless_dicom::{SliceKey, display_order};
use filmless_domain::object_key::{self, SeriesKeys};
use filmless_domain::{Limits, SeriesInstanceUid, StudyInstanceUid, StudyState};
use filmless_imaging::{PreviewSize, RenderedInstance, SeriesPackBuilder, render_instance};
use filmless_store::index::{InstanceRecord, SeriesRecord, StudyRecord};
use filmless_store::{ObjectVersion, Served, StoreError};
use futures::{StreamExt, stream};
use serde_json::json;
use tracing::{info, instrument, warn};

use crate::messages::{ReleaseTask, Task};
use crate::{DeliveryError, Services, outbox, settle};

/// Longest side of a preview: radiographs are looked at one by one, slices by the hundred.
const RADIOGRAPH_SIDE_MAX: u32 = 1600;
const SLICE_SIDE_MAX: u32 = 512;
const CINE_SIDE_MAX: u32 = 800;

/// Why an instance has no picture: a stable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPicture {
    /// The code, see `docs/ERRORS.md`.
    pub code: String,
}

/// Decodes untrusted files: in this process where one process serves one event, in a child process where one
/// process serves everything.
#[async_trait]
pub trait InstanceRenderer: Send + Sync {
    /// Renders every frame of a file.
    ///
    /// # Errors
    /// [`NoPicture`]; the file is kept and listed without picture.
    async fn render(
        &self,
        file: Bytes,
        limits: &Limits,
        preview: PreviewSize,
    ) -> Result<RenderedInstance, NoPicture>;

    /// How many files may be rendered at a time.
    fn parallelism(&self) -> usize;
}

/// Renders in this process, off the async threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcessRenderer;

#[async_trait]
impl InstanceRenderer for InProcessRenderer {
    async fn render(
        &self,
        file: Bytes,
        limits: &Limits,
        preview: PreviewSize,
    ) -> Result<RenderedInstance, NoPicture> {
        let limits = limits.clone();
        let rendered = tokio::task::spawn_blocking(move || render_instance(&file, &limits, preview)).await;
        match rendered {
            Ok(Ok(rendered)) => Ok(rendered),
            Ok(Err(error)) => Err(NoPicture { code: error.code().to_owned() }),
            Err(_) => Err(NoPicture { code: "decoder-failed".to_owned() }),
        }
    }

    fn parallelism(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}

/// Renders a series, unless its contents changed since that was asked for, or its pack shows them already.
///
/// # Errors
/// [`DeliveryError`]: the series has to be rendered again.
#[instrument(skip_all, fields(study_instance_uid = %study, series_instance_uid = %series))]
pub async fn render_series(
    services: &Services,
    study: &StudyInstanceUid,
    series: &SeriesInstanceUid,
    content_digest: &str,
) -> Result<(), DeliveryError> {
    let known = services.index.series(study).await?.into_iter().find(|s| s.series_instance_uid == *series);
    let Some(mut record) = known.filter(|s| s.content_digest == content_digest) else { return Ok(()) };
    if record.rendered_digest.as_deref() != Some(content_digest) {
        let mut instances = services.index.instances(study).await?;
        instances.retain(|i| i.series_instance_uid == *series);
        if settle::content_digest(&instances.iter().collect::<Vec<_>>()) != content_digest {
            // More arrived: the settle that follows asks for this series again.
            return Ok(());
        }
        instances.sort_by(|a, b| display_order(&slice_key(a), &slice_key(b)));
        write_pack(services, study, &mut record, &instances).await?;
        record.rendered_digest = Some(content_digest.to_owned());
        services.index.mark_series_rendered(study, &record).await?;
        info!(frames = record.frames, without_picture = record.without_picture, "series rendered");
    }
    finish_study(services, study).await
}

fn slice_key(instance: &InstanceRecord) -> SliceKey {
    SliceKey {
        slice_position: instance.slice_position,
        acquisition_time: instance.acquisition_time.clone(),
        instance_number: instance.instance_number,
        sop_instance_uid: instance.sop_instance_uid.as_str().to_owned(),
    }
}

async fn write_pack(
    services: &Services,
    study: &StudyInstanceUid,
    record: &mut SeriesRecord,
    instances: &[InstanceRecord],
) -> Result<(), DeliveryError> {
    let preview = preview_size(&record.modality);
    let mut rendered = stream::iter(instances.to_vec())
        .map(|instance| {
            let services = services.clone();
            async move { render_one(&services, &instance, preview).await }
        })
        .buffered(services.renderer.parallelism() + 1);
    let series = record.series_instance_uid.clone();
    let description = record.description.as_deref();
    let mut pack =
        SeriesPackBuilder::new(study.as_str(), series.as_str(), &record.modality, record.number, description);
    let mut position = 0;
    while let Some(result) = rendered.next().await {
        let instance = &instances[position];
        position += 1;
        match result? {
            Ok(picture) => pack.push(instance.sop_instance_uid.as_str(), Ok(&picture)),
            Err(no_picture) => {
                warn!(code = no_picture.code, "instance without picture");
                pack.push(instance.sop_instance_uid.as_str(), Err(&no_picture.code));
            }
        }
    }
    let artifacts = pack.finish().map_err(DeliveryError::internal("a series pack"))?;
    record.frames = u32::try_from(artifacts.index.frames.len()).unwrap_or(u32::MAX);
    record.without_picture = u32::try_from(artifacts.index.without_picture.len()).unwrap_or(u32::MAX);

    let keys = SeriesKeys::new(study, &series, &record.content_digest);
    let index = serde_json::to_vec(&artifacts.index).map_err(DeliveryError::internal("a series index"))?;
    let immutable = |content_type| Served { content_type, is_immutable: true };
    services.derived.put(&keys.pack, artifacts.pack, immutable("application/octet-stream")).await?;
    services.derived.put(&keys.index, index, immutable("application/json")).await?;
    if let Some(poster) = artifacts.poster_jpeg {
        services.derived.put(&keys.poster, poster, immutable("image/jpeg")).await?;
    }
    if let Some(thumbs) = artifacts.thumbs_jpeg {
        services.derived.put(&keys.thumbs, thumbs, immutable("image/jpeg")).await?;
    }
    Ok(())
}

async fn render_one(
    services: &Services,
    instance: &InstanceRecord,
    preview: PreviewSize,
) -> Result<Result<RenderedInstance, NoPicture>, DeliveryError> {
    let limits = &services.settings.limits;
    let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
    let file = match services.studies.get(object, limits.object_bytes_max).await {
        Ok(file) => file,
        Err(StoreError::NotFound) => return Ok(Err(NoPicture { code: "object-deleted".to_owned() })),
        Err(error) => return Err(error.into()),
    };
    Ok(services.renderer.render(file, limits, preview).await)
}

fn preview_size(modality: &str) -> PreviewSize {
    let side_max = match modality {
        "CT" | "MR" | "PT" | "NM" => SLICE_SIDE_MAX,
        "US" | "XA" | "RF" | "ES" | "IVUS" => CINE_SIDE_MAX,
        _ => RADIOGRAPH_SIDE_MAX,
    };
    PreviewSize { side_max }
}

/// Moves a settled study on once every series shows its contents: manifest first, then the state together with
/// the message to the gate. Whoever renders the last series does it; running it again changes nothing.
pub(crate) async fn finish_study(services: &Services, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let Some(mut record) = services.index.study(study).await? else { return Ok(()) };
    if record.state != StudyState::Settled {
        return Ok(());
    }
    let series = services.index.series(study).await?;
    if series.iter().any(|s| s.rendered_digest.as_ref() != Some(&s.content_digest)) {
        return Ok(());
    }
    record.images = series.iter().map(|s| s.frames).sum();
    let manifest =
        serde_json::to_vec(&manifest(&record, &series)).map_err(DeliveryError::internal("a manifest"))?;
    let served = Served { content_type: "application/json", is_immutable: false };
    services.derived.put(&object_key::study_manifest(study), manifest, served).await?;
    let entry =
        outbox::entry(services, vec![ReleaseTask { study_instance_uid: study.clone() }.to_outbox()?])?;
    if services.index.mark_study_rendered(&record, &entry).await? {
        info!(study_instance_uid = %study, images = record.images, "study rendered");
        outbox::publish(services, &entry).await?;
    }
    Ok(())
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
                "without_picture": s.without_picture, "pack": keys.pack, "index": keys.index,
                "poster": keys.poster, "thumbs": keys.thumbs,
            })
        })
        .collect();
    json!({
        "version": 1, "study_instance_uid": uid, "study_date": study.study_date,
        "modalities": study.modalities, "instances": study.instances, "images": study.images, "series": series,
    })
}
