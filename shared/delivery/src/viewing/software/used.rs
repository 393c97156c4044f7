//! Writing down what software opened: once per token, study and kind of use.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::AuditAction;
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind};
use filmless_store::index::{AccessMoment, StudyRecord};

use super::admission::{Admission, Right, SoftwareStudy};
use super::entrance::Software;
use crate::DeliveryError;
use crate::record::usage::Pen;
use crate::viewing::access::{OpenedWith, occasion, served};

impl Software {
    /// Records that a study was opened with software, or that its files were taken, the first time a token does it. Every
    /// request asks for it before its first byte goes out; all but the first of a process cost nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn record_use(
        &self,
        admission: &Admission,
        study: &SoftwareStudy,
        right_used: Right,
    ) -> Result<(), DeliveryError> {
        let (session, uid) = (&admission.session, &study.record.study_instance_uid);
        let once = (uid.clone(), right_used);
        if written(admission).contains(&once) {
            return Ok(());
        }
        self.portal.record_opening(session, uid, OpenedWith::Software).await?;
        if right_used == Right::Take {
            let taken = |pen: &Pen, record: &StudyRecord| {
                let occasion = occasion(session);
                let bytes = served(pen, StorageClass::Original, occasion, record.original_bytes);
                let mut events: Vec<UsageEvent> = vec![pen.event(UsageKind::Download, occasion)];
                events.extend(bytes);
                events
            };
            let (moment, action) = (AccessMoment::Download, AuditAction::TakeWithSoftware);
            self.portal.record_moment(session, uid, moment, action, taken).await?;
        }
        written(admission).insert(once);
        Ok(())
    }
}

fn written(admission: &Admission) -> MutexGuard<'_, BTreeSet<(StudyInstanceUid, Right)>> {
    admission.written.lock().unwrap_or_else(PoisonError::into_inner)
}
