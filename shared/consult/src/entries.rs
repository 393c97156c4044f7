//! What members leave in the room: marks, of which each author changes only their own, and chat.

use crate::applied::{Applied, Change, To};
use crate::ids::EntryId;
use crate::limits::{CHATS_MAX, MARKS_PER_MEMBER_MAX};
use crate::mark::Mark;
use crate::outgoing::{ChatEntry, MarkEntry, Outgoing};
use crate::record::Event;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::scene::Scene;

impl Room {
    /// A mark is drawn, changed or deleted. What is so already is told to the sender, who may not know.
    pub(crate) fn mark(
        &mut self,
        scene: &Scene<'_>,
        id: EntryId,
        mark: Option<Mark>,
    ) -> Result<Applied, Refusal> {
        let by = &scene.by.id;
        let had = scene.mark.map(|entry| &entry.mark);
        // An id stays its author's: others remember whose mark it was.
        let author = scene.mark.map(|entry| &entry.by).or(scene.author);
        if author.is_some_and(|author| author != by) {
            return Err(Refusal::NotYours);
        }
        if had == mark.as_ref() {
            let head = self.head.sequence;
            return Ok(Applied::send(To::Sender, Outgoing::Mark { id, by: by.clone(), mark, head }));
        }
        let count = self.marks.get(by).copied().unwrap_or(0);
        let (count, change) = match &mark {
            None => (count.saturating_sub(1), Change::DropMark(id.clone())),
            Some(mark) => {
                mark.check(&scene.consultation.studies, scene.contents)?;
                let count = if had.is_some() { count } else { count + 1 };
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

    /// A chat message. One that its author sends again is there once, and is told to the author once more.
    pub(crate) fn chat(&mut self, scene: &Scene<'_>, id: EntryId, text: String) -> Result<Applied, Refusal> {
        let by = &scene.by.id;
        if let Some(known) = self.recent_chats.iter().find(|known| known.id == id) {
            if known.by != *by {
                return Err(Refusal::NotYours);
            }
            let chat = ChatEntry { id, by: by.clone(), at: known.at, text };
            return Ok(Applied::send(To::Sender, Outgoing::Chat { chat, head: known.sequence }));
        }
        if self.chats >= CHATS_MAX {
            return Err(Refusal::TooMany);
        }
        let mut applied =
            self.record(scene.now, Some(by), Event::Chat { id: id.clone(), text: text.clone() });
        let chat = ChatEntry { id, by: by.clone(), at: self.last_at, text };
        applied.change = Some(Change::PutChat(chat));
        Ok(applied)
    }
}
