//! Whoever shows a token, and what it opens.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use filmless_dicomweb::Refusal;
use filmless_front::source_of;
use filmless_store::index::InstanceRecord;

use crate::error::DicomwebError;
use crate::places::{Held, Line};
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Admission, SoftwareSeries, SoftwareStudy};

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 128;

/// Whoever was let in by a token: in the path, or as `Authorization: Bearer` (RFC 6750 2.1). All others get the same answer.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// What they may see.
    pub admission: Admission,
    /// The address below which they see it, with the token where they told it in the path.
    pub root: String,
    /// Where they wait for their turn to have a picture drawn.
    pub drawing: Line,
}

impl FromRequestParts<Arc<DicomwebServices>> for Admitted {
    type Rejection = DicomwebError;

    async fn from_request_parts(
        parts: &mut Parts,
        services: &Arc<DicomwebServices>,
    ) -> Result<Self, DicomwebError> {
        let path = RawPathParams::from_request_parts(parts, services).await.map_err(|_| Refusal::NotFound)?;
        let in_path = path.iter().find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned());
        let in_header = || {
            let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        };
        let root = match &in_path {
            Some(token) => format!("{}/{token}", services.root()),
            None => services.root(),
        };
        let token = in_path.or_else(in_header).filter(|token| token.len() <= TOKEN_BYTES_MAX);
        let token = token.ok_or(Refusal::NotFound)?;
        let source = source_of(parts, &services.config.trusted_proxies);
        let admission = services.software.admit(&token, &source).await?.ok_or(Refusal::NotFound)?;
        if let Some(held) = parts.extensions.get::<Held>() {
            held.put(services.answers.line_of(&token).place().await?);
        }
        Ok(Self { admission, root, drawing: services.drawing.line_of(&token) })
    }
}

impl Admitted {
    /// A study that they may see.
    pub fn study(&self, uid: &str) -> Result<&Arc<SoftwareStudy>, Refusal> {
        let is_meant = |study: &&Arc<SoftwareStudy>| study.record.study_instance_uid.as_str() == uid;
        self.admission.studies.iter().find(is_meant).ok_or(Refusal::NotFound)
    }

    /// A series of a study that they may see.
    pub fn series(
        &self,
        study: &str,
        series: &str,
    ) -> Result<(&Arc<SoftwareStudy>, &SoftwareSeries), Refusal> {
        let study = self.study(study)?;
        let is_meant = |known: &&SoftwareSeries| known.record.series_instance_uid.as_str() == series;
        study.series.iter().find(is_meant).map(|series| (study, series)).ok_or(Refusal::NotFound)
    }
}

/// An instance of a series.
pub(crate) async fn instance_of(
    services: &DicomwebServices,
    study: &SoftwareStudy,
    series: &SoftwareSeries,
    uid: &str,
) -> Result<InstanceRecord, DicomwebError> {
    let instances = services.software.instances(study).await?;
    let is_meant = |instance: &&InstanceRecord| {
        instance.sop_instance_uid.as_str() == uid
            && instance.series_instance_uid == series.record.series_instance_uid
    };
    instances.iter().find(is_meant).cloned().ok_or_else(|| Refusal::NotFound.into())
}
