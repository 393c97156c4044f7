//! The room: what is stored of it, and what each line of its record changes.

use std::collections::BTreeMap;

use filmless_domain::chain::ChainHead;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultation::EndReason;
use crate::ids::{EntryId, MemberId};
use crate::member::MemberRole;
use crate::record::{Entry, Event, Passage};
use crate::view_state::ViewState;

/// How many chat messages back a repeated one is recognised.
const RECENT_CHATS: usize = 32;

/// A room. It is the fold of the lines of its record, but small: marks and chat are stored beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// Who drives.
    pub driver: Option<MemberId>,
    /// What the driver sees.
    pub state: Option<ViewState>,
    /// Number of that state.
    pub state_sequence: u64,
    /// Connections, and whose they are.
    pub here: BTreeMap<String, MemberId>,
    /// How many marks each member has.
    pub marks: BTreeMap<MemberId, u32>,
    /// How many chat messages there are.
    pub chats: u32,
    /// The last chat messages, to recognise one that is sent again.
    pub recent_chats: Vec<RecentChat>,
    /// Why it ended.
    pub ended: Option<EndReason>,
    /// When the last line was written. Clocks of servers differ, and the record never goes back.
    pub last_at: Timestamp,
    /// The last line of the record.
    pub head: ChainHead,
}

/// A chat message that may be sent again by a client whose connection was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentChat {
    /// Which.
    pub id: EntryId,
    /// Whose.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// Its line.
    pub sequence: u64,
}

impl Default for Room {
    /// A room without a record.
    fn default() -> Self {
        Self {
            driver: None,
            state: None,
            state_sequence: 0,
            here: BTreeMap::new(),
            marks: BTreeMap::new(),
            chats: 0,
            recent_chats: Vec::new(),
            ended: None,
            last_at: Timestamp::UNIX_EPOCH,
            head: ChainHead::default(),
        }
    }
}

impl Room {
    /// Whether a member has a connection.
    #[must_use]
    pub fn is_here(&self, member: &MemberId) -> bool {
        self.here.values().any(|here| here == member)
    }

    /// Whether somebody drives who is here.
    #[must_use]
    pub fn is_driven(&self) -> bool {
        self.driver.as_ref().is_some_and(|driver| self.is_here(driver))
    }

    /// Takes in what a line says. Its place in the chain is `head` already.
    pub(crate) fn fold(&mut self, entry: &Entry) {
        self.last_at = entry.at;
        match &entry.event {
            Event::Member { what, connection, member } => {
                self.pass(*what, connection.as_deref(), &member.id);
                let is_chair = member.role == MemberRole::Chair;
                if *what == Passage::Joined && is_chair && self.driver.is_none() {
                    self.driver = Some(member.id.clone());
                }
            }
            Event::Driver { driver } => self.driver = Some(driver.clone()),
            Event::State { sequence, state } => {
                self.state = Some(ViewState::clone(state));
                self.state_sequence = *sequence;
            }
            Event::Scroll { sequence, frames, images } => {
                // Whoever wrote the line has checked that something is there.
                let _ = self.state.as_mut().map(|state| state.scroll(frames, images));
                self.state_sequence = *sequence;
            }
            Event::Mark { count, .. } => {
                if let Some(by) = &entry.by {
                    self.marks.insert(by.clone(), *count);
                }
            }
            Event::Chat { id, .. } => {
                self.chats += 1;
                let (id, at, sequence) = (id.clone(), entry.at, self.head.sequence);
                self.recent_chats.extend(entry.by.clone().map(|by| RecentChat { id, by, at, sequence }));
                let old = self.recent_chats.len().saturating_sub(RECENT_CHATS);
                self.recent_chats.drain(..old);
            }
            Event::Ended { reason } => self.ended = Some(*reason),
            Event::Opened { .. }
            | Event::Opinion { .. }
            | Event::Minutes { .. }
            | Event::Signature { .. } => {}
        }
    }

    fn pass(&mut self, what: Passage, connection: Option<&str>, member: &MemberId) {
        match (what, connection) {
            (Passage::Joined, Some(connection)) => {
                self.here.insert(connection.to_owned(), member.clone());
            }
            (Passage::Left, Some(connection)) => {
                self.here.remove(connection);
            }
            (Passage::Removed, _) => {
                self.here.retain(|_, here| here != member);
                if self.driver.as_ref() == Some(member) {
                    self.driver = None;
                }
            }
            _ => {}
        }
    }
}
