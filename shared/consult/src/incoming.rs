//! What a member's client sends to the room.

use std::fmt;

use filmless_domain::SeriesInstanceUid;
use filmless_domain::invisible::lines;
use serde::{Deserialize, Serialize};

use crate::ids::{EntryId, MemberId};
use crate::limits::{CHAT_CHARS_MAX, MESSAGE_BYTES_MAX};
use crate::mark::Mark;
use crate::refusal::Refusal;
use crate::view_state::ViewState;

/// A message to the room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Incoming {
    /// The first message of a connection. The transport takes it, not the room.
    Join {
        /// Used once; nothing from somebody who polls and is known by their cookie.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<Ticket>,
    },
    /// What the driver sees.
    State {
        /// Grows with each state of the room, whoever drives.
        sequence: u64,
        /// What the driver sees.
        state: ViewState,
    },
    /// The driver sees other frames, and nothing else has changed: small, for scrolling.
    Scroll {
        /// Grows with each, as that of states.
        sequence: u64,
        /// Places of panes, each with its frame from 0: linked panes scroll together.
        frames: Vec<(u8, u32)>,
        /// Which images these are, in the same order ([`crate::PaneState::image`]); none in older records.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        images: Vec<String>,
    },
    /// Where the pointer is. Never stored.
    Pointer {
        /// Place of the pane.
        pane: u8,
        /// The series in it.
        series_instance_uid: SeriesInstanceUid,
        /// The frame, from 0; nothing on a plane. Nobody draws it on another slice.
        #[serde(deserialize_with = "Option::deserialize")]
        frame: Option<u32>,
        /// Column and row of the image, from the outer corner of its first pixel; nothing if the pointer left it.
        #[serde(deserialize_with = "Option::deserialize")]
        at: Option<[f64; 2]>,
    },
    /// A mark is drawn, changed or deleted by its author.
    Mark {
        /// Which.
        id: EntryId,
        /// As it is now; nothing if it is deleted, which has to be said.
        #[serde(deserialize_with = "Option::deserialize")]
        mark: Option<Mark>,
    },
    /// A chat message.
    Chat {
        /// Which: it appears once, however often it is sent.
        id: EntryId,
        /// What.
        text: String,
    },
    /// How much of the images the sender's screen has. Never stored.
    Progress {
        /// 0 to 1.
        loaded: f64,
        /// Whether the line is slow.
        is_slow: bool,
    },
    /// The sender would like to drive.
    AskToDrive {},
    /// The driver or the chair gives the wheel to somebody.
    HandOver {
        /// Who drives now.
        to: MemberId,
    },
    /// The chair drives; or whoever asks first, if the driver is gone.
    TakeOver {},
    /// The chair admits somebody who waits.
    Admit {
        /// Whom.
        member: MemberId,
    },
    /// The chair removes somebody.
    Remove {
        /// Whom.
        member: MemberId,
    },
    /// The chair ends the consultation.
    End {},
    /// Keeps the connection open.
    Ping {},
}

/// What opens the room once. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(String);

impl Ticket {
    /// The ticket as text, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket")
    }
}

/// A message that could not be read, as far as it could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its `type`, if there is such a message.
    pub of: Option<&'static str>,
    /// Its `id`, if it has one.
    pub id: Option<EntryId>,
    /// Why.
    pub why: Refusal,
}

/// What can be read of a message whatever else is in it.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<serde_json::Value>,
}

impl Incoming {
    /// The `type` of every message, in the order of the enum.
    pub const TYPES: [&str; 14] = [
        "join",
        "state",
        "scroll",
        "pointer",
        "mark",
        "chat",
        "progress",
        "ask_to_drive",
        "hand_over",
        "take_over",
        "admit",
        "remove",
        "end",
        "ping",
    ];

    /// Reads a message, of which nothing is trusted.
    ///
    /// # Errors
    /// [`Unread`] with `too_large`, `unknown_type` or `malformed`.
    pub fn parse(text: &str) -> Result<Self, Unread> {
        let mut unread = Unread { of: None, id: None, why: Refusal::TooLarge };
        if text.len() > MESSAGE_BYTES_MAX {
            return Err(unread);
        }
        unread.why = Refusal::Malformed;
        let Ok(head) = serde_json::from_str::<Head>(text) else { return Err(unread) };
        unread.id = head.id.and_then(|id| EntryId::parse(id.as_str()?).ok());
        unread.of = Self::TYPES.into_iter().find(|kind| *kind == head.kind);
        if unread.of.is_none() {
            unread.why = Refusal::UnknownType;
            return Err(unread);
        }
        let read = serde_json::from_str::<Self>(text).ok().and_then(Self::cleaned);
        read.ok_or(unread)
    }

    /// Within the ranges that need nothing but the message; text without invisible characters.
    fn cleaned(mut self) -> Option<Self> {
        match &mut self {
            Self::Chat { text, .. } => {
                *text = lines(text);
                (1..=CHAT_CHARS_MAX).contains(&text.chars().count()).then_some(self)
            }
            Self::Progress { loaded, .. } => (0.0..=1.0).contains(loaded).then_some(self),
            Self::Pointer { at, .. } => {
                let is_near = |at: &[f64; 2]| at.iter().all(|along| along.abs() <= 1e6);
                at.as_ref().is_none_or(is_near).then_some(self)
            }
            _ => Some(self),
        }
    }

    /// The `type`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        let place = match self {
            Self::Join { .. } => 0,
            Self::State { .. } => 1,
            Self::Scroll { .. } => 2,
            Self::Pointer { .. } => 3,
            Self::Mark { .. } => 4,
            Self::Chat { .. } => 5,
            Self::Progress { .. } => 6,
            Self::AskToDrive {} => 7,
            Self::HandOver { .. } => 8,
            Self::TakeOver {} => 9,
            Self::Admit { .. } => 10,
            Self::Remove { .. } => 11,
            Self::End {} => 12,
            Self::Ping {} => 13,
        };
        Self::TYPES[place]
    }

    /// Whether it names images, which have to be there ([`crate::Scene::contents`]).
    #[must_use]
    pub const fn shows_images(&self) -> bool {
        matches!(self, Self::State { .. } | Self::Scroll { .. } | Self::Pointer { .. } | Self::Mark { .. })
    }

    /// The `id`, of a mark or a chat message.
    #[must_use]
    pub const fn id(&self) -> Option<&EntryId> {
        match self {
            Self::Mark { id, .. } | Self::Chat { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The member whom it names, who has to be looked up before the room takes it.
    #[must_use]
    pub const fn named(&self) -> Option<&MemberId> {
        match self {
            Self::HandOver { to: member } | Self::Admit { member } | Self::Remove { member } => Some(member),
            _ => None,
        }
    }
}
