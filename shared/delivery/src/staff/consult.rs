//! Consultations that staff start for a patient, and follow.

use filmless_consult::{ConsultationId, EndReason, MemberId};
use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{PatientId, person_name};
use filmless_store::index::{AccountRecord, ConsultationRecord, MemberRecord};

use super::{Desk, StaffError};
use crate::consult::{
    Again, ConsultationLine, ConsultationView, Consultations, MemberAct, NewMember, Owner, RecordFile,
    StartAnswer, StartRequest, TakenRecord, line_of, start,
};
use crate::parts::Consulting;
use crate::sight::latest_order_of;

impl Desk {
    /// The use cases that staff share with doctors.
    fn consultations(&self) -> Consultations {
        Consultations::new(Consulting {
            common: self.common.clone(),
            studies: self.studies.clone(),
            derived: self.derived.clone(),
            sealer: self.release.sealer.clone(),
        })
    }

    /// Starts a consultation about a patient's visible studies, with the consent that they gave.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn start_consultation(
        &self,
        patient: &PatientId,
        request: &StartRequest,
    ) -> Result<StartAnswer, StaffError> {
        self.demand(Act::Consult, AuditAction::StartConsultation).await?;
        let account = self.account_of(patient).await?;
        let latest = latest_order_of(&self.common, &account).await?.map(|order| order.patient);
        let name = latest.as_ref().map(|patient| person_name::display(&patient.name)).unwrap_or_default();
        let owner = Owner {
            account_key: &account.account_key,
            patient_id: &account.patient_id,
            patient_name: &name,
            started_by: self.actor(),
            source: &self.source,
            ends_by: None,
        };
        let request = StartRequest { starter: self.member.name.clone(), ..request.clone() };
        Ok(start(&self.consultations(), &owner, &request).await?)
    }

    /// The consultations of a patient, newest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn consultations_of(&self, patient: &PatientId) -> Result<Vec<ConsultationLine>, StaffError> {
        self.demand(Act::Consult, AuditAction::ReadConsultation).await?;
        let account = self.account_of(patient).await?;
        let records = self.consultations().list_of_account(&account.account_key).await?;
        Ok(records.iter().map(line_of).collect())
    }

    /// One of them, with its members.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn consultation_of(
        &self,
        patient: &PatientId,
        id: &ConsultationId,
    ) -> Result<ConsultationView, StaffError> {
        self.demand(Act::Consult, AuditAction::ReadConsultation).await?;
        let record = self.record_of(patient, id).await?;
        let consultations = self.consultations();
        let record = consultations.up_to_date(record).await?;
        Ok(consultations.view_of(record).await?)
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn end_consultation(&self, patient: &PatientId, id: &ConsultationId) -> Result<(), StaffError> {
        self.demand(Act::Consult, AuditAction::EndConsultation).await?;
        let record = self.record_of(patient, id).await?;
        let by = (self.actor(), Some(self.source.as_str()));
        let is_ended = self.consultations().end_by(&record, EndReason::Hospital, by).await?;
        if is_ended { Ok(()) } else { Err(StaffError::NotFound) }
    }

    /// Makes another code, or another link and code, for a member.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn invite_member_again(
        &self,
        patient: &PatientId,
        id: &ConsultationId,
        member: &MemberId,
        again: Again,
    ) -> Result<MemberAct, StaffError> {
        self.demand(Act::Consult, AuditAction::InviteMember).await?;
        let record = self.record_of(patient, id).await?;
        let member: MemberRecord = self.common.index.member(id, member).await?.ok_or(StaffError::NotFound)?;
        let by = (self.actor(), self.source.as_str());
        Ok(self.consultations().invite_member_again(&record, &member, again, by).await?)
    }

    /// Invites one more member.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn add_consultation_member(
        &self,
        patient: &PatientId,
        id: &ConsultationId,
        typed: &NewMember,
    ) -> Result<MemberAct, StaffError> {
        self.demand(Act::Consult, AuditAction::InviteMember).await?;
        let record = self.record_of(patient, id).await?;
        let by = (self.actor(), self.source.as_str());
        Ok(self.consultations().add_member_to(&record, typed, by).await?)
    }

    /// The file of a consultation that is over: its record, and what was signed; or what comes after a line of it.
    ///
    /// # Errors
    /// [`StaffError`]: not found as long as it goes on.
    pub async fn take_consultation_record(
        &self,
        patient: &PatientId,
        id: &ConsultationId,
        after: Option<u64>,
    ) -> Result<TakenRecord, StaffError> {
        self.demand(Act::ReadAudit, AuditAction::ReadConsultation).await?;
        let record = self.record_of(patient, id).await?;
        let record = self.consultations().up_to_date(record).await?;
        let Some(file) = RecordFile::of(&self.common, &record) else { return Err(StaffError::NotFound) };
        let audit = self.record(AuditAction::ReadConsultation).account(&record.consultation.account);
        audit.detail(format!("consultation {id}, record")).write(&self.common).await?;
        Ok(file.take(after).await?)
    }

    /// A consultation of this patient, and of nobody else.
    async fn record_of(
        &self,
        patient: &PatientId,
        id: &ConsultationId,
    ) -> Result<ConsultationRecord, StaffError> {
        let account: AccountRecord = self.account_of(patient).await?;
        let record = self.common.index.consultation(id).await?;
        let record = record.filter(|record| record.consultation.account == account.account_key);
        record.ok_or(StaffError::NotFound)
    }
}
