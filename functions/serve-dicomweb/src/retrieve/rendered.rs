//! Pictures of studies, series, instances and frames (PS3.18 10.4.1.1.3, 10.4.1.1.4). A study or a series shows what stands in its
//! middle; an instance its first frame.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_dicomweb::{Accept, Form, Offer, Refusal};
use filmless_imaging::{Job, Picture, RenderedPart};
use filmless_store::index::InstanceRecord;
use futures::stream::{self, StreamExt};

use super::file_index::source_of;
use super::frame_numbers::frame_numbers;
use super::instances::{Resource, accepted, owner_of, refused_code};
use super::parts::{Announced, Broken, by_itself, in_parts, whole};
use super::picture_query::{FORMATS, PictureQuery, format_of, media_type};
use crate::admitted::{Admitted, instance_of};
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use crate::software::{Right, SoftwareStudy};

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
    (RawQuery(query), Query(parameters)): (RawQuery, Parameters),
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let accept = accepted(&headers, query.as_deref())?;
    let study = Arc::clone(admitted.study(&resource.study_uid)?);
    let (record, frames) = shown(&services, &admitted, &study, &resource).await?;
    let (query, is_single) = query_of(&accept, &parameters, kind, frames.len())?;
    let response = if is_single {
        let frame = frames.first().copied().unwrap_or(1);
        by_itself_of(picture(&services, &study, &record, &query, frame).await?, &query)
    } else {
        several(&services, &study, record, frames, query).await?
    };
    services.software.record_use(&admitted.admission, &study, Right::See).await?;
    Ok(response)
}

/// How pictures are wanted, and whether one comes by itself.
fn query_of(
    accept: &Accept,
    parameters: &[(String, String)],
    kind: Kind,
    frames: usize,
) -> Result<(PictureQuery, bool), Refusal> {
    let kinds = FORMATS.map(media_type);
    let single = kinds.into_iter().map(Offer::single).filter(|_| frames == 1);
    let offers: Vec<_> = single.chain(kinds.into_iter().map(Offer::multipart)).collect();
    let chosen = accept.choose(&offers)?;
    let format = format_of(chosen).ok_or(Refusal::Failed)?;
    let query = PictureQuery::of(parameters, format, kind == Kind::Thumbnail)?;
    Ok((query, chosen.form == Form::Single))
}

/// The instance and the frames that an address shows.
async fn shown(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    resource: &Resource,
) -> Result<(InstanceRecord, Vec<u32>), DicomwebError> {
    if !resource.instance_uid.is_empty() {
        let (study, series) = admitted.series(&resource.study_uid, &resource.series_uid)?;
        let record = instance_of(services, study, series, &resource.instance_uid).await?;
        let frames = match &resource.frames {
            Some(list) => frame_numbers(list)?,
            None => vec![1],
        };
        if frames.iter().any(|frame| *frame > record.frames.max(1)) {
            return Err(Refusal::NotFound.into());
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
        let mut series = study.series.iter().map(|series| of_series(series.record.series_instance_uid.as_str()));
        series.find(|series| !series.is_empty()).unwrap_or_default()
    } else {
        admitted.series(&resource.study_uid, &resource.series_uid)?;
        of_series(&resource.series_uid)
    };
    let middle = candidates.get(candidates.len() / 2).ok_or(Refusal::NotFound)?;
    Ok(((*middle).clone(), vec![middle.frames.div_ceil(2).max(1)]))
}

/// One frame of an instance as a file.
pub(crate) async fn picture(
    services: &DicomwebServices,
    study: &SoftwareStudy,
    record: &InstanceRecord,
    query: &PictureQuery,
    frame: u32,
) -> Result<Picture, DicomwebError> {
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

/// A picture as an answer.
pub(crate) fn by_itself_of(picture: Picture, query: &PictureQuery) -> Response {
    let bytes = Bytes::from(picture.bytes.into_vec());
    by_itself(media_type(query.format), bytes.len() as u64, whole(bytes))
}

/// Pictures one after the other, each made when its turn comes.
async fn several(
    services: &Arc<DicomwebServices>,
    study: &Arc<SoftwareStudy>,
    record: InstanceRecord,
    frames: Vec<u32>,
    query: PictureQuery,
) -> Result<Response, DicomwebError> {
    let part_type = media_type(query.format).to_owned();
    let mut frames = frames.into_iter();
    let first = picture(services, study, &record, &query, frames.next().unwrap_or(1)).await?;
    let first = whole(Bytes::from(first.bytes.into_vec()));
    let shared = Arc::new((Arc::clone(services), Arc::clone(study), record, query));
    let others = stream::iter(frames).then(move |frame| {
        let shared = Arc::clone(&shared);
        async move {
            let (services, study, record, query) = &*shared;
            let made = picture(services, study, record, query, frame).await;
            let made = made.map(|made| whole(Bytes::from(made.bytes.into_vec())));
            made.map_err(|_| Broken::from("broken off"))
        }
    });
    let parts = stream::once(async { Ok(first) }).chain(others);
    in_parts(&Announced { part_type, lengths: None }, parts)
}
