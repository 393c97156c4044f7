//! WADO-URI (PS3.18 9): the older way, in which an address has everything in its query.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use filmless_dicomweb::{DICOM, Refusal, Shape, Wanted};
use filmless_imaging::Viewport;
use filmless_store::index::InstanceRecord;

use super::frame_numbers::frame_numbers;
use super::instances::{of_instance, retrieve};
use super::parts::{Part, by_itself};
use super::picture_query::{
    PictureQuery, SIDE_MAX, format_of, malformed, media_type, quality, side, window_of,
};
use super::rendered::picture;
use crate::admitted::{Admitted, instance_of};
use crate::answer::wanted_by;
use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareStudy};

struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| malformed(name, "it is required"))
    }
}

/// One instance, or a picture of one of its frames.
pub(crate) async fn wado(
    State(services): State<Arc<DicomwebServices>>,
    admitted: Admitted,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let parameters = Parameters(parameters);
    if parameters.required("requestType")? != "WADO" {
        return Err(malformed("requestType", "WADO").into());
    }
    // What would change what is seen or told, and is not done here, is not passed over.
    for name in ["anonymize", "annotation", "region", "presentationUID", "presentationSeriesUID"] {
        if parameters.get(name).is_some() {
            return Err(malformed(name, "it is not supported").into());
        }
    }
    let (study, series) =
        admitted.series(parameters.required("studyUID")?, parameters.required("seriesUID")?)?;
    let record = instance_of(&services, study, series, parameters.required("objectUID")?).await?;
    let wanted = wanted_by(&headers, parameters.get("contentType"))?;
    let is_file = wanted.iter().find_map(|one| match one.media_type.as_str() {
        DICOM => Some(true),
        _ => format_of(std::slice::from_ref(one)).map(|_| false),
    });
    let study = Arc::clone(study);
    match is_file {
        Some(true) => {
            let syntax = parameters.get("transferSyntax").filter(|syntax| *syntax != "*");
            let file = Wanted {
                media_type: DICOM.to_owned(),
                shape: Shape::Single,
                transfer_syntax: syntax.map(str::to_owned),
            };
            retrieve(&services, &admitted, &study, of_instance(&record), &[file]).await
        }
        Some(false) => shown(&services, &admitted, &study, &record, &parameters, &wanted).await,
        None => Err(not_acceptable().into()),
    }
}

fn not_acceptable() -> Refusal {
    Refusal::NotAcceptable { offered: format!("image/jpeg, image/png, image/webp, {DICOM}") }
}

async fn shown(
    services: &Arc<DicomwebServices>,
    admitted: &Admitted,
    study: &Arc<SoftwareStudy>,
    record: &InstanceRecord,
    parameters: &Parameters,
    wanted: &[Wanted],
) -> Result<Response, DicomwebError> {
    let (format, _) = format_of(wanted).ok_or_else(not_acceptable)?;
    let frame = match parameters.get("frameNumber").map(frame_numbers).transpose()?.as_deref() {
        None => 1,
        Some([one]) => *one,
        Some(_) => return Err(malformed("frameNumber", "one number from 1 on").into()),
    };
    if frame > record.frames.max(1) {
        return Err(Refusal::NotFound.into());
    }
    let number = |name: &str| parameters.get(name).map(|text| side(name, text)).transpose();
    // One side leaves the other to the proportions of the image.
    let viewport = match (number("columns")?, number("rows")?) {
        (None, None) => None,
        (width, height) => Some(Viewport {
            width: width.unwrap_or(SIDE_MAX),
            height: height.unwrap_or(SIDE_MAX),
            region: None,
            may_enlarge: true,
        }),
    };
    let window = match (parameters.get("windowCenter"), parameters.get("windowWidth")) {
        (None, None) => None,
        (Some(center), Some(width)) => {
            let window = window_of(center, width, None);
            Some(window.ok_or_else(|| malformed("windowWidth", "numbers, the width 1 or more"))?)
        }
        _ => return Err(malformed("windowCenter", "windowCenter and windowWidth together").into()),
    };
    let quality = parameters.get("imageQuality").map(|text| quality("imageQuality", text)).transpose()?;
    let query = PictureQuery::of(&[], format, false)?;
    let query = PictureQuery { window, viewport, quality: quality.unwrap_or(query.quality), format };
    let picture = picture(services, &admitted.drawing, study, record, &query, frame).await?;
    let length = picture.bytes.len() as u64;
    let bytes = axum::body::Bytes::from(picture.bytes.into_vec());
    let bytes = Box::pin(futures::stream::once(async { Ok(bytes) }));
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    Ok(by_itself(Part { content_type: media_type(format).to_owned(), bytes }, Some(length)))
}
