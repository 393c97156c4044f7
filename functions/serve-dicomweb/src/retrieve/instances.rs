//! Whole instances (PS3.18 10.4.1.1): the bytes that were uploaded, or the same instance in Explicit VR Little Endian.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_dicomweb::frame_type::EXPLICIT_VR_LITTLE_ENDIAN;
use filmless_dicomweb::{DICOM, Refusal, Shape, Wanted};
use filmless_domain::Retrieval;
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use super::explicit::{explicit, index};
use super::parts::{Announced, Part, by_itself, in_parts, object, read_ahead};
use crate::admitted::{Admitted, instance_of};
use crate::answer::{leads_to, wanted_in};
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{LargeAnswer, Right, SoftwareStudy};

/// Objects that are read before it is their turn.
const AHEAD: usize = 4;
/// Headers that are read at a time.
const HEADERS_AT_ONCE: usize = 16;

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
    let wanted = wanted_in(&headers, query.as_deref())?;
    retrieve(&services, &admitted, &study, Retrieval::study(), &wanted).await
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
    let retrieval = Retrieval::series(series.record.series_instance_uid.clone());
    retrieve(&services, &admitted, study, retrieval, &wanted_in(&headers, query.as_deref())?).await
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
    let wanted = wanted_in(&headers, query.as_deref())?;
    retrieve(&services, &admitted, study, of_instance(&instance), &wanted).await
}

/// Retrieves one instance.
pub(crate) fn of_instance(instance: &InstanceRecord) -> Retrieval {
    Retrieval::instance(instance.series_instance_uid.clone(), instance.sop_instance_uid.clone())
}

/// In what form instances go out, and about how many bytes they are then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    AsUploaded(u64),
    Explicit(u64),
}

/// Answers with these files of a study, in the first form that is wanted and can be given.
pub(crate) async fn retrieve(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    retrieval: Retrieval,
    wanted: &[Wanted],
) -> Result<Response, DicomwebError> {
    let mut instances = services.software.instances(study).await?.to_vec();
    instances.retain(|one| retrieval.has(&one.series_instance_uid, &one.sop_instance_uid));
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
        let answer = match form {
            Form::AsUploaded(bytes) if services.config.is_too_long(bytes) => {
                large(services, study, &retrieval, &instances, is_single).await
            }
            Form::AsUploaded(bytes) => as_uploaded(services, instances.clone(), bytes, is_single).await,
            Form::Explicit(bytes) => explicit(services, study, instances.clone(), bytes, is_single).await,
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

/// What is too large to be streamed: leads to the file itself, or to an object that holds all of them.
async fn large(
    services: &Arc<DicomwebServices>,
    study: &SoftwareStudy,
    retrieval: &Retrieval,
    instances: &[InstanceRecord],
    is_single: bool,
) -> Result<Response, DicomwebError> {
    if is_single && let [instance] = instances {
        return Ok(leads_to(&services.software.original_address(instance).await?));
    }
    match services.software.large_answer(study, retrieval.clone()).await? {
        LargeAnswer::Ready(address) => Ok(leads_to(&address)),
        LargeAnswer::Preparing(progress) => {
            let done = progress.map_or(0, |progress| progress.files_done);
            let of = u32::try_from(instances.len()).unwrap_or(u32::MAX);
            Err(Refusal::Preparing { done, of }.into())
        }
    }
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

/// Whether all instances can be given as they are wanted, and how.
async fn form_of(
    services: &Arc<DicomwebServices>,
    instances: &[InstanceRecord],
    wanted: &Wanted,
) -> Result<Option<Form>, DicomwebError> {
    let stored_bytes = instances.iter().map(|instance| instance.bytes).sum();
    let as_uploaded = Some(Form::AsUploaded(stored_bytes));
    let Some(syntax) = wanted.transfer_syntax.as_deref() else { return Ok(as_uploaded) };
    let facts_of = |services: Arc<DicomwebServices>, instance: InstanceRecord| async move {
        let index = index(&services, &instance).await?;
        let can_be = !index.has_pixels() || index.is_decodable();
        Ok::<_, DicomwebError>((
            index.transfer_syntax_uid.clone(),
            can_be,
            index.explicit_bytes(instance.bytes),
        ))
    };
    let owned: Vec<_> =
        instances.iter().map(|instance| facts_of(Arc::clone(services), instance.clone())).collect();
    let found: Vec<(String, bool, u64)> = stream::iter(owned).buffered(HEADERS_AT_ONCE).try_collect().await?;
    if found.iter().all(|(stored, _, _)| stored == syntax) {
        return Ok(as_uploaded);
    }
    // Among others, what cannot be decoded goes out as it is stored.
    let can_be = syntax == EXPLICIT_VR_LITTLE_ENDIAN && found.iter().any(|(_, can_be, _)| *can_be);
    Ok(can_be.then(|| Form::Explicit(found.iter().map(|(_, _, bytes)| bytes).sum())))
}

async fn as_uploaded(
    services: &Arc<DicomwebServices>,
    instances: Vec<InstanceRecord>,
    total: u64,
    is_single: bool,
) -> Result<Response, DicomwebError> {
    // What cannot be opened is said before the first byte.
    let open = |services: Arc<DicomwebServices>, instance: InstanceRecord| async move {
        let version = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        object(services.software.studies_bucket(), version, None, instance.bytes).await
    };
    let part = |bytes| Part { content_type: DICOM.to_owned(), bytes };
    let lengths = instances.iter().map(|instance| (DICOM.to_owned(), instance.bytes)).collect();
    let mut rest = instances.into_iter();
    let Some(first) = rest.next() else { return Err(Refusal::NotFound.into()) };
    let first = part(open(Arc::clone(services), first).await.map_err(|_| Refusal::Unavailable)?);
    if is_single {
        return Ok(by_itself(first, Some(total)));
    }
    let services = Arc::clone(services);
    let others = stream::iter(rest).map(move |instance| read_ahead(open(Arc::clone(&services), instance)));
    let parts = stream::once(async { Ok(first) }).chain(others.buffered(AHEAD).map_ok(part));
    in_parts(&Announced { part_type: DICOM.to_owned(), lengths: Some(lengths) }, parts)
}
