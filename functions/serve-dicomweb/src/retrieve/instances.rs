//! Whole instances (PS3.18 10.4.1.1): the bytes that were uploaded, or the same instance in Explicit VR Little Endian.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_delivery::{ExplicitFile, FileOwner, NotNative};
use filmless_dicomweb::frame_type::EXPLICIT_VR_LITTLE_ENDIAN;
use filmless_dicomweb::{Refusal, Shape, Wanted};
use filmless_imaging::NoPicture;
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use super::file_index::source_of;
use super::parts::{Announced, Broken, Part, Pieces, by_itself, in_parts, object};
use crate::admitted::{Admitted, instance_of};
use crate::answer::wanted_in;
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareStudy};

/// Objects that are opened before it is their turn.
const AHEAD: usize = 4;
/// Headers that are read at a time.
const HEADERS_AT_ONCE: usize = 16;
/// What a file is.
const DICOM: &str = "application/dicom";

/// What an address below a token names.
#[derive(Debug, Deserialize)]
pub(crate) struct Resource {
    pub study_uid: String,
    #[serde(default)]
    pub series_uid: String,
    #[serde(default)]
    pub instance_uid: String,
    #[serde(default)]
    pub frames: Option<String>,
}

type Services = State<Arc<DicomwebServices>>;

/// All of a study.
pub(crate) async fn study(
    State(services): Services,
    admitted: Admitted,
    Path(resource): Path<Resource>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let study = Arc::clone(admitted.study(&resource.study_uid)?);
    let instances = services.software.instances(&study).await?;
    retrieve(&services, &admitted, &study, instances.to_vec(), &wanted_in(&headers, query.as_deref())?).await
}

/// All of a series.
pub(crate) async fn series(
    State(services): Services,
    admitted: Admitted,
    Path(resource): Path<Resource>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
    let mut instances = services.software.instances(study).await?.to_vec();
    instances.retain(|instance| instance.series_instance_uid == series.record.series_instance_uid);
    retrieve(&services, &admitted, study, instances, &wanted_in(&headers, query.as_deref())?).await
}

/// One instance.
pub(crate) async fn instance(
    State(services): Services,
    admitted: Admitted,
    Path(resource): Path<Resource>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
    let instance = instance_of(&services, study, series, &resource.instance_uid).await?;
    retrieve(&services, &admitted, study, vec![instance], &wanted_in(&headers, query.as_deref())?).await
}

/// In what form instances go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    AsUploaded,
    Explicit,
}

/// Answers with these instances, in the first form that is wanted and can be given.
pub(crate) async fn retrieve(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    instances: Vec<InstanceRecord>,
    wanted: &[Wanted],
) -> Result<Response, DicomwebError> {
    if instances.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    if admitted.admission.right != Right::Take {
        return Err(Refusal::FilesNotAllowed.into());
    }
    for one in wanted.iter().filter(|one| one.takes(DICOM)) {
        let is_single = one.shape == Shape::Single;
        if is_single && instances.len() > 1 {
            continue;
        }
        let Some(form) = form_of(services, &instances, one).await? else { continue };
        let answer = match (form, is_single) {
            (Form::AsUploaded, _) => as_uploaded(services, instances.clone(), is_single).await,
            (Form::Explicit, _) => explicit(services, study, instances.clone(), is_single).await,
        };
        let response = match answer {
            // What cannot be decoded may be wanted as it is, next.
            Err(DicomwebError::Refused(Refusal::NoPicture { .. })) if wanted.len() > 1 => continue,
            answer => answer?,
        };
        services.software.record_use(&admitted.admission, study, Right::Take).await?;
        return Ok(response);
    }
    Err(not_acceptable(services, &instances).await?.into())
}

async fn not_acceptable(
    services: &Arc<DicomwebServices>,
    instances: &[InstanceRecord],
) -> Result<Refusal, DicomwebError> {
    let mut offered = vec![format!("multipart/related; type=\"{DICOM}\"; transfer-syntax=*")];
    if let [instance] = instances {
        let index = index(services, instance).await?;
        offered.push(format!("{DICOM}; transfer-syntax={}", index.transfer_syntax_uid));
        if index.is_decodable() {
            offered.push(format!("{DICOM}; transfer-syntax={EXPLICIT_VR_LITTLE_ENDIAN}"));
        }
    }
    Ok(Refusal::NotAcceptable { offered: offered.join(", ") })
}

async fn index(
    services: &Arc<DicomwebServices>,
    instance: &InstanceRecord,
) -> Result<Arc<super::file_index::FileIndex>, DicomwebError> {
    let file = Arc::new(source_of(services.software.studies_bucket(), instance));
    services.index_cache.of(&file, instance, &services.config.limits).await
}

/// Whether all instances can be given as they are wanted, and how.
async fn form_of(
    services: &Arc<DicomwebServices>,
    instances: &[InstanceRecord],
    wanted: &Wanted,
) -> Result<Option<Form>, DicomwebError> {
    let Some(syntax) = wanted.transfer_syntax.as_deref() else { return Ok(Some(Form::AsUploaded)) };
    let facts_of = |services: Arc<DicomwebServices>, instance: InstanceRecord| async move {
        let index = index(&services, &instance).await?;
        let is_decodable = !index.has_pixels() || index.is_decodable();
        Ok::<_, DicomwebError>((index.transfer_syntax_uid.clone(), is_decodable))
    };
    let owned: Vec<_> =
        instances.iter().map(|instance| facts_of(Arc::clone(services), instance.clone())).collect();
    let found: Vec<(String, bool)> = stream::iter(owned).buffered(HEADERS_AT_ONCE).try_collect().await?;
    Ok(if found.iter().all(|(stored, _)| stored == syntax) {
        Some(Form::AsUploaded)
    } else if syntax == EXPLICIT_VR_LITTLE_ENDIAN && found.iter().all(|(_, is_decodable)| *is_decodable) {
        Some(Form::Explicit)
    } else {
        None
    })
}

async fn as_uploaded(
    services: &Arc<DicomwebServices>,
    instances: Vec<InstanceRecord>,
    is_single: bool,
) -> Result<Response, DicomwebError> {
    let total = instances.iter().map(|instance| instance.bytes).sum();
    services.config.check_length(total)?;
    // What cannot be opened is said before the first byte.
    let open = |services: Arc<DicomwebServices>, instance: InstanceRecord| async move {
        let version = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        let bytes = object(services.software.studies_bucket(), version, None, instance.bytes).await?;
        Ok::<_, Broken>(Part { content_type: DICOM.to_owned(), bytes })
    };
    let mut rest = instances.clone().into_iter();
    let Some(first) = rest.next() else { return Err(Refusal::NotFound.into()) };
    let first = open(Arc::clone(services), first).await.map_err(|_| Refusal::Unavailable)?;
    if is_single {
        return Ok(by_itself(first, Some(total)));
    }
    let lengths = instances.iter().map(|instance| (DICOM.to_owned(), instance.bytes)).collect();
    let services = Arc::clone(services);
    let others = stream::iter(rest).map(move |instance| open(Arc::clone(&services), instance));
    let parts = stream::once(async { Ok(first) }).chain(others.buffered(AHEAD));
    in_parts(&Announced { part_type: DICOM.to_owned(), lengths: Some(lengths) }, parts)
}

/// Instances as they are decoded; those that are stored so are sent as they are. The first one is begun before the answer is,
/// so that what cannot be decoded is said.
async fn explicit(
    services: &Arc<DicomwebServices>,
    study: &Arc<SoftwareStudy>,
    instances: Vec<InstanceRecord>,
    is_single: bool,
) -> Result<Response, DicomwebError> {
    let content_type = format!("{DICOM};transfer-syntax={EXPLICIT_VR_LITTLE_ENDIAN}");
    let is_one = instances.len() == 1;
    let mut rest = instances.into_iter();
    let Some(first) = rest.next() else { return Err(Refusal::NotFound.into()) };
    let (length, bytes) = open_explicit(Arc::clone(services), Arc::clone(study), first).await?;
    services.config.check_length(length)?;
    let part = Part { content_type: content_type.clone(), bytes };
    if is_single {
        return Ok(by_itself(part, Some(length)));
    }
    let lengths = is_one.then(|| vec![(content_type.clone(), length)]);
    let (services, study) = (Arc::clone(services), Arc::clone(study));
    let others = stream::iter(rest).then(move |instance| {
        let opening = open_explicit(Arc::clone(&services), Arc::clone(&study), instance);
        let content_type = content_type.clone();
        async move {
            let (_, bytes) = opening.await.map_err(|_| Broken::from("broken off"))?;
            Ok(Part { content_type, bytes })
        }
    });
    let parts = stream::once(async { Ok(part) }).chain(others);
    in_parts(&Announced { part_type: DICOM.to_owned(), lengths }, parts)
}

/// How long an instance is in Explicit VR Little Endian, and its bytes.
async fn open_explicit(
    services: Arc<DicomwebServices>,
    study: Arc<SoftwareStudy>,
    instance: InstanceRecord,
) -> Result<(u64, Pieces), DicomwebError> {
    if index(&services, &instance).await?.transfer_syntax_uid == EXPLICIT_VR_LITTLE_ENDIAN {
        let version = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        let stored = object(services.software.studies_bucket(), version, None, instance.bytes).await;
        return Ok((instance.bytes, stored.map_err(|_| Refusal::Unavailable)?));
    }
    let owner = owner_of(&study, &instance);
    let file = source_of(services.software.studies_bucket(), &instance);
    let opened = ExplicitFile::open(services.renderer.as_ref(), &owner, file, &services.config.limits).await;
    let file = opened.map_err(|why| refused(&why))?;
    let length = file.total_bytes();
    let pieces = stream::try_unfold(file, |mut file| async {
        let piece = file.next().await.map_err(|why| broken_off(&why))?;
        Ok(piece.map(|piece| (piece, file)))
    });
    Ok((length, Box::pin(pieces)))
}

/// For whom a file is decoded.
pub(crate) fn owner_of(study: &SoftwareStudy, instance: &InstanceRecord) -> FileOwner {
    FileOwner { study: study.record.study_instance_uid.clone(), patient: instance.patient.clone() }
}

/// What a client is told of a picture that cannot be made.
pub(crate) fn refused(why: &NotNative) -> Refusal {
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
