//! What somebody shows when they join: it stands in the first message of a connection, never in an address.

use filmless_consult::ConsultationId;
use filmless_domain::Secret;
use filmless_store::index::RoomTicket;
use jiff::SignedDuration;

use super::entrance::Live;
use super::look::Asks;
use crate::viewing::Session;
use crate::{DeliveryError, credentials};

/// Life of a ticket: it is used at once.
const TICKET_TTL: SignedDuration = SignedDuration::from_secs(60);

/// The answer to whoever asks for a ticket.
pub enum TicketAnswer {
    /// It opens one connection within a minute.
    Ticket(Secret),
    /// They are not admitted.
    NotAdmitted,
    /// The room has ended.
    Over,
    /// There is no such consultation for them.
    NotTheirs,
}

impl Live {
    /// Makes a ticket for the room of the session's consultation.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn ticket(
        &self,
        session: &Session,
        consultation: &ConsultationId,
    ) -> Result<TicketAnswer, DeliveryError> {
        let seat = session.seat().filter(|seat| seat.consultation == *consultation);
        let Some(seat) = seat else { return Ok(TicketAnswer::NotTheirs) };
        let asks = Asks { member: Some(&seat.member), ..Asks::default() };
        let Some(look) = self.look(consultation, &asks).await? else { return Ok(TicketAnswer::NotTheirs) };
        let Some(speaker) = look.speaker(&asks, &session.source)? else { return Ok(TicketAnswer::NotTheirs) };
        if self.over(&look).is_some() {
            return Ok(TicketAnswer::Over);
        }
        if !speaker.member.member.is_admitted() {
            return Ok(TicketAnswer::NotAdmitted);
        }
        let secret = credentials::new_token(self.common.randomness.as_ref())?;
        let ticket = RoomTicket {
            member: seat.member.clone(),
            session: session.token_digest.clone(),
            source: session.source.clone(),
            expires_at: (look.now + TICKET_TTL).as_second(),
        };
        let digest = credentials::token_digest(secret.expose());
        self.common.index.add_room_ticket(consultation, &digest, &ticket).await?;
        Ok(TicketAnswer::Ticket(Secret::new(format!("{consultation}.{}", secret.expose()))))
    }
}

/// The parts of a ticket: the consultation, and the digest under which it is kept.
pub(super) fn parts_of(ticket: &str) -> Option<(ConsultationId, String)> {
    let (consultation, secret) = ticket.split_once('.')?;
    Some((ConsultationId::parse(consultation).ok()?, credentials::token_digest(secret)))
}
