//! The room of a consultation: its item, the lines of its record, marks and chat, and who is connected.

use aws_sdk_dynamodb::types::AttributeValue;
use filmless_consult::{ConsultationId, EntryId, Line, MemberId, Room};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::consultation::{consult_pk, room_key};
use super::table::record_of;
use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// A room as the lines of its record have made it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RoomRecord {
    /// How many lines there are.
    sequence: u64,
    /// The room, as JSON: numbers stay as they are.
    pub(super) room: String,
}

/// A line of a room's record.
#[derive(Debug, Serialize, Deserialize)]
struct LineRecord {
    sequence: u64,
    line: String,
}

/// Something that stays in a room: a mark or a chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEntry {
    /// The id that its author gave it.
    pub id: EntryId,
    /// Its author.
    pub by: MemberId,
    /// The line that left it as it is.
    pub head: u64,
    /// What it is, as JSON.
    pub entry: String,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomEntryKind {
    /// A mark.
    Mark,
    /// A chat message.
    Chat,
    /// A mark that was deleted: whose its id stays.
    Gone,
}

/// What somebody shows when they join, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomTicket {
    /// Who.
    pub member: MemberId,
    /// SHA-256 of the cookie of their session, in hex.
    pub session: String,
    /// From where.
    pub source: String,
    /// When it expires (also the table's TTL), in seconds since 1970.
    pub expires_at: i64,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomConnection {
    /// Its id.
    pub id: String,
    /// The consultation.
    pub consultation: ConsultationId,
    /// Who.
    pub member: MemberId,
    /// SHA-256 of the cookie of their session, in hex.
    pub session: String,
    /// From where.
    pub source: String,
    /// Since when.
    #[serde(with = "millisecond::required")]
    pub joined_at: Timestamp,
    /// When it is over at the latest (also the table's TTL), in seconds since 1970.
    pub expires_at: i64,
}

/// A room in which somebody may be.
#[derive(Debug, Serialize, Deserialize)]
struct OpenRoom {
    consultation: ConsultationId,
}

/// The partition of rooms in which somebody may be.
const OPEN_ROOMS_PK: &str = "ROOMS";

impl RoomEntryKind {
    pub(super) fn key(self, consultation: &ConsultationId, id: &EntryId) -> ItemKey {
        ItemKey::new(consult_pk(consultation), format!("{}{id}", self.prefix()))
    }

    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Mark => "MARK#",
            Self::Chat => "CHAT#",
            Self::Gone => "GONE#",
        }
    }
}

impl Transaction {
    /// Appends lines to the record of a room that still has as many as were read. Unmet if somebody else was first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for these types.
    pub fn append_to_room(
        self,
        consultation: &ConsultationId,
        read: u64,
        room: &Room,
        lines: Vec<Line>,
    ) -> Result<Self, StoreError> {
        let as_read = match read {
            0 => Condition::Absent("sequence"),
            read => Condition::is_number("sequence", i64::try_from(read).unwrap_or(i64::MAX)),
        };
        let record = RoomRecord {
            sequence: room.head.sequence,
            room: serde_json::to_string(room).map_err(StoreError::corrupt("write a room"))?,
        };
        let appended = self.put(&room_key(consultation), &record, Change::new().when(&as_read))?;
        lines.into_iter().try_fold(appended, |transaction, line| {
            let key = ItemKey::new(consult_pk(consultation), line_sk(line.sequence));
            let record = LineRecord { sequence: line.sequence, line: line.text };
            transaction.put(&key, &record, Change::new().when(&Condition::Absent("pk")))
        })
    }

    /// Leaves a mark or a chat message in a room.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn put_room_entry(
        self,
        consultation: &ConsultationId,
        kind: RoomEntryKind,
        entry: &RoomEntry,
    ) -> Result<Self, StoreError> {
        self.put(&kind.key(consultation, &entry.id), entry, Change::new())
    }

    /// Takes a mark out of a room, and remembers whose its id is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn delete_mark(
        self,
        consultation: &ConsultationId,
        id: &EntryId,
        by: &MemberId,
        head: u64,
    ) -> Result<Self, StoreError> {
        let gone = RoomEntry { id: id.clone(), by: by.clone(), head, entry: String::new() };
        let deleted = self.delete(RoomEntryKind::Mark.key(consultation, id));
        deleted.put_room_entry(consultation, RoomEntryKind::Gone, &gone)
    }

    /// Connects somebody, whose connection is new.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn connect_to_room(self, connection: &RoomConnection) -> Result<Self, StoreError> {
        let keys = [connection_key(&connection.consultation, &connection.id), pointer_key(&connection.id)];
        let open = OpenRoom { consultation: connection.consultation.clone() };
        let opened = self.put(&open_room_key(&connection.consultation), &open, Change::new())?;
        keys.iter().try_fold(opened, |transaction, key| transaction.put(key, connection, Change::new()))
    }

    /// Forgets a connection.
    #[must_use]
    pub fn disconnect_from_room(self, consultation: &ConsultationId, id: &str) -> Self {
        self.delete(connection_key(consultation, id)).delete(pointer_key(id))
    }

    /// Takes a room in which nobody is off the list of those in which somebody is. Unmet if it has more lines than were read;
    /// `None` if there is no such room any more.
    #[must_use]
    pub fn forget_open_room(self, consultation: &ConsultationId, read: Option<u64>) -> Self {
        let Some(read) = read else { return self.delete(open_room_key(consultation)) };
        let read = i64::try_from(read).unwrap_or(i64::MAX);
        let as_read = Change::new().set("sequence", read).when(&Condition::is_number("sequence", read));
        self.delete(open_room_key(consultation)).update(room_key(consultation), as_read)
    }
}

impl Index {
    /// The lines of a room's record after this one, oldest first, at most so many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn room_lines(
        &self,
        consultation: &ConsultationId,
        after: u64,
        max: i32,
    ) -> Result<Vec<Line>, StoreError> {
        let text = |text: String| AttributeValue::S(text);
        let request = self
            .query_request(&consult_pk(consultation), "")
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":from", text(line_sk(after.saturating_add(1))))
            .expression_attribute_values(":to", text("EVENT#~".to_owned()))
            .limit(max);
        let answer = request.send().await.map_err(|e| StoreError::unavailable("Query")(Box::new(e)))?;
        let line = |item| {
            let LineRecord { sequence, line } = record_of(item)?;
            Ok(Line { sequence, text: line })
        };
        answer.items.unwrap_or_default().into_iter().map(line).collect()
    }

    /// All marks or chat messages of a room, in the order of the events that left them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn room_entries(
        &self,
        consultation: &ConsultationId,
        kind: RoomEntryKind,
    ) -> Result<Vec<RoomEntry>, StoreError> {
        let mut found: Vec<RoomEntry> = self.query(&consult_pk(consultation), kind.prefix()).await?;
        found.sort_by_key(|entry| entry.head);
        Ok(found)
    }

    /// Everybody who takes part now, in the order in which they joined.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn room_connections(
        &self,
        consultation: &ConsultationId,
        now: Timestamp,
    ) -> Result<Vec<RoomConnection>, StoreError> {
        let mut found: Vec<RoomConnection> = self.query(&consult_pk(consultation), "CONNECTION#").await?;
        found.retain(|connection| connection.expires_at > now.as_second());
        found.sort_by(|a, b| (a.joined_at, &a.id).cmp(&(b.joined_at, &b.id)));
        Ok(found)
    }

    /// The rooms in which somebody may be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_rooms(&self) -> Result<Vec<ConsultationId>, StoreError> {
        let found: Vec<OpenRoom> = self.query(OPEN_ROOMS_PK, "").await?;
        Ok(found.into_iter().map(|open| open.consultation).collect())
    }

    /// Deletes all connections of a room, whether they are over or not. Returns the number of items.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn forget_room_connections(
        &self,
        consultation: &ConsultationId,
    ) -> Result<usize, StoreError> {
        let found: Vec<RoomConnection> = self.query(&consult_pk(consultation), "CONNECTION#").await?;
        for connection in &found {
            self.delete(&pointer_key(&connection.id)).await?;
            self.delete(&connection_key(consultation, &connection.id)).await?;
        }
        self.delete(&open_room_key(consultation)).await?;
        Ok(2 * found.len())
    }

    /// The connection with this id, whatever its room.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn room_connection(&self, id: &str) -> Result<Option<RoomConnection>, StoreError> {
        self.get(&pointer_key(id)).await
    }

    /// Keeps a new ticket.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_room_ticket(
        &self,
        consultation: &ConsultationId,
        digest: &str,
        ticket: &RoomTicket,
    ) -> Result<(), StoreError> {
        self.put_new(&ticket_key(consultation, digest), ticket).await.map(|_| ())
    }

    /// Takes a ticket: of several who show the same one, one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_room_ticket(
        &self,
        consultation: &ConsultationId,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<RoomTicket>, StoreError> {
        let ticket: Option<RoomTicket> = self.take(&ticket_key(consultation, digest)).await?;
        Ok(ticket.filter(|ticket| ticket.expires_at > now.as_second()))
    }
}

/// Zero-padded, so that sort keys order by place.
fn line_sk(sequence: u64) -> String {
    format!("EVENT#{sequence:012}")
}

fn open_room_key(consultation: &ConsultationId) -> ItemKey {
    ItemKey::new(OPEN_ROOMS_PK.to_owned(), consultation.to_string())
}

fn ticket_key(consultation: &ConsultationId, digest: &str) -> ItemKey {
    ItemKey::new(consult_pk(consultation), format!("TICKET#{digest}"))
}

fn connection_key(consultation: &ConsultationId, id: &str) -> ItemKey {
    ItemKey::new(consult_pk(consultation), format!("CONNECTION#{id}"))
}

/// A connection by itself: API Gateway names no room.
fn pointer_key(id: &str) -> ItemKey {
    ItemKey::new(format!("CONNECTION#{id}"), "CONNECTION")
}
