//! The end of a room: by its time, by the hospital, or because a study is out of sight.

use filmless_consult::{ConsultationId, EndReason};
use filmless_domain::StudyInstanceUid;
use filmless_store::StoreError;
use filmless_store::index::Transaction;

use super::append::{APPEND_TRIES_MAX, Writing, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use crate::DeliveryError;

impl Live {
    /// Ends a room, whoever is in it. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end(&self, consultation: &ConsultationId, reason: EndReason) -> Result<(), DeliveryError> {
        for _ in 0..APPEND_TRIES_MAX {
            let Some(mut look) = self.look(consultation, &Asks::default()).await? else { return Ok(()) };
            let before = look.here();
            let applied = look.room.end(look.now, None, reason);
            if applied.line.is_none() {
                return Ok(());
            }
            let writing = Writing { look, before, applied, speaker: None, with: Transaction::new() };
            if let Written::Done(appended) = self.append(writing).await? {
                return self.deliver(appended, &mut Sender::Nobody).await;
            }
        }
        Err(StoreError::Contention { operation: "end a room" }.into())
    }

    /// Why a room is over, if it is.
    pub(super) async fn ended(
        &self,
        consultation: &ConsultationId,
    ) -> Result<Option<EndReason>, DeliveryError> {
        let look = self.look(consultation, &Asks::default()).await?;
        Ok(look.and_then(|look| look.room.ended.or(look.record.consultation.ended)))
    }

    /// Ends every room that shows a study which was taken out of sight.
    ///
    /// # Errors
    /// [`DeliveryError`]: those who are in a room are judged with their next message anyway.
    pub async fn end_rooms_of(&self, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
        for record in self.common.index.consultations_of_study(study).await? {
            self.end(&record.consultation.id, EndReason::Recalled).await?;
        }
        Ok(())
    }
}
