//! Makes what somebody asked for: ZIPs, and answers of DICOMweb that are too large to be streamed.

use std::io;
use std::path::Path;
use std::sync::Arc;

use filmless_dicom::display_order;
use filmless_domain::{DownloadKind, Parcel, Retrieval, StudyInstanceUid};
use filmless_store::Served;
use filmless_store::index::{InstanceRecord, OrderRecord, StudyRecord};
use tracing::{info, instrument};

use crate::DeliveryError;
use crate::parts::Prepare;
use crate::prepare::archive::{Archive, Packing};
use crate::prepare::download::{StudyDownload, find, made};
use crate::prepare::media;
use crate::prepare::packing::{LEASE, Place, Teller, fetch, places};
use crate::prepare::retrieval::{retrieval_key, select};
use crate::prepare::retrieval_object;
use crate::prepare::slice_key::slice_key;
use crate::record::messages::{SettleTask, Task};
use crate::record::outbox;
use crate::renderer::InstanceRenderer;
use crate::shown_instances::shown_instances;
use crate::shown_series::shown_series;
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

/// Makes a ZIP of a study that may be seen, unless it is there.
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
    let Some(seen) = find_in_sight(&prepare.common, study).await? else { return Ok(()) };
    let parcel = Parcel::Download(kind);
    let common = &prepare.common;
    let find = || find(&common.index, &prepare.derived, (&seen.0, &seen.1), kind, common.clock.now());
    if find().await?.bytes.is_some() || !take_turn(prepare, study, &parcel).await? {
        return Ok(());
    }
    // Between looking and taking the turn, whoever had it may have come to its end.
    let packed = match find().await? {
        StudyDownload { bytes: Some(_), .. } => Ok(()),
        missing => Box::pin(pack(prepare, &**renderer, (&seen.0, &seen.1), (&parcel, kind), &missing)).await,
    };
    prepare.common.index.end_packing(study, &parcel).await?;
    packed
}

/// Puts the files of a study that may be seen together that a client retrieves in one answer, unless they are.
///
/// # Errors
/// [`DeliveryError`]: it has to be made again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn pack_retrieval(
    prepare: &Prepare,
    study: &StudyInstanceUid,
    retrieval: Retrieval,
) -> Result<(), DeliveryError> {
    let Some((record, _)) = find_in_sight(&prepare.common, study).await? else { return Ok(()) };
    let index = &prepare.common.index;
    let series = shown_series(index, &record).await?;
    let instances = select(&retrieval, &shown_instances(index, &record, series.iter()).await?);
    let key = retrieval_key(study, &instances);
    let parcel = Parcel::Retrieval(retrieval);
    let is_made = async || Ok::<_, DeliveryError>(made(&prepare.derived, &key).await?.is_some());
    if instances.is_empty() || is_made().await? || !take_turn(prepare, study, &parcel).await? {
        return Ok(());
    }
    let packed = if is_made().await? {
        Ok(())
    } else {
        let mut teller = Teller::new(prepare, study, &parcel, instances.len());
        Box::pin(retrieval_object::write(&mut teller, &key, &instances)).await
    };
    index.end_packing(study, &parcel).await?;
    packed
}

/// Whether it is our turn to make something. However often somebody asked, one makes it at a time: who comes second looks again
/// later, and finds it.
async fn take_turn(
    prepare: &Prepare,
    study: &StudyInstanceUid,
    parcel: &Parcel,
) -> Result<bool, DeliveryError> {
    let common = &prepare.common;
    if common.index.lease_packing(study, parcel, common.clock.now(), LEASE).await? {
        return Ok(true);
    }
    let mut message = SettleTask::pack(study, parcel).to_outbox()?;
    message.delay_ms = LOOK_AGAIN_MS;
    outbox::pass_on(common, &message).await?;
    Ok(false)
}

async fn pack(
    prepare: &Prepare,
    renderer: &dyn InstanceRenderer,
    (study, order): (&StudyRecord, &OrderRecord),
    (parcel, kind): (&Parcel, DownloadKind),
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
    let mut teller = Teller::new(prepare, &study.study_instance_uid, parcel, instances.len());
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
