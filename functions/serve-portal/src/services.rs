//! What every page works with.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use filmless_delivery::viewing::Portal;

use crate::config::PortalConfig;
use crate::headers;
use crate::staff_sign_in::StaffSignIn;

/// The machine that everything runs on, where it is one.
#[async_trait::async_trait]
pub trait Machine: Send + Sync {
    /// What of it does not work; nothing, where all is well.
    async fn failing(&self) -> Vec<&'static str>;
}

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) portal: Portal,
    pub(crate) staff: Option<StaffSignIn>,
    pub(crate) machine: Option<Arc<dyn Machine>>,
    pub(crate) is_erasing: bool,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases and the place they run in.
    #[must_use]
    pub fn new(portal: Portal, config: PortalConfig) -> Self {
        let headers = headers::of(&config);
        Self { portal, staff: None, machine: None, is_erasing: true, config, headers }
    }

    /// With a console for whoever signs in so; without a sign-in there is none.
    #[must_use]
    pub fn with_staff(self, staff: StaffSignIn) -> Self {
        Self { staff: Some(staff), ..self }
    }

    /// On a machine of its own, which has more that can fail than AWS shows.
    #[must_use]
    pub fn with_machine(self, machine: Arc<dyn Machine>) -> Self {
        Self { machine: Some(machine), ..self }
    }

    /// With a console that erases nothing: where the one public function has no right to delete what hospitals uploaded.
    #[must_use]
    pub fn without_erasure(self) -> Self {
        Self { is_erasing: false, ..self }
    }
}
