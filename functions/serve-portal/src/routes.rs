//! The table of routes: what the router is built from is what can be listed, so that a route which is in no
//! document and in no test cannot be.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::pages::{
    access, download, guide, language, link, share, shares, sign_in, staff, studies, study, well_known,
};
use crate::services::PortalServices;
use crate::{assets, compression};

type State = Arc<PortalServices>;

/// Who may use a route. The handler enforces it; `docs/openapi.yaml` says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody: nothing on it is anybody's.
    Anyone,
    /// Whoever has a session: the patient, or the holder of a share within what it opens.
    Guest,
    /// The patient alone; it does not exist for the holder of a share.
    Patient,
    /// Staff, by their roles; it does not exist where staff have no console.
    Staff,
}

impl Who {
    /// The word of `docs/openapi.yaml`.
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
    /// `GET` (which answers `HEAD`, too) or `POST`.
    pub method: &'static str,
    /// The address, with its parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    service: MethodRouter<State>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.who.as_str())
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

impl Route {
    /// Without a script, and without the store of images.
    pub(crate) fn restricted(self) -> Self {
        Self { service: self.service.layer(from_fn(staff::restrict)), ..self }
    }

    fn compressed(self) -> Self {
        Self { service: self.service.layer(from_fn(compression::gzip)), ..self }
    }
}

/// Every route of the portal, the console of staff included.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Who::{Anyone, Guest, Patient};
    let mut routes = vec![
        get("/", Anyone, sign_in::show),
        post("/sign-in", Anyone, sign_in::submit),
        post("/sign-out", Anyone, sign_in::sign_out),
        post("/sign-out-everywhere", Patient, sign_in::sign_out_everywhere),
        get("/s/{token}", Anyone, share::show),
        post("/s/{token}", Anyone, share::submit),
        get("/shares", Patient, shares::show),
        post("/shares", Patient, shares::create),
        post("/shares/{share_id}/end", Patient, shares::end),
        get("/x/{token}", Anyone, link::show),
        post("/x/{token}", Anyone, link::submit),
        get("/studies", Guest, studies::show),
        get("/studies/{study_uid}", Guest, study::show).compressed(),
        get("/studies/{study_uid}/grant", Guest, study::grant),
        get("/studies/{study_uid}/download", Guest, download::show),
        post("/studies/{study_uid}/download", Guest, download::ask),
        get("/studies/{study_uid}/files/{instance_uid}", Guest, download::original),
        post("/studies/{study_uid}/seen", Guest, access::seen),
        get("/studies/{study_uid}/access", Patient, access::show),
        get("/guide", Anyone, guide::show),
        post("/language", Anyone, language::choose),
        get("/assets/{name}", Anyone, assets::show),
        get("/manifest.webmanifest", Anyone, well_known::manifest),
        get("/robots.txt", Anyone, well_known::robots),
        get("/favicon.ico", Anyone, well_known::favicon),
        get("/licenses", Anyone, well_known::licenses).compressed(),
        get("/healthz", Anyone, well_known::health),
    ];
    routes.extend(staff::routes());
    routes
}

/// A router of these routes; several of one address are its methods.
pub(crate) fn router_of(routes: impl Iterator<Item = Route>) -> Router<State> {
    routes.fold(Router::new(), |router, route| router.route(route.path, route.service))
}
