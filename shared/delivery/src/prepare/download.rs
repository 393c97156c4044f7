//! All files of a study as they were uploaded, in one ZIP. It is made when somebody asks for it, and expires.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use filmless_dicom::display_order;
use filmless_domain::{ObjectKey, StudyInstanceUid, object_key};
use filmless_store::index::InstanceRecord;
use filmless_store::{Bucket, Index, ObjectVersion, Served, StoreError};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use tracing::{info, instrument};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::DeliveryError;
use crate::parts::{Common, Prepare};
use crate::prepare::slice_key::slice_key;
use crate::record::messages::{SettleTask, Task};
use crate::record::outbox;
use crate::sight::find_in_sight;

const READ_ME: &str = "\
Thư mục DICOM chứa toàn bộ ảnh gốc của một lần chụp, đúng như bệnh viện đã lưu.
Mở bằng phần mềm xem ảnh DICOM (ví dụ Weasis, RadiAnt, Horos, 3D Slicer).
Đây là dữ liệu sức khỏe cá nhân: xin giữ kín.

The folder DICOM holds all original images of one study, exactly as the hospital keeps them.
Open it with DICOM software (Weasis, RadiAnt, Horos, 3D Slicer, for example).
This is personal health data: please keep it private.
";

/// The ZIP of what a study holds now, and whether it is there.
pub(crate) struct StudyDownload {
    pub key: ObjectKey,
    /// Bytes, once it is made.
    pub bytes: Option<u64>,
    /// Bytes of all files that are in it, or will be.
    pub bytes_of_files: u64,
}

/// Looks for the ZIP of a study.
pub(crate) async fn find(
    index: &Index,
    derived: &Bucket,
    study: &StudyInstanceUid,
) -> Result<StudyDownload, DeliveryError> {
    let instances = index.instances(study).await?;
    let key = object_key::study_download(study, &contents_digest(&instances));
    let bytes_of_files = instances.iter().map(|instance| instance.bytes).sum();
    let object = ObjectVersion { key: &key, version_id: None };
    let bytes = match derived.size(object).await {
        Ok(bytes) => Some(bytes),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(StudyDownload { key, bytes, bytes_of_files })
}

/// Asks for the ZIP to be made.
pub(crate) async fn request(common: &Common, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    let task = SettleTask::PackDownload { study_instance_uid: study.clone() };
    let entry = outbox::entry(common, vec![task.to_outbox()?])?;
    outbox::publish(common, &entry).await
}

/// How long nobody else begins to pack a study after its packer was last heard of.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How often the packer says that it goes on.
const RENEW_EVERY: SignedDuration = SignedDuration::from_secs(20);
/// When whoever found somebody packing looks again.
const LOOK_AGAIN_MS: u64 = 5_000;

/// Makes the ZIP of a study that may be seen, unless it is there. However often somebody asked, one packs it at a time: who
/// comes second looks again later, and finds it.
///
/// # Errors
/// [`DeliveryError`]: it has to be made again.
#[instrument(skip_all, fields(study_instance_uid = %study))]
pub async fn pack_download(prepare: &Prepare, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
    if find_in_sight(&prepare.common, study).await?.is_none() {
        return Ok(());
    }
    let download = find(&prepare.common.index, &prepare.derived, study).await?;
    if download.bytes.is_some() {
        return Ok(());
    }
    if !prepare.common.index.lease_packing(study, prepare.common.clock.now(), LEASE).await? {
        let mut message = SettleTask::PackDownload { study_instance_uid: study.clone() }.to_outbox()?;
        message.delay_ms = LOOK_AGAIN_MS;
        return outbox::publish(&prepare.common, &outbox::entry(&prepare.common, vec![message])?).await;
    }
    // Between looking and taking the turn, whoever had it may have come to its end.
    let packed = match find(&prepare.common.index, &prepare.derived, study).await? {
        StudyDownload { bytes: Some(_), .. } => Ok(()),
        missing => pack(prepare, study, &missing.key).await,
    };
    prepare.common.index.end_packing(study).await?;
    packed
}

async fn pack(prepare: &Prepare, study: &StudyInstanceUid, key: &ObjectKey) -> Result<(), DeliveryError> {
    let mut renewed_at = prepare.common.clock.now();
    let mut instances = prepare.common.index.instances(study).await?;
    instances.sort_by(|a, b| {
        let series = |i: &InstanceRecord| (i.series.number, i.series_instance_uid.clone());
        series(a).cmp(&series(b)).then_with(|| display_order(&slice_key(a), &slice_key(b)))
    });
    let local = DeliveryError::internal::<io::Error>;
    let folder = tempfile::tempdir().map_err(local("a temporary folder"))?;
    let (file, archive) = (folder.path().join("file"), folder.path().join("zip"));
    let mut zip = ZipWriter::new(File::create_new(&archive).map_err(local("a temporary file"))?);
    add(&mut zip, "README.txt", &mut READ_ME.as_bytes()).map_err(local("a ZIP"))?;
    let limit = prepare.common.settings.limits.object_bytes_max;
    for (instance, name) in instances.iter().zip(names(&instances)) {
        let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        prepare.studies.download(object, &file, limit).await?;
        zip = add_file(zip, name, file.clone()).await?;
        let now = prepare.common.clock.now();
        if now > renewed_at + RENEW_EVERY {
            prepare.common.index.renew_packing(study, now, LEASE).await?;
            renewed_at = now;
        }
    }
    tokio::task::spawn_blocking(move || zip.finish().map(|_| ()))
        .await
        .map_err(DeliveryError::internal("a ZIP"))?
        .map_err(DeliveryError::internal("a ZIP"))?;
    prepare.derived.put_file(key, &archive, Served::immutable("application/zip")).await?;
    info!(instances = instances.len(), "study packed for download");
    Ok(())
}

async fn add_file(
    mut zip: ZipWriter<File>,
    name: String,
    file: PathBuf,
) -> Result<ZipWriter<File>, DeliveryError> {
    let added = tokio::task::spawn_blocking(move || -> io::Result<ZipWriter<File>> {
        add(&mut zip, &name, &mut File::open(file)?)?;
        Ok(zip)
    });
    added.await.map_err(DeliveryError::internal("a ZIP"))?.map_err(DeliveryError::internal("a ZIP"))
}

/// Stored, not compressed: most DICOM files hardly shrink, and a phone has to unpack them again.
fn add(zip: &mut ZipWriter<File>, name: &str, bytes: &mut impl io::Read) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    zip.start_file(name, options)?;
    io::copy(bytes, zip).map(|_| ())
}

/// `DICOM/S001/I00001.dcm`: names that any file system takes and that tell nothing about the patient.
fn names(sorted: &[InstanceRecord]) -> Vec<String> {
    let (mut series, mut number) = (0_usize, 0_usize);
    let mut before = None;
    sorted
        .iter()
        .map(|instance| {
            if before.replace(&instance.series_instance_uid) == Some(&instance.series_instance_uid) {
                number += 1;
            } else {
                (series, number) = (series + 1, 1);
            }
            format!("DICOM/S{series:03}/I{number:05}.dcm")
        })
        .collect()
}

fn contents_digest(instances: &[InstanceRecord]) -> String {
    let mut lines: Vec<String> =
        instances.iter().map(|i| format!("{} {}\n", i.sop_instance_uid, i.etag)).collect();
    lines.sort();
    hex::encode(Sha256::digest(lines.concat()))
}
