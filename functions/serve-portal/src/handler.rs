//! The router, and the layers around every route.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::pages::{link, trouble};
use crate::protection;
use crate::route::{Who, router_of};
use crate::routes::routes;
use crate::services::PortalServices;

/// The portal. Without a gateway, serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that it can
/// tell guessers apart.
pub fn router(services: Arc<PortalServices>) -> Router {
    let has_console = services.staff.is_some();
    let offered = routes().into_iter().filter(|route| has_console || route.who != Who::Staff);
    router_of(offered)
        .fallback(link::repaired)
        .layer(DefaultBodyLimit::max(protection::CONSULT_BYTES_MAX))
        .layer(from_fn(protection::read_whole_body))
        .layer(from_fn_with_state(Arc::clone(&services), protection::refuse_foreign))
        .layer(from_fn_with_state(Arc::clone(&services), trouble::explain))
        .layer(from_fn_with_state(Arc::clone(&services), protection::add_headers))
        .with_state(services)
}
