//! Instances in Explicit VR Little Endian, whatever they are stored in (PS3.18 8.7.3.5.2).

use std::sync::Arc;

use axum::response::Response;
use filmless_delivery::{ExplicitFile, FileOwner, NotNative};
use filmless_dicomweb::frame_type::EXPLICIT_VR_LITTLE_ENDIAN;
use filmless_dicomweb::{DICOM, Refusal};
use filmless_imaging::NoPicture;
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt};

use super::file_index::{FileIndex, source_of};
use super::parts::{Announced, Broken, Part, Pieces, by_itself, in_parts, object};
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::SoftwareStudy;

/// What is known of the file of an instance.
pub(super) async fn index(
    services: &Arc<DicomwebServices>,
    instance: &InstanceRecord,
) -> Result<Arc<FileIndex>, DicomwebError> {
    let file = Arc::new(source_of(services.software.studies_bucket(), instance));
    services.index_cache.of(&file, instance, &services.config.limits).await
}

/// Instances as they are decoded, about so many bytes. Those that are stored so are sent as they are; so are those among others
/// that cannot be decoded whole, and their parts say how they are encoded. An instance by itself is begun before the answer is, so
/// that it is said why it cannot be decoded.
pub(super) async fn explicit(
    services: &Arc<DicomwebServices>,
    study: &Arc<SoftwareStudy>,
    instances: Vec<InstanceRecord>,
    total: u64,
    is_single: bool,
) -> Result<Response, DicomwebError> {
    services.config.check_length(total)?;
    if let [instance] = &instances[..] {
        let (length, part) = decoded(services, study, instance).await?;
        services.config.check_length(length)?;
        if is_single {
            return Ok(by_itself(part, Some(length)));
        }
        let lengths = Some(vec![(part.content_type.clone(), length)]);
        let parts = stream::once(async { Ok(part) });
        return in_parts(&Announced { part_type: DICOM.to_owned(), lengths }, parts);
    }
    let (services, study) = (Arc::clone(services), Arc::clone(study));
    let parts = stream::iter(instances).then(move |instance| {
        let (services, study) = (Arc::clone(&services), Arc::clone(&study));
        async move {
            let part = match decoded(&services, &study, &instance).await {
                Err(DicomwebError::Refused(Refusal::NoPicture { .. })) => stored(&services, &instance).await,
                decoded => decoded.map(|(_, part)| part),
            };
            part.map_err(|_| Broken::from("broken off"))
        }
    });
    in_parts(&Announced { part_type: DICOM.to_owned(), lengths: None }, parts)
}

/// A part with an instance as it is stored.
async fn stored(services: &Arc<DicomwebServices>, instance: &InstanceRecord) -> Result<Part, DicomwebError> {
    let syntax = index(services, instance).await?.transfer_syntax_uid.clone();
    let bytes = stored_bytes(services, instance).await?;
    Ok(Part { content_type: format!("{DICOM};transfer-syntax={syntax}"), bytes })
}

async fn stored_bytes(
    services: &Arc<DicomwebServices>,
    instance: &InstanceRecord,
) -> Result<Pieces, DicomwebError> {
    let version = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
    let bytes = object(services.software.studies_bucket(), version, None, instance.bytes).await;
    Ok(bytes.map_err(|_| Refusal::Unavailable)?)
}

/// A part with an instance in Explicit VR Little Endian, and its length. Nothing of it is sent before it is known that the rest
/// follows: frames behind the first that may be none are decoded once for that.
async fn decoded(
    services: &Arc<DicomwebServices>,
    study: &SoftwareStudy,
    instance: &InstanceRecord,
) -> Result<(u64, Part), DicomwebError> {
    let content_type = format!("{DICOM};transfer-syntax={EXPLICIT_VR_LITTLE_ENDIAN}");
    let index = index(services, instance).await?;
    if index.transfer_syntax_uid == EXPLICIT_VR_LITTLE_ENDIAN {
        let bytes = stored_bytes(services, instance).await?;
        return Ok((instance.bytes, Part { content_type, bytes }));
    }
    let source = Arc::new(source_of(services.software.studies_bucket(), instance));
    if index.has_frames_in_doubt(&source).await {
        let mut file = open(services, study, instance).await?;
        while file.next().await.map_err(|why| refused(&why))?.is_some() {}
    }
    let file = open(services, study, instance).await?;
    let length = file.total_bytes();
    let pieces = stream::try_unfold(file, |mut file| async {
        let piece = file.next().await.map_err(|why| broken_off(&why))?;
        Ok(piece.map(|piece| (piece, file)))
    });
    Ok((length, Part { content_type, bytes: Box::pin(pieces) }))
}

async fn open(
    services: &Arc<DicomwebServices>,
    study: &SoftwareStudy,
    instance: &InstanceRecord,
) -> Result<ExplicitFile, DicomwebError> {
    let owner = owner_of(study, instance);
    let file = source_of(services.software.studies_bucket(), instance);
    let opened = ExplicitFile::open(services.renderer.as_ref(), &owner, file, &services.config.limits).await;
    Ok(opened.map_err(|why| refused(&why))?)
}

/// For whom a file is decoded.
pub(crate) fn owner_of(study: &SoftwareStudy, instance: &InstanceRecord) -> FileOwner {
    FileOwner { study: study.record.study_instance_uid.clone(), patient: instance.patient.clone() }
}

/// What a client is told of a picture that cannot be made.
fn refused(why: &NotNative) -> Refusal {
    refused_code(&why.0)
}

/// The same, of a code. A decoder of ours that failed is no property of the picture.
pub(crate) fn refused_code(code: &str) -> Refusal {
    tracing::warn!(code, "a picture cannot be made");
    if code == NoPicture::DecoderFailed.code() {
        return Refusal::Failed;
    }
    Refusal::NoPicture { code: code.to_owned() }
}

fn broken_off(why: &NotNative) -> Broken {
    tracing::warn!(code = why.0, "an answer is broken off");
    "broken off".into()
}
