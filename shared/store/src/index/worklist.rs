//! What waits for somebody, by day: pointers that are written with the change that makes them due, so that a list reads what is
//! on it and not every study. A pointer may outlive its reason; whoever reads it looks at the study itself.

use std::collections::BTreeMap;

use filmless_domain::StudyInstanceUid;
use filmless_domain::hospital::HOSPITAL_TIME;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::study::{day_of, study_key};
use super::{Change, ChannelState, Index, ItemKey, NoticeRecord, StudyPointer, StudyRecord, Transaction};
use crate::StoreError;

/// How many days are asked for at a time.
const DAYS_AT_ONCE: usize = 16;
/// How long it is known which studies were opened on a day, in days: what happened since is in the audit log.
pub const OPENED_DAYS: i64 = 100;

/// A list that staff work through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worklist {
    /// Studies that are held, by the day of their first instance.
    Held,
    /// Studies whose patient may have got no message, by the day on which one was issued.
    Unreached,
    /// Studies with a message that failed, by the day on which it was issued.
    Failed,
    /// Studies that somebody opened, by the day on which they did, at the hospital.
    Opened,
}

impl Worklist {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Unreached => "UNREACHED",
            Self::Failed => "FAILED",
            Self::Opened => "OPENED",
        }
    }

    fn pk(self, day: Date) -> String {
        format!("{}#{day}", self.prefix())
    }

    fn key(self, at: Timestamp, study: &StudyInstanceUid) -> ItemKey {
        ItemKey::new(self.pk(day_of(at)), format!("STUDY#{study}"))
    }
}

/// A [`StudyPointer`] that goes by itself.
#[derive(Serialize)]
struct OpenedPointer {
    study_instance_uid: StudyInstanceUid,
    expires_at: i64,
}

fn opened_key(study: &StudyInstanceUid, at: Timestamp) -> ItemKey {
    ItemKey::new(Worklist::Opened.pk(at.to_zoned(HOSPITAL_TIME).date()), format!("STUDY#{study}"))
}

impl Transaction {
    /// Puts a study on the list of those that are held.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn list_held(self, study: &StudyRecord) -> Result<Self, StoreError> {
        let key = Worklist::Held.key(study.received_at, &study.study_instance_uid);
        self.put(&key, &StudyPointer { study_instance_uid: study.study_instance_uid.clone() }, Change::new())
    }

    /// Takes it off.
    #[must_use]
    pub fn unlist_held(self, study: &StudyRecord) -> Self {
        self.delete(Worklist::Held.key(study.received_at, &study.study_instance_uid))
    }

    /// Puts a study on the list of those that were opened on the day.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn list_opened(self, study: &StudyInstanceUid, at: Timestamp) -> Result<Self, StoreError> {
        let key = opened_key(study, at);
        let expires_at = at.as_second() + OPENED_DAYS * 24 * 3600;
        self.put(&key, &OpenedPointer { study_instance_uid: study.clone(), expires_at }, Change::new())
    }

    /// Puts the study of a notice on a list.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn list_notice(self, list: Worklist, notice: &NoticeRecord) -> Result<Self, StoreError> {
        let key = list.key(notice.issued_at, &notice.study_instance_uid);
        self.put(&key, &StudyPointer { study_instance_uid: notice.study_instance_uid.clone() }, Change::new())
    }

    /// What a channel's new state makes due, or settles.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub(super) fn list_channel(self, notice: &NoticeRecord, state: ChannelState) -> Result<Self, StoreError> {
        match state {
            ChannelState::Pending | ChannelState::Sending => Ok(self),
            ChannelState::Sent | ChannelState::Delivered => {
                Ok(self.delete(Worklist::Unreached.key(notice.issued_at, &notice.study_instance_uid)))
            }
            ChannelState::Failed => {
                self.list_notice(Worklist::Unreached, notice)?.list_notice(Worklist::Failed, notice)
            }
        }
    }
}

impl Index {
    /// The studies on a list from one day to another (UTC), oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn worklist(
        &self,
        list: Worklist,
        from: Date,
        to: Date,
    ) -> Result<Vec<StudyRecord>, StoreError> {
        let days = std::iter::successors(Some(from), |day| day.checked_add(1.day()).ok());
        let days = days.take_while(|day| *day <= to);
        let found: Vec<Vec<StudyPointer>> = stream::iter(days)
            .map(|day| async move { self.query(&list.pk(day), "STUDY#").await })
            .buffered(DAYS_AT_ONCE)
            .try_collect()
            .await?;
        self.studies_of(found.into_iter().flatten()).await
    }

    /// The studies that these lead to, each once, oldest first.
    pub(super) async fn studies_of(
        &self,
        pointers: impl IntoIterator<Item = StudyPointer>,
    ) -> Result<Vec<StudyRecord>, StoreError> {
        let keys: BTreeMap<String, ItemKey> = pointers
            .into_iter()
            .map(|pointer| (pointer.study_instance_uid.to_string(), study_key(&pointer.study_instance_uid)))
            .collect();
        let mut studies: Vec<StudyRecord> = self.get_many(keys.into_values().collect()).await?;
        studies.sort_by(|a, b| {
            (a.received_at, a.study_instance_uid.as_str())
                .cmp(&(b.received_at, b.study_instance_uid.as_str()))
        });
        Ok(studies)
    }

    /// Puts a study on the lists that it belongs on: those from before there were lists are on none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn relist(&self, study: &StudyRecord, notices: &[NoticeRecord]) -> Result<(), StoreError> {
        let mut keys = Vec::new();
        let uid = &study.study_instance_uid;
        if study.state == filmless_domain::StudyState::Held {
            keys.push(Worklist::Held.key(study.received_at, uid));
        }
        for notice in notices {
            let states: Vec<ChannelState> =
                [&notice.sms_channel, &notice.email_channel].into_iter().flatten().map(|c| c.state).collect();
            let is_out = |state: &ChannelState| matches!(state, ChannelState::Sent | ChannelState::Delivered);
            if !states.iter().any(is_out) {
                keys.push(Worklist::Unreached.key(notice.issued_at, uid));
            }
            if states.contains(&ChannelState::Failed) {
                keys.push(Worklist::Failed.key(notice.issued_at, uid));
            }
        }
        for key in keys {
            self.put_new(&key, &StudyPointer { study_instance_uid: uid.clone() }).await?;
        }
        Ok(())
    }

    /// Takes a study off every list, before it is erased. Returns the number of items.
    pub(super) async fn unlist(&self, study: &StudyRecord) -> Result<usize, StoreError> {
        let uid = &study.study_instance_uid;
        let mut keys = vec![Worklist::Held.key(study.received_at, uid)];
        for notice in self.notices(uid).await? {
            keys.extend([Worklist::Unreached, Worklist::Failed].map(|list| list.key(notice.issued_at, uid)));
        }
        let accesses = self.accesses(uid).await?;
        keys.extend(accesses.iter().map(|access| opened_key(uid, access.opened_at)));
        for key in &keys {
            self.delete(key).await?;
        }
        Ok(keys.len())
    }
}
