//! Writes the files that a client retrieves in one answer as one object, piece by piece: neither memory nor a disk holds more than
//! a part of it.

use filmless_dicomweb::{DICOM, Multipart};
use filmless_domain::ObjectKey;
use filmless_store::index::InstanceRecord;
use filmless_store::{ObjectVersion, Served, StoreError};

use crate::DeliveryError;
use crate::prepare::packing::Teller;

/// Writes these files, as they were uploaded, under a key.
pub(super) async fn write(
    teller: &mut Teller<'_>,
    key: &ObjectKey,
    instances: &[InstanceRecord],
) -> Result<(), DeliveryError> {
    let prepare = teller.prepare;
    let mut boundary = [0; 16];
    prepare.common.randomness.fill(&mut boundary)?;
    let multipart = Multipart::new(boundary, DICOM);
    let mut upload = prepare.derived.upload(key, Served::immutable(&multipart.content_type())).await?;
    for (place, instance) in instances.iter().enumerate() {
        upload.write(multipart.before(DICOM, place == 0).as_bytes()).await?;
        let file = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        let mut stream = prepare.studies.stream(file, None).await?;
        let mut written = 0;
        while let Some(piece) = stream.next().await {
            let piece = piece?;
            upload.write(&piece).await?;
            written += piece.len() as u64;
            teller.go_on().await?;
        }
        if written != instance.bytes {
            return Err(StoreError::Damaged.into());
        }
        teller.file_done().await?;
    }
    upload.write(multipart.end().as_bytes()).await?;
    upload.finish().await?;
    tracing::info!(instances = instances.len(), "files put together for an answer");
    Ok(())
}
