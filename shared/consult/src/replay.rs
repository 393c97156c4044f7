//! The record, read again: everything as it was after any line.

use std::collections::BTreeMap;

use filmless_domain::StudyInstanceUid;
use filmless_domain::chain::{ChainError, ChainHead};
use jiff::Timestamp;

use crate::ids::{ConsultationId, EntryId, MemberId};
use crate::member::MemberView;
use crate::outgoing::{ChatEntry, MarkEntry};
use crate::record::{Entry, Event, RECORD_VERSION, Recorded};
use crate::room::Room;

/// Why a record does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A line is none, or does not follow the one before it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A line follows, but no room of this version can have written it there.
    #[error("line {line} cannot have been written at this place")]
    Impossible {
        /// Number of the line, from 1.
        line: u64,
    },
}

/// What was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Which consultation.
    pub consultation: ConsultationId,
    /// Which studies.
    pub studies: Vec<StudyInstanceUid>,
    /// When.
    pub at: Timestamp,
    /// Until when it was to last.
    pub ends_at: Timestamp,
}

/// A digest that was recorded, of something that is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Whose.
    pub by: Option<MemberId>,
    /// Number of an opinion, or version of the minutes.
    pub number: u32,
    /// SHA-256, in lower-case hex.
    pub digest: String,
    /// When.
    pub at: Timestamp,
}

/// Everything as it was after a line. The same lines give the same state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replay {
    /// The first line.
    pub opened: Option<Opened>,
    /// The room.
    pub room: Room,
    /// Everybody who ever appeared, as they were last.
    pub members: BTreeMap<MemberId, MemberView>,
    /// Marks.
    pub marks: BTreeMap<EntryId, MarkEntry>,
    /// Whose the id of each mark is, also of those that were deleted.
    pub authors: BTreeMap<EntryId, MemberId>,
    /// Chat, oldest first.
    pub chat: Vec<ChatEntry>,
    /// Opinions.
    pub opinions: Vec<Anchor>,
    /// Versions of the minutes.
    pub minutes: Vec<Anchor>,
    /// Signatures below the minutes.
    pub signatures: Vec<Anchor>,
}

impl Replay {
    /// Reads lines up to `last`, or all of them.
    ///
    /// # Errors
    /// [`RecordError`] of the first line that does not follow.
    pub fn read<'a>(
        lines: impl IntoIterator<Item = &'a str>,
        last: Option<u64>,
    ) -> Result<Self, RecordError> {
        let mut replay = Self::default();
        for line in lines {
            if last.is_some_and(|last| replay.head().sequence >= last) {
                break;
            }
            replay.follow(line)?;
        }
        Ok(replay)
    }

    /// The last line read.
    #[must_use]
    pub const fn head(&self) -> &ChainHead {
        &self.room.head
    }

    /// Verifies the next line and takes it in.
    ///
    /// # Errors
    /// [`RecordError`]; then nothing changes.
    pub fn follow(&mut self, line: &str) -> Result<Recorded, RecordError> {
        let number = self.room.head.sequence + 1;
        let mut head = self.room.head.clone();
        head.follow(line.as_bytes(), number)?;
        let recorded = Recorded::parse(line).filter(|recorded| self.may_follow(&recorded.entry));
        let recorded = recorded.ok_or(RecordError::Impossible { line: number })?;
        self.room.head = head;
        self.room.fold(&recorded.entry);
        self.keep(&recorded.entry);
        Ok(recorded)
    }

    fn may_follow(&self, entry: &Entry) -> bool {
        let is_first = self.room.head.sequence == 0;
        let is_by_driver = entry.by.is_some() && self.room.driver == entry.by;
        let is_author = |id| self.authors.get(id).is_none_or(|known| Some(known) == entry.by.as_ref());
        let fits = match &entry.event {
            Event::Opened { version, .. } => return is_first && *version <= RECORD_VERSION,
            Event::State { sequence, state } => {
                let opened = self.opened.as_ref().map_or(&[][..], |opened| &opened.studies);
                is_by_driver && *sequence > self.room.state_sequence && state.check(opened).is_ok()
            }
            Event::Scroll { sequence, frames, images } => {
                let state = self.room.state.clone();
                let scrolled = state.is_some_and(|mut state| state.scroll(frames, images).is_ok());
                is_by_driver && *sequence > self.room.state_sequence && scrolled
            }
            Event::Mark { id, .. } => entry.by.is_some() && is_author(id),
            Event::Chat { .. } => entry.by.is_some(),
            Event::Opinion { .. } | Event::Minutes { .. } | Event::Signature { .. } => {
                entry.by.is_some() && self.may_be_written(entry)
            }
            Event::Ended { .. } => self.room.ended.is_none(),
            Event::Member { .. } | Event::Driver { .. } => true,
        };
        let is_of_meeting = matches!(
            entry.event,
            Event::Driver { .. }
                | Event::State { .. }
                | Event::Scroll { .. }
                | Event::Mark { .. }
                | Event::Chat { .. }
        );
        let is_late = is_of_meeting && self.room.ended.is_some();
        fits && !is_first && !is_late && entry.at >= self.room.last_at
    }

    /// Opinions of a member and versions of the minutes count up by one, and nobody signs a version that is not there.
    fn may_be_written(&self, entry: &Entry) -> bool {
        match &entry.event {
            Event::Opinion { number, .. } => {
                let earlier = self.opinions.iter().filter(|opinion| opinion.by == entry.by).count();
                *number as usize == earlier + 1
            }
            Event::Minutes { version, .. } => *version as usize == self.minutes.len() + 1,
            Event::Signature { version, .. } => self.minutes.iter().any(|known| known.number == *version),
            _ => true,
        }
    }

    fn keep(&mut self, entry: &Entry) {
        let Entry { at, by, event } = entry;
        let anchor =
            |number: u32, digest: &String| Anchor { by: by.clone(), number, digest: digest.clone(), at: *at };
        match event {
            Event::Opened { consultation, studies, ends_at, .. } => {
                let (consultation, studies) = (consultation.clone(), studies.clone());
                self.opened = Some(Opened { consultation, studies, at: *at, ends_at: *ends_at });
            }
            Event::Member { member, .. } => {
                self.members.insert(member.id.clone(), member.clone());
            }
            Event::Mark { id, mark: None, .. } => {
                self.marks.remove(id);
            }
            Event::Mark { id, mark: Some(mark), .. } => {
                if let Some(by) = by.clone() {
                    self.authors.insert(id.clone(), by.clone());
                    self.marks.insert(id.clone(), MarkEntry { id: id.clone(), by, mark: mark.clone() });
                }
            }
            Event::Chat { id, text } => {
                if let Some(by) = by.clone() {
                    self.chat.push(ChatEntry { id: id.clone(), by, at: *at, text: text.clone() });
                }
            }
            Event::Opinion { number, digest } => self.opinions.push(anchor(*number, digest)),
            Event::Minutes { version, digest } => self.minutes.push(anchor(*version, digest)),
            Event::Signature { version, digest } => self.signatures.push(anchor(*version, digest)),
            Event::Driver { .. } | Event::State { .. } | Event::Scroll { .. } | Event::Ended { .. } => {}
        }
    }
}
