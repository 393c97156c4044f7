//! One look at everything that a message depends on.

use std::sync::Arc;

use filmless_consult::{
    Applied, ConsultationId, Contents, EntryId, Incoming, Line, MarkEntry, MemberId, Refusal, Room, Scene,
};
use filmless_store::index::{
    ConsultationRecord, MemberRecord, RoomAsked, RoomConnection, RoomEntry, RoomEntryKind, RoomItems,
    RoomWatched,
};
use jiff::Timestamp;

use super::entrance::Live;
use crate::DeliveryError;

/// A room as it is at one moment.
pub(super) struct Look {
    pub now: Timestamp,
    pub record: ConsultationRecord,
    pub room: Room,
    /// How many lines its record had.
    pub read: u64,
    /// The first line, where the record has none yet.
    pub first: Vec<Line>,
    pub items: RoomItems,
    /// What the studies hold, for messages that show something.
    pub contents: Arc<Contents>,
}

/// Who says something, and what it names.
pub(super) struct Speaker {
    pub member: MemberRecord,
    /// From where.
    pub source: String,
    pub named: Option<MemberRecord>,
    /// The mark with the id of the message.
    pub mark: Option<MarkEntry>,
    /// Whose that id is, of a mark that was deleted.
    pub author: Option<MemberId>,
    /// The chat message with its id.
    pub chat: Option<RoomEntry>,
}

/// What a message asks to be looked up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asks<'a> {
    pub connection: Option<&'a str>,
    pub member: Option<&'a MemberId>,
    pub named: Option<&'a MemberId>,
    pub entry: Option<(RoomEntryKind, &'a EntryId)>,
    pub watched: Option<&'a RoomWatched>,
}

impl<'a> Asks<'a> {
    /// What a message of this member asks.
    pub fn of(member: &'a MemberId, incoming: &'a Incoming) -> Self {
        let entry = match incoming {
            Incoming::Mark { id, .. } => Some((RoomEntryKind::Mark, id)),
            Incoming::Chat { id, .. } => Some((RoomEntryKind::Chat, id)),
            _ => None,
        };
        Self { member: Some(member), named: incoming.named(), entry, ..Self::default() }
    }

    fn asked(&self) -> Vec<&'a MemberId> {
        self.member.into_iter().chain(self.named).collect()
    }
}

impl Live {
    /// Looks at a room; `None` if there is no such consultation.
    pub(super) async fn look(
        &self,
        consultation: &ConsultationId,
        asks: &Asks<'_>,
    ) -> Result<Option<Look>, DeliveryError> {
        let members = asks.asked();
        let asked = RoomAsked {
            connection: asks.connection,
            members: &members,
            entry: asks.entry,
            watched: asks.watched,
        };
        let items = self.common.index.room_items(consultation, &asked).await?;
        let now = self.common.clock.now();
        let Some(record) = items.consultation()? else { return Ok(None) };
        let (room, read, first) = match items.room()? {
            Some(room) => {
                let read = room.head.sequence;
                (room, read, Vec::new())
            }
            None => {
                let (room, applied) = Room::open(now, &record.consultation);
                (room, 0, applied.line.into_iter().collect())
            }
        };
        Ok(Some(Look { now, record, room, read, first, items, contents: Arc::default() }))
    }
}

impl Look {
    /// The connection that was asked for, while it is one.
    pub fn connection(&self, id: &str) -> Result<Option<RoomConnection>, DeliveryError> {
        Ok(self.items.connection(id, self.now)?)
    }

    /// Who speaks; `None` if there is no such member.
    pub fn speaker(&self, asks: &Asks<'_>, source: &str) -> Result<Option<Speaker>, DeliveryError> {
        let of = |member: Option<&MemberId>| match member {
            Some(member) => self.items.member(member),
            None => Ok(None),
        };
        let Some(member) = of(asks.member)? else { return Ok(None) };
        let (mut mark, mut author, mut chat) = (None, None, None);
        match asks.entry {
            Some((kind @ RoomEntryKind::Mark, id)) => {
                let entry = self.items.entry(kind, id)?;
                let read = |entry: RoomEntry| serde_json::from_str(&entry.entry);
                mark = entry.map(read).transpose().map_err(DeliveryError::internal("a mark"))?;
                author = self.items.entry(RoomEntryKind::Gone, id)?.map(|gone| gone.by);
            }
            Some((RoomEntryKind::Gone, _)) | None => {}
            Some((kind @ RoomEntryKind::Chat, id)) => chat = self.items.entry(kind, id)?,
        }
        let named = of(asks.named)?;
        Ok(Some(Speaker { member, source: source.to_owned(), named, mark, author, chat }))
    }

    /// Has the room take a message; what it refuses changes nothing.
    pub fn apply(&mut self, speaker: &Speaker, incoming: &Incoming) -> Result<Applied, Refusal> {
        let mut room = self.room.clone();
        let applied = room.apply(&self.scene(speaker), incoming.clone())?;
        self.room = room;
        Ok(applied)
    }

    /// What the room has to know of it.
    pub fn scene<'a>(&'a self, speaker: &'a Speaker) -> Scene<'a> {
        Scene {
            now: self.now,
            consultation: &self.record.consultation,
            contents: &self.contents,
            by: &speaker.member.member,
            named: speaker.named.as_ref().map(|named| &named.member),
            mark: speaker.mark.as_ref(),
            author: speaker.author.as_ref(),
        }
    }
}
