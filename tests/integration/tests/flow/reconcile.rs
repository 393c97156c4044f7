//! Lost uploads and studies are found, and go on.

use filmless_domain::{Order, StudyInstanceUid};
use filmless_store::index::{OutboxMessage, OutboxRecord};
use filmless_store::port::QueueName;
use serde_json::{Value, json};

use crate::sample::Study;
use crate::system::System;

pub fn found(system: &System, words: &[&str]) -> (bool, Value) {
    let command = [&["reconcile", "--json", "--grace", "0s"], words].concat();
    let (is_done, text) = system.command(&command);
    (is_done, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

async fn released(system: &System, number: u32) -> Study {
    let study = Study::numbered(number);
    system.upload_order(&study.order()).await;
    system.upload(&format!("incoming/{number}/1"), study.slice(1, 1)).await;
    system.upload(&format!("incoming/{number}/2"), study.slice(1, 2)).await;
    system.until(&study.uid, "released").await;
    study
}

#[tokio::test(flavor = "multi_thread")]
async fn derived_objects_that_are_gone_are_made_again() {
    let system = System::start();
    let study = released(&system, 61).await;
    assert_eq!(found(&system, &[]).1["found"], json!({}));

    let derived = system.connection().bucket("derived");
    let before = derived.list(&study.uid, 100).await.unwrap();
    assert_eq!(before.len(), 6);
    for key in &before {
        derived.delete(key).await.unwrap();
    }
    let (is_done, report) = found(&system, &[]);
    assert!(!is_done);
    assert_eq!(report["found"], json!({ "derived-missing": 1 }));
    assert_eq!(report["findings"][0]["count"], 6);

    let (is_done, report) = found(&system, &["--repair"]);
    assert!(is_done, "{report}");
    system.until_some("a whole study", || found(&system, &[]).0.then_some(())).await;
    let mut after = derived.list(&study.uid, 100).await.unwrap();
    after.sort();
    assert_eq!(after, before);
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_system_has_no_findings_whatever_its_studies_are_at() {
    let system = System::start();
    released(&system, 65).await;
    // Without an order.
    let held = Study::numbered(66);
    system.upload("incoming/66/1", held.slice(1, 1)).await;
    system.until(&held.uid, "held").await;
    assert_eq!(found(&system, &[]).1["found"], json!({}), "a study that is held is not lost");
    system.staff(&["hold", &held.uid, "--reason", "asked for"]);
    let recalled = released(&system, 70).await;
    system.staff(&["recall", &recalled.uid, "--reason", "asked for"]);
    system.until(&recalled.uid, "recalled").await;
    assert_eq!(found(&system, &[]).1["found"], json!({}), "nor is one that is held by hand, or recalled");
    // Still on its way: within the usual grace period it is not reported as lost.
    let coming = Study::numbered(71);
    system.upload_order(&coming.order()).await;
    system.upload("incoming/71/1", coming.slice(1, 2)).await;
    let (is_done, text) = system.command(&["reconcile", "--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(is_done, "{report}");
    assert_eq!(report["found"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_whose_events_were_lost_are_taken_in() {
    let system = System::start();
    let study = released(&system, 62).await;
    // Pretend that no event about them ever came.
    let index = system.connection().index("filmless");
    let uid = StudyInstanceUid::parse(&study.uid).unwrap();
    let record = index.study(&uid).await.unwrap().unwrap();
    let order = Order::parse(study.order().to_string().as_bytes()).unwrap();
    index.end_credentials(record.account_key.as_deref().unwrap(), Some(&uid), None).await.unwrap();
    index.erase_study(&record, Some(&order.patient.id)).await.unwrap();
    index.erase_order(&order).await.unwrap();
    assert!(system.study(&study.uid).is_none());

    let (is_done, report) = found(&system, &[]);
    assert!(!is_done);
    assert_eq!(report["found"], json!({ "object-not-taken": 2, "order-not-taken": 1 }));
    assert_eq!(found(&system, &["--repair"]).1["mended"], 3);
    assert_eq!(system.until(&study.uid, "released").await["instances"], 2);
    assert_eq!(found(&system, &[]).1["found"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_its_owner_deleted_is_reported() {
    let system = System::start();
    let study = released(&system, 63).await;
    let key = filmless_domain::ObjectKey::parse("incoming/63/1").unwrap();
    system.bucket("studies").delete_all_versions(&key).await.unwrap();
    let (is_done, report) = found(&system, &["--repair"]);
    assert!(!is_done, "{report}");
    assert_eq!(report["found"], json!({ "object-missing": 1 }));
    assert_eq!(report["findings"][0]["study_instance_uid"], study.uid.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_makes_everything_anew_and_sends_no_second_notice() {
    let system = System::start();
    let study = released(&system, 64).await;
    let derived = system.connection().bucket("derived");
    for key in derived.list(&study.uid, 100).await.unwrap() {
        derived.delete(&key).await.unwrap();
    }
    let (is_done, text) = system.command(&["rebuild", "--json", &study.uid]);
    assert!(is_done, "{text}");
    system.until_some("a whole study", || found(&system, &[]).0.then_some(())).await;
    system.until(&study.uid, "released").await;
    assert_eq!(derived.list(&study.uid, 100).await.unwrap().len(), 6);
    assert_eq!(system.all_sms().len(), 1);
    assert!(!system.command(&["rebuild", "1.2.3"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_can_read_is_shown_and_sent_back() {
    let system = System::start();
    let index = system.connection().index("filmless");
    let poison = OutboxRecord {
        id: "00".into(),
        created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        messages: vec![OutboxMessage::new(QueueName::Notices, "NGUYEN THI HOA".into())],
    };
    index.add_outbox(&poison).await.unwrap();
    let shown = || {
        let (is_done, text) = system.command(&["redrive", "--json"]);
        assert!(is_done, "{text}");
        assert!(!text.contains("NGUYEN"), "{text}");
        let shown: Value = serde_json::from_str(&text).unwrap();
        Some(shown).filter(|shown| shown["dead_letters"][0]["task"] == "unreadable")
    };
    let letters = system.until_some("a dead letter", shown).await;
    assert_eq!((&letters["dead_letters"][0]["queue"], &letters["sent_back"]), (&json!("notices"), &json!(0)));
    assert_eq!(letters["dead_letters"][0]["last_error"], "bad-message", "why it died");

    let (is_done, text) = system.command(&["redrive", "notices", "--json"]);
    assert!(is_done, "{text}");
    let sent: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sent["sent_back"], 1);
    assert!(shown().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_study_costs_follows_from_a_price_list() {
    let system = System::start();
    let prices = system.embedded().data.join("prices.json");
    std::fs::write(&prices, r#"{"sms_part":1.0}"#).unwrap();
    let output = std::process::Command::new(crate::binary::binary())
        .args(["cost", "--json", "--prices"])
        .arg(&prices)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cost: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<_> = cost["studies"].as_array().unwrap().iter().map(|s| &s["study"]["name"]).collect();
    assert_eq!(names, ["DX", "CT", "MR"]);
    assert!(cost["studies"][1]["usd"]["messages"].as_f64().unwrap() > 1.0);
}
