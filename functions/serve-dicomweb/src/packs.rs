//! Where the packs of a study are: for the viewer that we host, whose worker reads frames out of them straight from the object
//! store. No route of DICOMweb.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use filmless_domain::SeriesInstanceUid;
use serde::Serialize;

use crate::admitted::Admitted;
use crate::error::DicomwebError;
use crate::resource::StudyPath;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::Right;

/// What the pages of the portal get too.
#[derive(Serialize)]
pub(crate) struct Packs {
    series: Vec<PackOfSeries>,
}

/// Index and pack of one series, as URLs that open them for a quarter of an hour.
#[derive(Serialize)]
struct PackOfSeries {
    series_instance_uid: SeriesInstanceUid,
    index_url: String,
    pack_url: String,
}

/// `studies/{study}/packs`. A pack holds the frames and nothing else of an upload, so that seeing is enough for it.
pub(crate) async fn packs(
    admitted: Admitted,
    State(services): State<Arc<DicomwebServices>>,
    Path(path): Path<StudyPath>,
) -> Result<Json<Packs>, DicomwebError> {
    let study = admitted.study(&path.study_uid)?;
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    let (derived, ttl) = (services.software.derived_bucket(), admitted.admission.url_ttl());
    let mut series = Vec::with_capacity(study.series.len());
    for one in &study.series {
        // Its frames come from the files until its pack is made again, as its metadata do.
        if services.software.changed_since_rendered(study, one).await?.is_some() {
            continue;
        }
        series.push(PackOfSeries {
            series_instance_uid: one.record.series_instance_uid.clone(),
            index_url: derived.presign_get(&one.keys.index, ttl).await?,
            pack_url: derived.presign_get(&one.keys.pack, ttl).await?,
        });
    }
    Ok(Json(Packs { series }))
}
