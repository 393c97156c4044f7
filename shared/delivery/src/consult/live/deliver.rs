//! Sending what happened to those who are in the room.

use bytes::Bytes;
use filmless_consult::{ConsultationId, MemberId, Outgoing, To};

use super::append::Appended;
use super::entrance::Live;
use super::poll::is_polling;
use crate::DeliveryError;

/// Where messages to the sender go.
pub(super) enum Sender<'a> {
    /// A connection.
    Connection(&'a str),
    /// Somebody who waits for the answer of a request.
    Request { connection: &'a str, answer: &'a mut Vec<Outgoing> },
    /// Nobody.
    Nobody,
}

impl Sender<'_> {
    const fn connection(&self) -> Option<&str> {
        match self {
            Self::Connection(connection) | Self::Request { connection, .. } => Some(connection),
            Self::Nobody => None,
        }
    }
}

impl Live {
    /// Sends all of it. Whoever is found gone on the way leaves the room, which is recorded and told, too. What could not be
    /// sent is not lost: it is recorded, and whoever misses a line asks for it.
    pub(super) async fn deliver(
        &self,
        appended: Appended,
        sender: &mut Sender<'_>,
    ) -> Result<(), DeliveryError> {
        let Appended { consultation, before, after, applied } = appended;
        let is_recorded = applied.line.is_some();
        let mut gone = Vec::new();
        for (to, message) in applied.send {
            let is_end = matches!(message, Outgoing::Ended { .. });
            let ids = |all: &[(String, MemberId)], is: &dyn Fn(&str, &MemberId) -> bool| -> Vec<String> {
                all.iter().filter(|(id, member)| is(id, member)).map(|(id, _)| id.clone()).collect()
            };
            let connections = match to {
                To::Sender => {
                    self.tell(sender, message).await?;
                    continue;
                }
                To::Everybody => ids(&after, &|_, _| true),
                To::Others => ids(&after, &|id, _| Some(id) != sender.connection()),
                To::Member(addressee) => ids(&before, &|_, member| *member == addressee),
            };
            gone.extend(self.send(&connections, &message).await?);
            if is_end {
                for connection in connections.iter().filter(|id| !is_polling(id)) {
                    self.room.leave(connection).await?;
                }
            }
        }
        if is_recorded {
            self.room.announce(consultation.as_str());
        }
        self.clear(&consultation, gone).await
    }

    /// Sends a message to these connections; returns those that are gone.
    async fn send(&self, connections: &[String], message: &Outgoing) -> Result<Vec<String>, DeliveryError> {
        let connections: Vec<String> = connections.iter().filter(|id| !is_polling(id)).cloned().collect();
        if connections.is_empty() {
            return Ok(Vec::new());
        }
        match self.room.send(&connections, &frame_of(message)?).await {
            Ok(gone) => Ok(gone),
            Err(error) => {
                // They notice that a line is missing, and ask for it.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a message of a room did not reach everybody"
                );
                Ok(Vec::new())
            }
        }
    }

    /// Sends a message to the one who spoke.
    pub(super) async fn tell(&self, sender: &mut Sender<'_>, message: Outgoing) -> Result<(), DeliveryError> {
        match sender {
            Sender::Connection(connection) => {
                self.send(&[(*connection).to_owned()], &message).await?;
            }
            Sender::Request { answer, .. } => answer.push(message),
            Sender::Nobody => {}
        }
        Ok(())
    }

    /// Has connections leave that are gone.
    async fn clear(&self, consultation: &ConsultationId, gone: Vec<String>) -> Result<(), DeliveryError> {
        for connection in gone {
            Box::pin(self.depart(consultation, &connection)).await?;
        }
        Ok(())
    }
}

fn frame_of(message: &Outgoing) -> Result<Bytes, DeliveryError> {
    Ok(serde_json::to_vec(message).map_err(DeliveryError::internal("a message of a room"))?.into())
}
