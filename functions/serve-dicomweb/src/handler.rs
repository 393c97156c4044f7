//! The router.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::error::DicomwebError;
use crate::protection;
use crate::services::DicomwebServices;
use filmless_dicomweb::Refusal;

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
    Router::new().merge(crate::retrieve::routes())
}

async fn unknown() -> DicomwebError {
    Refusal::NotFound.into()
}
