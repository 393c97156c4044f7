//! The record of a consultation: one line for everything that happened, each chained to the one before it.
//!
//! It holds no image data. Whoever has the images sees from it what everybody saw, so it is a recording of the meeting.

use filmless_domain::StudyInstanceUid;
use filmless_domain::chain::{ChainHead, ChainLink};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultation::EndReason;
use crate::ids::{ConsultationId, EntryId, MemberId};
use crate::mark::Mark;
use crate::member::MemberView;
use crate::view_state::ViewState;

/// Version of lines and messages.
pub const RECORD_VERSION: u32 = 1;

/// How a member came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passage {
    /// Entered the code, and waits.
    Waiting,
    /// The chair admitted them.
    Admitted,
    /// The chair removed them.
    Removed,
    /// A connection of theirs came.
    Joined,
    /// A connection of theirs went.
    Left,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The first line.
    Opened {
        /// [`RECORD_VERSION`].
        version: u32,
        /// Which consultation.
        consultation: ConsultationId,
        /// Which studies it opens.
        studies: Vec<StudyInstanceUid>,
        /// Until when.
        ends_at: Timestamp,
    },
    /// A member came or went.
    Member {
        /// How.
        what: Passage,
        /// Which connection, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connection: Option<String>,
        /// Who, as they were then.
        member: MemberView,
    },
    /// Somebody else drives.
    Driver {
        /// Who.
        driver: MemberId,
    },
    /// The driver saw something else.
    State {
        /// Grows with each.
        sequence: u64,
        /// What.
        state: Box<ViewState>,
    },
    /// The driver saw other frames.
    Scroll {
        /// Grows with each, as that of states.
        sequence: u64,
        /// Places of panes, each with its frame from 0: linked panes scroll together.
        frames: Vec<(u8, u32)>,
        /// Which images these are, in the same order ([`crate::PaneState::image`]); none in older records.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        images: Vec<String>,
    },
    /// A mark was drawn, changed or deleted.
    Mark {
        /// Which.
        id: EntryId,
        /// As it was then; nothing if it was deleted.
        mark: Option<Mark>,
        /// How many marks its author had then.
        count: u32,
    },
    /// A chat message.
    Chat {
        /// Which.
        id: EntryId,
        /// What.
        text: String,
    },
    /// An opinion was signed.
    Opinion {
        /// Its member's first, second…
        number: u32,
        /// Its digest.
        digest: String,
    },
    /// A version of the minutes was written.
    Minutes {
        /// Which.
        version: u32,
        /// Its digest.
        digest: String,
    },
    /// A version of the minutes was signed.
    Signature {
        /// Which.
        version: u32,
        /// Digest of the signature, which holds that of the version.
        digest: String,
    },
    /// It ended.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Something that happened, when, and who did it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, to the millisecond, by the server's clock; never before the line before it.
    pub at: Timestamp,
    /// Who; nobody if it was the clock or the hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// What.
    pub event: Event,
}

/// A line of the record, read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Recorded {
    /// Its place.
    pub chain: ChainLink,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

/// A line of the record, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub sequence: u64,
    /// One JSON object, without line feed.
    pub text: String,
}

impl Entry {
    /// Appends it to a chain. `None` if it does not serialise, which no entry does.
    pub(crate) fn append_to(&self, head: &mut ChainHead) -> Option<Line> {
        let text = head.append(self).ok()?;
        Some(Line { sequence: head.sequence, text })
    }
}

impl Recorded {
    /// Reads a line. `None` if it is none of this version.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}
