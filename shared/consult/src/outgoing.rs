//! What the room sends to the clients of its members.

use filmless_domain::SeriesInstanceUid;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultation::EndReason;
use crate::ids::{EntryId, MemberId};
use crate::incoming::Unread;
use crate::mark::Mark;
use crate::member::MemberView;
use crate::record::{Entry, Event, Recorded};
use crate::refusal::Refusal;
use crate::view_state::ViewState;

/// A message to a client. `head` is the line of the record that it stands for: whoever polls asks for what came after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outgoing {
    /// The first message to a connection: everything there is. What does not fit comes behind it, each in a message of
    /// its own, with the same head.
    Welcome {
        /// Who the receiver is.
        you: MemberId,
        /// Version of the messages.
        version: u32,
        /// The room.
        room: Box<RoomView>,
    },
    /// The driver sees something else.
    State {
        /// Who drives.
        by: MemberId,
        /// Grows with each.
        sequence: u64,
        /// What.
        state: Box<ViewState>,
        /// The line.
        head: u64,
    },
    /// The driver sees other frames.
    Scroll {
        /// Who drives.
        by: MemberId,
        /// Grows with each, as that of states.
        sequence: u64,
        /// Places of panes, each with its frame from 0: linked panes scroll together.
        frames: Vec<(u8, u32)>,
        /// Which images these are, in the same order ([`crate::PaneState::image`]); none in older records.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        images: Vec<String>,
        /// The line.
        head: u64,
    },
    /// Where somebody's pointer is.
    Pointer {
        /// Whose.
        by: MemberId,
        /// Place of the pane.
        pane: u8,
        /// The series in it.
        series_instance_uid: SeriesInstanceUid,
        /// The frame, from 0; nothing on a plane.
        frame: Option<u32>,
        /// Column and row; nothing if it left the image.
        at: Option<[f64; 2]>,
    },
    /// A mark was drawn, changed or deleted.
    Mark {
        /// Which.
        id: EntryId,
        /// Whose.
        by: MemberId,
        /// As it is now; nothing if it is deleted.
        mark: Option<Mark>,
        /// The line.
        head: u64,
    },
    /// A chat message.
    Chat {
        /// What was written.
        #[serde(flatten)]
        chat: ChatEntry,
        /// The line.
        head: u64,
    },
    /// A member came, went, was admitted or removed, or tells how much is loaded.
    Member {
        /// Who, as they are now.
        member: MemberView,
        /// The line; none if only their progress changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<u64>,
    },
    /// Somebody else drives.
    Driver {
        /// Who; nobody if the driver was removed.
        driver: Option<MemberId>,
        /// The line.
        head: u64,
    },
    /// Somebody would like to drive.
    Asks {
        /// Who.
        by: MemberId,
    },
    /// There is something new outside the room.
    News {
        /// What.
        what: NewsKind,
        /// Whose.
        by: Option<MemberId>,
        /// The line.
        head: u64,
    },
    /// A message was refused. The connection stays.
    Refused {
        /// Its `type`, if there is such a message.
        of: Option<String>,
        /// Why.
        code: Refusal,
        /// Its `id`, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EntryId>,
    },
    /// Answer to `ping`.
    Pong {},
    /// It is over for the receiver. The connection is closed behind it.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// What is new outside the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NewsKind {
    /// An opinion.
    Opinion,
    /// A version of the minutes.
    Minutes,
    /// A signature below the minutes.
    Signature,
}

/// The room, for somebody who comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomView {
    /// Who drives.
    pub driver: Option<MemberId>,
    /// What the driver sees.
    pub state: Option<ViewState>,
    /// Number of that state; the driver's next one has a larger number.
    pub state_sequence: u64,
    /// The last line of the record.
    pub head: u64,
    /// Marks.
    pub marks: Vec<MarkEntry>,
    /// The last chat messages, oldest first.
    pub chat: Vec<ChatEntry>,
    /// Members.
    pub members: Vec<MemberView>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Now, by the server's clock.
    pub now: Timestamp,
}

/// A mark, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkEntry {
    /// Which.
    pub id: EntryId,
    /// Whose.
    pub by: MemberId,
    /// What.
    pub mark: Mark,
}

/// A chat message. `Debug` hides the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatEntry {
    /// Which.
    pub id: EntryId,
    /// Who wrote it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

impl std::fmt::Debug for ChatEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChatEntry({} {} {})", self.id, self.by, self.at)
    }
}

impl Outgoing {
    /// The `type` of every message, in the order of the enum.
    pub const TYPES: [&str; 13] = [
        "welcome", "state", "scroll", "pointer", "mark", "chat", "member", "driver", "asks", "news",
        "refused", "pong", "ended",
    ];

    /// The refusal of a message.
    #[must_use]
    pub fn refused(of: &'static str, id: Option<&EntryId>, code: Refusal) -> Self {
        Self::Refused { of: Some(of.to_owned()), code, id: id.cloned() }
    }

    /// The refusal of a message that could not be read.
    #[must_use]
    pub fn unread(unread: Unread) -> Self {
        Self::Refused { of: unread.of.map(str::to_owned), code: unread.why, id: unread.id }
    }

    /// What a line of the record tells the members. Nothing of the first line.
    #[must_use]
    pub fn of(recorded: Recorded) -> Option<Self> {
        let Recorded { chain, entry: Entry { at, by, event } } = recorded;
        let head = chain.sequence;
        Some(match event {
            Event::Opened { .. } => return None,
            Event::Member { member, .. } => Self::Member { member, head: Some(head) },
            Event::Driver { driver } => Self::Driver { driver: Some(driver), head },
            Event::State { sequence, state } => Self::State { by: by?, sequence, state, head },
            Event::Scroll { sequence, frames, images } => {
                Self::Scroll { by: by?, sequence, frames, images, head }
            }
            Event::Mark { id, mark, .. } => Self::Mark { id, by: by?, mark, head },
            Event::Chat { id, text } => Self::Chat { chat: ChatEntry { id, by: by?, at, text }, head },
            Event::Opinion { .. } => Self::News { what: NewsKind::Opinion, by, head },
            Event::Minutes { .. } => Self::News { what: NewsKind::Minutes, by, head },
            Event::Signature { .. } => Self::News { what: NewsKind::Signature, by, head },
            Event::Ended { reason } => Self::Ended { reason },
        })
    }
}
