//! A study with all series rendered: writes its manifest and sends it to the gate.

use filmless_domain::object_key::{self, SeriesKeys};
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_store::index::{SeriesRecord, StudyRecord};
use filmless_store::{Served, StoreError};
use serde_json::json;
use tracing::info;

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::record::messages::{ReleaseTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};

/// How often a rendered study is read again because its item changed, before its message must come again.
const FINISH_TRIES_MAX: u32 = 4;

/// Moves a settled study on once every series shows its contents: first the manifest, then the state together with
/// the message to the gate. The run that renders the last series does it; doing it again changes nothing.
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
        // A file came. If it belongs to the study, the study settles again; if it was refused, only the item changed.
    }
    Err(StoreError::Contention { operation: "finish a study" }.into())
}

/// Returns whether the study was still as read.
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

/// What was made of the study since its last rendering; nothing if the same files came again.
fn rendered(pen: &Pen, study: &StudyRecord, bytes_before: i64) -> Vec<UsageEvent> {
    let bytes = usage::signed(study.derived_bytes);
    // What differs between two renderings: when the last file came, or what a recall deleted in between.
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

/// What the derived bucket holds for a study; nothing in it names the patient.
fn manifest(study: &StudyRecord, series: &[SeriesRecord]) -> serde_json::Value {
    let uid = &study.study_instance_uid;
    let series: Vec<_> = series
        .iter()
        .map(|s| {
            let keys = SeriesKeys::new(uid, &s.series_instance_uid, &s.content_digest);
            json!({
                "series_instance_uid": s.series_instance_uid, "number": s.attributes.number,
                "description": s.attributes.description, "modality": s.attributes.modality, "instances": s.instances, "frames": s.frames,
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
