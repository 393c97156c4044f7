//! Who opened a study: recorded once per session, for its patient to read.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind};
use filmless_store::index::{
    AccessMoment, AccessRecord, Change, Condition, LogName, StudyRecord, Transaction, TransactionOutcome,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{Portal, Session};
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};

/// The part of an opening's transaction that writes the access.
const ACCESS_PART: usize = 0;

/// One line of "who opened this study".
#[derive(Debug, Clone, Serialize)]
pub struct AccessLine {
    /// Who.
    pub who: AccessWho,
    /// When they opened it.
    pub opened_at: Timestamp,
    /// When the first image was on their screen.
    pub first_image_at: Option<Timestamp>,
    /// When they first fetched all its files; with software, the first of them.
    pub downloaded_at: Option<Timestamp>,
    /// Whether they looked with their own software.
    pub is_software: bool,
}

/// With what a study was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenedWith {
    /// The pages.
    Pages,
    /// Software, with a viewer token.
    Software,
}

/// Who opened a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessWho {
    /// Somebody with the patient's own account or link.
    Patient,
    /// Somebody with a share, by the name that the patient gave it.
    Share(String),
    /// A member of a consultation, by their name.
    Member(String),
}

impl Portal {
    /// Records that this session (or this viewer token) opened this study, the first time it does.
    pub(super) async fn record_opening(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        with: OpenedWith,
    ) -> Result<(), DeliveryError> {
        let index = &self.common.index;
        if index.access(study, &session.token_digest).await?.is_some() {
            return Ok(());
        }
        let (action, is_software) = match with {
            OpenedWith::Pages => (AuditAction::OpenStudy, false),
            OpenedWith::Software => (AuditAction::OpenInSoftware, true),
        };
        let entry = event(session, action, study).entry(&self.common)?;
        let access = AccessRecord {
            actor: session.actor(),
            source: session.source.clone(),
            opened_at: entry.at,
            first_image_at: None,
            downloaded_at: None,
            is_software,
        };
        let key = AccessRecord::key(study, &session.token_digest);
        let new = || Change::new().when(&Condition::Absent("pk"));
        let events = self.usage_of(study, |pen, record| match with {
            OpenedWith::Pages => vec![pen.event(UsageKind::StudyOpened, occasion(session))],
            OpenedWith::Software => {
                served(pen, StorageClass::Derived, occasion(session), record.derived_bytes)
            }
        });
        // Whoever has a viewer token opened the study on its page: it is off the list since then, from which only the portal may
        // delete.
        let notices = match with {
            OpenedWith::Pages => index.notices(study).await?,
            OpenedWith::Software => Vec::new(),
        };
        let events = events.await?;
        let opening = || {
            let transaction = Transaction::new().put(&key, &access, new())?.log(LogName::Audit, &entry)?;
            let transaction = transaction.count_opening(study).unlist_unreached(&notices);
            usage::add(transaction, &events)
        };
        let listed = opening()?.list_opened(study, access.opened_at);
        match index.commit(listed).await? {
            // The day's pointer is from before openings were counted; the accesses themselves give their number.
            TransactionOutcome::ConditionUnmet(unmet) if !unmet.contains(&ACCESS_PART) => {
                // A second request at the same moment finds it written.
                let _ = index.commit(opening()?).await?;
            }
            // A second request at the same moment finds it written.
            TransactionOutcome::ConditionUnmet(_) | TransactionOutcome::Committed => {}
        }
        Ok(())
    }

    /// Records a moment of an access, once per session.
    pub(super) async fn record_moment(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        moment: AccessMoment,
        action: AuditAction,
        events: impl FnOnce(&Pen, &StudyRecord) -> Vec<UsageEvent>,
    ) -> Result<bool, DeliveryError> {
        let entry = event(session, action, study).entry(&self.common)?;
        let key = AccessRecord::key(study, &session.token_digest);
        let change = AccessRecord::moment_change(moment, entry.at);
        let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
        let transaction = usage::add(transaction, &self.usage_of(study, events).await?)?;
        Ok(self.common.index.commit(transaction).await? == TransactionOutcome::Committed)
    }

    /// The viewer reports that the first image of an opened study is on screen. Ignores a study that this session did
    /// not open.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn see_first_image(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<(), DeliveryError> {
        let action = AuditAction::SeeFirstImage;
        let events = |pen: &Pen, record: &StudyRecord| {
            let occasion = occasion(session);
            let offered = usage::signed(record.derived_bytes);
            let served = pen.event(UsageKind::BytesServed, &format!("derived {occasion}"));
            vec![pen.event(UsageKind::FirstImage, occasion), served.bytes(StorageClass::Derived, offered)]
        };
        self.record_moment(session, study, AccessMoment::FirstImage, action, events).await.map(|_| ())
    }

    /// The events for the usage ledger about a study.
    pub(super) async fn usage_of(
        &self,
        study: &StudyInstanceUid,
        events: impl FnOnce(&Pen, &StudyRecord) -> Vec<UsageEvent>,
    ) -> Result<Vec<UsageEvent>, DeliveryError> {
        let Some(record) = self.common.index.study(study).await? else { return Ok(Vec::new()) };
        Ok(events(&Pen::of_study(&self.common, &record).await?, &record))
    }

    /// Who opened a study, newest first, for its patient; `None` for any other study and for a share.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn who_opened(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<Option<Vec<AccessLine>>, DeliveryError> {
        if session.share.is_some() || !self.may_see_study(session, study).await? {
            return Ok(None);
        }
        let mut lines = access_lines(&self.common, &session.account_key, study).await?;
        lines.reverse();
        Ok(Some(lines))
    }
}

/// Everybody who opened a study, oldest first, with the names the patient gave to shares.
pub(crate) async fn access_lines(
    common: &Common,
    account_key: &str,
    study: &StudyInstanceUid,
) -> Result<Vec<AccessLine>, DeliveryError> {
    let shares = common.index.shares(account_key).await?;
    let who = |actor: &Actor| match actor {
        Actor::Share { share } => match shares.iter().find(|known| known.id == *share) {
            Some(known) if known.seat.is_some() => AccessWho::Member(known.label.clone()),
            known => AccessWho::Share(known.map(|known| known.label.clone()).unwrap_or_default()),
        },
        _ => AccessWho::Patient,
    };
    let found = common.index.accesses(study).await?;
    let line = |access: &AccessRecord| AccessLine {
        who: who(&access.actor),
        opened_at: access.opened_at,
        first_image_at: access.first_image_at,
        downloaded_at: access.downloaded_at,
        is_software: access.is_software,
    };
    Ok(found.iter().map(line).collect())
}

/// That software was served a study, and everything that it may load of that class: more is not known before it has.
pub(super) fn served(pen: &Pen, class: StorageClass, occasion: &str, bytes: u64) -> Vec<UsageEvent> {
    let occasion = format!("{} {occasion}", class.as_str());
    let served =
        UsageEvent { storage_class: Some(class), ..pen.event(UsageKind::ServedToSoftware, &occasion) };
    vec![served, pen.event(UsageKind::BytesServed, &occasion).bytes(class, usage::signed(bytes))]
}

/// What tells the events of one session from those of another.
pub(super) fn occasion(session: &Session) -> &str {
    session.token_digest.get(..32).unwrap_or(&session.token_digest)
}

pub(super) fn event(session: &Session, action: AuditAction, study: &StudyInstanceUid) -> Record {
    Record::new(action, session.actor()).from(&session.source).study(study).account(&session.account_key)
}
