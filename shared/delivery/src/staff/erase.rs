//! Erases data at the patient's request.

use filmless_domain::PatientId;
use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;

use super::{Desk, StaffError, reason_of};
use crate::parts::Erase;
use crate::upkeep::retention::{self, Erased, erase_subject};

impl Desk {
    /// Erases everything about a patient: uploads, orders, derived objects, slips, account, shares. The logs stay,
    /// because they name nobody. With `is_rehearsal`, only counts.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn erase(
        &self,
        patient: &PatientId,
        reason: &str,
        is_rehearsal: bool,
    ) -> Result<Erased, StaffError> {
        self.demand(Act::Erase, AuditAction::EraseSubject).await?;
        let reason = reason_of(reason)?;
        let record = self.record(AuditAction::EraseSubject).detail(reason);
        let erased = erase_subject(self.erasing()?, patient, record.clone(), is_rehearsal).await?;
        if erased.studies.is_empty() && (erased.orders, erased.objects, erased.items) == (0, 0, 0) {
            return Err(StaffError::NotFound);
        }
        if erased.studies.is_empty() && !is_rehearsal {
            record.write(&self.common).await?;
        }
        Ok(erased)
    }

    /// Erases the studies whose retention has ended, as the daily job does. With `is_rehearsal`, only lists them.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn end_retention(&self, is_rehearsal: bool) -> Result<Erased, StaffError> {
        self.demand(Act::Erase, AuditAction::EndRetention).await?;
        Ok(retention::end_retention(self.erasing()?, is_rehearsal).await?)
    }

    /// What erasing needs. A console without it answers as if the act did not exist.
    fn erasing(&self) -> Result<&Erase, StaffError> {
        self.erase.as_ref().ok_or(StaffError::NotFound)
    }
}
