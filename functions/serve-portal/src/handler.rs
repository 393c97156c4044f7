//! The router and what lies around every route.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};

use crate::pages::{link, trouble};
use crate::routes::{Who, router_of, routes};
use crate::{Door, PortalConfig, StaffDoor, protection};

/// The machine that everything runs on, where it is one.
#[async_trait::async_trait]
pub trait Machine: Send + Sync {
    /// What of it does not work; nothing, where all is well.
    async fn failing(&self) -> Vec<&'static str>;
}

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) door: Arc<dyn Door>,
    pub(crate) staff: Option<Arc<dyn StaffDoor>>,
    pub(crate) machine: Option<Arc<dyn Machine>>,
    pub(crate) is_erasing: bool,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases and the place they run in.
    #[must_use]
    pub fn new(door: Arc<dyn Door>, config: PortalConfig) -> Self {
        let headers = protection::headers(&config);
        Self { door, staff: None, machine: None, is_erasing: true, config, headers }
    }

    /// With a console for whoever comes in by that door; without one there is none.
    #[must_use]
    pub fn with_staff(self, staff: Arc<dyn StaffDoor>) -> Self {
        Self { staff: Some(staff), ..self }
    }

    /// On a machine of its own, which has more that can fail than AWS shows.
    #[must_use]
    pub fn with_machine(self, machine: Arc<dyn Machine>) -> Self {
        Self { machine: Some(machine), ..self }
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
    let has_console = services.staff.is_some();
    let offered = routes().into_iter().filter(|route| has_console || route.who != Who::Staff);
    router_of(offered)
        .fallback(link::repaired)
        .layer(DefaultBodyLimit::max(protection::BODY_BYTES_MAX))
        .layer(from_fn(protection::read_whole_body))
        .layer(from_fn_with_state(Arc::clone(&services), protection::refuse_foreign))
        .layer(from_fn_with_state(Arc::clone(&services), trouble::explain))
        .layer(from_fn_with_state(Arc::clone(&services), protection::add_headers))
        .with_state(services)
}
