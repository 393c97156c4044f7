//! Coming into a room.

use filmless_consult::{
    ChatEntry, EndReason, MarkEntry, Member, MemberId, Outgoing, Refusal, Ticket,
    limits::CONNECTIONS_PER_MEMBER_MAX,
};
use filmless_store::StoreError;
use filmless_store::index::{RoomConnection, RoomEntry, RoomEntryKind, Transaction};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use super::append::{APPEND_TRIES_MAX, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::hear::Heard;
use super::judge::Verdict;
use super::look::{Asks, Look};
use super::ticket;
use super::writing::Writing;
use crate::DeliveryError;

/// Longest life of a connection: that of API Gateway. The client comes back by itself.
const CONNECTION_TTL: SignedDuration = SignedDuration::from_hours(2);

/// How many chat messages somebody who comes in gets; the record has them all.
const WELCOME_CHATS_MAX: usize = 200;

impl Live {
    /// A connection shows its ticket.
    pub(super) async fn show_ticket(
        &self,
        connection: &str,
        source: &str,
        ticket: &Ticket,
    ) -> Result<Heard, DeliveryError> {
        let now = self.common.clock.now();
        let mut sender = Sender::Connection(connection);
        let joined = match ticket::parts_of(ticket.expose()) {
            Some((consultation, digest)) => {
                let ticket = self.common.index.take_room_ticket(&consultation, &digest, now).await?;
                ticket.map(|ticket| RoomConnection {
                    id: connection.to_owned(),
                    consultation,
                    member: ticket.member,
                    session: ticket.session,
                    source: source.to_owned(),
                    joined_at: now,
                    expires_at: (now + CONNECTION_TTL).as_second(),
                })
            }
            None => None,
        };
        let entered = match joined {
            Some(joined) => self.enter(&joined, &mut sender).await?.map(|()| joined.consultation),
            None => Err(Refusal::NotAdmitted),
        };
        match entered {
            Ok(consultation) => Ok(Heard::Joined(consultation)),
            Err(refusal) => {
                self.tell(&mut sender, Outgoing::refused("join", None, refusal)).await?;
                Ok(Heard::Taken)
            }
        }
    }

    /// Lets a connection in, shows it the room, and tells the others.
    pub(super) async fn enter(
        &self,
        connection: &RoomConnection,
        sender: &mut Sender<'_>,
    ) -> Result<Result<(), Refusal>, DeliveryError> {
        let consultation = &connection.consultation;
        for _ in 0..APPEND_TRIES_MAX {
            let asks = Asks { member: Some(&connection.member), ..Asks::default() };
            let Some(mut look) = self.look(consultation, &asks).await? else {
                return Ok(Err(Refusal::NotAdmitted));
            };
            let Some(speaker) = look.speaker(&asks, &connection.source)? else {
                return Ok(Err(Refusal::NotAdmitted));
            };
            if let Some(refusal) = self.bar(&look, connection).await? {
                return Ok(Err(refusal));
            }
            let before = look.here();
            let mut room = std::mem::take(&mut look.room);
            let applied = match room.join(&look.scene(&speaker), &connection.id) {
                Ok(applied) => applied,
                Err(Refusal::TooMany) => match self.spare(connection, &before).await? {
                    Some(oldest) => {
                        self.dismiss(consultation, &oldest).await?;
                        continue;
                    }
                    None => return Ok(Err(Refusal::TooMany)),
                },
                Err(refusal) => return Ok(Err(refusal)),
            };
            look.room = room;
            let with = Transaction::new().connect_to_room(connection)?;
            let writing = Writing { look, before, applied, speaker: Some(&speaker), with };
            if let Written::Done(appended) = self.append_line(writing).await? {
                self.welcome(connection, sender).await?;
                self.deliver(*appended, sender).await?;
                return Ok(Ok(()));
            }
        }
        Err(StoreError::Contention { operation: "join a room" }.into())
    }

    /// Why somebody may not come in.
    async fn bar(&self, look: &Look, connection: &RoomConnection) -> Result<Option<Refusal>, DeliveryError> {
        let consultation = &connection.consultation;
        if let Some(reason) = self.over(look) {
            self.end(consultation, reason).await?;
            return Ok(Some(Refusal::Ended));
        }
        Ok(match self.judge(&look.record, connection, None).await? {
            Verdict::Stays => None,
            Verdict::Leaves => Some(Refusal::NotAdmitted),
            Verdict::Ends => {
                self.end(consultation, EndReason::Recalled).await?;
                Some(Refusal::Ended)
            }
        })
    }

    /// The oldest connection of somebody who has as many as they may: they come back from one that is dead.
    async fn spare(
        &self,
        connection: &RoomConnection,
        here: &[(String, MemberId)],
    ) -> Result<Option<String>, DeliveryError> {
        let own: Vec<&String> =
            here.iter().filter(|(_, member)| *member == connection.member).map(|(id, _)| id).collect();
        if own.len() < CONNECTIONS_PER_MEMBER_MAX {
            return Ok(None);
        }
        let known =
            self.common.index.room_connections(&connection.consultation, connection.joined_at).await?;
        // One of which nothing is known is older than all that are known.
        let since = |id: &String| known.iter().find(|known| known.id == *id).map(|known| known.joined_at);
        Ok(own.into_iter().min_by_key(|id| since(id)).cloned())
    }

    /// Shows somebody the whole room.
    pub(super) async fn welcome(
        &self,
        connection: &RoomConnection,
        sender: &mut Sender<'_>,
    ) -> Result<(), DeliveryError> {
        let (index, consultation) = (&self.common.index, &connection.consultation);
        // The room first: what is newer than it comes by itself.
        let Some(look) = self.look(consultation, &Asks::default()).await? else { return Ok(()) };
        let members: Vec<Member> =
            index.members(consultation).await?.into_iter().map(|record| record.member).collect();
        let marks: Vec<MarkEntry> = entries(index.room_entries(consultation, RoomEntryKind::Mark).await?)?;
        let mut chat: Vec<ChatEntry> = entries(index.room_entries(consultation, RoomEntryKind::Chat).await?)?;
        chat.drain(..chat.len().saturating_sub(WELCOME_CHATS_MAX));
        let all =
            look.room.welcome(look.now, &connection.member, &look.record.consultation, &members, marks, chat);
        for message in all {
            self.tell(sender, message).await?;
        }
        Ok(())
    }
}

fn entries<T: DeserializeOwned>(entries: Vec<RoomEntry>) -> Result<Vec<T>, DeliveryError> {
    let read = |entry: RoomEntry| serde_json::from_str(&entry.entry);
    entries
        .into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(DeliveryError::internal("an entry of a room"))
}
