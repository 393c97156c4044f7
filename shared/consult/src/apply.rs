//! Who may do what in the room. Nothing is stored or sent here: what has to be is handed back.

use filmless_domain::chain::ChainLink;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::consultation::{Consultation, ConsultationState, EndReason};
use crate::ids::{EntryId, MemberId};
use crate::incoming::Incoming;
use crate::limits::{
    CHATS_MAX, CONNECTION_BYTES_MAX, CONNECTIONS_PER_MEMBER_MAX, LINES_MAX, MARKS_PER_MEMBER_MAX,
    SEQUENCE_STEP_MAX,
};
use crate::mark::Mark;
use crate::member::{Member, MemberStatus, MemberView};
use crate::outgoing::{ChatEntry, MarkEntry, Outgoing};
use crate::record::{Entry, Event, Line, Passage, RECORD_VERSION, Recorded};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::view_state::ViewState;

/// What is looked up before the room takes a message, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The server's clock.
    pub now: Timestamp,
    /// The consultation.
    pub consultation: &'a Consultation,
    /// Who sends.
    pub by: &'a Member,
    /// The member whom the message names ([`Incoming::named`]), if there is one with that id.
    pub named: Option<&'a Member>,
    /// Whose the mark with the message's id is, if there is one.
    pub mark_author: Option<&'a MemberId>,
}

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
    /// A mark is gone.
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

/// Something that is written outside the room, and recorded in it. It may happen after the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the events")]
pub enum Note {
    /// [`Event::Opinion`].
    Opinion { number: u32, digest: String },
    /// [`Event::Minutes`].
    Minutes { version: u32, digest: String },
    /// [`Event::Signature`].
    Signature { version: u32, digest: String },
}

impl Room {
    /// A new room with the first line of its record.
    #[must_use]
    pub fn open(now: Timestamp, consultation: &Consultation) -> (Self, Applied) {
        let mut room = Self::default();
        let event = Event::Opened {
            version: RECORD_VERSION,
            consultation: consultation.id.clone(),
            studies: consultation.studies.clone(),
            ends_at: consultation.ends_at,
        };
        let applied = room.record(now, None, event);
        (room, applied)
    }

    /// Takes a message of a member who has joined. [`Incoming::Join`] is [`Room::join`]; here it is malformed.
    ///
    /// # Errors
    /// [`Refusal`]; then nothing changes, and the sender is told.
    pub fn apply(&mut self, scene: &Scene<'_>, incoming: Incoming) -> Result<Applied, Refusal> {
        if matches!(incoming, Incoming::Ping {}) {
            return Ok(Applied::send(To::Sender, Outgoing::Pong {}));
        }
        self.demand_open(scene)?;
        let by = &scene.by.id;
        match incoming {
            Incoming::Admit { .. } => return self.admit(scene),
            Incoming::Remove { .. } => return self.remove(scene),
            Incoming::End {} => {
                demand_chair(scene)?;
                return Ok(self.end(scene.now, Some(by), EndReason::Chair));
            }
            _ => {}
        }
        if !self.is_here(by) {
            return Err(Refusal::NotAdmitted);
        }
        match incoming {
            Incoming::Pointer { pane, series_instance_uid, at } => {
                let pointer = Outgoing::Pointer { by: by.clone(), pane, series_instance_uid, at };
                return Ok(Applied::send(To::Others, pointer));
            }
            Incoming::Progress { loaded, is_slow } => {
                let member = MemberView {
                    loaded: Some(loaded),
                    is_slow: Some(is_slow),
                    ..MemberView::of(scene.by, true)
                };
                return Ok(Applied::send(To::Others, Outgoing::Member { member, head: None }));
            }
            Incoming::AskToDrive {} => {
                return Ok(Applied::send(To::Others, Outgoing::Asks { by: by.clone() }));
            }
            _ => {}
        }
        if self.head.sequence >= LINES_MAX {
            return Err(Refusal::TooMany);
        }
        match incoming {
            Incoming::State { sequence, state } => self.show(scene, sequence, state),
            Incoming::Mark { id, mark } => self.mark(scene, id, mark),
            Incoming::Chat { id, text } => self.chat(scene, id, text),
            Incoming::HandOver { .. } => self.hand_over(scene),
            Incoming::TakeOver {} => self.take_over(scene),
            _ => Err(Refusal::Malformed),
        }
    }

    /// A connection of a member joins. The same connection may join again.
    ///
    /// # Errors
    /// `not_admitted`, `ended`, `not_open`; `too_many` connections of this member, or lines; `malformed` for a name of
    /// the connection that is empty, too long or another member's.
    pub fn join(&mut self, scene: &Scene<'_>, connection: &str) -> Result<Applied, Refusal> {
        self.demand_open(scene)?;
        match self.here.get(connection) {
            Some(member) if *member == scene.by.id => return Ok(Applied::default()),
            None if (1..=CONNECTION_BYTES_MAX).contains(&connection.len()) => {}
            _ => return Err(Refusal::Malformed),
        }
        let connections = self.here.values().filter(|member| **member == scene.by.id).count();
        if connections >= CONNECTIONS_PER_MEMBER_MAX || self.head.sequence >= LINES_MAX {
            return Err(Refusal::TooMany);
        }
        let drove = self.driver.clone();
        let view = MemberView::of(scene.by, true);
        let mut applied = self.passage(scene, Passage::Joined, Some(connection), view);
        if self.driver != drove {
            let driver = Outgoing::Driver { driver: self.driver.clone(), head: self.head.sequence };
            applied.send.push((To::Everybody, driver));
        }
        Ok(applied)
    }

    /// A connection is gone, whatever the state of the consultation. One that is not there changes nothing.
    #[must_use]
    pub fn leave(&mut self, scene: &Scene<'_>, connection: &str) -> Applied {
        if self.here.get(connection) != Some(&scene.by.id) {
            return Applied::default();
        }
        let others = self.here.iter().filter(|(name, member)| *name != connection && **member == scene.by.id);
        let view = MemberView::of(scene.by, others.count() > 0);
        self.passage(scene, Passage::Left, Some(connection), view)
    }

    /// An invited member entered the code, and waits: the chair is told. `scene.by` has the new status already.
    ///
    /// # Errors
    /// `not_admitted` for a member who does not wait, `ended`, `not_open`.
    pub fn knock(&mut self, scene: &Scene<'_>) -> Result<Applied, Refusal> {
        if scene.by.status != MemberStatus::Waiting {
            return Err(Refusal::NotAdmitted);
        }
        match self.demand_time(scene) {
            // They may wait before it begins.
            Err(Refusal::NotOpen) if scene.consultation.state == ConsultationState::Open => {}
            demanded => demanded?,
        }
        Ok(self.passage(scene, Passage::Waiting, None, MemberView::of(scene.by, false)))
    }

    /// It ends: by the chair, by the clock, or by the hospital. A second end changes nothing.
    #[must_use]
    pub fn end(&mut self, now: Timestamp, by: Option<&MemberId>, reason: EndReason) -> Applied {
        if self.ended.is_some() {
            return Applied::default();
        }
        let applied = self.record(now, by, Event::Ended { reason });
        Applied { change: Some(Change::End(reason)), ..applied }
    }

    /// Records what was written outside the room.
    #[must_use]
    pub fn note(&mut self, now: Timestamp, by: &MemberId, note: Note) -> Applied {
        let event = match note {
            Note::Opinion { number, digest } => Event::Opinion { number, digest },
            Note::Minutes { version, digest } => Event::Minutes { version, digest },
            Note::Signature { version, digest } => Event::Signature { version, digest },
        };
        self.record(now, Some(by), event)
    }

    fn demand_time(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let Consultation { state, ends_at, opens_at, .. } = scene.consultation;
        if self.ended.is_some() || *state == ConsultationState::Ended || scene.now >= *ends_at {
            return Err(Refusal::Ended);
        }
        if *state == ConsultationState::Draft || scene.now < *opens_at {
            Err(Refusal::NotOpen)
        } else {
            Ok(())
        }
    }

    fn demand_open(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        // Somebody who is not admitted does not even learn that it ended.
        if scene.by.is_admitted() { self.demand_time(scene) } else { Err(Refusal::NotAdmitted) }
    }

    fn show(&mut self, scene: &Scene<'_>, sequence: u64, state: ViewState) -> Result<Applied, Refusal> {
        if self.driver.as_ref() != Some(&scene.by.id) {
            return Err(Refusal::NotDriver);
        }
        if sequence <= self.state_sequence {
            return Err(Refusal::Stale);
        }
        if sequence - self.state_sequence > SEQUENCE_STEP_MAX {
            return Err(Refusal::Malformed);
        }
        state.check(&scene.consultation.studies)?;
        let event = Event::State { sequence, state: Box::new(state) };
        Ok(self.record(scene.now, Some(&scene.by.id), event).to_others())
    }

    fn mark(&mut self, scene: &Scene<'_>, id: EntryId, mark: Option<Mark>) -> Result<Applied, Refusal> {
        let by = &scene.by.id;
        if scene.mark_author.is_some_and(|author| author != by) {
            return Err(Refusal::NotYours);
        }
        let (is_there, had) = (scene.mark_author.is_some(), self.marks.get(by).copied().unwrap_or(0));
        let (count, change) = match &mark {
            None if !is_there => return Ok(Applied::default()),
            None => (had.saturating_sub(1), Change::DropMark(id.clone())),
            Some(mark) => {
                mark.check(&scene.consultation.studies)?;
                let count = if is_there { had } else { had + 1 };
                if count > MARKS_PER_MEMBER_MAX {
                    return Err(Refusal::TooMany);
                }
                let entry = MarkEntry { id: id.clone(), by: by.clone(), mark: mark.clone() };
                (count, Change::PutMark(entry))
            }
        };
        let applied = self.record(scene.now, Some(by), Event::Mark { id, mark, count });
        Ok(Applied { change: Some(change), ..applied })
    }

    fn chat(&mut self, scene: &Scene<'_>, id: EntryId, text: String) -> Result<Applied, Refusal> {
        if self.recent_chats.contains(&id) {
            return Err(Refusal::Stale);
        }
        if self.chats >= CHATS_MAX {
            return Err(Refusal::TooMany);
        }
        let by = &scene.by.id;
        let mut applied =
            self.record(scene.now, Some(by), Event::Chat { id: id.clone(), text: text.clone() });
        let chat = ChatEntry { id, by: by.clone(), at: self.last_at, text };
        applied.change = Some(Change::PutChat(chat));
        Ok(applied)
    }

    fn admit(&mut self, scene: &Scene<'_>) -> Result<Applied, Refusal> {
        demand_chair(scene)?;
        let named = scene.named.ok_or(Refusal::UnknownMember)?;
        match named.status {
            MemberStatus::Admitted => return Ok(Applied::default()),
            MemberStatus::Waiting => {}
            MemberStatus::Invited | MemberStatus::Removed => return Err(Refusal::UnknownMember),
        }
        Ok(self.set_status(scene, named, MemberStatus::Admitted, Passage::Admitted))
    }

    fn remove(&mut self, scene: &Scene<'_>) -> Result<Applied, Refusal> {
        demand_chair(scene)?;
        let named = scene.named.ok_or(Refusal::UnknownMember)?;
        if named.is_chair() {
            return Err(Refusal::UnknownMember);
        }
        if named.status == MemberStatus::Removed {
            return Ok(Applied::default());
        }
        let drove = self.driver.clone();
        let mut applied = self.set_status(scene, named, MemberStatus::Removed, Passage::Removed);
        let ended = Outgoing::Ended { reason: EndReason::Removed };
        applied.send.insert(0, (To::Member(named.id.clone()), ended));
        if self.driver != drove {
            applied.send.push((To::Everybody, Outgoing::Driver { driver: None, head: self.head.sequence }));
        }
        Ok(applied)
    }

    fn set_status(
        &mut self,
        scene: &Scene<'_>,
        named: &Member,
        status: MemberStatus,
        what: Passage,
    ) -> Applied {
        let view = MemberView { status, ..MemberView::of(named, false) };
        let applied = self.passage(scene, what, None, view);
        Applied { change: Some(Change::SetStatus(named.id.clone(), status)), ..applied }
    }

    fn hand_over(&mut self, scene: &Scene<'_>) -> Result<Applied, Refusal> {
        if !scene.by.is_chair() && self.driver.as_ref() != Some(&scene.by.id) {
            return Err(Refusal::NotDriver);
        }
        let named = scene.named.filter(|named| named.is_admitted() && self.is_here(&named.id));
        let driver = named.ok_or(Refusal::UnknownMember)?.id.clone();
        Ok(self.drive(scene, driver))
    }

    fn take_over(&mut self, scene: &Scene<'_>) -> Result<Applied, Refusal> {
        if !scene.by.is_chair() && self.is_driven() && self.driver.as_ref() != Some(&scene.by.id) {
            return Err(Refusal::NotDriver);
        }
        Ok(self.drive(scene, scene.by.id.clone()))
    }

    fn drive(&mut self, scene: &Scene<'_>, driver: MemberId) -> Applied {
        if self.driver.as_ref() == Some(&driver) {
            return Applied::default();
        }
        self.record(scene.now, Some(&scene.by.id), Event::Driver { driver })
    }

    fn passage(
        &mut self,
        scene: &Scene<'_>,
        what: Passage,
        connection: Option<&str>,
        member: MemberView,
    ) -> Applied {
        let connection = connection.map(str::to_owned);
        self.record(scene.now, Some(&scene.by.id), Event::Member { what, connection, member })
    }

    /// Appends a line, takes it in, and tells everybody.
    fn record(&mut self, now: Timestamp, by: Option<&MemberId>, event: Event) -> Applied {
        let entry = Entry { at: to_millisecond(now).max(self.last_at), by: by.cloned(), event };
        let previous = self.head.digest.clone();
        let line = entry.append_to(&mut self.head);
        self.fold(&entry);
        let chain = ChainLink { sequence: self.head.sequence, previous };
        let told = Outgoing::of(Recorded { chain, entry });
        Applied { line, change: None, send: told.map(|told| (To::Everybody, told)).into_iter().collect() }
    }
}

impl Applied {
    fn send(to: To, message: Outgoing) -> Self {
        Self { send: vec![(to, message)], ..Self::default() }
    }

    /// The sender knows it already.
    fn to_others(mut self) -> Self {
        self.send.iter_mut().for_each(|(to, _)| *to = To::Others);
        self
    }
}

fn demand_chair(scene: &Scene<'_>) -> Result<(), Refusal> {
    if scene.by.is_chair() { Ok(()) } else { Err(Refusal::NotChair) }
}

fn to_millisecond(now: Timestamp) -> Timestamp {
    let round = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    now.round(round).unwrap_or(now)
}
