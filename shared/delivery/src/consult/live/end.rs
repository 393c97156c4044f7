//! The end of a room: by its time, by the hospital, or because a study is out of sight.

use filmless_consult::{ConsultationId, EndReason};
use filmless_domain::StudyInstanceUid;
use filmless_store::StoreError;
use filmless_store::index::Transaction;
use jiff::SignedDuration;

use super::append::{APPEND_TRIES_MAX, Writing, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use crate::DeliveryError;
use crate::viewing::Session;

/// What ended in this request ended no longer ago.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(60);

impl Live {
    /// Ends a room, whoever is in it, and with it the consultation, unless that has ended already: then for its reason. Ending it
    /// again changes nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end(&self, consultation: &ConsultationId, reason: EndReason) -> Result<(), DeliveryError> {
        for _ in 0..APPEND_TRIES_MAX {
            let Some(mut look) = self.look(consultation, &Asks::default()).await? else { return Ok(()) };
            let ended = look.record.consultation.ended;
            if ended.is_some() && look.read == 0 {
                // Nobody was ever in it.
                return Ok(());
            }
            let before = look.here();
            let applied = look.room.end(look.now, None, ended.unwrap_or(reason));
            if applied.line.is_none() {
                return Ok(());
            }
            let writing = Writing { look, before, applied, speaker: None, with: Transaction::new() };
            if let Written::Done(appended) = self.append_line(writing).await? {
                return self.deliver(*appended, &mut Sender::Nobody).await;
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

    /// Ends every room of a session's account whose consultation just ended, with the share that it was started with.
    ///
    /// # Errors
    /// [`DeliveryError`]: those who are in a room are judged with their next message anyway.
    pub async fn end_rooms_of_account(&self, session: &Session) -> Result<(), DeliveryError> {
        let since = self.common.clock.now() - JUST_NOW;
        for record in self.common.index.consultations_of_account(&session.account_key).await? {
            if let Some(reason) = record.consultation.ended
                && record.ended_at.is_some_and(|at| at >= since)
            {
                self.end(&record.consultation.id, reason).await?;
            }
        }
        Ok(())
    }

    /// Ends every room of a consultation that ended because this study was taken out of sight.
    ///
    /// # Errors
    /// [`DeliveryError`]: those who are in a room are judged with their next message anyway.
    pub async fn end_rooms_of(&self, study: &StudyInstanceUid) -> Result<(), DeliveryError> {
        for record in self.common.index.consultations_of_study(study).await? {
            if record.consultation.ended.is_some() {
                self.end(&record.consultation.id, EndReason::Recalled).await?;
            }
        }
        Ok(())
    }
}
