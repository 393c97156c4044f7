//! One route: an address, a method, and who may use it.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::services::PortalServices;
use crate::{compression, protection};

pub(crate) type State = Arc<PortalServices>;

/// Who may use a route. The handler enforces it; `docs/openapi.yaml` says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody: it shows nothing personal.
    Anyone,
    /// Anybody with a session: the patient, or the holder of a share within what the share opens.
    Guest,
    /// Only the patient; it does not exist for the holder of a share.
    Patient,
    /// Staff, by role; it does not exist if there is no console.
    Staff,
}

impl Who {
    /// The word in `docs/openapi.yaml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Guest => "guest",
            Self::Patient => "patient",
            Self::Staff => "staff",
        }
    }
}

/// One method of one address.
pub struct Route {
    /// `GET` (which also answers `HEAD`) or `POST`.
    pub method: &'static str,
    /// The address, with its parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    pub(crate) service: MethodRouter<State>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.who.as_str())
    }
}

impl Route {
    /// Forbids scripts and the store of images.
    pub(crate) fn restricted(self) -> Self {
        Self { service: self.service.layer(from_fn(protection::restrict)), ..self }
    }

    pub(crate) fn compressed(self) -> Self {
        Self { service: self.service.layer(from_fn(compression::gzip)), ..self }
    }
}

pub(crate) fn get<H, T>(path: &'static str, who: Who, handler: H) -> Route
where
    H: Handler<T, State>,
    T: 'static,
{
    Route { method: "GET", path, who, service: on(MethodFilter::GET, handler) }
}

pub(crate) fn post<H, T>(path: &'static str, who: Who, handler: H) -> Route
where
    H: Handler<T, State>,
    T: 'static,
{
    Route { method: "POST", path, who, service: on(MethodFilter::POST, handler) }
}

/// Builds a router; routes with the same address become its methods.
pub(crate) fn router_of(routes: impl Iterator<Item = Route>) -> Router<State> {
    routes.fold(Router::new(), |router, route| router.route(route.path, route.service))
}
