//! One route: an address below the token, and what answers there.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::services::DicomwebServices;

pub(crate) type State = Arc<DicomwebServices>;

/// An address that answers `GET`, and so `HEAD`. Whoever asks has a viewer token: there is no other kind of route.
pub struct Route {
    /// The address below `/dicomweb/{token}`, or below `/dicomweb` for whoever tells the token in a header; its parameters
    /// in braces.
    pub path: &'static str,
    service: MethodRouter<State>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path)
    }
}

pub(crate) fn get<H, T>(path: &'static str, handler: H) -> Route
where
    H: Handler<T, State>,
    T: 'static,
{
    Route { path, service: on(MethodFilter::GET, handler) }
}

/// A router of these routes.
pub(crate) fn router_of(routes: Vec<Route>) -> Router<State> {
    routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.service))
}
