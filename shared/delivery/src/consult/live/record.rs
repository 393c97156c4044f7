//! The record of a room, to be played again and to be verified.

use filmless_consult::ConsultationId;
use filmless_domain::audit::AuditAction;

use super::entrance::Live;
use super::look::Asks;
use crate::DeliveryError;
use crate::consult::places::may_be_read;
use crate::consult::record_file::{RecordFile, TakenRecord};
use crate::record::audit::Record;
use crate::viewing::Session;

impl Live {
    /// The file of a consultation, for those who were admitted, once its room has ended; `None` for anybody else.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn record(
        &self,
        session: &Session,
        consultation: &ConsultationId,
    ) -> Result<Option<RecordFile>, DeliveryError> {
        let seat = session.seat().filter(|seat| seat.consultation == *consultation);
        let Some(seat) = seat else { return Ok(None) };
        let asks = Asks { member: Some(&seat.member), ..Asks::default() };
        let Some(look) = self.look(consultation, &asks).await? else { return Ok(None) };
        let is_admitted =
            look.speaker(&asks, &session.source)?.is_some_and(|speaker| speaker.member.member.is_admitted());
        let may_be_read = may_be_read(&self.common, session, &look.record).await?;
        if !is_admitted || !may_be_read || self.over(&look).is_none() {
            return Ok(None);
        }
        let (index, consultation) = (self.common.index.clone(), consultation.clone());
        Ok(Some(RecordFile { index, consultation }))
    }

    /// The file to be kept, whole or in parts, which is written down in the audit log. `None` as for [`Self::record`].
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take_record(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        after: Option<u64>,
    ) -> Result<Option<TakenRecord>, DeliveryError> {
        let Some(file) = self.record(session, consultation).await? else { return Ok(None) };
        let audit = Record::new(AuditAction::ReadConsultation, session.actor()).from(&session.source);
        let detail = format!("consultation {consultation}, record");
        audit.account(&session.account_key).detail(detail).write(&self.common).await?;
        file.take(after).await.map(Some)
    }
}
