//! Who may do what in the room. Nothing is stored or sent here: what has to be is handed back.

use filmless_domain::chain::ChainLink;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::applied::{Applied, Change, To};
use crate::consultation::{Consultation, ConsultationState, EndReason};
use crate::ids::MemberId;
use crate::incoming::Incoming;
use crate::limits::{CONNECTION_BYTES_MAX, CONNECTIONS_PER_MEMBER_MAX, LINES_MAX, SEQUENCE_STEP_MAX};
use crate::member::{Member, MemberStatus, MemberView};
use crate::note::Note;
use crate::outgoing::Outgoing;
use crate::record::{Entry, Event, Passage, RECORD_VERSION, Recorded};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::scene::Scene;
use crate::view_state::ViewState;

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
        if matches!(incoming, Incoming::Remove { .. }) {
            return self.remove(scene);
        }
        self.demand_open(scene)?;
        let by = &scene.by.id;
        match incoming {
            Incoming::Admit { .. } => return self.admit(scene),
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
            Incoming::Pointer { pane, series_instance_uid, frame, at } => {
                scene.contents.demand_series(&series_instance_uid)?;
                let pointer = Outgoing::Pointer { by: by.clone(), pane, series_instance_uid, frame, at };
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
            Incoming::Scroll { sequence, frames, images } => self.scroll(scene, sequence, frames, images),
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
        self.record(now, Some(by), note.into())
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

    fn may_be_signed(&self, scene: &Scene<'_>) -> bool {
        self.ended.or(scene.consultation.ended).is_none_or(EndReason::leaves_signing)
    }

    fn demand_open(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        // Somebody who is not admitted does not even learn that it ended.
        if scene.by.is_admitted() { self.demand_time(scene) } else { Err(Refusal::NotAdmitted) }
    }

    fn show(&mut self, scene: &Scene<'_>, sequence: u64, state: ViewState) -> Result<Applied, Refusal> {
        self.demand_next(scene, sequence)?;
        state.check(&scene.consultation.studies)?;
        scene.contents.demand_view(&state)?;
        let event = Event::State { sequence, state: Box::new(state) };
        Ok(self.record(scene.now, Some(&scene.by.id), event).without_sender())
    }

    fn scroll(
        &mut self,
        scene: &Scene<'_>,
        sequence: u64,
        frames: Vec<(u8, u32)>,
        images: Vec<String>,
    ) -> Result<Applied, Refusal> {
        self.demand_next(scene, sequence)?;
        let state = self.state.as_mut().ok_or(Refusal::Malformed)?;
        let before = state.clone();
        if let Err(refusal) = state.scroll(&frames, &images).and_then(|()| scene.contents.demand_view(state))
        {
            *state = before;
            return Err(refusal);
        }
        let event = Event::Scroll { sequence, frames, images };
        Ok(self.record(scene.now, Some(&scene.by.id), event).without_sender())
    }

    /// Only the driver shows something, and only what comes after what is shown.
    fn demand_next(&self, scene: &Scene<'_>, sequence: u64) -> Result<(), Refusal> {
        if self.driver.as_ref() != Some(&scene.by.id) {
            return Err(Refusal::NotDriver);
        }
        match sequence.checked_sub(self.state_sequence) {
            None | Some(0) => Err(Refusal::Stale),
            Some(step) if step > SEQUENCE_STEP_MAX => Err(Refusal::Malformed),
            Some(_) => Ok(()),
        }
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
        match self.demand_open(scene) {
            // Minutes are signed after the end, and whoever will not sign must not keep them from counting.
            Err(Refusal::Ended) if self.may_be_signed(scene) => {}
            demanded => demanded?,
        }
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
    pub(crate) fn record(&mut self, now: Timestamp, by: Option<&MemberId>, event: Event) -> Applied {
        let entry = Entry { at: to_millisecond(now).max(self.last_at), by: by.cloned(), event };
        let previous = self.head.digest.clone();
        let line = entry.append_to(&mut self.head);
        self.fold(&entry);
        let chain = ChainLink { sequence: self.head.sequence, previous };
        let told = Outgoing::of(Recorded { chain, entry });
        Applied { line, change: None, send: told.map(|told| (To::Everybody, told)).into_iter().collect() }
    }
}

fn demand_chair(scene: &Scene<'_>) -> Result<(), Refusal> {
    if scene.by.is_chair() { Ok(()) } else { Err(Refusal::NotChair) }
}

fn to_millisecond(now: Timestamp) -> Timestamp {
    let round = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    now.round(round).unwrap_or(now)
}
