//! The router.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use filmless_dicomweb::Refusal;

use crate::error::DicomwebError;
use crate::services::DicomwebServices;
use crate::{bulkdata, metadata, protection, qido};

type State = Arc<DicomwebServices>;

/// All routes below `/dicomweb`: with the token in the path, which every client can do, or in a header.
pub fn router(services: Arc<DicomwebServices>) -> Router {
    Router::new()
        .nest("/dicomweb/{token}", resources())
        .nest("/dicomweb", resources())
        .fallback(unknown)
        .layer(from_fn_with_state(Arc::clone(&services), protection::protect))
        .with_state(services)
}

/// What a token opens (PS3.18 10.4, 10.6; 9 for WADO-URI). A handler takes [`crate::admitted::Admitted`] before anything else.
fn resources() -> Router<State> {
    const SERIES: &str = "/studies/{study}/series/{series}";
    const INSTANCE: &str = "/studies/{study}/series/{series}/instances/{instance}";
    Router::new()
        .route("/studies", get(qido::studies))
        .route("/series", get(qido::series))
        .route("/instances", get(qido::instances))
        .route("/studies/{study}/series", get(qido::series_of_study))
        .route("/studies/{study}/instances", get(qido::instances_of_study))
        .route(&format!("{SERIES}/instances"), get(qido::instances_of_series))
        .route("/studies/{study}/metadata", get(metadata::study))
        .route(&format!("{SERIES}/metadata"), get(metadata::series))
        .route(&format!("{INSTANCE}/metadata"), get(metadata::instance))
        .route(&format!("{INSTANCE}/bulkdata/{{*path}}"), get(bulkdata::value))
}

async fn unknown() -> DicomwebError {
    Refusal::NotFound.into()
}
