//! One look at a room, and at all that a message to it depends on.

use std::collections::HashMap;

use filmless_consult::{ConsultationId, EntryId, MemberId, Room};
use filmless_domain::{AccessionNumber, StudyInstanceUid};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::account::account_key_of;
use super::consult_member::MemberRecord;
use super::consult_room::{RoomConnection, RoomEntry, RoomEntryKind, RoomRecord};
use super::consultation::{ConsultationRecord, consult_pk, room_key};
use super::order::order_key;
use super::session::session_key;
use super::share::share_key;
use super::study::study_key;
use super::table::{Item, record_of};
use super::viewer::{Snapshot, text_of};
use super::{Index, ItemKey};
use crate::StoreError;

/// All that a member's right to take part rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomWatched {
    /// Digest of the cookie of their session.
    pub session: String,
    /// Digest of the token of their share.
    pub share: Option<String>,
    /// The account.
    pub account_key: String,
    /// The studies of the consultation.
    pub studies: Vec<StudyInstanceUid>,
    /// The orders under which they are seen.
    pub orders: Vec<AccessionNumber>,
}

/// Items of a room that are read at one moment.
#[derive(Debug, Default)]
pub struct RoomAsked<'a> {
    /// Which connection.
    pub connection: Option<&'a str>,
    /// Which members.
    pub members: &'a [&'a MemberId],
    /// Which mark or chat message.
    pub entry: Option<(RoomEntryKind, &'a EntryId)>,
    /// What a right rests on.
    pub watched: Option<&'a RoomWatched>,
}

/// What was there. The rest of the items is for those who know what they are.
pub struct RoomItems {
    items: HashMap<(String, String), Item>,
    pk: String,
}

impl std::fmt::Debug for RoomItems {
    /// Items hold patients.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomItems(hidden)")
    }
}

impl RoomWatched {
    fn keys(&self) -> Vec<ItemKey> {
        let mut keys = vec![session_key(&self.session), account_key_of(&self.account_key)];
        keys.extend(self.share.as_deref().map(share_key));
        keys.extend(self.studies.iter().map(study_key));
        keys.extend(self.orders.iter().map(order_key));
        keys
    }
}

impl RoomItems {
    /// The consultation's own item.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn consultation(&self) -> Result<Option<ConsultationRecord>, StoreError> {
        self.of("META")
    }

    /// A member.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn member(&self, member: &MemberId) -> Result<Option<MemberRecord>, StoreError> {
        self.of(&format!("MEMBER#{member}"))
    }

    /// The room; nothing before the first line of its record.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn room(&self) -> Result<Option<Room>, StoreError> {
        let record: Option<RoomRecord> = self.of("ROOM")?;
        let read = |record: RoomRecord| serde_json::from_str(&record.room);
        record.map(read).transpose().map_err(StoreError::corrupt("read a room"))
    }

    /// A connection, unless it is over: the table removes those late.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn connection(&self, id: &str, now: Timestamp) -> Result<Option<RoomConnection>, StoreError> {
        let found: Option<RoomConnection> = self.of(&format!("CONNECTION#{id}"))?;
        Ok(found.filter(|connection| connection.expires_at > now.as_second()))
    }

    /// A mark or a chat message.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn entry(&self, kind: RoomEntryKind, id: &EntryId) -> Result<Option<RoomEntry>, StoreError> {
        self.of(&format!("{}{id}", kind.prefix()))
    }

    /// What a right rests on, as it is at this moment.
    #[must_use]
    pub fn snapshot(&self, watched: &RoomWatched) -> Snapshot {
        let keys = watched.keys().into_iter().map(|key| (key.pk, key.sk));
        Snapshot::of(keys.filter_map(|key| self.items.get(&key).cloned().map(|item| (key, item))))
    }

    fn of<T: DeserializeOwned>(&self, sk: &str) -> Result<Option<T>, StoreError> {
        self.items.get(&(self.pk.clone(), sk.to_owned())).cloned().map(record_of).transpose()
    }
}

impl Index {
    /// Items of a room, by one call: the consultation, the room, and what else is asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn room_items(
        &self,
        consultation: &ConsultationId,
        asked: &RoomAsked<'_>,
    ) -> Result<RoomItems, StoreError> {
        let pk = consult_pk(consultation);
        let of_consultation = |sk: String| ItemKey::new(pk.clone(), sk);
        let mut keys = vec![of_consultation("META".to_owned()), room_key(consultation)];
        keys.extend(asked.members.iter().map(|member| of_consultation(format!("MEMBER#{member}"))));
        keys.extend(asked.connection.map(|id| of_consultation(format!("CONNECTION#{id}"))));
        keys.extend(asked.entry.map(|(kind, id)| kind.key(consultation, id)));
        let marks = asked.entry.filter(|(kind, _)| *kind == RoomEntryKind::Mark);
        keys.extend(marks.map(|(_, id)| RoomEntryKind::Gone.key(consultation, id)));
        keys.extend(asked.watched.map(RoomWatched::keys).unwrap_or_default());
        let items = self.get_items(keys).await?;
        let items = items.into_iter().map(|item| ((text_of(&item, "pk"), text_of(&item, "sk")), item));
        Ok(RoomItems { items: items.collect(), pk })
    }
}
