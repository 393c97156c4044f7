//! Frames (PS3.18 10.4.1.1.6): ranges of the uploaded file, in the transfer syntax in which it is stored; in Explicit VR Little
//! Endian where that is asked for and the metadata describes exactly what comes out.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_delivery::{RenderedParts, SourceFile};
use filmless_dicom::PixelLayout;
use filmless_dicomweb::frame_type::{EXPLICIT_VR_LITTLE_ENDIAN, frame_syntax, frame_types};
use filmless_dicomweb::{Form, Offer, Refusal};
use filmless_imaging::{Job, NativeJob, NoPicture, RenderedPart};
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt};
use tokio::sync::Mutex;

use super::file_index::{Frames, source_of};
use super::frame_numbers::frame_numbers;
use super::instances::{Resource, accepted, owner_of, refused_code};
use super::parts::{Announced, Broken, Pieces, by_itself, exactly, in_parts, object};
use crate::admitted::{Admitted, instance_of};
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use crate::software::{Right, SoftwareStudy};

/// Frames that are opened before it is their turn.
const AHEAD: usize = 4;
const BYTES: &str = "application/octet-stream";

/// In what form frames go out.
struct Chosen {
    content_type: String,
    is_single: bool,
    is_decoded: bool,
}

/// Some frames of an instance.
pub(crate) async fn frames(
    State(services): State<Arc<DicomwebServices>>,
    admitted: Admitted,
    Path(resource): Path<Resource>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let numbers = frame_numbers(resource.frames.as_deref().unwrap_or_default())?;
    let accept = accepted(&headers, query.as_deref())?;
    let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
    let record = instance_of(&services, study, series, &resource.instance_uid).await?;
    let file = Arc::new(source_of(services.software.studies_bucket(), &record));
    let index = services.index_cache.of(&file, &record, &services.config.limits).await?;
    let found = index.frames(&file).await?;
    if numbers.iter().any(|number| *number > found.count()) {
        return Err(Refusal::NotFound.into());
    }
    let offers = offers(&index.transfer_syntax_uid, numbers.len(), index.is_decodable());
    let form = Chosen::of(accept.choose(&offers)?, &index.transfer_syntax_uid);
    let response = match found {
        Frames::None => return Err(Refusal::NotFound.into()),
        Frames::Decoder { .. } => decoded(&services, study, &record, file, numbers, &form).await?,
        _ if form.is_decoded => decoded(&services, study, &record, file, numbers, &form).await?,
        Frames::Native { start, frame_bytes, .. } => {
            let range = |number: &u32| {
                let start = start + frame_bytes * u64::from(number - 1);
                vec![start..start + frame_bytes]
            };
            stored(&services, record, numbers.iter().map(range).collect(), &form).await?
        }
        Frames::Fragments(frames) => {
            let ranges = |number: &u32| frames.get(*number as usize - 1).cloned().unwrap_or_default();
            stored(&services, record, numbers.iter().map(ranges).collect(), &form).await?
        }
    };
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    Ok(response)
}

/// What there is of frames that are stored in this transfer syntax, the stored form first.
fn offers(stored: &str, frames: usize, is_decodable: bool) -> Vec<Offer<'_>> {
    let syntax = frame_syntax(stored);
    let types = frame_types(syntax);
    let mut kinds: Vec<(&str, &str)> = types.iter().map(|kind| (*kind, syntax)).collect();
    // Clients that take bytes of any syntax say octet-stream, and are told what it is.
    kinds.push((BYTES, syntax));
    if stored != syntax {
        kinds.push((BYTES, stored));
    }
    if is_decodable && syntax != EXPLICIT_VR_LITTLE_ENDIAN {
        kinds.push((BYTES, EXPLICIT_VR_LITTLE_ENDIAN));
    }
    kinds.dedup();
    let forms = |(kind, syntax)| {
        let forms = [Offer::multipart(kind), Offer::single(kind)].into_iter();
        forms.take(if frames == 1 { 2 } else { 1 }).map(move |form| form.in_syntax(syntax))
    };
    kinds.into_iter().flat_map(forms).collect()
}

impl Chosen {
    fn of(offer: &Offer<'_>, stored: &str) -> Self {
        let syntax = frame_syntax(stored);
        let is_decoded =
            offer.transfer_syntax == Some(EXPLICIT_VR_LITTLE_ENDIAN) && syntax != EXPLICIT_VR_LITTLE_ENDIAN;
        let types = frame_types(syntax);
        let (kind, syntax) = match () {
            () if is_decoded => (BYTES, EXPLICIT_VR_LITTLE_ENDIAN),
            () => (types.iter().find(|kind| **kind == offer.media_type).unwrap_or(&types[0]), syntax),
        };
        let content_type = format!("{kind};transfer-syntax={syntax}");
        Self { content_type, is_single: offer.form == Form::Single, is_decoded }
    }
}

/// Frames as they are stored; each is the ranges of its fragments.
async fn stored(
    services: &Arc<DicomwebServices>,
    record: InstanceRecord,
    frames: Vec<Vec<Range<u64>>>,
    form: &Chosen,
) -> Result<Response, DicomwebError> {
    let length = |ranges: &Vec<Range<u64>>| ranges.iter().map(|range| range.end - range.start).sum::<u64>();
    let lengths: Vec<u64> = frames.iter().map(length).collect();
    let total = lengths.iter().sum();
    services.config.check_length(total)?;
    let (shared, record) = (Arc::clone(services), Arc::new(record));
    let mut opened = stream::iter(frames)
        .map(move |ranges| ranges_of(Arc::clone(&shared), Arc::clone(&record), ranges))
        .buffered(AHEAD)
        .boxed();
    let Some(first) = opened.next().await else { return Err(Refusal::NotFound.into()) };
    let first = first.map_err(|_| Refusal::Unavailable)?;
    if form.is_single {
        return Ok(by_itself(&form.content_type, total, first));
    }
    let parts = stream::once(async { Ok(first) }).chain(opened);
    in_parts(&Announced { part_type: form.content_type.clone(), lengths: Some(lengths) }, parts)
}

/// The bytes of some ranges, one after the other. The first is opened at once.
async fn ranges_of(
    services: Arc<DicomwebServices>,
    record: Arc<InstanceRecord>,
    ranges: Vec<Range<u64>>,
) -> Result<Pieces, Broken> {
    let open = |services: Arc<DicomwebServices>, record: Arc<InstanceRecord>, range: Range<u64>| async move {
        let version = ObjectVersion { key: &record.key, version_id: record.version_id.as_deref() };
        let length = range.end - range.start;
        object(services.software.studies_bucket(), version, Some(range), length).await
    };
    let mut ranges = ranges.into_iter();
    let Some(first) = ranges.next() else { return Ok(Box::pin(stream::empty())) };
    let first = open(Arc::clone(&services), Arc::clone(&record), first).await?;
    let others = stream::iter(ranges).then(move |range| open(Arc::clone(&services), Arc::clone(&record), range));
    let others = futures::TryStreamExt::try_flatten(others);
    Ok(Box::pin(first.chain(others)))
}

/// Frames in Explicit VR Little Endian, as they are decoded.
async fn decoded(
    services: &Arc<DicomwebServices>,
    study: &Arc<SoftwareStudy>,
    record: &InstanceRecord,
    file: Arc<SourceFile>,
    numbers: Vec<u32>,
    form: &Chosen,
) -> Result<Response, DicomwebError> {
    // Nobody else holds it any more.
    let file = Arc::into_inner(file).ok_or(Refusal::Failed)?;
    let owner = owner_of(study, record);
    let job = Job::Native(NativeJob { frames: Some(numbers.clone()) });
    let mut parts = services.renderer.render(&owner, file, &services.config.limits, job).await;
    let layout = layout_of(&mut parts).await?;
    // Clients read the samples as the metadata says. False colours are worse than none.
    if !layout.is_as_described {
        return Err(Refusal::NoPicture { code: NoPicture::UnsupportedPixelFormat.code().to_owned() }.into());
    }
    let length = layout.frame_bytes;
    services.config.check_length(length.saturating_mul(numbers.len() as u64))?;
    let lengths = vec![length; numbers.len()];
    // One decoder gives the frames one after the other, and each part takes as much as is its own.
    let parts = Arc::new(Mutex::new(parts));
    if form.is_single {
        return Ok(by_itself(&form.content_type, length, frame_of(parts, length)));
    }
    let frames = stream::iter(numbers).map(move |_| Ok(frame_of(Arc::clone(&parts), length)));
    in_parts(&Announced { part_type: form.content_type.clone(), lengths: Some(lengths) }, frames)
}

/// The next frame that a decoder gives. Frames are taken in the order in which they were asked for, each to its end.
fn frame_of(parts: Arc<Mutex<RenderedParts>>, length: u64) -> Pieces {
    let pieces = stream::try_unfold((parts, length), |(parts, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let part = parts.lock().await.recv().await;
        let piece = match part {
            Some(RenderedPart::Native(piece)) => Bytes::from(piece.bytes.into_vec()),
            Some(RenderedPart::Failure(failure)) => return Err(broken_off(failure.error.code())),
            Some(RenderedPart::NoPicture { code }) => return Err(broken_off(&code)),
            _ => return Err(broken_off(NoPicture::DecoderFailed.code())),
        };
        let left = left.saturating_sub(piece.len() as u64);
        Ok(Some((piece, (parts, left))))
    });
    exactly(length, pieces)
}

fn broken_off(code: &str) -> Broken {
    tracing::warn!(code, "an answer is broken off");
    "broken off".into()
}

async fn layout_of(parts: &mut RenderedParts) -> Result<PixelLayout, DicomwebError> {
    match parts.recv().await {
        Some(RenderedPart::Layout(layout)) => Ok(*layout),
        Some(RenderedPart::NoPicture { code }) => Err(refused_code(&code).into()),
        Some(RenderedPart::Failure(failure)) => Err(refused_code(failure.error.code()).into()),
        _ => Err(Refusal::Failed.into()),
    }
}
