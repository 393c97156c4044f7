//! Connections that go, whether their members want it or not.

use filmless_consult::{ConsultationId, MemberId};
use filmless_store::StoreError;
use filmless_store::index::Transaction;

use super::append::{APPEND_TRIES_MAX, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use super::writing::Writing;
use crate::DeliveryError;

impl Live {
    /// A connection is gone.
    ///
    /// # Errors
    /// [`DeliveryError`]: the room finds out later, when it sends something there.
    pub async fn leave(&self, consultation: &ConsultationId, connection: &str) -> Result<(), DeliveryError> {
        self.forget(connection);
        self.depart(consultation, connection).await
    }

    /// Closes a connection, and has it leave.
    pub(super) async fn dismiss(
        &self,
        consultation: &ConsultationId,
        connection: &str,
    ) -> Result<(), DeliveryError> {
        self.room.leave(connection).await?;
        self.leave(consultation, connection).await
    }

    /// Takes a connection out of its room, records that, and tells the others.
    pub(super) async fn depart(
        &self,
        consultation: &ConsultationId,
        connection: &str,
    ) -> Result<(), DeliveryError> {
        let mut member: Option<MemberId> = None;
        for _ in 0..APPEND_TRIES_MAX {
            let asks = Asks { member: member.as_ref(), ..Asks::default() };
            let disconnected = Transaction::new().disconnect_from_room(consultation, connection);
            let Some(mut look) = self.look(consultation, &asks).await? else {
                return Ok(self.common.index.commit(disconnected).await?.or_contention()?);
            };
            let Some(here) = look.room.here.get(connection).cloned() else {
                return Ok(self.common.index.commit(disconnected).await?.or_contention()?);
            };
            if member.as_ref() != Some(&here) {
                // Whose it is, only the room said.
                member = Some(here);
                continue;
            }
            let Some(speaker) = look.speaker(&asks, "")? else {
                return Ok(self.common.index.commit(disconnected).await?.or_contention()?);
            };
            let before = look.here();
            let mut room = std::mem::take(&mut look.room);
            let applied = room.leave(&look.scene(&speaker), connection);
            look.room = room;
            let writing = Writing { look, before, applied, speaker: Some(&speaker), with: disconnected };
            if let Written::Done(appended) = self.append_line(writing).await? {
                return self.deliver(*appended, &mut Sender::Nobody).await;
            }
        }
        Err(StoreError::Contention { operation: "leave a room" }.into())
    }
}
