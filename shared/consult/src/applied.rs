//! What follows from a message.

use crate::consultation::EndReason;
use crate::ids::{EntryId, MemberId};
use crate::member::MemberStatus;
use crate::outgoing::{ChatEntry, MarkEntry, Outgoing};
use crate::record::Line;

/// What follows from a message: everything of it, or nothing, is stored in one transaction with the room; then sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// The line to append. Without one, the room has not changed.
    pub line: Option<Line>,
    /// What else to store.
    pub change: Option<Change>,
    /// What to send, to whom, in this order.
    pub send: Vec<(To, Outgoing)>,
}

/// What is stored beside the room.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A mark, new or changed.
    PutMark(MarkEntry),
    /// A mark is gone; its id stays its author's.
    DropMark(EntryId),
    /// A chat message.
    PutChat(ChatEntry),
    /// A member has another status.
    SetStatus(MemberId, MemberStatus),
    /// The consultation has ended.
    End(EndReason),
}

/// Who gets a message. All but the sender's own connection have joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The connection that sent.
    Sender,
    /// All connections.
    Everybody,
    /// All connections but the one that sent.
    Others,
    /// All connections that a member had before the change. They are closed behind [`Outgoing::Ended`].
    Member(MemberId),
}

impl Applied {
    pub(crate) fn send(to: To, message: Outgoing) -> Self {
        Self { send: vec![(to, message)], ..Self::default() }
    }

    /// The sender knows it already.
    pub(crate) fn without_sender(mut self) -> Self {
        self.send.iter_mut().for_each(|(to, _)| *to = To::Others);
        self
    }
}
