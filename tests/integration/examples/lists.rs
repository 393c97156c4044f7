//! How long the staff pages take, and how many table calls they make, with 100,000 studies: a thousand on each of a
//! hundred days. Of every three days one has held studies, one unreached ones, one opened ones. `make bench-lists`;
//! `lists OUT.json 100` takes a hundred a day. Prints a line per page and adds the figures to OUT.json.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/lists/desk.rs"]
mod desk;
#[path = "../tests/lists/fill.rs"]
mod fill;

use std::io::Write;
use std::time::Instant;

use filmless_delivery::staff::{AuditQuery, Extent, ListAsked};
use filmless_domain::PatientId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use desk::CountedDesk;

const DAYS: usize = 100;
const TIMES: usize = 9;

/// How this was built, as Cargo names it.
const PROFILE: &str = if cfg!(debug_assertions) { "dev" } else { "release" };
/// Milliseconds a page may take.
const GOAL_MS: f64 = 200.0;

/// Prints the median of several runs, and keeps it.
async fn measure<T>(figures: &mut Vec<Value>, desk: &CountedDesk, page: &str, work: impl AsyncFn() -> T) {
    let (mut times, mut calls) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let started = Instant::now();
        calls = desk.count(work()).await.1;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let median = times[TIMES / 2].round();
    let met = median <= GOAL_MS;
    let word = if met { "ok  " } else { "LATE" };
    let mut out = std::io::stdout();
    writeln!(out, "{word} staff, {page}: {median} ms, {calls} calls (goal {GOAL_MS})").unwrap();
    figures.push(json!({
        "name": format!("staff, {page}"), "value": median, "unit": "ms", "peer": null, "ratio": null,
        "goal": GOAL_MS, "met": met, "calls": calls, "profile": PROFILE,
    }));
}

/// Adds the figures to those of other measurements.
fn keep(figures: Vec<Value>, out: &str) {
    let known = std::fs::read(out).ok().and_then(|text| serde_json::from_slice::<Vec<Value>>(&text).ok());
    let is_other = |known: &Value| figures.iter().all(|figure| figure["name"] != known["name"]);
    let mut all: Vec<Value> = known.unwrap_or_default().into_iter().filter(is_other).collect();
    all.extend(figures);
    std::fs::write(out, serde_json::to_string_pretty(&all).unwrap()).unwrap();
}

#[tokio::main]
async fn main() {
    let mut figures = Vec::new();
    let of_day = std::env::args().nth(2).map_or(1000, |typed| typed.parse().expect("studies a day"));
    // Noon in UTC, so that one day of the table is one day of the hospital.
    let noon = Timestamp::now().to_zoned(TimeZone::UTC).date().at(12, 0, 0, 0);
    let now = noon.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let desk = CountedDesk::open(now).await;
    let started = Instant::now();
    fill::fill(&desk.services.index, now, 0..DAYS, of_day).await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{} studies written in {:.0} s", DAYS * of_day, started.elapsed().as_secs_f64()).unwrap();

    let at = &desk.desk;
    let day = |ago| fill::moment(now, ago, 0).to_zoned(TimeZone::UTC).date();
    let [held, other] = [1, 2].map(|ago| ListAsked::of_day(day(ago)));
    let (week, month, quarter) = (ListAsked::of_days(7), ListAsked::of_days(31), ListAsked::of_days(90));
    let first = Extent::Page(None);
    measure(&mut figures, &desk, "front page", async || at.waiting().await.unwrap()).await;
    measure(&mut figures, &desk, "held, a day", async || at.held(&held, &first).await.unwrap()).await;
    measure(&mut figures, &desk, "held, 31 days", async || at.held(&month, &first).await.unwrap()).await;
    measure(&mut figures, &desk, "held, 90 days", async || at.held(&quarter, &first).await.unwrap()).await;
    let rare = ListAsked { modality: "MR".into(), ..month.clone() };
    measure(&mut figures, &desk, "held, 31 days, of a modality that none has", async || {
        at.held(&rare, &first).await.unwrap()
    })
    .await;
    measure(&mut figures, &desk, "unreached, a day", async || at.unreached(&other, &first).await.unwrap())
        .await;
    measure(&mut figures, &desk, "unreached, 7 days", async || at.unreached(&week, &first).await.unwrap())
        .await;
    measure(&mut figures, &desk, "failed, a day", async || at.failed_channels(&other, &first).await.unwrap())
        .await;
    measure(&mut figures, &desk, "failed, 90 days", async || {
        at.failed_channels(&quarter, &first).await.unwrap()
    })
    .await;
    measure(&mut figures, &desk, "opened, today", async || at.opened_on(None, &first).await.unwrap()).await;
    let second = at.opened_on(None, &first).await.unwrap().next;
    let second = Extent::Page(second);
    measure(&mut figures, &desk, "opened, today, second page", async || {
        at.opened_on(None, &second).await.unwrap()
    })
    .await;
    measure(&mut figures, &desk, "opened, today, all as CSV", async || {
        at.opened_on(None, &Extent::Whole).await.unwrap()
    })
    .await;
    measure(&mut figures, &desk, "reviews", async || at.mismatches(31).await.unwrap()).await;
    measure(&mut figures, &desk, "search by a word of a name", async || at.find("Hoà").await.unwrap()).await;
    measure(&mut figures, &desk, "search by a name", async || at.find("Nguyễn Hoà").await.unwrap()).await;
    measure(&mut figures, &desk, "search by the end of a number", async || at.find("0001").await.unwrap())
        .await;
    measure(&mut figures, &desk, "search by code", async || at.find("N0-3").await.unwrap()).await;
    let patient = PatientId::parse("N0-3").unwrap();
    measure(&mut figures, &desk, "patient", async || at.patient(&patient).await.is_ok()).await;
    let query =
        AuditQuery { from: day(0), to: day(0), patient: String::new(), member: String::new(), action: None };
    measure(&mut figures, &desk, "audit, today", async || at.find_audit(&query, 200).await.unwrap()).await;
    measure(&mut figures, &desk, "usage months", async || at.usage_months().await.unwrap()).await;
    if let Some(out) = std::env::args().nth(1) {
        keep(figures, &out);
    }
    desk.close().await;
}
