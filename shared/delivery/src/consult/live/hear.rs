//! What a connection says.

use filmless_consult::{Applied, ConsultationId, EndReason, Flow, Incoming, Outgoing, Refusal};
use filmless_store::StoreError;
use filmless_store::index::{RoomConnection, RoomEntry, Transaction};
use jiff::SignedDuration;

use super::append::{APPEND_TRIES_MAX, Writing, Written};
use super::contents::CONTENTS_AGE_MIN;
use super::deliver::Sender;
use super::entrance::Live;
use super::judge::Verdict;
use super::look::{Asks, Look, Speaker};
use crate::DeliveryError;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The connection has joined this consultation's room.
    Joined(ConsultationId),
    /// It was taken, or refused, and the sender was told.
    Taken,
    /// So many came that whoever keeps the connection open has to close it.
    Flood,
}

/// A connection that may speak, and the room that it speaks to.
enum Attending {
    Yes(Box<Look>, RoomConnection),
    /// It was told, and is closed.
    No,
}

impl Live {
    /// Takes a message of a connection: of one that has joined, to its consultation.
    ///
    /// # Errors
    /// [`DeliveryError`]: nobody knows whether it was taken. Whoever sent it says it again, with the same `id`.
    pub async fn receive(
        &self,
        consultation: Option<&ConsultationId>,
        connection: &str,
        source: &str,
        text: &str,
    ) -> Result<Heard, DeliveryError> {
        let mut sender = Sender::Connection(connection);
        let read = Incoming::parse(text);
        let kind = match &read {
            Ok(incoming) => Some(incoming.kind()),
            Err(unread) => unread.of,
        };
        match (self.pace(connection, self.common.clock.now(), kind), read) {
            (Flow::Close, _) => return Ok(Heard::Flood),
            (_, Err(unread)) => self.tell(&mut sender, Outgoing::unread(unread)).await?,
            (Flow::TooFast, Ok(incoming)) => self.refuse(&mut sender, &incoming, Refusal::TooFast).await?,
            (Flow::Pass, Ok(incoming)) => match (consultation, incoming) {
                (None, Incoming::Join { ticket: Some(ticket) }) => {
                    return self.show_ticket(connection, source, &ticket).await;
                }
                (None, incoming) => self.refuse(&mut sender, &incoming, Refusal::NotAdmitted).await?,
                (Some(consultation), incoming) => {
                    self.hear(consultation, connection, &incoming, &mut sender).await?;
                }
            },
        }
        Ok(Heard::Taken)
    }

    /// Looks whether a connection may stay that says nothing, and whether its room goes on. Returns whether it does.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn look_after(
        &self,
        consultation: &ConsultationId,
        connection: &str,
    ) -> Result<bool, DeliveryError> {
        let attending = self.attend(consultation, connection, None).await?;
        Ok(matches!(attending, Attending::Yes(..)))
    }

    /// Takes a message, or tells the sender why not.
    pub(super) async fn hear(
        &self,
        consultation: &ConsultationId,
        connection: &str,
        incoming: &Incoming,
        sender: &mut Sender<'_>,
    ) -> Result<(), DeliveryError> {
        for _ in 0..APPEND_TRIES_MAX {
            let attending = self.attend(consultation, connection, Some(incoming)).await?;
            let Attending::Yes(mut look, known) = attending else { return Ok(()) };
            let asks = Asks::of(&known.member, incoming);
            let Some(speaker) = look.speaker(&asks, &known.source)? else {
                return self.dismiss(consultation, connection).await;
            };
            match &speaker.chat {
                Some(chat) if chat.by == known.member => return self.tell(sender, said_before(chat)?).await,
                Some(_) => return self.refuse(sender, incoming, Refusal::NotYours).await,
                None => {}
            }
            let before = look.here();
            let applied = match self.apply(&mut look, &speaker, incoming).await? {
                Ok(applied) => applied,
                Err(refusal) => return self.refuse(sender, incoming, refusal).await,
            };
            let with = Transaction::new();
            let writing = Writing { look: *look, before, applied, speaker: Some(&speaker), with };
            if let Written::Done(appended) = self.append_line(writing).await? {
                self.deliver(*appended, sender).await?;
                if matches!(incoming, Incoming::Ping {}) {
                    self.sweep(consultation).await?;
                }
                return Ok(());
            }
        }
        Err(StoreError::Contention { operation: "append to a room" }.into())
    }

    /// Has the room take a message. Images that this process does not know are looked up once more: they may have just come.
    async fn apply(
        &self,
        look: &mut Look,
        speaker: &Speaker,
        incoming: &Incoming,
    ) -> Result<Result<Applied, Refusal>, DeliveryError> {
        if !incoming.shows_images() {
            return Ok(look.apply(speaker, incoming));
        }
        look.contents = self.contents(look, SignedDuration::MAX).await?;
        match look.apply(speaker, incoming) {
            Err(Refusal::UnknownImage) => {
                look.contents = self.contents(look, CONTENTS_AGE_MIN).await?;
                Ok(look.apply(speaker, incoming))
            }
            applied => Ok(applied),
        }
    }

    /// Judges a connection, and its room: whatever is over ends here.
    async fn attend(
        &self,
        consultation: &ConsultationId,
        connection: &str,
        incoming: Option<&Incoming>,
    ) -> Result<Attending, DeliveryError> {
        let remembered = self.judgements.get(connection);
        let known = match &remembered {
            Some(remembered) => Some(remembered.found.clone()),
            None => self.common.index.room_connection(connection).await?,
        };
        let known = known.filter(|known| known.consultation == *consultation);
        let Some(known) = known else { return self.turn_away(consultation, connection).await };
        let about = incoming.map(|incoming| Asks::of(&known.member, incoming)).unwrap_or_default();
        let watched = remembered.as_ref().map(|remembered| &remembered.watched);
        let asks = Asks { connection: Some(connection), member: Some(&known.member), watched, ..about };
        let Some(look) = self.look(consultation, &asks).await? else {
            return self.turn_away(consultation, connection).await;
        };
        let Some(known) = look.connection(connection)? else {
            return self.turn_away(consultation, connection).await;
        };
        if let Some(reason) = self.over(&look) {
            self.end(consultation, reason).await?;
            return self.turn_away(consultation, connection).await;
        }
        match self.judge(&look.record, &known, Some(&look.items)).await? {
            Verdict::Stays => Ok(Attending::Yes(Box::new(look), known)),
            Verdict::Leaves => self.turn_away(consultation, connection).await,
            Verdict::Ends => {
                self.end(consultation, EndReason::Recalled).await?;
                self.turn_away(consultation, connection).await
            }
        }
    }

    /// Why the room is over, if it is.
    pub(super) fn over(&self, look: &Look) -> Option<EndReason> {
        let consultation = &look.record.consultation;
        let by_time = (look.now >= consultation.ends_at).then_some(EndReason::Time);
        look.room.ended.or(consultation.ended).or(by_time)
    }

    async fn turn_away(
        &self,
        consultation: &ConsultationId,
        connection: &str,
    ) -> Result<Attending, DeliveryError> {
        self.dismiss(consultation, connection).await?;
        Ok(Attending::No)
    }

    async fn refuse(
        &self,
        sender: &mut Sender<'_>,
        incoming: &Incoming,
        refusal: Refusal,
    ) -> Result<(), DeliveryError> {
        self.tell(sender, Outgoing::refused(incoming.kind(), incoming.id(), refusal)).await
    }
}

/// The chat message that is there: it was sent again because its sender did not see it come back.
fn said_before(entry: &RoomEntry) -> Result<Outgoing, DeliveryError> {
    let chat = serde_json::from_str(&entry.entry).map_err(DeliveryError::internal("a chat message"))?;
    Ok(Outgoing::Chat { chat, head: entry.head })
}
