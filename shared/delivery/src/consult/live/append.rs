//! Recording what happened: the room, its line, and what the line stands for, in one transaction.

use std::time::Duration;

use filmless_consult::{Applied, Change, ConsultationId, MemberId};
use filmless_store::StoreError;
use filmless_store::index::{RoomEntry, RoomEntryKind, Transaction, TransactionOutcome};

use super::entrance::Live;
use super::house;
use super::look::Look;
use super::visit::add_visits;
use super::writing::Writing;
use crate::DeliveryError;

/// How often somebody tries again who was not the first to write. Each time somebody else was, so the room goes on; all that can be
/// there at once may come in at once: 30 members with 4 connections each.
pub(super) const APPEND_TRIES_MAX: u32 = 120;

/// Longest pause between two tries.
const STEP_ASIDE_MAX: Duration = Duration::from_millis(40);

/// What came of writing.
pub(super) enum Written {
    /// It is there.
    Done(Box<Appended>),
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

impl Look {
    /// Who is connected.
    pub fn here(&self) -> Vec<(String, MemberId)> {
        self.room.here.iter().map(|(id, member)| (id.clone(), member.clone())).collect()
    }
}

impl Live {
    /// Writes it all, or nothing.
    pub(super) async fn append_line(&self, mut writing: Writing<'_>) -> Result<Written, DeliveryError> {
        let consultation = writing.look.record.consultation.id.clone();
        let after = writing.look.here();
        if writing.applied.line.is_none() {
            // Nothing happened that is recorded: it is only sent on.
            let Writing { before, applied, .. } = writing;
            return Ok(Written::Done(Box::new(Appended { consultation, before, after, applied })));
        }
        let with = std::mem::take(&mut writing.with);
        let with_it = with.writes();
        let transaction = self.transaction_of(with, &writing).await?;
        let Writing { before, applied, .. } = writing;
        match self.common.index.commit(transaction).await {
            Ok(TransactionOutcome::Committed) => {
                Ok(Written::Done(Box::new(Appended { consultation, before, after, applied })))
            }
            Ok(TransactionOutcome::ConditionUnmet(parts)) if parts.iter().any(|part| *part < with_it) => {
                Ok(Written::Unmet)
            }
            // Others wrote at the same moment, again and again: nothing of this is there.
            Ok(TransactionOutcome::ConditionUnmet(_)) | Err(StoreError::Contention { .. }) => {
                self.step_aside().await?;
                Ok(Written::Again)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits a moment, so that those who write at the same time do not stay in step.
    async fn step_aside(&self) -> Result<(), DeliveryError> {
        let mut random = [0];
        self.common.randomness.fill(&mut random)?;
        tokio::time::sleep(STEP_ASIDE_MAX * u32::from(random[0]) / 256).await;
        Ok(())
    }

    /// The line, what it stands for, and who came and left with it.
    async fn transaction_of(
        &self,
        with: Transaction,
        writing: &Writing<'_>,
    ) -> Result<Transaction, DeliveryError> {
        let Writing { look, applied, speaker, .. } = writing;
        let consultation = &look.record.consultation.id;
        let Some(line) = &applied.line else { return Ok(with) };
        let head = line.sequence;
        let lines = look.first.iter().cloned().chain([line.clone()]).collect();
        let transaction = with.append_to_room(consultation, look.read, &look.room, lines)?;
        let transaction = match &applied.change {
            None => transaction,
            Some(Change::PutMark(mark)) => {
                let entry = serde_json::to_string(mark).map_err(DeliveryError::internal("a mark"))?;
                let entry = RoomEntry { id: mark.id.clone(), by: mark.by.clone(), head, entry };
                transaction.put_room_entry(consultation, RoomEntryKind::Mark, &entry)?
            }
            Some(Change::DropMark(id)) => {
                let by = speaker.map(|by| &by.member.member.id);
                let by = by.ok_or_else(|| DeliveryError::internal("a mark")("nobody deletes it"))?;
                transaction.delete_mark(consultation, id, by, head)?
            }
            Some(Change::PutChat(chat)) => {
                let entry = serde_json::to_string(chat).map_err(DeliveryError::internal("a chat message"))?;
                let entry = RoomEntry { id: chat.id.clone(), by: chat.by.clone(), head, entry };
                transaction.put_room_entry(consultation, RoomEntryKind::Chat, &entry)?
            }
            Some(Change::SetStatus(_, status)) => {
                let Some((speaker, named)) = speaker.and_then(|by| Some((by, by.named.as_ref()?))) else {
                    return Err(DeliveryError::internal("a member's status")("nobody is named"));
                };
                house::set_status(&self.common, transaction, look, named, *status, speaker).await?
            }
            Some(Change::End(reason)) => house::end(&self.common, transaction, look, *reason, *speaker)?,
        };
        add_visits(transaction, &self.common, writing).await
    }
}
