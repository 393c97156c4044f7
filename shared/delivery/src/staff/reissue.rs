//! New slips and new messages.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{StudyInstanceUid, object_key};
use filmless_store::ObjectVersion;
use filmless_store::index::{Contact, Index, LinkState, Transaction, TransactionOutcome};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Case, Desk, StaffError, reason_of};
use crate::record::outbox;
use crate::release::issue::{Issue, NOTICES_PER_DAY_MAX};
use crate::sight::order_in_sight;

/// Largest slip that is read.
const SLIP_BYTES_MAX: u64 = 4 << 20;

/// Over which channels a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Every one that is known.
    #[default]
    All,
    /// SMS alone.
    Sms,
    /// Email alone.
    Email,
    /// None: the slip is printed.
    None,
}

/// What a new slip is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reissued {
    /// Version of the new link.
    pub link_version: u32,
    /// Whether an SMS is on its way.
    pub sms: bool,
    /// Whether an email is on its way.
    pub email: bool,
}

impl Channels {
    fn of(self, contact: Contact) -> Contact {
        match self {
            Self::All => contact,
            Self::Sms => Contact { email: None, ..contact },
            Self::Email => Contact { phone: None, ..contact },
            Self::None => Contact::default(),
        }
    }
}

impl Desk {
    /// A new slip in place of the old ones of a study: their links say that they were replaced, their passwords end.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn reissue(
        &self,
        study: &StudyInstanceUid,
        channels: Channels,
        reason: &str,
    ) -> Result<Reissued, StaffError> {
        self.demand(Act::Reissue, AuditAction::ReissueSlip).await?;
        let reason = reason_of(reason)?;
        let case = self.case(study).await?;
        let done = self.issue(&case, channels, AuditAction::ReissueSlip, Some(&reason)).await?;
        // The new one first: a crash in between leaves two that open, and never none.
        self.replace_older(&case, done.link_version).await?;
        Ok(done)
    }

    /// The message once more, over the channels chosen. What it carries is new, because nobody can read the old
    /// secrets; the slip on paper stays valid.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn resend(&self, study: &StudyInstanceUid, channels: Channels) -> Result<Reissued, StaffError> {
        self.demand(Act::Resend, AuditAction::ResendNotice).await?;
        let case = self.case(study).await?;
        self.issue(&case, channels, AuditAction::ResendNotice, None).await
    }

    /// The slip of the newest link version, a PDF, to be printed at the desk.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] when it has expired: a new one has to be issued.
    pub async fn slip(&self, study: &StudyInstanceUid) -> Result<Vec<u8>, StaffError> {
        self.demand(Act::Reissue, AuditAction::ReissueSlip).await?;
        let case = self.case(study).await?;
        let Some(order) = order_in_sight(&self.common, &case.study).await? else {
            return Err(StaffError::NotFound);
        };
        let key = object_key::slip_pdf(study, case.study.link_version);
        if let Some(changed_at) = order.result_changed_at {
            let written = self.release.slips.list_written(key.as_str()).await?;
            // S3 tells whole seconds.
            if written.iter().any(|(_, made_at)| made_at.as_second() <= changed_at.as_second()) {
                return Err(StaffError::refused(
                    "result-amended",
                    "The result was amended after this slip was made: send the access again, which makes a new one.",
                ));
            }
        }
        let object = ObjectVersion { key: &key, version_id: None };
        let slip = match self.release.slips.get(object, SLIP_BYTES_MAX).await {
            Ok(slip) => slip,
            Err(filmless_store::StoreError::NotFound) => return Err(StaffError::NotFound),
            Err(error) => return Err(error.into()),
        };
        let record = self.record(AuditAction::ReissueSlip).study(study);
        record.detail(format!("slip {} printed", case.study.link_version)).write(&self.common).await?;
        Ok(slip.to_vec())
    }

    async fn issue(
        &self,
        case: &Case,
        channels: Channels,
        action: AuditAction,
        reason: Option<&str>,
    ) -> Result<Reissued, StaffError> {
        self.order_of(&case.study).await?;
        let Some(order) = order_in_sight(&self.common, &case.study).await? else {
            return Err(StaffError::refused(
                "not-visible",
                "The study is held or recalled: release it first.",
            ));
        };
        self.check_rate(&case.study.study_instance_uid).await?;
        let account = case.account.as_ref().ok_or(StaffError::NotFound)?;
        let known = self.common.index.contact_of(&order).await?;
        let contact = channels.of(known);
        let is_silent = contact == Contact::default();
        if is_silent && channels != Channels::None {
            return Err(StaffError::refused(
                "no-contact",
                "No phone number or email address is known for that.",
            ));
        }
        let mut study = case.study.clone();
        study.link_version += 1;
        let issue = Issue::new(&self.release, &study, &order.order, account, contact).await?;
        let (key, change) = Index::link_version_change(&case.study, study.link_version);
        let transaction = issue.add_to(Transaction::new().update(key, change))?;
        let transaction = self.sign(transaction, action, case, reason)?;
        match self.common.index.commit(transaction).await? {
            TransactionOutcome::Committed => {}
            TransactionOutcome::ConditionUnmet(_) => return Err(changed()),
        }
        outbox::leave_to_sweeper(issue.announce(&self.release).await);
        Ok(Reissued {
            link_version: study.link_version,
            sms: issue.notice.sms_channel.is_some(),
            email: issue.notice.email_channel.is_some(),
        })
    }

    async fn check_rate(&self, study: &StudyInstanceUid) -> Result<(), StaffError> {
        let since = self.common.clock.now() - SignedDuration::from_hours(24);
        let notices = self.common.index.notices(study).await?;
        if notices.iter().filter(|notice| notice.issued_at > since).count() >= NOTICES_PER_DAY_MAX {
            return Err(StaffError::refused(
                "too-many-notices",
                "Five notices of this study went out within a day. Wait until tomorrow.",
            ));
        }
        Ok(())
    }

    async fn replace_older(&self, case: &Case, newest: u32) -> Result<(), StaffError> {
        let index = &self.common.index;
        let uid = &case.study.study_instance_uid;
        for link in index.links(uid).await?.into_iter().filter(|link| link.version < newest) {
            index.close_link(&link.token_digest, LinkState::Replaced).await?;
        }
        for key in self.account_keys_of(case).await? {
            index.end_credentials(&key, Some(uid), Some(newest)).await?;
        }
        Ok(())
    }
}

pub(super) const fn changed() -> StaffError {
    StaffError::refused("changed-meanwhile", "The study changed at this moment. Look at it again and repeat.")
}
