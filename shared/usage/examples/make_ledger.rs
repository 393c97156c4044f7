//! Writes a made-up ledger for measurements and tests: `make_ledger DIR EVENTS [FIRST_DAY [DAYS [SEED]]]`. The same
//! arguments give the same bytes.
#![allow(clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use filmless_domain::chain::ChainHead;
use filmless_domain::usage::{Booked, StorageClass, UsageContext, UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{Order, StudyInstanceUid};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// The same limit for an object as in `filmless_delivery::record::log`.
const OBJECT_EVENTS_MAX: usize = 20_000;
/// Roughly the events of a hundred studies, to derive the number of studies a day.
const EVENTS_PER_HUNDRED_STUDIES: u64 = 1189;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, events, rest @ ..] = &words[..] else {
        return Err("usage: make_ledger DIR EVENTS [FIRST_DAY [DAYS [SEED]]]".into());
    };
    let first = rest.first().map_or("2025-01-01", String::as_str);
    let days: u64 = rest.get(1).map_or(Ok(365), |text| text.parse())?;
    let seed: u64 = rest.get(2).map_or(Ok(1), |text| text.parse())?;
    let events: u64 = events.parse()?;
    let start: Timestamp = format!("{first}T00:00:00+07:00").parse()?;
    let mut writer = Writer::new(folder.into());
    let mut chance = Chance(seed);
    // Events that follow on later days.
    let mut later: Vec<UsageEvent> = Vec::new();
    let studies_per_day = (events * 100 / EVENTS_PER_HUNDRED_STUDIES / days).max(1);
    let mut number = 0;
    for day in 0..i64::try_from(days)? {
        let begins_ms = start.as_millisecond() + day * DAY_MS;
        let mut today = Vec::new();
        for _ in 0..studies_per_day {
            number += 1;
            let study = study(&mut chance, number, seed)?;
            today.append(&mut study_events(&mut chance, &study, begins_ms)?);
        }
        let ends = Timestamp::from_millisecond(begins_ms + DAY_MS)?;
        today.append(&mut later);
        (today, later) = today.into_iter().partition(|event| event.at < ends);
        today.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        for event in &today {
            writer.write(event)?;
        }
        writer.close()?;
        if day + 1 == i64::try_from(days)? {
            later.clear();
        }
    }
    println!(
        "{}",
        json!({ "events": writer.chain.sequence, "digest": writer.chain.digest, "studies": number })
    );
    Ok(())
}

/// Splitmix64: good enough for made-up data.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap_or_default()]
    }

    fn millis(&mut self, bound_ms: u64) -> i64 {
        i64::try_from(self.below(bound_ms)).unwrap_or_default()
    }
}

struct Study {
    context: UsageContext,
    order: Order,
    images: u32,
}

fn study(chance: &mut Chance, number: u64, seed: u64) -> Outcome<Study> {
    const SERVICES: [(&str, &str, i64, u32); 6] = [
        ("CT", "18.0220.0041", 512_000, 320),
        ("CT", "18.0149.0040", 632_000, 600),
        ("MR", "18.0297.0065", 1_311_000, 240),
        ("DX", "18.0119.0028", 65_400, 2),
        ("US", "18.0015.0001", 43_900, 30),
        ("MG", "18.0127.0028", 94_200, 4),
    ];
    const DEPARTMENTS: [&str; 9] = ["K01", "K02", "K03", "K05", "K09", "K19", "K26", "K27", "K33.1"];
    let (modality, code, price, images) = *chance.pick(&SERVICES);
    let variant = if chance.percent(4) { "film" } else { "pacs" };
    let insured = chance.percent(62).then_some("DN4790312345678");
    let mut service = json!({ "code": code, "name": "x", "price_variant": variant, "unit_price_vnd": price });
    if chance.percent(2) {
        service["films_printed"] = json!(1);
    }
    let order = json!({
        "accession_number": format!("A{seed}{number:09}"),
        "patient": { "id": format!("P{number}"), "name": "Không Ai", "birth_date": "1980-01-01" },
        "visit": {
            "class": chance.pick(&["outpatient", "outpatient", "inpatient", "emergency"]),
            "department": chance.pick(&DEPARTMENTS), "episode": format!("LK{seed}{number:09}"),
            "insurance_card": insured,
        },
        "service": service,
    });
    let order = Order::parse(order.to_string().as_bytes()).map_err(|e| e.message)?;
    let uid = StudyInstanceUid::parse(&format!("1.2.826.0.1.3680043.10.{seed}.{number}"))?;
    let images = images + u32::try_from(chance.below(20))?;
    let context = UsageContext::new(&uid, &[modality.to_owned()], Some(&order));
    Ok(Study { context, order, images })
}

fn study_events(chance: &mut Chance, study: &Study, day_ms: i64) -> Outcome<Vec<UsageEvent>> {
    // Most work is done between 06:00 and 18:00.
    let mut at_ms = day_ms + 6 * 3_600_000 + chance.millis(12 * 3_600_000);
    let mut events = Vec::new();
    let mut push = |at_ms: i64, kind, occasion: &str, change: &dyn Fn(UsageEvent) -> UsageEvent| {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        events.push(change(study.context.event(kind, occasion, at)));
    };
    // Half of the studies use the event kinds of older ledgers.
    let sent_as = |before| if study.images.is_multiple_of(2) { before } else { UsageKind::MessageSent };
    let images = i64::from(study.images);
    let size = images * (400_000 + chance.millis(200_000));
    push(at_ms, UsageKind::StudyReceived, "1", &|e| e.count(images, UsageUnit::Instance));
    push(at_ms, UsageKind::BytesStored, "original 1", &|e| e.bytes(StorageClass::Original, size));
    at_ms += 2000 + chance.millis(30_000);
    push(at_ms, UsageKind::StudyRendered, "1", &|e| e.count(images, UsageUnit::Image));
    push(at_ms, UsageKind::BytesStored, "derived 1", &|e| e.bytes(StorageClass::Derived, size / 3));
    if chance.percent(3) {
        push(at_ms, UsageKind::StudyHeld, "1", &|e| e.because("no-order"));
        if chance.percent(30) {
            return Ok(events);
        }
        at_ms += chance.millis(2 * 86_400_000);
    }
    at_ms += 500;
    let at = |at_ms: i64| Timestamp::from_millisecond(at_ms).unwrap_or_default();
    let mut booked = Booked::new(1, at(at_ms), study.context.clone(), &study.order, study.images);
    let mut more = booked.released();
    push(at_ms, UsageKind::SlipMade, "1", &|e| e.count(1, UsageUnit::Slip));
    at_ms += 800;
    if chance.percent(92) {
        let parts = 1 + i64::from(chance.percent(10));
        push(at_ms, sent_as(UsageKind::SmsSent), "1 sms", &|e| {
            e.message("sms", 1).count(parts, UsageUnit::Part)
        });
        let told = if chance.percent(97) { UsageKind::MessageDelivered } else { UsageKind::MessageFailed };
        push(at_ms + 4000, told, "1 sms", &|e| e.message("sms", 1));
    }
    if chance.percent(35) {
        push(at_ms, sent_as(UsageKind::EmailSent), "1 email", &|e| {
            e.message("email", 1).count(1, UsageUnit::Message)
        });
    }
    if chance.percent(70) {
        at_ms += chance.millis(3 * 86_400_000);
        push(at_ms, UsageKind::LinkOpened, "s1", &|e| e);
        push(at_ms + 100, UsageKind::StudyOpened, "s1", &|e| e);
        push(at_ms + 1400, UsageKind::FirstImage, "s1", &|e| e);
        push(at_ms + 1400, UsageKind::BytesServed, "derived s1", &|e| {
            e.bytes(StorageClass::Derived, size / 3)
        });
    }
    if chance.percent(5) {
        push(at_ms + 60_000, UsageKind::ShareCreated, "1", &|e| e);
    }
    if chance.percent(2) {
        // The order changes: another price, another department, or film after all.
        at_ms += chance.millis(40 * 86_400_000);
        let mut changed = study.context.clone();
        match chance.below(3) {
            0 => changed.unit_price_vnd = changed.unit_price_vnd.map(|vnd| vnd + 10_000),
            1 => changed.department = Some("K99".into()),
            _ => changed.price_variant = Some("film".into()),
        }
        if let Some((now, mut events)) = booked.restated(2, at(at_ms), changed, &study.order) {
            more.append(&mut events);
            booked = now;
        }
    }
    if chance.percent(2) {
        at_ms += chance.millis(20 * 86_400_000);
        push(at_ms, UsageKind::StudyRecalled, "1", &|e| e);
        push(at_ms, UsageKind::BytesStored, "derived 2", &|e| e.bytes(StorageClass::Derived, -(size / 3)));
        more.append(&mut booked.reversed(3, at(at_ms), "recalled"));
        if chance.percent(50) {
            at_ms += chance.millis(20 * 86_400_000);
            push(at_ms, UsageKind::StudyShown, "1", &|e| e);
            more.append(
                &mut Booked::new(4, at(at_ms), study.context.clone(), &study.order, study.images).released(),
            );
        }
    }
    events.append(&mut more);
    Ok(events)
}

/// Writes objects like sealing: in order, under the day (UTC) of their last event.
struct Writer {
    folder: PathBuf,
    chain: ChainHead,
    text: String,
    lines: usize,
    first_sequence: u64,
    last_at: Timestamp,
}

impl Writer {
    fn new(folder: PathBuf) -> Self {
        let (chain, text) = (ChainHead::default(), String::new());
        Self { folder, chain, text, lines: 0, first_sequence: 1, last_at: Timestamp::UNIX_EPOCH }
    }

    fn write(&mut self, event: &UsageEvent) -> Outcome<()> {
        let utc_day = |at: Timestamp| at.as_millisecond().div_euclid(DAY_MS);
        if self.lines == OBJECT_EVENTS_MAX || utc_day(event.at) != utc_day(self.last_at) {
            self.close()?;
        }
        self.text.push_str(&self.chain.append(event)?);
        self.text.push('\n');
        self.lines += 1;
        self.last_at = event.at;
        Ok(())
    }

    fn close(&mut self) -> Outcome<()> {
        if self.lines > 0 {
            let day = self.last_at.to_zoned(TimeZone::UTC).strftime("%Y/%m/%d").to_string();
            let file = format!("ledger/{day}/{:012}.ndjson", self.first_sequence);
            write_file(&self.folder.join(file), &self.text)?;
        }
        self.text.clear();
        self.lines = 0;
        self.first_sequence = self.chain.sequence + 1;
        Ok(())
    }
}

fn write_file(file: &Path, text: &str) -> Outcome<()> {
    fs::create_dir_all(file.parent().ok_or("a file without a folder")?)?;
    Ok(fs::write(file, text)?)
}
