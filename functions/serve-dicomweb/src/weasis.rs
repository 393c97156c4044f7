//! The manifest of Weasis, and the files that it names. A client of Java follows a redirect to the object store only where the
//! token is in the path, so that every address has it there.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use filmless_dicomweb::{Attributes, Refusal};
use filmless_store::index::InstanceRecord;
use serde::Deserialize;

use crate::admitted::Admitted;
use crate::answer::leads_to;
use crate::error::DicomwebError;
use crate::manifest::Manifest;
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareStudy};

/// `files/{study_uid}/{instance_uid}`.
#[derive(Deserialize)]
pub(crate) struct FilePath {
    study_uid: String,
    instance_uid: String,
}

/// `weasis.xml`: the instances of the token's studies, series by series. Only with a token that may take files, because files
/// are what Weasis fetches.
pub(crate) async fn manifest(
    admitted: Admitted,
    State(services): State<Arc<DicomwebServices>>,
) -> Result<Response, DicomwebError> {
    demand_take(&admitted)?;
    let mut manifest = Manifest::new(&format!("{}/files/", admitted.root));
    for study in admitted.admission.studies.iter() {
        services.software.record_use(&admitted.admission, study, Right::See).await?;
        add(&services, &mut manifest, study).await?;
    }
    let xml = manifest.into_xml().map_err(|_| Refusal::Failed)?;
    Ok((StatusCode::OK, [(CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response())
}

async fn add(
    services: &DicomwebServices,
    manifest: &mut Manifest,
    study: &SoftwareStudy,
) -> Result<(), DicomwebError> {
    let instances = services.software.instances(study).await?;
    let mut heads = Vec::with_capacity(study.series.len());
    for series in &study.series {
        heads.push(services.head(study, series).await?);
    }
    let nothing = Arc::<Attributes>::default();
    manifest.begin_study(study, heads.first().unwrap_or(&nothing));
    for series in &study.series {
        let is_its =
            |instance: &&InstanceRecord| instance.series_instance_uid == series.record.series_instance_uid;
        manifest.series(study, series, instances.iter().filter(is_its));
    }
    manifest.end_study();
    Ok(())
}

/// `files/{study_uid}/{instance_uid}`: leads to an instance as it was uploaded, for a minute.
pub(crate) async fn file(
    admitted: Admitted,
    State(services): State<Arc<DicomwebServices>>,
    Path(path): Path<FilePath>,
) -> Result<Response, DicomwebError> {
    demand_take(&admitted)?;
    let study = admitted.study(&path.study_uid)?;
    let instances = services.software.instances(study).await?;
    let is_meant = |instance: &&InstanceRecord| instance.sop_instance_uid.as_str() == path.instance_uid;
    let instance = instances.iter().find(is_meant).ok_or(Refusal::NotFound)?;
    services.software.record_use(&admitted.admission, study, Right::Take).await?;
    Ok(leads_to(&services.software.original_address(instance).await?))
}

fn demand_take(admitted: &Admitted) -> Result<(), Refusal> {
    if admitted.admission.right == Right::Take { Ok(()) } else { Err(Refusal::NotFound) }
}
