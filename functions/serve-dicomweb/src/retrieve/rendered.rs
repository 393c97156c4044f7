//! Pictures of studies, series, instances and frames (PS3.18 10.4.1.1.3, 10.4.1.1.4). A study or a series shows what stands in its
//! middle; an instance its first frame.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_dicomweb::{Refusal, Shape};
use filmless_imaging::{Job, Picture, RenderedPart};
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt};

use super::explicit::{owner_of, refused_code};
use super::file_index::source_of;
use super::frame_numbers::frame_numbers;
use super::instances::Resource;
use super::parts::{Announced, Broken, Part, by_itself, in_parts};
use super::picture_query::{PictureQuery, format_of, malformed, media_type, named_frame};
use crate::admitted::{Admitted, instance_of};
use crate::answer::wanted_by;
use crate::error::DicomwebError;
use crate::places::Line;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareStudy};

/// What there is.
const OFFERED: &str = "image/jpeg, image/png, image/webp";

/// What kind of picture is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rendered,
    Thumbnail,
}

type Parameters = Query<Vec<(String, String)>>;

/// Pictures of whatever an address names.
pub(crate) async fn pictures(
    kind: Kind,
    State(services): State<Arc<DicomwebServices>>,
    admitted: Admitted,
    Path(resource): Path<Resource>,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let accept = parameters.iter().find(|(name, _)| name == "accept").map(|(_, value)| value.as_str());
    let wanted = wanted_by(&headers, accept)?;
    let not_acceptable = || Refusal::NotAcceptable { offered: OFFERED.to_owned() };
    let (format, chosen) = format_of(&wanted).ok_or_else(not_acceptable)?;
    let query = PictureQuery::of(&parameters, format, kind == Kind::Thumbnail)?;
    let study = Arc::clone(admitted.study(&resource.study_uid)?);
    let named = named_frame(&parameters)?;
    let (record, frames) = shown(&services, &admitted, &study, &resource, named).await?;
    if frames.len() > 1 && chosen.shape == Shape::Single {
        return Err(not_acceptable().into());
    }
    let response = if chosen.shape == Shape::Parts || frames.len() > 1 {
        several(&services, &admitted.drawing, &study, record, frames, query).await?
    } else {
        let frame = frames.first().copied().unwrap_or(1);
        let picture = picture(&services, &admitted.drawing, &study, &record, &query, frame).await?;
        let length = picture.bytes.len() as u64;
        by_itself(part(picture, &query), Some(length))
    };
    services.software.record_use(&admitted.admission, &study, Right::See).await?;
    Ok(response)
}

/// The instance and the frames that an address shows.
async fn shown(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    resource: &Resource,
    named: Option<u32>,
) -> Result<(InstanceRecord, Vec<u32>), DicomwebError> {
    if named.is_some() && (resource.instance_uid.is_empty() || resource.frames.is_some()) {
        return Err(malformed("frame", "it is expected with the address of an instance").into());
    }
    if !resource.instance_uid.is_empty() {
        let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
        let record = instance_of(services, study, series, &resource.instance_uid).await?;
        let frames = match &resource.frames {
            Some(list) => frame_numbers(list)?,
            None => vec![named.unwrap_or(1)],
        };
        if frames.iter().any(|frame| *frame > 1) {
            check_frames(services, &record, &frames).await?;
        }
        return Ok((record, frames));
    }
    let instances = services.software.instances(study).await?;
    let is_of = |series: &str, instance: &&InstanceRecord| {
        instance.series_instance_uid.as_str() == series && instance.frames > 0
    };
    let of_series = |series: &str| -> Vec<&InstanceRecord> {
        instances.iter().filter(|instance| is_of(series, instance)).collect()
    };
    let candidates = if resource.series_uid.is_empty() {
        let mut series =
            study.series.iter().map(|series| of_series(series.record.series_instance_uid.as_str()));
        series.find(|series| !series.is_empty()).unwrap_or_default()
    } else {
        admitted.series(&resource.study_uid, &resource.series_uid)?;
        of_series(&resource.series_uid)
    };
    let middle = candidates.get(candidates.len() / 2).ok_or(Refusal::NotFound)?;
    Ok(((*middle).clone(), vec![middle.frames.div_ceil(2).max(1)]))
}

/// A frame that `frames` does not know is not there.
async fn check_frames(
    services: &DicomwebServices,
    record: &InstanceRecord,
    frames: &[u32],
) -> Result<(), DicomwebError> {
    let file = Arc::new(source_of(services.software.studies_bucket(), record));
    let index = services.index_cache.of(&file, record, &services.config.limits).await?;
    let count = index.frames(&file).await?.count();
    if frames.iter().all(|frame| *frame <= count) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// One frame of an instance as a file.
pub(crate) async fn picture(
    services: &DicomwebServices,
    drawing: &Line,
    study: &SoftwareStudy,
    record: &InstanceRecord,
    query: &PictureQuery,
    frame: u32,
) -> Result<Picture, DicomwebError> {
    let _turn = drawing.place().await?;
    let file = source_of(services.software.studies_bucket(), record);
    let job = Job::Picture(query.job(frame));
    let owner = owner_of(study, record);
    let mut parts = services.renderer.render(&owner, file, &services.config.limits, job).await;
    match parts.recv().await {
        Some(RenderedPart::Picture(picture)) => Ok(picture),
        Some(RenderedPart::NoPicture { code }) => Err(refused_code(&code).into()),
        Some(RenderedPart::Failure(failure)) => Err(refused_code(failure.error.code()).into()),
        _ => Err(Refusal::Failed.into()),
    }
}

fn part(picture: Picture, query: &PictureQuery) -> Part {
    let bytes = axum::body::Bytes::from(picture.bytes.into_vec());
    let bytes = Box::pin(stream::once(async { Ok(bytes) }));
    Part { content_type: media_type(query.format).to_owned(), bytes }
}

/// Pictures one after the other, each made when its turn comes.
async fn several(
    services: &Arc<DicomwebServices>,
    drawing: &Line,
    study: &Arc<SoftwareStudy>,
    record: InstanceRecord,
    frames: Vec<u32>,
    query: PictureQuery,
) -> Result<Response, DicomwebError> {
    let part_type = media_type(query.format).to_owned();
    let mut frames = frames.into_iter();
    let first = picture(services, drawing, study, &record, &query, frames.next().unwrap_or(1)).await?;
    let first = part(first, &query);
    let shared = Arc::new((Arc::clone(services), drawing.clone(), Arc::clone(study), record, query));
    let others = stream::iter(frames).then(move |frame| {
        let shared = Arc::clone(&shared);
        async move {
            let (services, drawing, study, record, query) = &*shared;
            let made = picture(services, drawing, study, record, query, frame).await;
            made.map(|made| part(made, query)).map_err(|_| Broken::from("broken off"))
        }
    });
    let parts = stream::once(async { Ok(first) }).chain(others);
    in_parts(&Announced { part_type, lengths: None }, parts)
}
