//! The end of a consultation: by its chair, by time, or because a study is not to be seen any more.

use filmless_consult::{ConsultationId, ConsultationState, EndReason};
use filmless_domain::audit::Actor;
use filmless_store::index::{ConsultationRecord, Transaction, TransactionOutcome};

use super::Consultations;
use super::places::{Place, Who};
use super::stop::{end_in, recall};
use crate::DeliveryError;
use crate::viewing::Session;

impl Consultations {
    /// Ends a consultation: by its chair, by who started it, or by its patient, who takes back the consent. The reason, for the
    /// room; `None` for anybody else, and where it ended before.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<EndReason>, DeliveryError> {
        if let Some(Place { record, who: Who::Patient }) = self.place(session, id).await? {
            let by = (session.actor(), Some(session.source.as_str()));
            let has_ended = record.consultation.ended.is_some();
            // Whoever ended it, the members keep nothing.
            let is_ended = recall(&self.common, &record, EndReason::Withdrawn, by).await? || has_ended;
            return Ok(is_ended.then_some(EndReason::Withdrawn));
        }
        let Some(place) = self.managed(session, id).await? else { return Ok(None) };
        let reason = if place.is_chair() { EndReason::Chair } else { EndReason::Starter };
        let is_ended = self.end_by(&place.record, reason, (session.actor(), Some(&session.source))).await?;
        Ok(is_ended.then_some(reason))
    }

    /// The same, once it is clear that whoever asks may.
    pub(crate) async fn end_by(
        &self,
        record: &ConsultationRecord,
        reason: EndReason,
        by: (Actor, Option<&str>),
    ) -> Result<bool, DeliveryError> {
        let ended = end_in(Transaction::new(), &self.common, record, reason, by)?;
        Ok(self.common.index.commit(ended).await? == TransactionOutcome::Committed)
    }

    /// A consultation as it is now: one whose time is over has ended.
    pub(crate) async fn up_to_date(
        &self,
        record: ConsultationRecord,
    ) -> Result<ConsultationRecord, DeliveryError> {
        let consultation = &record.consultation;
        if consultation.state != ConsultationState::Open || self.common.clock.now() < consultation.ends_at {
            return Ok(record);
        }
        let ended =
            end_in(Transaction::new(), &self.common, &record, EndReason::Time, (Actor::System, None))?;
        // Unmet if somebody else was first.
        let _ = self.common.index.commit(ended).await?;
        Ok(self.common.index.consultation(&consultation.id).await?.unwrap_or(record))
    }
}
