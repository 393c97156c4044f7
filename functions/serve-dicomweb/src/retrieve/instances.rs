//! Whole instances (PS3.18 10.4.1.1): the bytes that were uploaded, or the same instance in Explicit VR Little Endian.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::Response;
use filmless_delivery::{ExplicitFile, FileOwner, NotNative};
use filmless_dicomweb::frame_type::EXPLICIT_VR_LITTLE_ENDIAN;
use filmless_dicomweb::{Accept, Form, Offer, Refusal, accept_parameter};
use filmless_imaging::NoPicture;
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use super::file_index::source_of;
use super::parts::{Announced, Broken, Pieces, by_itself, in_parts, object};
use crate::admitted::{Admitted, instance_of};
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use crate::software::{Right, SoftwareStudy};

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

/// What a request accepts.
pub(crate) fn accepted(headers: &HeaderMap, query: Option<&str>) -> Result<Accept, Refusal> {
    let lines = headers.get_all(ACCEPT).iter().map(|value| value.to_str().map_err(|_| Refusal::BadAccept));
    let lines: Vec<&str> = lines.collect::<Result<_, _>>()?;
    Accept::read(lines, accept_parameter(query.unwrap_or_default())?.as_deref())
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
    retrieve(&services, &admitted, &study, instances.to_vec(), &accepted(&headers, query.as_deref())?).await
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
    retrieve(&services, &admitted, study, instances, &accepted(&headers, query.as_deref())?).await
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
    retrieve(&services, &admitted, study, vec![instance], &accepted(&headers, query.as_deref())?).await
}

/// Answers with these instances, in the form that is preferred of those that can be given.
pub(crate) async fn retrieve(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    instances: Vec<InstanceRecord>,
    accept: &Accept,
) -> Result<Response, DicomwebError> {
    if instances.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    if admitted.admission.right != Right::Take {
        return Err(Refusal::FilesNotAllowed.into());
    }
    let stored = match accept.names_syntax() {
        true => Some(stored_in(services, &instances).await?),
        false => None,
    };
    let mut offers = Vec::new();
    offer(&mut offers, stored.as_ref().and_then(|stored| stored.syntax.as_deref()), instances.len());
    if stored.as_ref().is_some_and(|stored| stored.is_decodable) {
        offer(&mut offers, Some(EXPLICIT_VR_LITTLE_ENDIAN), instances.len());
    }
    let chosen = accept.choose(&offers)?;
    let is_single = chosen.form == Form::Single;
    let as_stored = stored.as_ref().is_none_or(|stored| chosen.transfer_syntax == stored.syntax.as_deref());
    let response = if as_stored {
        as_uploaded(services, instances, is_single).await?
    } else {
        explicit(services, study, instances, is_single).await?
    };
    services.software.record_use(&admitted.admission, study, Right::Take).await?;
    Ok(response)
}

/// Parts, and by itself where there is one.
fn offer<'s>(offers: &mut Vec<Offer<'s>>, syntax: Option<&'s str>, instances: usize) {
    let forms = [Offer::multipart(DICOM), Offer::single(DICOM)];
    let forms = forms.into_iter().take(if instances == 1 { 2 } else { 1 });
    offers.extend(forms.map(|form| Offer { transfer_syntax: syntax, ..form }));
}

/// How instances are stored.
struct Stored {
    /// The transfer syntax of all of them; none where they have several.
    syntax: Option<String>,
    /// Whether a decoder knows how the frames of all of them are encoded.
    is_decodable: bool,
}

async fn stored_in(
    services: &Arc<DicomwebServices>,
    instances: &[InstanceRecord],
) -> Result<Stored, DicomwebError> {
    let found: Vec<(String, bool)> = stream::iter(instances)
        .map(|instance| async {
            let file = Arc::new(source_of(services.software.studies_bucket(), instance));
            let index = services.index_cache.of(&file, instance, &services.config.limits).await?;
            let is_decodable = !index.has_pixels() || index.is_decodable();
            Ok::<_, DicomwebError>((index.transfer_syntax_uid.clone(), is_decodable))
        })
        .buffered(HEADERS_AT_ONCE)
        .try_collect()
        .await?;
    let first = found.first().map(|(syntax, _)| syntax.clone());
    let is_same = found.iter().all(|(syntax, _)| Some(syntax) == first.as_ref());
    let is_decodable = found.iter().all(|(_, is_decodable)| *is_decodable);
    Ok(Stored { syntax: first.filter(|_| is_same), is_decodable })
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
        object(services.software.studies_bucket(), version, None, instance.bytes).await
    };
    let mut rest = instances.clone().into_iter();
    let Some(first) = rest.next() else { return Err(Refusal::NotFound.into()) };
    let first = open(Arc::clone(services), first).await.map_err(|_| Refusal::Unavailable)?;
    if is_single {
        return Ok(by_itself(DICOM, total, first));
    }
    let lengths = instances.iter().map(|instance| instance.bytes).collect();
    let services = Arc::clone(services);
    let others = stream::iter(rest).map(move |instance| open(Arc::clone(&services), instance));
    let parts = stream::once(async { Ok(first) }).chain(others.buffered(AHEAD));
    in_parts(&Announced { part_type: DICOM.to_owned(), lengths: Some(lengths) }, parts)
}

/// Instances as they are decoded. The first one is begun before the answer is, so that what cannot be decoded is said.
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
    let open = |services: Arc<DicomwebServices>, study: Arc<SoftwareStudy>, instance: InstanceRecord| async move {
        let owner = owner_of(&study, &instance);
        let file = source_of(services.software.studies_bucket(), &instance);
        ExplicitFile::open(services.renderer.as_ref(), &owner, file, &services.config.limits).await
    };
    let first = open(Arc::clone(services), Arc::clone(study), first).await.map_err(|why| refused(&why))?;
    let length = first.total_bytes();
    services.config.check_length(length)?;
    if is_single {
        return Ok(by_itself(&content_type, length, pieces_of(first)));
    }
    let lengths = is_one.then(|| vec![length]);
    let (services, study) = (Arc::clone(services), Arc::clone(study));
    let opened = stream::iter(rest).then(move |instance| {
        let opening = open(Arc::clone(&services), Arc::clone(&study), instance);
        async { opening.await.map_err(|why| broken_off(&why)) }
    });
    let parts = stream::once(async { Ok(first) }).chain(opened).map_ok(pieces_of);
    in_parts(&Announced { part_type: content_type, lengths }, parts)
}

fn pieces_of(file: ExplicitFile) -> Pieces {
    let pieces = stream::try_unfold(file, |mut file| async {
        let piece = file.next().await.map_err(|why| broken_off(&why))?;
        Ok(piece.map(|piece| (piece, file)))
    });
    Box::pin(pieces)
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
