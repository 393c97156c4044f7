//! What the room stands on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filmless_consult::{ConsultationId, Flow, Pace};
use filmless_store::index::{RoomConnection, RoomWatched};
use filmless_store::port::Room;
use jiff::Timestamp;

use super::shelves::Shelves;
use crate::DeliveryError;
use crate::judged::Judgements;
use crate::parts::Common;

/// Connections whose pace is counted; beyond it the counts begin anew, which is far from any real use.
const PACES_MAX: usize = 10_000;

/// Connections whose judgement one process remembers.
const CONNECTIONS_MAX: usize = 4096;

/// The rooms of consultations.
#[derive(Clone)]
pub struct Live {
    pub(super) common: Common,
    pub(super) room: Arc<dyn Room>,
    /// By connection.
    pub(super) judgements: Arc<Judgements<RoomWatched, RoomConnection>>,
    pub(super) shelves: Arc<Shelves>,
    paces: Arc<Mutex<HashMap<String, Pace>>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

impl Live {
    /// Over these parts, with connections that are reached so.
    #[must_use]
    pub fn new(common: impl Into<Common>, room: Arc<dyn Room>) -> Self {
        let judgements = Arc::new(Judgements::at_most(CONNECTIONS_MAX));
        let (common, shelves, paces) = (common.into(), Arc::default(), Arc::default());
        Self { common, room, judgements, shelves, paces }
    }

    /// The consultation whose room a connection has joined.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn consultation_of(&self, connection: &str) -> Result<Option<ConsultationId>, DeliveryError> {
        if let Some(known) = self.judgements.get(connection) {
            return Ok(Some(known.found.consultation.clone()));
        }
        let found = self.common.index.room_connection(connection).await?;
        Ok(found.map(|connection| connection.consultation))
    }

    /// A name for a new connection.
    ///
    /// # Errors
    /// [`DeliveryError::Port`] without randomness.
    pub fn new_connection(&self) -> Result<String, DeliveryError> {
        let mut random = [0; 16];
        self.common.randomness.fill(&mut random)?;
        Ok(hex::encode(random))
    }

    /// Counts a message of a connection. Each process counts what passes through it.
    pub(super) fn pace(&self, connection: &str, now: Timestamp, kind: Option<&str>) -> Flow {
        let mut paces = self.paces();
        if paces.len() >= PACES_MAX && !paces.contains_key(connection) {
            paces.clear();
        }
        paces.entry(connection.to_owned()).or_default().take(now, kind)
    }

    /// Forgets a connection.
    pub(super) fn forget(&self, connection: &str) {
        self.paces().remove(connection);
        self.judgements.forget(connection);
    }

    fn paces(&self) -> MutexGuard<'_, HashMap<String, Pace>> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
