//! Makes the ZIPs that somebody asked for.

use std::io;
use std::path::Path;
use std::sync::Arc;

use filmless_dicom::display_order;
use filmless_domain::{DownloadKind, StudyInstanceUid};
use filmless_store::Served;
use filmless_store::index::{InstanceRecord, OrderRecord, StudyRecord};
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::prepare::archive::{Archive, Packing};
use crate::prepare::download::{StudyDownload, find};
use crate::prepare::media;
use crate::prepare::packing::{LEASE, Place, Teller, fetch, places};
use crate::prepare::slice_key::slice_key;
use crate::record::messages::{SettleTask, Task};
use crate::record::outbox;
use crate::renderer::InstanceRenderer;
use crate::sight::find_in_sight;

const READ_ME: &str = "\
Thư mục DICOM chứa toàn bộ ảnh gốc của một lần chụp, đúng như bệnh viện đã lưu.
Mở bằng phần mềm xem ảnh DICOM (ví dụ Weasis, RadiAnt, Horos, 3D Slicer).
Đây là dữ liệu sức khỏe cá nhân: xin giữ kín.

The folder DICOM holds all original images of one study, exactly as the hospital keeps them.
Open it with DICOM software (Weasis, RadiAnt, Horos, 3D Slicer, for example).
This is personal health data: please keep it private.
";

/// When whoever found somebody packing looks again.
const LOOK_AGAIN_MS: u64 = 5_000;

/// Makes a ZIP of a study that may be seen, unless it is there. However often somebody asked, one packs it at a time: who
/// comes second looks again later, and finds it.
///
/// # Errors
/// [`DeliveryError`]: it has to be made again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn pack_download(
    prepare: &Prepare,
    renderer: &Arc<dyn InstanceRenderer>,
    study: &StudyInstanceUid,
    kind: DownloadKind,
) -> Result<(), DeliveryError> {
    let Some((record, order)) = find_in_sight(&prepare.common, study).await? else { return Ok(()) };
    let index = &prepare.common.index;
    let download = find(index, &prepare.derived, study, kind).await?;
    if download.bytes.is_some() {
        return Ok(());
    }
    if !index.lease_packing(study, kind, prepare.common.clock.now(), LEASE).await? {
        let task = SettleTask::PackDownload { study_instance_uid: study.clone(), kind };
        let mut message = task.to_outbox()?;
        message.delay_ms = LOOK_AGAIN_MS;
        return outbox::publish(&prepare.common, &outbox::entry(&prepare.common, vec![message])?).await;
    }
    // Between looking and taking the turn, whoever had it may have come to its end.
    let packed = match find(index, &prepare.derived, study, kind).await? {
        StudyDownload { bytes: Some(_), .. } => Ok(()),
        missing => Box::pin(pack(prepare, &**renderer, (&record, &order), kind, &missing)).await,
    };
    index.end_packing(study, kind).await?;
    packed
}

async fn pack(
    prepare: &Prepare,
    renderer: &dyn InstanceRenderer,
    (study, order): (&StudyRecord, &OrderRecord),
    kind: DownloadKind,
    download: &StudyDownload,
) -> Result<(), DeliveryError> {
    let mut instances = prepare.common.index.instances(&study.study_instance_uid).await?;
    instances.sort_by(|a, b| {
        let series = |i: &InstanceRecord| (i.series.number, i.series_instance_uid.clone());
        series(a).cmp(&series(b)).then_with(|| display_order(&slice_key(a), &slice_key(b)))
    });
    let local = DeliveryError::internal::<io::Error>;
    let folder = tempfile::tempdir().map_err(local("a temporary folder"))?;
    let path = folder.path().join("zip");
    let archive = Archive::create(&path).map_err(local("a temporary file"))?;
    let mut teller = Teller::new(prepare, &study.study_instance_uid, kind, instances.len());
    let archive = match kind {
        DownloadKind::Uploaded => Box::pin(uploaded(&mut teller, archive, folder.path(), &instances)).await?,
        DownloadKind::Media => {
            let written =
                media::write(&mut teller, renderer, archive, folder.path(), &instances, (study, order));
            Box::pin(written).await?
        }
    };
    tokio::task::spawn_blocking(move || archive.finish())
        .await
        .map_err(DeliveryError::internal("a ZIP"))?
        .map_err(DeliveryError::internal("a ZIP"))?;
    prepare.derived.put_file(&download.key, &path, Served::immutable("application/zip")).await?;
    info!(instances = instances.len(), "study packed for download");
    Ok(())
}

/// The files as they were uploaded.
async fn uploaded(
    teller: &mut Teller<'_>,
    archive: Archive,
    folder: &Path,
    instances: &[InstanceRecord],
) -> Result<Archive, DeliveryError> {
    let mut archive =
        archive.with_bytes("README.txt".to_owned(), READ_ME.as_bytes().to_vec(), Packing::Stored).await?;
    for (instance, place) in instances.iter().zip(places(instances)) {
        let file = fetch(teller.prepare, folder, instance).await?;
        let Place { series, number } = place;
        archive = archive.with_file(format!("DICOM/S{series:03}/I{number:05}.dcm"), file).await?;
        teller.file_done().await?;
    }
    Ok(archive)
}
