//! What waits for staff, by day. Pointers are written with the change that causes them, so a list reads its own
//! entries and not every study. A pointer may outlive its reason, so readers check the study itself.

use std::collections::BTreeSet;

use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{HoldReason, StoredCode, StudyInstanceUid, StudyState, person_name};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::day_of;
use super::{Change, ChannelState, Condition, Index, ItemKey, NoticeRecord, StudyRecord, Transaction};
use crate::StoreError;

/// How many studies of a day are read first; on most days that is all.
const DAY_START_STUDIES: i32 = 64;
/// For how many days we know which studies were opened; older openings are in the audit log.
pub const OPENED_DAYS: i64 = 100;

/// A list that staff work through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worklist {
    /// Held studies, by the day of their first instance.
    Held,
    /// Studies whose patient may have got no message, by the day one was issued.
    Unreached,
    /// Studies with a failed message, by the day it was issued.
    Failed,
    /// Studies that somebody opened, by the day of the opening at the hospital.
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

/// A study on a list. `Debug` hides its patient.
#[derive(Clone, Serialize, Deserialize)]
pub struct ListedStudy {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its place in the day's list: when its first instance arrived, its message was issued, or it was first opened
    /// that day. `None` in items from before this was kept.
    #[serde(default, with = "millisecond::optional")]
    pub listed_at: Option<Timestamp>,
    /// How often it was opened that day; `None` on other lists, and in items from before this was kept.
    #[serde(default)]
    pub times: Option<u32>,
    /// Why it is held; `None` on other lists, and in items from before this was kept.
    #[serde(default)]
    pub reason: Option<StoredCode<HoldReason>>,
    /// For a held study, the words of the patient's name in its images, folded, to search in.
    #[serde(default)]
    pub name: Option<String>,
}

/// Which held studies to return.
#[derive(Debug, Clone, Copy)]
pub enum HeldWanted<'a> {
    /// Those with this word in the name, folded.
    Named(&'a str),
    /// Those held for one of these reasons.
    For(&'a [HoldReason]),
}

impl std::fmt::Debug for ListedStudy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ListedStudy {{ study_instance_uid: {}, .. }}", self.study_instance_uid)
    }
}

/// The studies on a day's list, oldest first, then by UID.
#[derive(Debug)]
pub struct DayOfList {
    /// All of them, or the first ones.
    pub listed: Vec<ListedStudy>,
    /// Whether they are all.
    pub is_whole: bool,
}

fn opened_key(study: &StudyInstanceUid, at: Timestamp) -> ItemKey {
    ItemKey::new(Worklist::Opened.pk(at.to_zoned(HOSPITAL_TIME).date()), format!("STUDY#{study}"))
}

impl ListedStudy {
    fn new(study: &StudyInstanceUid, at: Timestamp) -> Self {
        Self { study_instance_uid: study.clone(), listed_at: Some(at), times: None, reason: None, name: None }
    }

    fn held(study: &StudyRecord, reason: StoredCode<HoldReason>) -> Self {
        let name = person_name::words(study.patient.name.as_deref().unwrap_or_default()).join(" ");
        let listed = Self::new(&study.study_instance_uid, study.received_at);
        Self { reason: Some(reason), name: Some(name), ..listed }
    }

    /// The sort key within a day's list.
    #[must_use]
    pub fn sort_key(&self) -> (i64, &str) {
        (self.listed_at.map_or(0, Timestamp::as_millisecond), self.study_instance_uid.as_str())
    }
}

impl Transaction {
    /// Adds a study to the list of held ones.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn list_held(self, study: &StudyRecord, reason: HoldReason) -> Result<Self, StoreError> {
        let key = Worklist::Held.key(study.received_at, &study.study_instance_uid);
        self.put(&key, &ListedStudy::held(study, reason.into()), Change::new())
    }

    /// Removes it from that list.
    #[must_use]
    pub fn unlist_held(self, study: &StudyRecord) -> Self {
        self.delete(Worklist::Held.key(study.received_at, &study.study_instance_uid))
    }

    /// Adds a study to the list of those opened that day, or counts one more opening; only if all openings of the day
    /// were counted.
    #[must_use]
    pub fn list_opened(self, study: &StudyInstanceUid, at: Timestamp) -> Self {
        let is_counted =
            Condition::Any(vec![Condition::Absent("study_instance_uid"), Condition::Present("times")]);
        let change = Change::new()
            .set("study_instance_uid", study)
            .set("expires_at", at.as_second() + OPENED_DAYS * 24 * 3600)
            .set_if_absent("listed_at", at.as_millisecond())
            .add("times", 1)
            .when(&is_counted);
        self.update(opened_key(study, at), change)
    }

    /// Removes a study from the list of those whose patient no message reached.
    #[must_use]
    pub fn unlist_unreached(self, notices: &[NoticeRecord]) -> Self {
        let days = notices.iter().map(|notice| (day_of(notice.issued_at), notice));
        let mut seen = BTreeSet::new();
        let of_days = days.filter(|(day, _)| seen.insert(*day)).map(|(_, notice)| notice);
        of_days.fold(self, |transaction, notice| {
            transaction.delete(Worklist::Unreached.key(notice.issued_at, &notice.study_instance_uid))
        })
    }

    /// Adds a notice's study to a list.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn list_notice(self, list: Worklist, notice: &NoticeRecord) -> Result<Self, StoreError> {
        let key = list.key(notice.issued_at, &notice.study_instance_uid);
        self.put(&key, &ListedStudy::new(&notice.study_instance_uid, notice.issued_at), Change::new())
    }

    /// What a channel's new state adds to, or removes from, the lists.
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
    /// The studies on a day's list, or the first of them if there are many, in one call. For [`Worklist::Opened`] the
    /// day is the hospital's, for other lists UTC.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn start_of_day(&self, list: Worklist, day: Date) -> Result<DayOfList, StoreError> {
        let (listed, is_more) = self.query_start(&list.pk(day), "STUDY#", DAY_START_STUDIES).await?;
        Ok(DayOfList { listed: in_order(listed), is_whole: !is_more })
    }

    /// All studies on a day's list; one call per few thousand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn whole_day(&self, list: Worklist, day: Date) -> Result<Vec<ListedStudy>, StoreError> {
        Ok(in_order(self.query(&list.pk(day), "STUDY#").await?))
    }

    /// The matching held studies of a day (UTC). Items from before this was kept are always included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_of_day(
        &self,
        day: Date,
        wanted: HeldWanted<'_>,
    ) -> Result<Vec<ListedStudy>, StoreError> {
        let (is_wanted, texts) = match wanted {
            HeldWanted::Named(word) => ("contains(#n, :w0)".to_owned(), vec![word.to_owned()]),
            HeldWanted::For(reasons) => {
                let texts: Vec<String> = reasons.iter().map(|reason| reason.code().to_owned()).collect();
                let places: Vec<String> = (0..texts.len()).map(|place| format!(":w{place}")).collect();
                (format!("#n IN ({})", places.join(", ")), texts)
            }
        };
        let name = match wanted {
            HeldWanted::Named(_) => "name",
            HeldWanted::For(_) => "reason",
        };
        let filter = format!("attribute_not_exists(#n) OR {is_wanted}");
        Ok(in_order(self.query_where(&Worklist::Held.pk(day), "STUDY#", name, &filter, texts).await?))
    }

    /// How many studies are on a list of a day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_of_day(&self, list: Worklist, day: Date) -> Result<usize, StoreError> {
        self.count(&list.pk(day), "STUDY#").await
    }

    /// Adds a study to the lists it belongs on; a study from before there were lists is on none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn relist(&self, study: &StudyRecord, notices: &[NoticeRecord]) -> Result<(), StoreError> {
        let mut lists = Vec::new();
        let uid = &study.study_instance_uid;
        if study.state == StudyState::Held {
            let plain = || ListedStudy::new(uid, study.received_at);
            let listed = study.reason.clone().map_or_else(plain, |reason| ListedStudy::held(study, reason));
            self.put_new(&Worklist::Held.key(study.received_at, uid), &listed).await?;
        }
        for notice in notices {
            let states: Vec<ChannelState> = notice.messages().map(|(_, message)| message.state).collect();
            let is_out = |state: &ChannelState| matches!(state, ChannelState::Sent | ChannelState::Delivered);
            if !states.iter().any(is_out) {
                lists.push((Worklist::Unreached, notice.issued_at));
            }
            if states.contains(&ChannelState::Failed) {
                lists.push((Worklist::Failed, notice.issued_at));
            }
        }
        let is_unreached = |(list, _): &(Worklist, Timestamp)| *list == Worklist::Unreached;
        if lists.iter().any(is_unreached) && !self.opened_among([uid]).await?.is_empty() {
            lists.retain(|listed| !is_unreached(listed));
        }
        for (list, at) in lists {
            self.put_new(&list.key(at, uid), &ListedStudy::new(uid, at)).await?;
        }
        Ok(())
    }

    /// Removes a study from every list before it is erased. Returns the number of items.
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

fn in_order(mut listed: Vec<ListedStudy>) -> Vec<ListedStudy> {
    listed.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    listed
}
