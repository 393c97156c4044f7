//! Correcting where messages go.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{PatientId, PhoneNumber, mailbox};
use filmless_store::index::{Change, ContactRecord, Index, Transaction};

use super::{Desk, StaffError};
use crate::record::messages::{ReleaseTask, Task};
use crate::record::outbox;

/// What is right; `None` leaves as it is, an empty text means that there is none.
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
    /// Corrects phone number or email address of a patient for all messages to come, until an order says something
    /// new.
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
            Some(typed) => Some(PhoneNumber::parse(typed).map_err(|_| {
                StaffError::refused("bad-phone", "This is no phone number an SMS can be sent to.")
            })?),
        };
        let email = match correction.email.as_deref().map(str::trim) {
            None => known.email,
            Some("") => None,
            Some(typed) if mailbox::is_public_mailbox(typed) => Some(typed.to_owned()),
            Some(_) => return Err(StaffError::refused("bad-email", "This is no email address.")),
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
        // Whoever heard nothing is told now.
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
