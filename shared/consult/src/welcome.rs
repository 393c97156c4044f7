//! What somebody who comes in gets: the whole room, in messages that are small enough.

use jiff::Timestamp;
use serde::Serialize;

use crate::consultation::Consultation;
use crate::ids::MemberId;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::member::{Member, MemberView};
use crate::outgoing::{ChatEntry, MarkEntry, Outgoing, RoomView};
use crate::record::RECORD_VERSION;
use crate::room::Room;

impl Room {
    /// The whole room for a member: `welcome`, and behind it what did not fit. `chat` is oldest first.
    #[must_use]
    pub fn welcome(
        &self,
        now: Timestamp,
        you: &MemberId,
        consultation: &Consultation,
        members: &[Member],
        marks: Vec<MarkEntry>,
        chat: Vec<ChatEntry>,
    ) -> Vec<Outgoing> {
        let head = self.head.sequence;
        let mut view = RoomView {
            driver: self.driver.clone(),
            state: self.state.clone(),
            state_sequence: self.state_sequence,
            head,
            marks: Vec::new(),
            chat: Vec::new(),
            members: Vec::new(),
            ends_at: consultation.ends_at,
            now,
        };
        let mut rest = Vec::new();
        let mut room_left = Left(MESSAGE_BYTES_MAX.saturating_sub(bytes_of(&view) + 256));
        for member in members {
            let member = MemberView::of(member, self.is_here(&member.id));
            if room_left.take(&member) {
                view.members.push(member);
            } else {
                rest.push(Outgoing::Member { member, head: Some(head) });
            }
        }
        for chat in chat {
            if room_left.take(&chat) {
                view.chat.push(chat);
            } else {
                rest.push(Outgoing::Chat { chat, head });
            }
        }
        for entry in marks {
            if room_left.take(&entry) {
                view.marks.push(entry);
            } else {
                let MarkEntry { id, by, mark } = entry;
                rest.push(Outgoing::Mark { id, by, mark: Some(mark), head });
            }
        }
        let welcome = Outgoing::Welcome { you: you.clone(), version: RECORD_VERSION, room: Box::new(view) };
        std::iter::once(welcome).chain(rest).collect()
    }
}

/// Bytes left in the first message. After something did not fit, nothing smaller goes before it.
struct Left(usize);

impl Left {
    fn take(&mut self, part: &impl Serialize) -> bool {
        let needed = bytes_of(part) + 1;
        let fits = needed <= self.0;
        self.0 = if fits { self.0 - needed } else { 0 };
        fits
    }
}

fn bytes_of(part: &impl Serialize) -> usize {
    serde_json::to_vec(part).map_or(usize::MAX / 2, |json| json.len())
}
