//! New slips and new messages.

use std::collections::BTreeMap;
use std::str::FromStr;

use filmless_domain::audit::AuditAction;
use filmless_domain::channel::InvalidChannels;
use filmless_domain::staff::Act;
use filmless_domain::{Channel, StudyInstanceUid, object_key};
use filmless_store::ObjectVersion;
use filmless_store::index::{Contact, Index, LinkState, Transaction, TransactionOutcome};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Case, Desk, Refusal, StaffError, reason_of};
use crate::Settings;
use crate::record::outbox;
use crate::release::issue::{Issue, NOTICES_PER_DAY_MAX, Ways};
use crate::sight::order_in_sight;

/// Largest slip that is read.
const SLIP_BYTES_MAX: u64 = 4 << 20;

/// The channels of a message: `all`, the name of one, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Channels {
    /// The first channels of the hospital's policy.
    #[default]
    All,
    /// Only this one.
    Only(Channel),
    /// None: the slip is printed.
    None,
}

impl FromStr for Channels {
    type Err = InvalidChannels;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            channel => channel.parse().map(Self::Only),
        }
    }
}

impl TryFrom<String> for Channels {
    type Error = InvalidChannels;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

/// A new slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reissued {
    /// Version of the new link.
    pub link_version: u32,
    /// For each of the hospital's channels, whether a message is on its way.
    #[serde(flatten)]
    pub channels: BTreeMap<Channel, bool>,
}

impl Channels {
    fn ways(self, settings: &Settings, contact: Contact) -> Ways {
        match self {
            Self::All => Ways::at_once(settings, contact),
            Self::Only(channel) if settings.channels.channels().contains(&channel) => {
                Ways::only(channel, contact)
            }
            Self::Only(_) | Self::None => Ways::none(),
        }
    }
}

impl Desk {
    /// Replaces a study's old slips by a new one: their links say that they were replaced, their passwords end.
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
        // The new one first: after a crash in between two open, never none.
        self.replace_older(&case, done.link_version).await?;
        Ok(done)
    }

    /// Sends the message again, over the chosen channels. Its secrets are new, because nobody can read the old ones;
    /// the paper slip stays valid.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn resend(&self, study: &StudyInstanceUid, channels: Channels) -> Result<Reissued, StaffError> {
        self.demand(Act::Resend, AuditAction::ResendNotice).await?;
        let case = self.case(study).await?;
        self.issue(&case, channels, AuditAction::ResendNotice, None).await
    }

    /// The slip of the newest link version as PDF, to print at the desk.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] if it has expired: issue a new one.
    pub async fn slip(&self, study: &StudyInstanceUid) -> Result<Vec<u8>, StaffError> {
        self.demand(Act::Reissue, AuditAction::ReissueSlip).await?;
        let case = self.case(study).await?;
        let Some(order) = order_in_sight(&self.common, &case.study).await? else {
            return Err(StaffError::NotFound);
        };
        let key = object_key::slip_pdf(study, case.study.link_version);
        if let Some(changed_at) = order.result_changed_at {
            let written = self.release.slips.list_written(key.as_str()).await?;
            // S3 gives whole seconds.
            if written.iter().any(|(_, made_at)| made_at.as_second() <= changed_at.as_second()) {
                return Err(Refusal::ResultAmended.into());
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
            return Err(Refusal::NotVisible.into());
        };
        self.check_rate(&case.study.study_instance_uid).await?;
        let account = case.account.as_ref().ok_or(StaffError::NotFound)?;
        let known = self.common.index.contact_of(&order).await?;
        let ways = channels.ways(&self.common.settings, known);
        if ways.is_silent() && channels != Channels::None {
            return Err(Refusal::NoContact.into());
        }
        let mut study = case.study.clone();
        study.link_version += 1;
        let issue = Issue::new(&self.release, &study, &order.order, account, ways).await?;
        let (key, change) = Index::link_version_change(&case.study, study.link_version);
        let transaction = issue.add_to(Transaction::new().update(key, change))?;
        let transaction = self.sign(transaction, action, case, reason)?;
        match self.common.index.commit(transaction).await? {
            TransactionOutcome::Committed => {}
            TransactionOutcome::ConditionUnmet(_) => return Err(Refusal::ChangedMeanwhile.into()),
        }
        outbox::leave_to_sweeper(issue.announce(&self.release).await);
        let offered = self.common.settings.channels.channels().iter();
        Ok(Reissued {
            link_version: study.link_version,
            channels: offered.map(|channel| (*channel, issue.notice.channel(*channel).is_some())).collect(),
        })
    }

    async fn check_rate(&self, study: &StudyInstanceUid) -> Result<(), StaffError> {
        let since = self.common.clock.now() - SignedDuration::from_hours(24);
        let notices = self.common.index.notices(study).await?;
        if notices.iter().filter(|notice| notice.issued_at > since).count() >= NOTICES_PER_DAY_MAX {
            return Err(Refusal::TooManyNotices.into());
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
