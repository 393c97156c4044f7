//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::pages::{
    access, download, guide, language, link, share, shares, sign_in, staff, studies, study, trouble,
    well_known,
};
use crate::{Door, PortalConfig, StaffDoor, assets, compression, protection};

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) door: Arc<dyn Door>,
    pub(crate) staff: Option<Arc<dyn StaffDoor>>,
    pub(crate) is_erasing: bool,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases and the place they run in.
    #[must_use]
    pub fn new(door: Arc<dyn Door>, config: PortalConfig) -> Self {
        let headers = protection::headers(&config);
        Self { door, staff: None, is_erasing: true, config, headers }
    }

    /// With a console for whoever comes in by that door; without one there is none.
    #[must_use]
    pub fn with_staff(self, staff: Arc<dyn StaffDoor>) -> Self {
        Self { staff: Some(staff), ..self }
    }

    /// With a console that erases nothing: where the only public door has no right to delete what hospitals uploaded.
    #[must_use]
    pub fn without_erasure(self) -> Self {
        Self { is_erasing: false, ..self }
    }
}

/// The portal. Serve it with `into_make_service_with_connect_info::<SocketAddr>()` where there is no gateway,
/// so that guessers are told apart.
pub fn router(services: Arc<PortalServices>) -> Router {
    let console = if services.staff.is_some() { staff::routes() } else { Router::new() };
    Router::new()
        .merge(console)
        .route("/", get(sign_in::show))
        .route("/sign-in", post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/sign-out-everywhere", post(sign_in::sign_out_everywhere))
        .route("/s/{token}", get(share::show).post(share::submit))
        .route("/shares", get(shares::show).post(shares::create))
        .route("/shares/{share_id}/end", post(shares::end))
        .route("/x/{token}", get(link::show).post(link::submit))
        .route("/studies", get(studies::show))
        .route("/studies/{study_uid}", get(study::show).layer(from_fn(compression::gzip)))
        .route("/studies/{study_uid}/grant", get(study::grant))
        .route("/studies/{study_uid}/download", get(download::show).post(download::ask))
        .route("/studies/{study_uid}/files/{instance_uid}", get(download::original))
        .route("/studies/{study_uid}/seen", post(access::seen))
        .route("/studies/{study_uid}/access", get(access::show))
        .route("/guide", get(guide::show))
        .route("/language", post(language::choose))
        .route("/assets/{name}", get(assets::show))
        .route("/manifest.webmanifest", get(well_known::manifest))
        .route("/robots.txt", get(well_known::robots))
        .route("/favicon.ico", get(well_known::favicon))
        .route("/healthz", get(well_known::health))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(protection::BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&services), protection::refuse_foreign))
        .layer(from_fn_with_state(Arc::clone(&services), trouble::explain))
        .layer(from_fn_with_state(Arc::clone(&services), protection::add_headers))
        .with_state(services)
}
