//! What providers report about messages.

use serde_json::{Value, json};

use crate::sample::Study;
use crate::system::System;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_did_not_arrive_is_tried_the_other_way_and_listed_when_nothing_is_left() {
    let system = System::start();
    let study = Study::numbered(64);
    let mut order = study.order();
    order["patient"]["email"] = Value::Null;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
    system.staff(&["contact", &study.patient_id, "--email", "hoa@example.vn"]);
    let report = |id: &str, status: &str| {
        json!({
            "notification": { "messageId": id },
            "delivery": { "destination": "+84903123456", "providerResponse": "Phone +84903123456 is unreachable" },
            "status": status,
        })
    };
    let provider_id = format!("{}-v1-sms.json", study.uid);
    assert!(
        system
            .feed(&["nothing of ours", &report("unknown", "FAILURE").to_string()])
            .contains(r#""recorded":1"#)
    );
    system.feed(&[&report(&provider_id, "SUCCESS").to_string()]);
    assert_eq!(system.study(&study.uid).unwrap()["notices"][0]["state"], "delivered");
    // The phone is switched off for good. The report comes twice.
    for _ in 0..2 {
        system.feed(&[&report(&provider_id, "FAILURE").to_string()]);
    }
    system.until_some("the email", || Some(()).filter(|()| system.all_emails().len() == 1)).await;
    let history = system.staff(&["history", &study.uid]).to_string();
    assert!(history.contains("sms-failed") && history.contains("Phone + is unreachable"), "{history}");
    assert_eq!(system.staff(&["unreached"]), json!([]), "the email went out");
    let sent = || system.staff(&["history", &study.uid]).to_string().contains("email-sent").then_some(());
    system.until_some("the email's state", sent).await;
    let told = system.study(&study.uid).unwrap()["notices"].clone();
    assert_eq!((&told[0]["state"], &told[0]["reached_by"]), (&json!("failed"), &json!("email")), "{told}");
    let bounce = json!({
        "eventType": "Bounce", "mail": { "messageId": format!("{}-v2-email.eml", study.uid) },
        "bounce": { "bounceType": "Permanent", "bounceSubType": "General" },
    });
    system.feed(&[&json!({ "Type": "Notification", "Message": bounce.to_string() }).to_string()]);
    assert_eq!(system.staff(&["unreached"])[0]["why"], "failed");
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_faster_than_the_mark_of_its_message_is_not_lost() {
    let system = System::start();
    let study = Study::numbered(67);
    let bounce = || {
        let id = format!("{}-v1-email.eml", study.uid);
        let bounce = json!({ "bounceType": "Permanent", "bounceSubType": "General" });
        json!({ "eventType": "Bounce", "mail": { "messageId": id }, "bounce": bounce }).to_string()
    };
    let delivered = |kind: &str, name: &str| {
        let id = format!("{}-v1-{name}", study.uid);
        match kind {
            "email" => json!({ "eventType": "Delivery", "mail": { "messageId": id } }).to_string(),
            _ => json!({ "notification": { "messageId": id }, "delivery": {}, "status": "SUCCESS" })
                .to_string(),
        }
    };
    // Of two reports about one message the worse one counts, in either order.
    system.feed(&[&delivered("sms", "sms.json"), &bounce(), &delivered("email", "email.eml")]);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    let state = |channel: &'static str, state: &'static str| {
        let study = system.study(&study.uid)?;
        let notices = study["notices"].as_array()?.clone();
        notices.iter().any(|n| n["channel"] == channel && n["state"] == state).then_some(())
    };
    system.until_some("the SMS delivered", || state("sms", "delivered")).await;
    system.until_some("the email failed", || state("email", "failed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_somebody_is_out_of_office_undoes_no_delivery() {
    let system = System::start();
    let study = Study::numbered(68);
    let id = format!("{}-v1-email.eml", study.uid);
    let delivery = json!({ "eventType": "Delivery", "mail": { "messageId": id } }).to_string();
    let bounce = |kind: &str| {
        let bounce = json!({ "bounceType": kind, "bounceSubType": "General" });
        json!({ "eventType": "Bounce", "mail": { "messageId": id }, "bounce": bounce }).to_string()
    };
    // The reports come before the message is known, and in the unlikely order.
    system.feed(&[&bounce("Transient"), &delivery, &bounce("Undetermined")]);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    let email = || {
        let study = system.study(&study.uid)?;
        let notices = study["notices"].as_array()?.clone();
        notices.iter().find(|n| n["channel"] == "email").map(|n| n["state"].clone())
    };
    system.until_some("the email delivered", || email().filter(|state| state == "delivered")).await;
    for report in [bounce("Transient"), bounce("Undetermined"), delivery.clone(), bounce("Transient")] {
        system.feed(&[&report]);
        assert_eq!(email().unwrap(), "delivered", "{report}");
    }
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (1, 1), "nobody is told anew");
    system.feed(&[&bounce("Permanent")]);
    assert_eq!(email().unwrap(), "failed", "a mailbox that is not there is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_reports_by_the_names_of_the_outbox_and_hears_of_what_is_not_known() {
    let system = System::start();
    let study = Study::numbered(69);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    let sms = format!("{}-v1-sms.json,sms,delivered,2026-03-01T09:00:00+07:00", study.uid);
    let email = json!({
        "id": format!("{}-v1-email.eml", study.uid), "channel": "email", "state": "failed",
        "time": "2026-03-01T02:00:00Z", "why": "no such mailbox",
    });
    let (is_done, said) = system.feed_and_exit(&["id,channel,state,time", &sms, &email.to_string()]);
    assert!(is_done, "{said}");
    assert!(said.contains(r#""recorded":2"#) && said.contains(r#""unknown":0"#), "{said}");
    let notices = system.study(&study.uid).unwrap()["notices"].clone();
    let state = |channel: &str| {
        notices.as_array().unwrap().iter().find(|n| n["channel"] == channel).map(|n| n["state"].clone())
    };
    assert_eq!((state("sms").unwrap(), state("email").unwrap()), (json!("delivered"), json!("failed")));

    let (is_done, said) = system.feed_and_exit(&["other,sms,failed,2026-03-01T02:00:00Z"]);
    assert!(!is_done && said.contains(r#""unknown":1"#), "{said}");
    let (is_done, said) = system.feed_and_exit(&["m1,pigeon,failed,2026-03-01T02:00:00Z"]);
    assert!(!is_done && said.contains("`channel` is none of `sms`, `email`"), "{said}");
}
