//! The staff lists: a page costs the same however many studies a day has, shows each study once and in order, and
//! nobody who does not belong there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod desk;
mod fill;

use filmless_delivery::staff::{Extent, ListAsked, ListCursor, ListPage, StaffError};
use filmless_domain::Channel;
use filmless_domain::{HoldReason, StudyInstanceUid};
use filmless_store::index::{
    AccessRecord, Change, ChannelRecord, ChannelState, ItemKey, NoticeRecord, StudyRecord, Transaction,
    TransactionOutcome, Worklist,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use desk::CountedDesk;
use fill::Fate;

/// Most calls to the table for one page of a day's list.
const DAY_CALLS_MAX: usize = 12;
/// For a list of 31 days, which queries each, and for the front page, which reads one such list and two of a week.
const MONTH_CALLS_MAX: usize = 40;
const FRONT_CALLS_MAX: usize = 70;

fn now() -> Timestamp {
    "2026-11-29T12:00:00Z".parse().unwrap()
}

fn day(days_ago: usize) -> Date {
    fill::moment(now(), days_ago, 0).to_zoned(TimeZone::UTC).date()
}

async fn filled(days: usize, of_day: usize) -> CountedDesk {
    let desk = CountedDesk::open(now()).await;
    fill::fill(&desk.services.index, now(), 0..days, of_day).await.unwrap();
    desk
}

/// Every page of a list: its rows, and the most calls that one page took.
async fn pages<T>(
    desk: &CountedDesk,
    list: impl AsyncFn(Extent) -> Result<ListPage<T>, StaffError>,
) -> (Vec<T>, usize) {
    let (mut rows, mut calls_max, mut after) = (Vec::new(), 0, None);
    loop {
        let (page, calls) = desk.count(list(Extent::Page(after))).await;
        let page = page.unwrap();
        assert!(page.rows.len() <= 50, "{} rows", page.rows.len());
        calls_max = calls_max.max(calls);
        rows.extend(page.rows);
        match page.next {
            // Parse it again, as a link carries it.
            Some(next) => after = Some(ListCursor::parse(&next.to_string()).unwrap()),
            None => return (rows, calls_max),
        }
    }
}

/// The most calls of a page of each list, and the calls of the front page.
async fn calls_of_pages(desk: &CountedDesk) -> Vec<(&'static str, usize)> {
    let at = &desk.desk;
    let [held, other] = [1, 2].map(|days_ago| ListAsked::of_day(day(days_ago)));
    let month = ListAsked::of_days(31);
    let held_of_day = pages(desk, async |extent| at.held(&held, &extent).await).await.1;
    let (held_of_month, first) = desk.count(at.held(&month, &Extent::Page(None))).await;
    assert!(held_of_month.unwrap().next.is_some());
    let unreached = pages(desk, async |extent| at.unreached(&other, &extent).await).await.1;
    let failed = pages(desk, async |extent| at.failed_channels(&other, &extent).await).await.1;
    let opened = pages(desk, async |extent| at.opened_on(None, &extent).await).await.1;
    let (waiting, front) = desk.count(at.waiting()).await;
    assert!(waiting.unwrap().held.is_more);
    vec![
        ("held", held_of_day),
        ("held of 31 days", first),
        ("unreached", unreached),
        ("failed", failed),
        ("opened", opened),
        ("front page", front),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_as_many_calls_of_a_thousand_studies_a_day_as_of_a_hundred() {
    let few = filled(6, 100).await;
    let many = filled(6, 1000).await;
    let (few_calls, many_calls) = (calls_of_pages(&few).await, calls_of_pages(&many).await);
    for ((list, few), (_, many)) in few_calls.into_iter().zip(many_calls) {
        let max = match list {
            "front page" => FRONT_CALLS_MAX,
            "held of 31 days" => MONTH_CALLS_MAX,
            _ => DAY_CALLS_MAX,
        };
        // Two pages of a long day may need one batch more.
        assert!(many <= few + 2 && many <= max, "{list}: {few} calls of a hundred, {many} of a thousand");
    }
    few.close().await;
    many.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_day_show_each_study_once_in_order_and_the_whole_list_shows_the_same() {
    let desk = filled(6, 230).await;
    let at = &desk.desk;
    let in_order =
        |days_ago: usize| (0..230).rev().map(|number| fill::uid(days_ago, number)).collect::<Vec<_>>();
    let uids = |found: Vec<&StudyInstanceUid>| found.into_iter().map(ToString::to_string).collect::<Vec<_>>();

    let asked = ListAsked::of_day(day(1));
    let held = pages(&desk, async |extent| at.held(&asked, &extent).await).await.0;
    assert_eq!(uids(held.iter().map(|row| &row.study.study_instance_uid).collect()), in_order(1));
    let whole = at.held(&asked, &Extent::Whole).await.unwrap();
    assert_eq!((whole.rows.len(), whole.next), (230, None));
    let both = pages(&desk, async |extent| at.held(&ListAsked::of_days(7), &extent).await).await.0;
    let expected: Vec<String> = in_order(4).into_iter().chain(in_order(1)).collect();
    assert_eq!(uids(both.iter().map(|row| &row.study.study_instance_uid).collect()), expected);

    let asked = ListAsked::of_day(day(2));
    let unreached = pages(&desk, async |extent| at.unreached(&asked, &extent).await).await.0;
    assert_eq!(uids(unreached.iter().map(|row| &row.study_instance_uid).collect()), in_order(2));
    let first = &unreached[0];
    assert_eq!(
        (first.name.as_str(), first.phone.as_deref(), first.why),
        ("Nguyễn Thị Bình", Some("+84900002022"), "failed")
    );
    assert_eq!(first.patient_id.as_ref().unwrap().as_str(), "N2-22");
    let failed = pages(&desk, async |extent| at.failed_channels(&asked, &extent).await).await.0;
    assert_eq!(uids(failed.iter().map(|row| &row.study_instance_uid).collect()), in_order(2));
    assert!(failed.iter().all(|row| !row.is_reached && row.detail.as_deref() == Some("unreachable")));

    let opened = pages(&desk, async |extent| at.opened_on(None, &extent).await).await.0;
    assert_eq!(uids(opened.iter().map(|row| &row.study.study_instance_uid).collect()), in_order(0));
    assert!(opened.iter().all(|row| row.times == 1));
    let names: Vec<&str> = opened.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, (0..230).rev().map(fill::name).collect::<Vec<_>>());
    assert_eq!(at.count_opened(None).await.unwrap(), 230);
    desk.close().await;
}

async fn commit(desk: &CountedDesk, transaction: Transaction) {
    let outcome = desk.services.index.commit(transaction).await.unwrap();
    assert_eq!(outcome, TransactionOutcome::Committed);
}

/// A look at a study, as written before openings were counted.
fn with_look(transaction: Transaction, study: &StudyRecord, session: &str, at: &str) -> Transaction {
    let access = json!({
        "actor": { "kind": "account", "account": "n" }, "source": "203.0.113.9",
        "opened_at": at.parse::<Timestamp>().unwrap().as_millisecond(),
    });
    transaction.put(&AccessRecord::key(&study.study_instance_uid, session), &access, Change::new()).unwrap()
}

/// A pointer, as written when it held only the study's UID.
fn with_old_pointer(transaction: Transaction, list: &str, study: &StudyRecord) -> Transaction {
    let day = study.received_at.to_zoned(TimeZone::UTC).date();
    let key = ItemKey::new(format!("{list}#{day}"), format!("STUDY#{}", study.study_instance_uid));
    transaction.put(&key, &json!({ "study_instance_uid": study.study_instance_uid }), Change::new()).unwrap()
}

/// A released study with its notice, without anything this version added.
fn old(days_ago: usize, number: usize, state: ChannelState) -> (StudyRecord, Transaction) {
    let study = fill::study(now(), days_ago, number);
    let notice = fill::notice(&study, state);
    let transaction = Transaction::new()
        .put(&ItemKey::new(format!("STUDY#{}", study.study_instance_uid), "STUDY"), &study, Change::new())
        .and_then(|t| t.put(&NoticeRecord::key(&study.study_instance_uid, 1), &notice, Change::new()));
    (study, transaction.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn items_from_before_lists_had_pages_are_listed_rightly() {
    let desk = CountedDesk::open(now()).await;
    let (called, reached, week) =
        (old(2, 0, ChannelState::Failed), old(2, 1, ChannelState::Failed), ListAsked::of_days(7));
    let both =
        |t, study: &StudyRecord| with_old_pointer(with_old_pointer(t, "UNREACHED", study), "FAILED", study);
    commit(&desk, both(called.1, &called.0)).await;
    let reached_by_opening = with_look(both(reached.1, &reached.0), &reached.0, "s1", "2026-11-28T01:00:00Z");
    commit(&desk, reached_by_opening).await;
    let unreached = desk.desk.unreached(&week, &Extent::Page(None)).await.unwrap();
    let uids: Vec<_> = unreached.rows.iter().map(|row| &row.study_instance_uid).collect();
    assert_eq!((uids, unreached.next), (vec![&called.0.study_instance_uid], None));
    let failed = desk.desk.failed_channels(&week, &Extent::Page(None)).await.unwrap();
    let is_reached = |study: &StudyRecord| {
        failed.rows.iter().find(|row| row.study_instance_uid == study.study_instance_uid).unwrap().is_reached
    };
    assert_eq!((failed.rows.len(), is_reached(&called.0), is_reached(&reached.0)), (2, false, true));

    // Opened twice today before the new program and once by it. The looks count; the pointer does not say one.
    let (opened, transaction) = old(0, 0, ChannelState::Sent);
    let transaction = with_look(transaction, &opened, "s1", "2026-11-29T03:00:00Z");
    let transaction = with_look(transaction, &opened, "s2", "2026-11-29T02:00:00Z");
    commit(&desk, with_old_pointer(transaction, "OPENED", &opened)).await;
    let once_more = Transaction::new().list_opened(&opened.study_instance_uid, now());
    let outcome = desk.services.index.commit(once_more).await.unwrap();
    assert_eq!(outcome, TransactionOutcome::ConditionUnmet(vec![0]));
    commit(&desk, with_look(Transaction::new(), &opened, "s3", "2026-11-29T04:00:00Z")).await;
    let listed = desk.desk.opened_on(None, &Extent::Page(None)).await.unwrap();
    let row = &listed.rows[0];
    assert_eq!((listed.rows.len(), row.times), (1, 3));
    assert_eq!(row.opened_at, "2026-11-29T02:00:00Z".parse().ok());

    let held = StudyRecord { state: filmless_domain::StudyState::Held, ..fill::study(now(), 1, 0) };
    let key = ItemKey::new(format!("STUDY#{}", held.study_instance_uid), "STUDY");
    let transaction = Transaction::new().put(&key, &held, Change::new()).unwrap();
    commit(&desk, with_old_pointer(transaction, "HELD", &held)).await;
    assert_eq!(desk.desk.held(&ListAsked::of_days(31), &Extent::Page(None)).await.unwrap().rows.len(), 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_on_a_list_who_no_longer_belongs_there() {
    let desk = CountedDesk::open(now()).await;
    let index = &desk.services.index;
    let studies: Vec<StudyRecord> = (0..5).map(|number| fill::study(now(), 2, number)).collect();
    for study in &studies {
        commit(&desk, fill::add(Transaction::new(), study, Fate::Unreached).unwrap()).await;
    }
    let [opened, recalled, delivered, reissued, left] = studies.as_slice() else { panic!() };
    // It was opened, but the pointer stays, as if its deletion came late.
    commit(&desk, Transaction::new().count_opening(&opened.study_instance_uid)).await;
    let study_key =
        |study: &StudyRecord| ItemKey::new(format!("STUDY#{}", study.study_instance_uid), "STUDY");
    commit(&desk, Transaction::new().update(study_key(recalled), Change::new().set("state", "recalled")))
        .await;
    // Another message went out the next day and failed, too. The study is listed once, on that day.
    let again = StudyRecord { link_version: 2, received_at: fill::moment(now(), 1, 0), ..reissued.clone() };
    let notice = fill::notice(&again, ChannelState::Failed);
    let transaction = Transaction::new()
        .update(study_key(reissued), Change::new().set("link_version", 2))
        .put(&NoticeRecord::key(&reissued.study_instance_uid, 2), &notice, Change::new())
        .and_then(|t| t.list_notice(Worklist::Unreached, &notice));
    commit(&desk, transaction.unwrap()).await;
    // The provider reports that it arrived after all.
    let arrived =
        ChannelRecord { state: ChannelState::Delivered, provider_id: None, at: Some(now()), detail: None };
    let notice = fill::notice(delivered, ChannelState::Failed);
    let marked = index.mark_channel(&notice, Channel::Sms, ChannelState::Failed, &arrived, &[]).await;
    assert!(marked.unwrap());
    let listed = async |asked: &ListAsked| {
        let page = desk.desk.unreached(asked, &Extent::Page(None)).await.unwrap();
        page.rows.into_iter().map(|row| row.study_instance_uid).collect::<Vec<_>>()
    };
    let (left, reissued) = (left.study_instance_uid.clone(), reissued.study_instance_uid.clone());
    assert_eq!(listed(&ListAsked::of_day(day(2))).await, std::slice::from_ref(&left));
    assert_eq!(listed(&ListAsked::of_day(day(1))).await, std::slice::from_ref(&reissued));
    assert_eq!(listed(&ListAsked::of_days(7)).await, [left, reissued]);
    assert_eq!(desk.desk.waiting().await.unwrap().unreached.to_string(), "2");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_found_by_name_and_by_reason_without_reading_all_that_is_held() {
    let few = filled(6, 100).await;
    let many = filled(6, 1000).await;
    let mut calls = Vec::new();
    for desk in [&few, &many] {
        let study = |number: usize, name: &str, reason: HoldReason| {
            let mut study = fill::study(now(), 1, number);
            study.patient.name = Some(name.into());
            study.reason = Some(reason.into());
            study
        };
        let new = study(0, "LUU^BICH HOP", HoldReason::PatientMismatch);
        let old = study(10, "LUU^BICH HOP", HoldReason::TwoPatients);
        for study in [&new, &old] {
            let key = ItemKey::new(format!("STUDY#{}", study.study_instance_uid), "STUDY");
            commit(desk, Transaction::new().put(&key, study, Change::new()).unwrap()).await;
        }
        commit(desk, Transaction::new().list_held(&new, HoldReason::PatientMismatch).unwrap()).await;
        commit(desk, with_old_pointer(Transaction::new(), "HELD", &old)).await;
        let (found, of_search) = desk.count(desk.desk.find("lưu hợp")).await;
        let codes: Vec<String> =
            found.unwrap().iter().map(|hit| hit.patient_id.as_str().to_owned()).collect();
        assert_eq!(codes, ["N1-0", "N1-1"]);
        // The reviews look at both, but there is no order to compare with.
        let (found, of_reviews) = desk.count(desk.desk.mismatches(31)).await;
        assert!(found.unwrap().is_empty());
        // A patient whose name no longer matches the search.
        let renamed = study(0, "TRAN^VAN AN", HoldReason::PatientMismatch);
        let key = ItemKey::new(format!("STUDY#{}", renamed.study_instance_uid), "STUDY");
        commit(desk, Transaction::new().put(&key, &renamed, Change::new()).unwrap()).await;
        assert_eq!(desk.desk.find("lưu hợp").await.unwrap().len(), 1);
        calls.push((of_search, of_reviews));
    }
    assert_eq!(calls[0], calls[1], "of a hundred studies a day, and of a thousand");
    few.close().await;
    many.close().await;
}
