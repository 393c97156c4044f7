//! Taking part without a connection, where a proxy cuts WebSockets: the client says what it has to say and asks what is new,
//! again and again.

use std::time::Duration;

use filmless_consult::{ConsultationId, Flow, Incoming, Outgoing, Recorded, Refusal};
use filmless_store::index::{RoomConnection, Transaction};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use super::polling::polling;
use crate::DeliveryError;
use crate::viewing::Session;

/// Most messages of one request.
pub const POLL_MESSAGES_MAX: usize = 20;
/// How often a room looks after those who say nothing, where it can: so long may somebody still see a room that has ended for them.
pub const LOOK_EVERY: Duration = Duration::from_secs(3);
/// After how many looks a request is answered that waits for something new.
const LOOKS_MAX: u32 = 6;
/// Somebody who asks nothing for so long is gone.
const POLL_TTL: SignedDuration = SignedDuration::from_secs(45);
/// Most lines of one answer.
const LINES_MAX: i32 = 100;

/// What somebody asks who takes part so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The last line that they have; none if they come in.
    pub since: Option<u64>,
    /// What they have to say.
    #[serde(default)]
    pub messages: Vec<Value>,
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PollAnswer {
    /// As it would have come over a connection, in its order.
    pub events: Vec<Outgoing>,
    /// The last line that they have now.
    pub head: u64,
}

impl Live {
    /// Says and asks. `None` if the session has no place in this consultation, or not any more.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn poll(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        poll: &Poll,
    ) -> Result<Option<PollAnswer>, DeliveryError> {
        let seat = session.seat().filter(|seat| seat.consultation == *consultation);
        let Some(seat) = seat else { return Ok(None) };
        let now = self.common.clock.now();
        let name = session.token_digest.get(..32).unwrap_or(&session.token_digest);
        let connection = RoomConnection {
            id: polling(name),
            consultation: consultation.clone(),
            member: seat.member.clone(),
            session: session.token_digest.clone(),
            source: session.source.clone(),
            joined_at: now,
            expires_at: (now + POLL_TTL).as_second(),
        };
        // Before anything is read: what comes meanwhile is not missed.
        let changes = self.room.join(consultation.as_str());
        let mut events = Vec::new();
        if let Err(refusal) = self.keep(&connection, poll.since, &mut events).await? {
            return self.farewell(consultation, poll.since, refusal).await;
        }
        for message in poll.messages.iter().take(POLL_MESSAGES_MAX) {
            self.hear_of(&connection, message, &mut events).await?;
        }
        let Some(since) = poll.since else {
            let head = head_of_welcome(&events);
            return Ok(Some(PollAnswer { events, head }));
        };
        let mut answer = self.news(consultation, since).await?;
        if answer.events.is_empty() && self.is_beyond(consultation, since).await? {
            // They know of lines that are not there: they begin anew.
            let anew = Poll { since: None, messages: Vec::new() };
            return Box::pin(self.poll(session, consultation, &anew)).await;
        }
        if let Some(mut changes) = changes
            && answer.events.is_empty()
            && events.is_empty()
            && poll.messages.is_empty()
        {
            for _ in 0..LOOKS_MAX {
                let woken = tokio::time::timeout(LOOK_EVERY, changes.changed()).await;
                // Who was removed meanwhile, or whose study was recalled, hears nothing more.
                if !self.look_after(consultation, &connection.id).await? {
                    return self.farewell(consultation, poll.since, Refusal::NotAdmitted).await;
                }
                if woken.is_ok() {
                    break;
                }
            }
            answer = self.news(consultation, since).await?;
        }
        events.append(&mut answer.events);
        Ok(Some(PollAnswer { events, head: answer.head }))
    }

    /// Lets them in, or keeps them there.
    async fn keep(
        &self,
        connection: &RoomConnection,
        since: Option<u64>,
        events: &mut Vec<Outgoing>,
    ) -> Result<Result<(), Refusal>, DeliveryError> {
        let index = &self.common.index;
        let known = index.room_connection(&connection.id).await?;
        let now = self.common.clock.now();
        if let (Some(known), Some(_)) = (&known, since)
            && known.expires_at > now.as_second()
        {
            if is_half_over(known, now) {
                let kept = RoomConnection { joined_at: known.joined_at, ..connection.clone() };
                index.commit(Transaction::new().connect_to_room(&kept)?).await?.or_contention()?;
            }
            let stays = self.look_after(&connection.consultation, &connection.id).await?;
            return Ok(if stays { Ok(()) } else { Err(Refusal::NotAdmitted) });
        }
        if known.is_some() {
            self.depart(&connection.consultation, &connection.id).await?;
        }
        let mut answer = Vec::new();
        let mut sender = Sender::Request { connection: &connection.id, answer: &mut answer };
        let entered = self.enter(connection, &mut sender).await?;
        if since.is_none() {
            events.append(&mut answer);
        }
        Ok(entered)
    }

    async fn hear_of(
        &self,
        connection: &RoomConnection,
        message: &Value,
        events: &mut Vec<Outgoing>,
    ) -> Result<(), DeliveryError> {
        let incoming = match Incoming::parse(&message.to_string()) {
            // They are in by asking.
            Ok(Incoming::Join { .. }) => return Ok(()),
            Ok(incoming) => incoming,
            Err(unread) => {
                events.push(Outgoing::unread(unread));
                return Ok(());
            }
        };
        if self.pace(&connection.id, self.common.clock.now(), Some(incoming.kind())) != Flow::Pass {
            events.push(Outgoing::refused(incoming.kind(), incoming.id(), Refusal::TooFast));
            return Ok(());
        }
        let mut sender = Sender::Request { connection: &connection.id, answer: events };
        self.hear(&connection.consultation, &connection.id, &incoming, &mut sender).await
    }

    /// Whether somebody names a line after the last one.
    async fn is_beyond(&self, consultation: &ConsultationId, since: u64) -> Result<bool, DeliveryError> {
        let look = self.look(consultation, &Asks::default()).await?;
        Ok(look.is_some_and(|look| since > look.room.head.sequence))
    }

    async fn news(&self, consultation: &ConsultationId, since: u64) -> Result<PollAnswer, DeliveryError> {
        let lines = self.common.index.room_lines(consultation, since, LINES_MAX).await?;
        let head = lines.last().map_or(since, |line| line.sequence);
        let events = lines.iter().filter_map(|line| Outgoing::of(Recorded::parse(&line.text)?)).collect();
        Ok(PollAnswer { events, head })
    }

    /// The last that somebody hears: that it is over, if it is.
    async fn farewell(
        &self,
        consultation: &ConsultationId,
        since: Option<u64>,
        refusal: Refusal,
    ) -> Result<Option<PollAnswer>, DeliveryError> {
        let ended = self.ended(consultation).await?;
        let head = since.unwrap_or_default();
        Ok(match (ended, refusal) {
            (Some(reason), _) => Some(PollAnswer { events: vec![Outgoing::Ended { reason }], head }),
            (None, Refusal::NotAdmitted) => None,
            (None, refusal) => {
                Some(PollAnswer { events: vec![Outgoing::refused("join", None, refusal)], head })
            }
        })
    }
}

fn head_of_welcome(events: &[Outgoing]) -> u64 {
    let head = |event: &Outgoing| match event {
        Outgoing::Welcome { room, .. } => Some(room.head),
        _ => None,
    };
    events.iter().find_map(head).unwrap_or_default()
}

fn is_half_over(known: &RoomConnection, now: Timestamp) -> bool {
    known.expires_at - now.as_second() < POLL_TTL.as_secs() / 2
}
