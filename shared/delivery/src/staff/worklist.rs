//! Staff lists, page by page: a page costs the same however many studies there are. Each study is checked before it is
//! shown, because a pointer may outlive its reason.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_store::StoreError;
use filmless_store::index::{HeldWanted, ListedStudy, NoticeRecord, StudyRecord, Worklist};
use futures::future::try_join_all;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::parts::Common;

/// Most rows on a page; a study whose messages all failed may add a few.
pub const PAGE_ROWS: usize = 50;
/// Most studies read for one page.
const PAGE_LOOKS_MAX: usize = 512;
/// How many studies are read at a time, for a page or a whole list: one batch of the table has a hundred.
const PAGE_LOOKS_AT_ONCE: usize = 64;
const WHOLE_LOOKS_AT_ONCE: usize = 400;
/// How many days are read ahead.
const DAYS_AT_ONCE: usize = 8;

/// Where a page of a list ends: `2026-11-29.1764400000000.1.2.840.1`. The next page begins after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCursor {
    day: Date,
    listed_ms: i64,
    study: StudyInstanceUid,
}

/// How much of a list to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// One page, after the page that ends there.
    Page(Option<ListCursor>),
    /// All of it, for a table or another program.
    Whole,
}

/// A page of a list, or the whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where it ends, if there may be more.
    pub next: Option<ListCursor>,
}

/// Which part of a list: the days, and a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListAsked {
    /// How many days back, including today (UTC).
    pub days: u16,
    /// One day at the hospital, instead.
    pub day: Option<Date>,
    /// The reason it is on the list; empty: any.
    pub reason: String,
    /// One of the study's modalities; empty: any.
    pub modality: String,
}

/// A study on a list as it is now, with what that list needs.
pub(super) struct Looked {
    pub study: StudyRecord,
    pub listed: ListedStudy,
    /// The day it is listed under.
    pub day: Date,
    /// Oldest first.
    pub notices: Vec<NoticeRecord>,
    pub is_opened: bool,
}

impl ListCursor {
    fn at(day: Date, listed: &ListedStudy) -> Self {
        let ((listed_ms, _), study) = (listed.sort_key(), listed.study_instance_uid.clone());
        Self { day, listed_ms, study }
    }

    /// Reads a cursor; `None` if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (day, listed_ms) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { day, listed_ms, study: StudyInstanceUid::parse(parts.next()?).ok()? })
    }
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.day, self.listed_ms, self.study)
    }
}

impl ListAsked {
    /// Everything of the last days.
    #[must_use]
    pub fn of_days(days: u16) -> Self {
        Self { days, ..Self::default() }
    }

    /// Everything of one day at the hospital.
    #[must_use]
    pub fn of_day(day: Date) -> Self {
        Self { day: Some(day), ..Self::default() }
    }

    /// Whether this reason, modalities and moment match.
    #[must_use]
    pub fn fits(&self, reason: &str, modalities: &[String], at: Timestamp) -> bool {
        (self.reason.is_empty() || self.reason == reason)
            && (self.modality.is_empty() || modalities.contains(&self.modality))
            && self.day.is_none_or(|day| day == at.to_zoned(HOSPITAL_TIME).date())
    }

    /// The first and last day of the list to read.
    fn days(&self, list: Worklist, now: Timestamp) -> (Date, Date) {
        match self.day {
            Some(day) if list == Worklist::Opened => (day, day),
            // A day begins earlier at the hospital than in UTC.
            Some(day) => (day.saturating_sub(1.day()), day),
            None => {
                let today = day_of_list(now);
                (today.saturating_sub((i32::from(self.days) - 1).days()), today)
            }
        }
    }
}

impl Extent {
    fn after(&self) -> Option<&ListCursor> {
        match self {
            Self::Page(after) => after.as_ref(),
            Self::Whole => None,
        }
    }

    const fn looks_at_once(&self) -> usize {
        match self {
            Self::Page(_) => PAGE_LOOKS_AT_ONCE,
            Self::Whole => WHOLE_LOOKS_AT_ONCE,
        }
    }
}

/// Reads several days at once and returns them one after the other. No read waits while its reader does something
/// else: a request that nobody polls holds its connection, and is cut off as stalled.
struct Ahead<D, R, T> {
    days: D,
    read: R,
    ready: VecDeque<T>,
}

impl<D, R, F, T> Ahead<D, R, T>
where
    D: Iterator<Item = Date>,
    R: Fn(Date) -> F,
    F: Future<Output = Result<T, StoreError>>,
{
    const fn of(days: D, read: R) -> Self {
        Self { days, read, ready: VecDeque::new() }
    }

    async fn next(&mut self) -> Result<Option<T>, StoreError> {
        if self.ready.is_empty() {
            self.ready = try_join_all(self.days.by_ref().take(DAYS_AT_ONCE).map(&self.read)).await?.into();
        }
        Ok(self.ready.pop_front())
    }
}

/// Listed studies that match; oldest day first, and oldest first within a day.
pub(super) async fn walk(
    common: &Common,
    list: Worklist,
    asked: &ListAsked,
    extent: &Extent,
    wants: impl Fn(&Looked) -> bool + Send + Sync,
) -> Result<ListPage<Looked>, StoreError> {
    let (index, after) = (&common.index, extent.after());
    let (from, to) = asked.days(list, common.clock.now());
    let from = after.map_or(from, |after| after.day.max(from));
    let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(|day| *day <= to);
    let mut days =
        Ahead::of(
            days,
            |day| async move { Ok::<_, StoreError>((day, index.start_of_day(list, day).await?)) },
        );
    let (mut rows, mut looks) = (Vec::new(), 0);
    while let Some((day, start)) = days.next().await? {
        let mut listed = if start.is_whole { start.listed } else { index.whole_day(list, day).await? };
        if let Some(after) = after.filter(|after| after.day == day) {
            listed.retain(|listed| listed.sort_key() > (after.listed_ms, after.study.as_str()));
        }
        for some in listed.chunks(extent.looks_at_once()) {
            rows.extend(
                look_at_listed(common, list, day, some).await?.into_iter().filter(|looked| wants(looked)),
            );
            looks += some.len();
            if let Extent::Page(_) = extent {
                // One row too many: there is a next page.
                if rows.len() > PAGE_ROWS {
                    rows.truncate(PAGE_ROWS);
                    let next = rows.last().map(|last: &Looked| ListCursor::at(last.day, &last.listed));
                    return Ok(ListPage { rows, next });
                }
                if looks >= PAGE_LOOKS_MAX {
                    return Ok(ListPage { rows, next: some.last().map(|last| ListCursor::at(day, last)) });
                }
            }
        }
    }
    Ok(ListPage { rows, next: None })
}

/// These studies as they are now, without those that are gone.
async fn look_at_listed(
    common: &Common,
    list: Worklist,
    day: Date,
    listed: &[ListedStudy],
) -> Result<Vec<Looked>, StoreError> {
    let index = &common.index;
    let mut studies = index.studies_among(listed.iter().map(|listed| &listed.study_instance_uid)).await?;
    if list == Worklist::Unreached {
        studies.retain(|_, study| study.is_visible());
    }
    let (mut notices, opened) = match list {
        Worklist::Held | Worklist::Opened => (BTreeMap::new(), BTreeSet::new()),
        Worklist::Unreached | Worklist::Failed => {
            tokio::try_join!(index.notices_among(studies.values()), index.opened_among(studies.keys()))?
        }
    };
    let looked = listed.iter().filter_map(|listed| {
        let study = studies.remove(&listed.study_instance_uid)?;
        let (notices, is_opened) = (
            notices.remove(&listed.study_instance_uid).unwrap_or_default(),
            opened.contains(&listed.study_instance_uid),
        );
        Some(Looked { study, listed: listed.clone(), day, notices, is_opened })
    });
    Ok(looked.collect())
}

/// Held studies that arrived on the last days and pass, oldest first, until there are enough. Reads only those that
/// their list entry does not rule out.
pub(super) async fn held_where(
    common: &Common,
    days: u16,
    wanted: HeldWanted<'_>,
    passes: impl Fn(&StudyRecord) -> bool + Send + Sync,
    are_enough: impl Fn(&[StudyRecord]) -> bool + Send + Sync,
) -> Result<Vec<StudyRecord>, StoreError> {
    let index = &common.index;
    let (from, to) = ListAsked::of_days(days).days(Worklist::Held, common.clock.now());
    let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(|day| *day <= to);
    let mut days = Ahead::of(days, |day| index.held_of_day(day, wanted));
    let mut held: Vec<StudyRecord> = Vec::new();
    while let Some(listed) = days.next().await? {
        for some in listed.chunks(PAGE_LOOKS_AT_ONCE) {
            let mut studies = index.studies_among(some.iter().map(|one| &one.study_instance_uid)).await?;
            let in_order = some.iter().filter_map(|one| studies.remove(&one.study_instance_uid));
            held.extend(in_order.filter(|study| study.state == StudyState::Held && passes(study)));
            if are_enough(&held) {
                return Ok(held);
            }
        }
    }
    Ok(held)
}

/// The day (UTC) a moment is listed under.
pub(super) fn day_of_list(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

pub(super) fn is_held(looked: &Looked) -> bool {
    looked.study.state == StudyState::Held
}

impl<T> ListPage<T> {
    /// The same page with other rows.
    pub(super) fn with<U>(self, rows: impl FnOnce(Vec<T>) -> Vec<U>) -> ListPage<U> {
        ListPage { rows: rows(self.rows), next: self.next }
    }

    /// How many there are, at least.
    #[must_use]
    pub fn counted(&self) -> Counted {
        Counted { count: self.rows.len(), is_more: self.next.is_some() }
    }
}

/// How many rows a list has; with `is_more`, there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// How many were found.
    pub count: usize,
    /// The list was not read to its end.
    pub is_more: bool,
}

impl fmt::Display for Counted {
    /// `12`, or `50+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, if self.is_more { "+" } else { "" })
    }
}
