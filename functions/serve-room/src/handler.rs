//! Translates the events of connections.

use std::sync::Arc;

use filmless_delivery::consult::live::{Heard, Live};
use filmless_delivery::{DeliveryError, network_of};
use filmless_domain::LogCode;
use filmless_runtime::error_chain;
use filmless_store::port::Room;

use crate::event::{ClockJob, Invocation, RoomAnswer, RoomEvent, RoomEventKind};

const DONE: RoomAnswer = RoomAnswer { status_code: 200 };
const FORBIDDEN: RoomAnswer = RoomAnswer { status_code: 403 };

/// Answers the events of one API.
pub struct RoomHandler {
    live: Live,
    room: Arc<dyn Room>,
    public_url: String,
}

impl RoomHandler {
    /// Over the rooms, whose pages are at this address: `https://xem.benhvien.vn`.
    #[must_use]
    pub fn new(live: Live, room: Arc<dyn Room>, public_url: String) -> Self {
        Self { live, room, public_url }
    }

    /// Answers whatever invokes the function.
    pub async fn answer(&self, invocation: &Invocation) -> RoomAnswer {
        match invocation {
            Invocation::Room(event) => self.handle(event).await,
            Invocation::Clock(event) => {
                match event.job {
                    ClockJob::LetAbsentLeave => self.let_absent_leave().await,
                }
                DONE
            }
        }
    }

    /// It never fails: the next minute does what this one could not.
    async fn let_absent_leave(&self) {
        match self.live.let_absent_leave().await {
            Ok(0) => {}
            Ok(left) => tracing::info!(left, "connections that were gone left their rooms"),
            Err(error) => {
                let cause = error_chain(&error);
                tracing::error!(code = error.code(), cause, "those who are gone were not found");
            }
        }
    }

    /// Handles an event of a connection. It never fails: a connection whose message is lost is closed, and its client says it again over the
    /// next one.
    pub async fn handle(&self, event: &RoomEvent) -> RoomAnswer {
        let connection = event.context.connection_id.as_str();
        let done = match event.context.event_type {
            RoomEventKind::Connect => return if self.is_own(event) { DONE } else { FORBIDDEN },
            RoomEventKind::Message => self.take(event).await,
            RoomEventKind::Disconnect => self.let_go(connection).await,
        };
        if let Err(error) = done {
            let cause = error_chain(&error);
            tracing::error!(code = LogCode::RoomFailed.code(), cause, "a message to a room was lost");
            // Nothing more can be done for it if this fails, too: it goes with its age.
            let _ = self.room.leave(connection).await;
        }
        DONE
    }

    async fn take(&self, event: &RoomEvent) -> Result<(), DeliveryError> {
        let connection = event.context.connection_id.as_str();
        let text = event.body.as_deref().filter(|_| !event.is_binary).unwrap_or_default();
        let consultation = self.live.consultation_of(connection).await?;
        let address = event.context.identity.source_ip.parse();
        let source = address.map_or_else(|_| "unknown".to_owned(), network_of);
        match self.live.receive(consultation.as_ref(), connection, &source, text).await? {
            Heard::Joined(_) | Heard::Taken => Ok(()),
            Heard::Flood => Ok(self.room.leave(connection).await?),
        }
    }

    async fn let_go(&self, connection: &str) -> Result<(), DeliveryError> {
        match self.live.consultation_of(connection).await? {
            Some(consultation) => self.live.leave(&consultation, connection).await,
            // It never joined.
            None => Ok(()),
        }
    }

    /// Whether a page of ours connects. A program that is no browser says nothing of its page, and needs a ticket as well.
    fn is_own(&self, event: &RoomEvent) -> bool {
        event.header("origin").is_none_or(|origin| origin == self.public_url)
    }
}
