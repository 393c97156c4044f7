//! Recording what happened: the room, its line, and what the line stands for, in one transaction.

use filmless_consult::{Applied, Change, ConsultationId, MemberId};
use filmless_store::index::{RoomEntry, RoomEntryKind, Transaction, TransactionOutcome};

use super::entrance::Live;
use super::house;
use super::look::{Look, Speaker};
use crate::DeliveryError;

/// How often somebody tries again who was not the first to write. Each time somebody else was, so the room goes on.
pub(super) const APPEND_TRIES_MAX: u32 = 16;

/// What came of writing.
pub(super) enum Written {
    /// It is there.
    Done(Appended),
    /// Somebody else was first: everything has to be looked at again.
    Again,
    /// What was to be written with it cannot be any more.
    Unmet,
}

/// What was recorded, and what is to be sent.
pub(super) struct Appended {
    pub consultation: ConsultationId,
    /// Who was connected before, and who is now.
    pub before: Vec<(String, MemberId)>,
    pub after: Vec<(String, MemberId)>,
    pub applied: Applied,
}

/// Everything that is written with a line.
pub(super) struct Writing<'a> {
    pub look: Look,
    pub before: Vec<(String, MemberId)>,
    pub applied: Applied,
    /// Who did it; nobody if it was the clock or the hospital.
    pub speaker: Option<&'a Speaker>,
    /// What else has to be written with it, or nothing at all.
    pub with: Transaction,
}

impl Look {
    /// Who is connected.
    pub fn here(&self) -> Vec<(String, MemberId)> {
        self.room.here.iter().map(|(id, member)| (id.clone(), member.clone())).collect()
    }
}

impl Live {
    /// Writes it all, or nothing.
    pub(super) async fn append(&self, writing: Writing<'_>) -> Result<Written, DeliveryError> {
        let Writing { look, before, mut applied, speaker, with } = writing;
        let consultation = look.record.consultation.id.clone();
        let after = look.here();
        let Some(line) = applied.line.take() else {
            // Nothing happened that is recorded: it is only sent on.
            return Ok(Written::Done(Appended { consultation, before, after, applied }));
        };
        let head = line.sequence;
        let lines = look.first.iter().cloned().chain([line.clone()]).collect();
        let with_it = with.writes();
        let transaction = with.append_to_room(&consultation, look.read, &look.room, lines)?;
        let transaction = match &applied.change {
            None => transaction,
            Some(Change::PutMark(mark)) => {
                let entry = serde_json::to_string(mark).map_err(DeliveryError::internal("a mark"))?;
                let entry = RoomEntry { id: mark.id.clone(), by: mark.by.clone(), head, entry };
                transaction.put_room_entry(&consultation, RoomEntryKind::Mark, &entry)?
            }
            Some(Change::DropMark(id)) => {
                transaction.delete_room_entry(&consultation, RoomEntryKind::Mark, id)
            }
            Some(Change::PutChat(chat)) => {
                let entry = serde_json::to_string(chat).map_err(DeliveryError::internal("a chat message"))?;
                let entry = RoomEntry { id: chat.id.clone(), by: chat.by.clone(), head, entry };
                transaction.put_room_entry(&consultation, RoomEntryKind::Chat, &entry)?
            }
            Some(Change::SetStatus(_, status)) => {
                let Some((speaker, named)) = speaker.and_then(|by| Some((by, by.named.as_ref()?))) else {
                    return Err(DeliveryError::internal("a member's status")("nobody is named"));
                };
                house::set_status(&self.common, transaction, &look, named, *status, speaker).await?
            }
            Some(Change::End(reason)) => house::end(&self.common, transaction, &look, *reason, speaker)?,
        };
        applied.line = Some(line);
        match self.common.index.commit(transaction).await? {
            TransactionOutcome::Committed => {
                Ok(Written::Done(Appended { consultation, before, after, applied }))
            }
            TransactionOutcome::ConditionUnmet(parts) if parts.iter().any(|part| *part < with_it) => {
                Ok(Written::Unmet)
            }
            TransactionOutcome::ConditionUnmet(_) => Ok(Written::Again),
        }
    }
}
