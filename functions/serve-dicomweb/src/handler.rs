//! The router.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::error::DicomwebError;
use crate::route::router_of;
use crate::routes::routes;
use crate::services::DicomwebServices;
use crate::{places, protection};
use filmless_dicomweb::Refusal;

/// All routes below `/dicomweb`: with the token in the path, which every client can do, or in a header.
pub fn router(services: Arc<DicomwebServices>) -> Router {
    Router::new()
        .nest("/dicomweb/{token}", router_of(routes()))
        .nest("/dicomweb", router_of(routes()))
        .fallback(unknown)
        .layer(from_fn(places::hold))
        .layer(from_fn_with_state(Arc::clone(&services), protection::protect))
        .with_state(services)
}

async fn unknown() -> DicomwebError {
    Refusal::NotFound.into()
}
