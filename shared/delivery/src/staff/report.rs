//! The lists that staff work through: held studies, and patients whom no channel reached.

use std::collections::BTreeMap;

use filmless_domain::audit::AuditAction;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::staff::Act;
use filmless_domain::{Channel, Order, PatientId, StudyInstanceUid, person_name};
use filmless_store::StoreError;
use filmless_store::index::{
    AccountRecord, ChannelRecord, ChannelState, Contact, NoticeRecord, OrderRecord, StudyRecord, Worklist,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::find::brief;
use super::rows::{FailedChannel, HeldStudy, OpenedStudy, Unreached, Waiting};
use super::worklist::{Counted, Extent, ListAsked, ListPage, Looked, day_of_list, is_held, walk};
use super::{Desk, StaffError};
use crate::notice::send::COUNTRY_NOT_ALLOWED;
use crate::parts::Common;
use crate::release::issue::is_reached;
use crate::staff::refusals::{Refusals, refusals};

/// How many studies from before openings were counted by day are read at a time.
const STUDIES_AT_ONCE: usize = 16;

/// The person a study was released to, as far as a list needs it.
#[derive(Default)]
struct Addressee {
    account: Option<AccountRecord>,
    order: Option<OrderRecord>,
}

impl Addressee {
    fn patient_id(&self) -> Option<PatientId> {
        self.account.as_ref().map(|account| account.patient_id.clone())
    }

    fn name(&self) -> String {
        self.order.as_ref().map(|order| person_name::display(&order.order.patient.name)).unwrap_or_default()
    }
}

impl Desk {
    /// The held studies, oldest first, by the day their first file arrived.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn held(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<HeldStudy>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let wants = |looked: &Looked| {
            let study = &looked.study;
            let reason = study.reason.as_ref().map_or("", |reason| reason.code());
            is_held(looked) && asked.fits(reason, &study.modalities, study.received_at)
        };
        let held = walk(&self.common, Worklist::Held, asked, extent, wants).await?;
        let row = |looked: Looked| HeldStudy {
            study: brief(&looked.study),
            name: person_name::display(looked.study.patient.name.as_deref().unwrap_or_default()),
            patient_id: looked.study.patient.id,
            received_at: looked.study.received_at,
            last_received_at: looked.study.last_received_at,
        };
        Ok(held.with(|held| held.into_iter().map(row).collect()))
    }

    /// Released studies whose patient got no message and has not opened them: somebody must call. Oldest first, by the
    /// day their last message was issued.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn unreached(
        &self,
        asked: &ListAsked,
        extent: &Extent,
    ) -> Result<ListPage<Unreached>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        Ok(list_unreached(&self.common, asked, extent).await?)
    }

    /// How much work waits for staff.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn waiting(&self) -> Result<Waiting, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let (common, first) = (&self.common, Extent::Page(None));
        let (month, week) = (ListAsked::of_days(31), ListAsked::of_days(7));
        let unreached = |looked: &Looked| unreached_why(looked, &week).is_some();
        let (held, unreached, failed, opened) = tokio::try_join!(
            walk(common, Worklist::Held, &month, &first, is_held),
            walk(common, Worklist::Unreached, &week, &first, unreached),
            walk(common, Worklist::Failed, &week, &first, |looked| !given_up(looked, &week).is_empty()),
            common.index.count_of_day(Worklist::Opened, self.hospital_day()),
        )?;
        let rows = failed.rows.iter().map(|looked| given_up(looked, &week).len()).sum();
        let failed = Counted { count: rows, is_more: failed.next.is_some() };
        Ok(Waiting { held: held.counted(), unreached: unreached.counted(), failed, opened })
    }

    /// How many studies were opened on a day at the hospital; default: today.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn count_opened(&self, day: Option<Date>) -> Result<usize, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let day = day.unwrap_or_else(|| self.hospital_day());
        Ok(self.common.index.count_of_day(Worklist::Opened, day).await?)
    }

    /// The studies opened on a day at the hospital (default: today), in order of opening.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn opened_on(
        &self,
        day: Option<Date>,
        extent: &Extent,
    ) -> Result<ListPage<OpenedStudy>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let day = day.unwrap_or_else(|| self.hospital_day());
        let (common, asked) = (&self.common, ListAsked::of_day(day));
        let found = walk(common, Worklist::Opened, &asked, extent, |_| true).await?;
        let mut addressees = addressees(common, &found.rows).await?;
        let opened: Vec<OpenedStudy> = stream::iter(found.rows)
            .map(|looked| {
                let addressee = addressees.remove(&looked.study.study_instance_uid).unwrap_or_default();
                opened_of(common, looked, addressee)
            })
            .buffered(STUDIES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(ListPage { rows: opened, next: found.next })
    }

    /// What was refused within the last days, newest first, at most `max`.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn refusals(&self, days: u16, max: usize) -> Result<Refusals, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let since = self.common.clock.now() - SignedDuration::from_hours(24 * i64::from(days));
        Ok(refusals(&self.studies, Some(since), max).await?)
    }

    /// The messages that a provider gave up on, oldest first, by the day they were issued.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn failed_channels(
        &self,
        asked: &ListAsked,
        extent: &Extent,
    ) -> Result<ListPage<FailedChannel>, StaffError> {
        self.demand(Act::ReadLists, AuditAction::ReadHistory).await?;
        let wants = |looked: &Looked| !given_up(looked, asked).is_empty();
        let found = walk(&self.common, Worklist::Failed, asked, extent, wants).await?;
        let addressees = addressees(&self.common, &found.rows).await?;
        let rows = |looked: &Looked| failed_of(looked, asked, &addressees);
        Ok(found.with(|found| found.iter().flat_map(rows).collect()))
    }

    /// Today's date at the hospital.
    fn hospital_day(&self) -> Date {
        self.common.clock.now().to_zoned(HOSPITAL_TIME).date()
    }
}

/// Like [`Desk::unreached`], for our own jobs.
pub(crate) async fn list_unreached(
    common: &Common,
    asked: &ListAsked,
    extent: &Extent,
) -> Result<ListPage<Unreached>, StoreError> {
    let wants = |looked: &Looked| unreached_why(looked, asked).is_some();
    let found = walk(common, Worklist::Unreached, asked, extent, wants).await?;
    let mut addressees = addressees(common, &found.rows).await?;
    let orders = addressees.values().filter_map(|addressee| addressee.order.as_ref());
    let patients = orders.map(|order| &order.order.patient.id);
    let corrected = common.index.corrected_contacts_among(patients).await?;
    let row = |looked: Looked| {
        let why = unreached_why(&looked, asked)?;
        let study = looked.study;
        let addressee = addressees.remove(&study.study_instance_uid).unwrap_or_default();
        let order = addressee.order.as_ref();
        let contact = order.map_or_else(Contact::default, |order| {
            Contact::of(&order.order, order.written_at, corrected.get(&order.order.patient.id))
        });
        Some(Unreached {
            patient_id: addressee.patient_id(),
            name: addressee.name(),
            phone: contact.phone.map(|phone| phone.as_str().to_owned()),
            typed: order.and_then(|order| typed_in(&order.order)),
            study_instance_uid: study.study_instance_uid,
            released_at: study.released_at,
            why,
        })
    };
    Ok(found.with(|found| found.into_iter().filter_map(row).collect()))
}

/// Why nothing reached a study's patient. The study is listed once, on the day of its last message.
fn unreached_why(looked: &Looked, asked: &ListAsked) -> Option<&'static str> {
    let last = looked.notices.last()?;
    let is_last = day_of_list(last.issued_at) == looked.day;
    let fits = is_last && asked.fits("", &looked.study.modalities, last.issued_at);
    if looked.is_opened || !looked.study.is_visible() || !fits {
        return None;
    }
    why_unreached(&looked.notices)
}

async fn opened_of(common: &Common, looked: Looked, addressee: Addressee) -> Result<OpenedStudy, StoreError> {
    let (patient_id, name, study) = (addressee.patient_id(), addressee.name(), brief(&looked.study));
    if let Some(times) = looked.listed.times {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        return Ok(OpenedStudy { study, patient_id, name, opened_at: looked.listed.listed_at, times });
    }
    // From before openings were counted by day.
    let looks = common.index.accesses(&looked.study.study_instance_uid).await?;
    let looks = looks.into_iter().map(|access| access.opened_at);
    let of_day: Vec<Timestamp> = looks.filter(|at| at.to_zoned(HOSPITAL_TIME).date() == looked.day).collect();
    let (opened_at, times) = (of_day.iter().min().copied(), of_day.len());
    Ok(OpenedStudy { study, patient_id, name, opened_at, times })
}

/// A study's messages that a provider gave up on, issued on the day it is listed under.
fn given_up<'a>(
    looked: &'a Looked,
    asked: &ListAsked,
) -> Vec<(Channel, &'a ChannelRecord, &'a NoticeRecord)> {
    let of_day = looked.notices.iter().filter(|notice| day_of_list(notice.issued_at) == looked.day);
    let channels =
        of_day.flat_map(|notice| notice.messages().map(move |(channel, record)| (channel, record, notice)));
    let is_asked = |(_, record, notice): &(Channel, &ChannelRecord, &NoticeRecord)| {
        let reason = record.detail.as_deref().unwrap_or_default();
        record.state == ChannelState::Failed && asked.fits(reason, &looked.study.modalities, notice.issued_at)
    };
    channels.filter(is_asked).collect()
}

fn failed_of(
    looked: &Looked,
    asked: &ListAsked,
    addressees: &BTreeMap<StudyInstanceUid, Addressee>,
) -> Vec<FailedChannel> {
    let study = &looked.study;
    let addressee = addressees.get(&study.study_instance_uid);
    let is_reached = looked.is_opened || is_reached(&looked.notices);
    let line = |(channel, record, notice): (Channel, &ChannelRecord, &NoticeRecord)| FailedChannel {
        study_instance_uid: study.study_instance_uid.clone(),
        patient_id: addressee.and_then(Addressee::patient_id),
        name: addressee.map(Addressee::name).unwrap_or_default(),
        channel,
        link_version: notice.link_version,
        modalities: study.modalities.clone(),
        issued_at: notice.issued_at,
        at: record.at,
        detail: record.detail.clone(),
        is_reached,
    };
    given_up(looked, asked).into_iter().map(line).collect()
}

async fn addressees(
    common: &Common,
    looked: &[Looked],
) -> Result<BTreeMap<StudyInstanceUid, Addressee>, StoreError> {
    let index = &common.index;
    let studies: Vec<&StudyRecord> = looked.iter().map(|looked| &looked.study).collect();
    let (accounts, orders) = tokio::try_join!(
        index.accounts_among(studies.iter().filter_map(|study| study.account_key.as_ref())),
        index.orders_among(studies.iter().filter_map(|study| study.order_accession.as_ref())),
    )?;
    let of = |study: &StudyRecord| Addressee {
        account: study.account_key.as_ref().and_then(|key| accounts.get(key)).cloned(),
        order: study.order_accession.as_ref().and_then(|accession| orders.get(accession)).cloned(),
    };
    Ok(studies.into_iter().map(|study| (study.study_instance_uid.clone(), of(study))).collect())
}

/// What somebody typed in place of a number or an address.
fn typed_in(order: &Order) -> Option<String> {
    let typed = [&order.patient.phone_typed, &order.patient.email_typed].map(Option::as_deref);
    let typed: Vec<&str> = typed.into_iter().flatten().collect();
    (!typed.is_empty()).then(|| typed.join(" · "))
}

/// `None` once any message of any version arrived, as far as we know.
fn why_unreached(notices: &[NoticeRecord]) -> Option<&'static str> {
    let channels: Vec<_> =
        notices.iter().flat_map(NoticeRecord::messages).map(|(_, message)| message).collect();
    if channels.is_empty() {
        return Some("no-contact");
    }
    let any = |states: &[ChannelState]| channels.iter().any(|channel| states.contains(&channel.state));
    if is_reached(notices) {
        return None;
    }
    if any(&[ChannelState::Pending, ChannelState::Sending]) {
        return Some("pending");
    }
    let is_abroad = |channel: &&ChannelRecord| channel.detail.as_deref() == Some(COUNTRY_NOT_ALLOWED);
    Some(if channels.iter().any(is_abroad) { COUNTRY_NOT_ALLOWED } else { "failed" })
}
