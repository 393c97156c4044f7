//! Corrects the phone number or email address for messages.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{PatientId, PhoneNumber, mailbox};
use filmless_store::index::{Change, ContactRecord, Index, Transaction};

use super::{Desk, Refusal, StaffError};
use crate::record::messages::{ReleaseTask, Task};
use crate::record::outbox;

/// The corrections: `None` leaves a value as it is, an empty text removes it.
#[derive(Clone, Default)]
pub struct ContactCorrection {
    /// Phone number, as typed.
    pub phone: Option<String>,
    /// Email address, as typed.
    pub email: Option<String>,
}

impl std::fmt::Debug for ContactCorrection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactCorrection(hidden)")
    }
}

impl Desk {
    /// Corrects a patient's phone number or email address for all later messages, until an order brings a new one.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn correct_contact(
        &self,
        patient: &PatientId,
        correction: &ContactCorrection,
    ) -> Result<(), StaffError> {
        self.demand(Act::CorrectContact, AuditAction::CorrectContact).await?;
        let index = &self.common.index;
        let latest = self.latest_order(patient).await?.ok_or(StaffError::NotFound)?;
        let known = index.contact_of(&latest).await?;
        let phone = match correction.phone.as_deref().map(str::trim) {
            None => known.phone,
            Some("") => None,
            Some(typed) => {
                Some(PhoneNumber::parse(typed).map_err(|_| StaffError::Refused(Refusal::BadPhone))?)
            }
        };
        let email = match correction.email.as_deref().map(str::trim) {
            None => known.email,
            Some("") => None,
            Some(typed) if mailbox::is_public_mailbox(typed) => Some(typed.to_owned()),
            Some(_) => return Err(Refusal::BadEmail.into()),
        };
        let record = ContactRecord {
            phone,
            email,
            wrong_phone: latest.order.patient.phone.clone(),
            wrong_email: latest.order.patient.email.clone(),
            corrected_at: self.common.clock.now(),
        };
        let mut transaction = Transaction::new().put(&Index::contact_key(patient), &record, Change::new())?;
        if let Some(phone) = &record.phone {
            transaction = transaction.point_phone(phone, patient)?;
        }
        let account = index.account_of_patient(patient).await?;
        // Tell a patient whom no message reached.
        let mut messages = Vec::new();
        for study in index.studies_of_patient(patient).await? {
            if study.is_visible() {
                messages.push(ReleaseTask { study_instance_uid: study.study_instance_uid }.to_outbox()?);
            }
        }
        let entry = outbox::entry(&self.common, messages)?;
        let transaction = transaction.announce(&entry)?;
        let transaction =
            self.sign_for_patient(transaction, AuditAction::CorrectContact, account.as_ref(), None)?;
        index.commit(transaction).await?.or_contention()?;
        outbox::leave_to_sweeper(outbox::publish(&self.common, &entry).await);
        Ok(())
    }
}
