//! What every page works with.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use filmless_delivery::consult::Consultations;
use filmless_delivery::viewing::Portal;

use crate::config::PortalConfig;
use crate::headers;
use crate::staff_sign_in::StaffSignIn;

/// The machine that everything runs on, if it is a single one.
#[async_trait::async_trait]
pub trait Machine: Send + Sync {
    /// What does not work on it; empty if all is well.
    async fn failing(&self) -> Vec<&'static str>;
}

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) portal: Portal,
    pub(crate) staff: Option<StaffSignIn>,
    pub(crate) consultations: Option<Consultations>,
    pub(crate) machine: Option<Arc<dyn Machine>>,
    pub(crate) is_erasing: bool,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases, and where they run.
    #[must_use]
    pub fn new(portal: Portal, config: PortalConfig) -> Self {
        let headers = headers::of(&config);
        Self { portal, staff: None, consultations: None, machine: None, is_erasing: true, config, headers }
    }

    /// Adds the console, for those who sign in this way, and consultations, whose messages need the same rights. Without a sign-in
    /// there is neither.
    #[must_use]
    pub fn with_staff(self, staff: StaffSignIn) -> Self {
        Self { consultations: Some(staff.consultations()), staff: Some(staff), ..self }
    }

    /// Adds a machine of its own, where more can fail than on AWS.
    #[must_use]
    pub fn with_machine(self, machine: Arc<dyn Machine>) -> Self {
        Self { machine: Some(machine), ..self }
    }

    /// Takes erasure out of the console, where this one public function has no right to delete the hospital's uploads.
    #[must_use]
    pub fn without_erasure(self) -> Self {
        Self { is_erasing: false, ..self }
    }
}
