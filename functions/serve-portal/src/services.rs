//! What every page works with.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use filmless_consult::ConsultationId;
use filmless_delivery::consult::Consultations;
use filmless_delivery::consult::live::Live;
use filmless_delivery::viewing::Portal;
use url::Url;

use crate::config::PortalConfig;
use crate::headers;
use crate::staff_sign_in::StaffSignIn;

/// The machine that everything runs on, if it is a single one.
#[async_trait::async_trait]
pub trait Machine: Send + Sync {
    /// What does not work on it; empty if all is well.
    async fn failing(&self) -> Vec<&'static str>;
}

/// The rooms of consultations.
pub(crate) struct Rooms {
    pub(crate) live: Live,
    /// The WebSocket API that they are reached at; none where it is this server.
    pub(crate) address: Option<Url>,
}

/// Everything the pages work with.
pub struct PortalServices {
    pub(crate) portal: Portal,
    pub(crate) staff: Option<StaffSignIn>,
    pub(crate) consultations: Option<Consultations>,
    pub(crate) machine: Option<Arc<dyn Machine>>,
    pub(crate) rooms: Option<Rooms>,
    pub(crate) is_erasing: bool,
    pub(crate) config: PortalConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl PortalServices {
    /// The use cases, and where they run.
    #[must_use]
    pub fn new(portal: Portal, config: PortalConfig) -> Self {
        let headers = headers::of(&config, None);
        Self {
            portal,
            staff: None,
            consultations: None,
            machine: None,
            rooms: None,
            is_erasing: true,
            config,
            headers,
        }
    }

    /// Adds the console, for those who sign in this way, and consultations, whose messages need the same rights. Without a sign-in
    /// there is neither.
    #[must_use]
    pub fn with_staff(self, staff: StaffSignIn) -> Self {
        Self { consultations: Some(staff.consultations()), staff: Some(staff), ..self }
    }

    /// Adds the rooms of consultations, reached at the address of a WebSocket API, or else at this server.
    #[must_use]
    pub fn with_rooms(self, live: Live, address: Option<Url>) -> Self {
        let origin = match &address {
            Some(address) => address.origin().ascii_serialization(),
            None => self.config.public_url.origin().ascii_serialization().replacen("http", "ws", 1),
        };
        let headers = headers::of(&self.config, Some(&origin));
        Self { rooms: Some(Rooms { live, address }), headers, ..self }
    }

    /// Where the WebSocket of a consultation is: relative to the page, where it is this server.
    pub(crate) fn room_url(&self, id: &ConsultationId) -> String {
        let address = self.rooms.as_ref().and_then(|rooms| rooms.address.as_ref());
        address.map_or_else(|| format!("/consultations/{id}/room"), Url::to_string)
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
