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
use filmless_dicomweb::{Refusal, Shape, Wanted};
use filmless_imaging::{Job, NativeJob, NoPicture, RenderedPart};
use filmless_store::ObjectVersion;
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt};
use tokio::sync::Mutex;

use super::explicit::{owner_of, refused_code};
use super::file_index::{Frames, source_of};
use super::frame_numbers::frame_numbers;
use super::instances::Resource;
use super::parts::{Announced, Broken, Part, Pieces, by_itself, exactly, in_parts, object};
use crate::admitted::{Admitted, instance_of};
use crate::answer::wanted_in;
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareStudy};

/// Frames that are opened before it is their turn.
const AHEAD: usize = 4;
const BYTES: &str = "application/octet-stream";

/// In what form frames go out.
struct Form {
    content_type: String,
    media_type: String,
    is_single: bool,
    is_decoded: bool,
    /// The transfer syntax in which they are stored.
    stored: String,
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
    let wanted = wanted_in(&headers, query.as_deref())?;
    let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
    let record = instance_of(&services, study, series, &resource.instance_uid).await?;
    let file = Arc::new(source_of(services.software.studies_bucket(), &record));
    let index = services.index_cache.of(&file, &record, &services.config.limits).await?;
    let found = index.frames(&file).await?;
    if numbers.iter().any(|number| *number > found.count()) {
        return Err(Refusal::NotFound.into());
    }
    let syntax = frame_syntax(&index.transfer_syntax_uid);
    let form = wanted.iter().find_map(|wanted| form_of(wanted, &index.transfer_syntax_uid, numbers.len()));
    let form = form.ok_or_else(|| not_acceptable(syntax, index.is_decodable()))?;
    let needs_decoder = form.is_decoded && syntax != EXPLICIT_VR_LITTLE_ENDIAN;
    let response = match found {
        Frames::None => return Err(Refusal::NotFound.into()),
        Frames::Decoder { .. } => decoded(&services, study, &record, file, numbers, &form).await?,
        _ if needs_decoder => decoded(&services, study, &record, file, numbers, &form).await?,
        Frames::Native { start, frame_bytes, .. } => {
            let range = |number: &u32| {
                let start = start + frame_bytes * u64::from(number - 1);
                std::iter::once(start..start + frame_bytes).collect()
            };
            stored(&services, record, numbers.iter().map(range).collect(), &form).await?
        }
        Frames::Fragments { frames, is_last_cut } => {
            if *is_last_cut && numbers.iter().any(|number| *number == found.count()) {
                return Err(refused_code(NoPicture::CutPixelData.code()).into());
            }
            let ranges = |number: &u32| frames.get(*number as usize - 1).cloned().unwrap_or_default();
            stored(&services, record, numbers.iter().map(ranges).collect(), &form).await?
        }
    };
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    Ok(response)
}

/// How frames of this stored transfer syntax are given to whoever wants them so; `None` when they cannot be.
fn form_of(wanted: &Wanted, stored: &str, frames: usize) -> Option<Form> {
    let is_single = wanted.shape == Shape::Single;
    if is_single && frames > 1 {
        return None;
    }
    let syntax = frame_syntax(stored);
    let types = frame_types(syntax);
    let asked = wanted.transfer_syntax.as_deref();
    let is_stored = asked.is_none_or(|asked| asked == syntax || asked == stored);
    let form = |media_type: &str, syntax: &str, is_decoded| Form {
        content_type: format!("{media_type};transfer-syntax={syntax}"),
        media_type: media_type.to_owned(),
        is_single,
        is_decoded,
        stored: frame_syntax(stored).to_owned(),
    };
    // Clients that take bytes of any syntax say octet-stream, and are told what it is.
    if is_stored && (wanted.media_type == BYTES || types.iter().any(|known| wanted.takes(known))) {
        let named = types.iter().find(|known| **known == wanted.media_type);
        return Some(form(named.or(types.first())?, syntax, false));
    }
    let is_explicit = asked == Some(EXPLICIT_VR_LITTLE_ENDIAN) && wanted.takes(BYTES);
    is_explicit.then(|| form(BYTES, EXPLICIT_VR_LITTLE_ENDIAN, true))
}

fn not_acceptable(syntax: &str, is_decodable: bool) -> Refusal {
    let mut offered: Vec<String> =
        frame_types(syntax).iter().map(|kind| format!("{kind}; transfer-syntax={syntax}")).collect();
    if is_decodable && syntax != EXPLICIT_VR_LITTLE_ENDIAN {
        offered.push(format!("{BYTES}; transfer-syntax={EXPLICIT_VR_LITTLE_ENDIAN}"));
    }
    Refusal::NotAcceptable { offered: offered.join(", ") }
}

/// Frames as they are stored; each is the ranges of its fragments.
async fn stored(
    services: &Arc<DicomwebServices>,
    record: InstanceRecord,
    frames: Vec<Vec<Range<u64>>>,
    form: &Form,
) -> Result<Response, DicomwebError> {
    let length = |ranges: &Vec<Range<u64>>| ranges.iter().map(|range| range.end - range.start).sum::<u64>();
    let lengths: Vec<(String, u64)> =
        frames.iter().map(|ranges| (form.content_type.clone(), length(ranges))).collect();
    let total = lengths.iter().map(|(_, length)| length).sum();
    services.config.check_length(total)?;
    let content_type = form.content_type.clone();
    let (shared, record) = (Arc::clone(services), Arc::new(record));
    let mut opened = stream::iter(frames)
        .map(move |ranges| {
            let (services, record, content_type) =
                (Arc::clone(&shared), Arc::clone(&record), content_type.clone());
            async move {
                let bytes = ranges_of(services, record, ranges).await?;
                Ok::<_, Broken>(Part { content_type, bytes })
            }
        })
        .buffered(AHEAD)
        .boxed();
    let Some(first) = opened.next().await else { return Err(Refusal::NotFound.into()) };
    let first = first.map_err(|_| Refusal::Unavailable)?;
    if form.is_single {
        return Ok(by_itself(first, Some(total)));
    }
    let parts = stream::once(async { Ok(first) }).chain(opened);
    in_parts(&Announced { part_type: form.media_type.clone(), lengths: Some(lengths) }, parts)
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
    let others =
        stream::iter(ranges).then(move |range| open(Arc::clone(&services), Arc::clone(&record), range));
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
    form: &Form,
) -> Result<Response, DicomwebError> {
    // Nobody else holds it any more.
    let file = Arc::into_inner(file).ok_or(Refusal::Failed)?;
    let owner = owner_of(study, record);
    let job = Job::Native(NativeJob { frames: Some(numbers.clone()) });
    let mut parts = services.renderer.render(&owner, file, &services.config.limits, job).await;
    let layout = layout_of(&mut parts).await?;
    // Clients read the samples as the metadata says, so decoded RGB of a file that says YBR_FULL_422 would show false colours.
    // The whole instance can be had decoded: it says RGB of itself.
    if !layout.is_as_described {
        return Err(not_acceptable(&form.stored, false).into());
    }
    let length = layout.frame_bytes;
    services.config.check_length(length.saturating_mul(numbers.len() as u64))?;
    let content_type = form.content_type.clone();
    let lengths = numbers.iter().map(|_| (content_type.clone(), length)).collect();
    // One decoder gives the frames one after the other, and each part takes as much as is its own.
    let parts = Arc::new(Mutex::new(parts));
    if form.is_single {
        return Ok(by_itself(Part { content_type, bytes: frame_of(parts, length) }, Some(length)));
    }
    let frames = stream::iter(numbers).map(move |_| {
        let bytes = frame_of(Arc::clone(&parts), length);
        Ok(Part { content_type: content_type.clone(), bytes })
    });
    in_parts(&Announced { part_type: BYTES.to_owned(), lengths: Some(lengths) }, frames)
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
