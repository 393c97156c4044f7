//! What an operator's monitoring sees.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::patients::{Patient, sign_in};
use crate::system::System;
use crate::wire::Ask;

/// The samples of a page in the text format, by name with labels.
fn scrape(system: &System) -> BTreeMap<String, f64> {
    let mut page = ureq::get(&system.text("metrics")).call().unwrap();
    let text = page.body_mut().read_to_string().unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_of_studies_messages_queues_and_pages_and_of_no_patient() {
    let folder = tempfile::tempdir().unwrap();
    let system = System::start_in(folder.path(), &["--metrics-addr", "127.0.0.1:0"]);
    let patient = Patient::marked(&system, 4300).await;
    system.upload("incoming/refused", "no image").await;
    system.until_quarantined("incoming/refused").await;
    let held = system.sample(4301);
    system.upload("incoming/held", held.slice(1, 1)).await;
    system.until(&held.uid, "held").await;
    let cookie = patient.session(&system).await;
    Ask::get(&format!("/studies/{}", patient.study.uid)).cookie(&cookie).send(&system).await;
    sign_in("nobody", "wrong").send(&system).await;

    let found = scrape(&system);
    let value = |name: &str| *found.get(name).unwrap_or_else(|| panic!("{name} is missing: {found:#?}"));
    assert_eq!(value(r#"filmless_studies_total{outcome="received",reason=""}"#), 2.0);
    assert_eq!(value(r#"filmless_studies_total{outcome="released",reason=""}"#), 1.0);
    assert!(value(r#"filmless_studies_total{outcome="held",reason="no-order"}"#) >= 1.0);
    assert_eq!(value(r#"filmless_notices_total{channel="sms",outcome="sent"}"#), 1.0);
    assert_eq!(value(r#"filmless_notices_total{channel="email",outcome="sent"}"#), 1.0);
    assert_eq!(value(r#"filmless_queue_messages{queue="intake",state="dead"}"#), 0.0);
    assert_eq!(value(r#"filmless_queue_oldest_seconds{queue="settle"}"#), 0.0);
    assert!(value("filmless_disk_free_bytes") > 0.0);
    assert!(value("filmless_disk_bytes") >= value("filmless_disk_free_bytes"));
    assert_eq!(value(r#"filmless_http_requests_total{class="study",status="200"}"#), 1.0);
    assert_eq!(value(r#"filmless_http_request_seconds_count{class="study"}"#), 1.0);
    assert!(value(r#"filmless_http_request_seconds_bucket{le="+Inf",class="study"}"#) >= 1.0);
    assert!(found.keys().any(|name| name.starts_with("filmless_refused_objects_total{code=")), "{found:#?}");

    let page = format!("{found:?}");
    let account = patient.study.patient_id.clone();
    for secret in crate::patients::MARKS.iter().copied().chain([account.as_str(), patient.study.uid.as_str()])
    {
        assert!(!page.contains(secret), "{secret} is a label");
    }
    // The portal does not serve it.
    assert_eq!(Ask::get("/metrics").send(&system).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_as_json_has_the_fields_of_the_functions_log() {
    let folder = tempfile::tempdir().unwrap();
    let system = System::start_in(folder.path(), &["--log-format", "json"]);
    let patient = Patient::marked(&system, 4310).await;
    let log = system.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        for field in ["timestamp", "level", "target"] {
            assert!(line[field].is_string(), "{line}");
        }
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
    let released = lines.iter().find(|line| line["fields"]["message"] == "study released").unwrap();
    assert!(released["spans"].is_array() && released["span"].is_object(), "{released}");
    assert!(log.contains(&patient.study.uid), "a line says which study it is about");
    for mark in crate::patients::MARKS {
        assert!(!log.contains(mark), "{mark} is in the log");
    }
}
