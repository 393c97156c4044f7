//! The router and what lies around every route.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};

use crate::pages::trouble;
use crate::routes::{router_of, routes};
use crate::{Door, PortalConfig, protection};

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) door: Arc<dyn Door>,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases and the place they run in.
    #[must_use]
    pub fn new(door: Arc<dyn Door>, config: PortalConfig) -> Self {
        let headers = protection::headers(&config);
        Self { door, config, headers }
    }
}

/// The portal. Serve it with `into_make_service_with_connect_info::<SocketAddr>()` where there is no gateway,
/// so that guessers are told apart.
pub fn router(services: Arc<PortalServices>) -> Router {
    router_of(routes())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(protection::BODY_BYTES_MAX))
        .layer(from_fn(protection::read_whole_body))
        .layer(from_fn_with_state(Arc::clone(&services), protection::refuse_foreign))
        .layer(from_fn_with_state(Arc::clone(&services), trouble::explain))
        .layer(from_fn_with_state(Arc::clone(&services), protection::add_headers))
        .with_state(services)
}
