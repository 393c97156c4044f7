//! Counts on the wire how many calls one study makes, and compares with what `filmless cost` assumes.

use std::sync::Arc;
use std::time::Duration;

use filmless_domain::cost::Calls;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::run;
use crate::sample::Study;
use crate::scenario::{Ending, ExpectedStudy, Scenario, Upload};
use crate::weather::Plan;
use crate::world::Setup;

/// A study of many small files. The bytes do not change the number of calls.
fn study_of(files: u32, series: u32, declared: Option<u32>) -> Scenario {
    let study = Study::numbered(1);
    let upload = |key: String, bytes: Vec<u8>| Upload { after: Duration::from_secs(1), key, bytes };
    let mut order = study.order();
    if let Some(declared) = declared {
        order["declared_instances"] = json!(declared);
    }
    let mut uploads = vec![upload("orders/A1.json".into(), order.to_string().into_bytes())];
    for file in 0..files {
        let (in_series, number) = (1 + file % series, 1 + file / series);
        uploads.push(upload(format!("incoming/{file:04}"), study.slice(in_series, number)));
    }
    let instances = Some(files as usize);
    let expected = ExpectedStudy::new(study, Ending::Released, instances);
    Scenario { uploads, studies: vec![expected], refused: Vec::new() }
}

/// The calls between the first event and the last notice.
fn count(servers: &Arc<Runtime>, files: u32, scenario: &Scenario) -> Calls {
    let setup =
        Setup { seed: 2, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: false };
    let calls = run::deliver(servers, &setup, scenario).unwrap();
    let counted = |is_one: &dyn Fn(&str) -> bool| {
        u32::try_from(calls.iter().filter(|call| is_one(call.as_str())).count()).unwrap()
    };
    let is = |call: &str, words: &[&str]| words.iter().any(|word| call.starts_with(word));
    let of_upload = |call: &str| call.contains(" studies/incoming/") || call.contains(" studies/orders/");
    let is_get = |call: &str| is(call, &["GetObject", "HeadObject"]);
    Calls {
        hospital_puts: files + 1,
        header_gets: counted(&|call| is_get(call) && of_upload(call) && call.ends_with(" range")),
        original_gets: counted(&|call| is_get(call) && of_upload(call) && !call.ends_with(" range")),
        other_gets: counted(&|call| is_get(call) && !of_upload(call)),
        other_puts: counted(&|call| is(call, &["PutObject", "CopyObject", "DeleteObject", "ListObject"])),
        table_reads: counted(&|call| is(call, &["GetItem", "Query"])),
        table_writes: counted(&|call| {
            is(call, &["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"])
        }),
        messages: counted(&|call| is(call, &["SendMessage"])) + files.div_ceil(10),
    }
}

pub fn check(servers: &Arc<Runtime>, name: &str, files: u32, series: u32) {
    let (counted, reckoned) =
        (count(servers, files, &study_of(files, series, None)), Calls::of(files, series));
    println!("{name}: {counted:?}");
    for (what, counted, reckoned) in [
        ("header GETs", counted.header_gets, reckoned.header_gets),
        ("GETs of originals", counted.original_gets, reckoned.original_gets),
        ("other GETs", counted.other_gets, reckoned.other_gets),
        ("other PUTs", counted.other_puts, reckoned.other_puts),
        ("table reads", counted.table_reads, reckoned.table_reads),
        ("table writes", counted.table_writes, reckoned.table_writes),
        ("messages", counted.messages, reckoned.messages),
    ] {
        assert!(counted <= reckoned, "{name}: {counted} {what}, reckoned {reckoned}");
    }
    let others = counted.other_object_calls();
    assert!(others <= 20, "{name}: {others} S3 requests beyond those of its files");
}

/// A declared count costs no more reads. Reading all instances with every batch would cost 30 queries more.
pub fn check_declared(servers: &Arc<Runtime>) {
    let (files, series) = (300, 2);
    let reads = |declared| count(servers, files, &study_of(files, series, declared)).table_reads;
    let (plain, declared) = (reads(None), reads(Some(files)));
    assert!(declared <= plain + 6, "{declared} table reads with a declared count, {plain} without");
}
