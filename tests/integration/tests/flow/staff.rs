//! What hotline and records office do, through the command line.

use serde_json::{Value, json};

use crate::agent::agent;
use crate::portal::{Browser, opens, password_of, path_of, released, sign_in};
use crate::sample::Study;
use crate::system::{System, link_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_slip_replaces_the_old_one_and_a_new_message_does_not() {
    let system = System::start();
    let (study, first) = released(&system, 51).await;
    let resent = system.staff(&["resend", &study.uid, "--channels", "sms"]);
    assert_eq!(resent, json!({"link_version": 2, "sms": true, "email": false}));
    let second = system.until_sms(2).await.remove(0);
    assert_eq!((opens(&system, &link_of(&first)).0, opens(&system, &link_of(&second)).0), (200, 200));
    assert_eq!(system.all_emails().len(), 1, "the email went out again");

    let slip = system.embedded().data.join("slip.pdf");
    let words = ["reissue", &study.uid, "--reason", "slip lost", "--slip", slip.to_str().unwrap()];
    assert_eq!(system.staff(&words)["link_version"], 3);
    let third = system.until_sms(3).await.remove(0);
    for old in [&first, &second] {
        let (status, page) = Browser::default().get(&link_of(old));
        assert_eq!(status, 410, "{page}");
        assert!(page.contains("Đã có phiếu mới hơn") && !page.contains("Hoà"));
        assert_eq!(sign_in(&system, &study, &password_of(old)), 403);
    }
    assert_eq!(opens(&system, &link_of(&third)).0, 200);
    assert_eq!(sign_in(&system, &study, &password_of(&third)), 200);
    let text = std::process::Command::new("pdftotext").arg(&slip).arg("-").output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains(&link_of(&third)));

    system.staff(&["resend", &study.uid]);
    system.staff(&["resend", &study.uid]);
    assert_eq!(system.staff_refused(&["resend", &study.uid]), "too-many-notices");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_ends_session_link_password_and_share() {
    let system = System::start();
    let (study, sms) = released(&system, 52).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    let made = system.staff(&["share", &study.patient_id, "--for", "BS. Minh", "--study", &study.uid]);
    let link = made["link"].as_str().unwrap();
    let share_path = link[link.find("/s/").unwrap()..].to_owned();
    let guest = Browser::default();
    assert_eq!(guest.submit(&system, &share_path, &[("code", made["code"].as_str().unwrap())]).0, 200);

    let ended = system.staff(&["revoke", &study.patient_id, "--reason", "phone stolen"]);
    assert_eq!(ended, json!({"links": 1, "passwords": 1, "shares": 1}));
    let page = format!("{}/studies/{}", system.text("portal"), study.uid);
    for browser in [&patient, &guest] {
        assert!(!browser.get(&page).1.contains("Hoà"));
    }
    assert_eq!(Browser::default().get(&link_of(&sms)).0, 404);
    assert_eq!(sign_in(&system, &study, &password_of(&sms)), 403);
    assert_eq!(guest.submit(&system, &share_path, &[("code", made["code"].as_str().unwrap())]).0, 404);
    system.staff(&["reissue", &study.uid, "--reason", "new phone"]);
    assert_eq!(opens(&system, &link_of(&system.until_sms(2).await[0])).0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn patients_are_found_by_whatever_they_say_on_the_phone() {
    let system = System::start();
    let (study, _) = released(&system, 53).await;
    let other = Study { patient_name: "TRAN^VAN HOA".into(), ..Study::numbered(54) };
    let mut order = other.order();
    order["patient"]["name"] = "Trần Văn Hoá".into();
    order["patient"]["phone"] = "0987654321".into();
    system.upload_order(&order).await;
    let orderless = Study {
        patient_name: "LE^THI THU HUONG".into(),
        patient_id: "N20-9999999".into(),
        ..Study::numbered(99)
    };
    system.upload("incoming/orderless", orderless.slice(1, 1)).await;
    system.until(&orderless.uid, "held").await;
    let codes = |query: &str| {
        let found = system.staff(&["find", query]);
        let code = |hit: &Value| hit["patient_id"].as_str().unwrap().to_owned();
        found.as_array().unwrap().iter().map(code).collect::<Vec<_>>()
    };
    system.until_some("the other order", || Some(()).filter(|()| !codes("0987654321").is_empty())).await;
    let (first, second) = (study.patient_id.as_str(), other.patient_id.as_str());
    for (query, expected) in [
        ("nguyen thi hoa", vec![first]),
        ("Hoà Nguyễn", vec![first]),
        ("hoa", vec![first, second]),
        ("+84 903 123 456", vec![first]),
        ("0903.123.456", vec![first]),
        (first, vec![first]),
        (other.accession.as_str(), vec![second]),
        ("nguyen van hoa", vec![]),
        ("02/03/58", vec![first, second]),
        ("31/02/1958", vec![]),
        // Known only by their images.
        ("thu huong", vec!["N20-9999999"]),
        ("0911111111", vec![]),
    ] {
        assert_eq!(codes(query), expected, "{query}");
    }
    let patient = system.staff(&["patient", first]);
    assert_eq!((&patient["phone"], &patient["account"]), (&json!("+84903123456"), &json!(first)));
    assert_eq!(patient["studies"][0]["state"], "released");
    assert_eq!(system.staff_refused(&["patient", "NOBODY"]), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_number_gets_the_next_message() {
    let system = System::start();
    let (study, _) = released(&system, 55).await;
    assert_eq!(system.staff_refused(&["contact", &study.patient_id, "--phone", "12"]), "bad-phone");
    system.staff(&["contact", &study.patient_id, "--phone", "0912 000 111", "--email", ""]);
    let sent = system.staff(&["resend", &study.uid]);
    assert_eq!((&sent["sms"], &sent["email"]), (&json!(true), &json!(false)));
    assert_eq!(system.until_sms(2).await[0]["to"], "+84912000111");
    assert_eq!(system.staff(&["find", "0912000111"])[0]["patient_id"], study.patient_id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_hold_and_release_whatever_the_gate_says() {
    let system = System::start();
    let (study, sms) = released(&system, 56).await;
    system.staff(&["hold", &study.uid, "--reason", "wrong side marked"]);
    let (status, page) = opens(&system, &link_of(&sms));
    assert!(status == 404 && !page.contains("canvas"), "a held study is shown");
    // The former patient is told why, and sees nothing of the study.
    assert!(page.contains("Bệnh viện đang kiểm tra lại kết quả này") && page.contains("tel:"), "{page}");
    let patient = Browser::default();
    assert_eq!(patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]).0, 404);
    let (_, list) = patient.get(&format!("{}/studies", system.text("portal")));
    assert!(list.contains("đang kiểm tra lại 1 lần chụp") && !list.contains("study-card"), "{list}");
    let (_, page) = patient.get(&format!("{}/studies/1.2.3", system.text("portal")));
    assert!(!page.contains("kiểm tra lại"), "{page}");
    // A late file does not bring it back.
    system.upload("incoming/late", study.slice(1, 9)).await;
    let held = system
        .until_some("the late file", || {
            system.study(&study.uid).filter(|s| s["instances"] == 3 && s["state"] == "held")
        })
        .await;
    assert_eq!(held["reason"]["code"], "held-by-staff");
    assert_eq!(system.staff(&["held"])[0]["study_instance_uid"], study.uid.as_str());
    system.release(&study.uid, &[]);
    system.until(&study.uid, "released").await;
    assert!(opens(&system, &link_of(&sms)).1.contains("canvas"));

    // The name in the images is misspelled: the gate holds the study, and staff take responsibility.
    let misspelled = Study { patient_name: "NGUYEN^THI HAO".into(), ..Study::numbered(57) };
    system.upload("incoming/misspelled", misspelled.slice(1, 1)).await;
    let order = Study::numbered(57).order();
    system.upload_order(&order).await;
    let held = system.until(&misspelled.uid, "held").await;
    assert_eq!(held["reason"]["code"], "patient-mismatch");
    assert_eq!(
        system.staff_refused(&["release", &misspelled.uid, "--seen", "x", "--reason", " "]),
        "reason-missing"
    );
    assert_eq!(
        system.staff_refused(&["release", &misspelled.uid, "--seen", "what was not seen", "--reason", "x"]),
        "facts-changed"
    );
    let facts = system.staff(&["release", &misspelled.uid, "--reason", "x"]);
    assert_eq!(facts["images"][0]["doubts"], json!(["name"]));
    assert_eq!(facts["order"]["name"], "Nguyễn Thị Hoà");
    let said = system.release(&misspelled.uid, &[]);
    assert_eq!((&said["released"], &said["state"]), (&json!(true), &json!("released")));
    system.until(&misspelled.uid, "released").await;
    assert_eq!(opens(&system, &link_of(&system.until_sms(2).await[0])).0, 200);
    let history = system.staff(&["history", &misspelled.uid]);
    let acts: Vec<_> = history["lines"].as_array().unwrap().iter().map(|line| line["what"].clone()).collect();
    for step in ["received", "rendered", "release-study", "released", "slip-made", "sms-sent", "opened"] {
        assert!(acts.contains(&json!(step)), "{step} is missing: {history:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_codes_of_one_patient_become_one_account_and_two_patients_never_do() {
    let system = System::start();
    let (old, old_sms) = released(&system, 58).await;
    let new = Study::numbered(59);
    system.upload("incoming/new", new.slice(1, 1)).await;
    system.upload_order(&new.order()).await;
    system.until(&new.uid, "released").await;
    let stranger = Study { patient_name: "TRAN^VAN BINH".into(), ..Study::numbered(60) };
    let mut order = stranger.order();
    order["patient"]["name"] = "Trần Văn Bình".into();
    system.upload("incoming/stranger", stranger.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&stranger.uid, "released").await;

    let refused = ["merge", &stranger.patient_id, &new.patient_id, "--reason", "one person"];
    assert_eq!(system.staff_refused(&refused), "not-one-person");
    let merged = system.staff(&["merge", &old.patient_id, &new.patient_id, "--reason", "new insurance card"]);
    assert_eq!(merged, json!({"studies": 1, "shares": 0}));
    for (code, into) in [(&old.patient_id, json!(new.patient_id)), (&new.patient_id, json!(null))] {
        let view = system.staff(&["patient", code]);
        assert_eq!((&view["merged_into"], view["studies"].as_array().unwrap().len()), (&into, 2), "{view:#}");
        let hits = system.staff(&["find", code]);
        assert_eq!((&hits[0]["merged_into"], &hits[0]["studies"]), (&into, &json!(2)), "{hits:#}");
    }
    let patient = Browser::default();
    let (status, page) = patient.submit(
        &system,
        "/sign-in",
        &[("account", &old.patient_id), ("password", &password_of(&old_sms))],
    );
    assert_eq!(status, 200, "the old slip no longer opens");
    assert!(page.contains(&old.uid) && page.contains(&new.uid) && !page.contains(&stranger.uid), "{page}");
    assert_eq!(opens(&system, &link_of(&old_sms)).0, 200);
    // Later studies under the old code show there, too.
    let later = Study { patient_id: old.patient_id.clone(), ..Study::numbered(61) };
    system.upload("incoming/later", later.slice(1, 1)).await;
    system.upload_order(&later.order()).await;
    system.until(&later.uid, "released").await;
    assert!(patient.get(&format!("{}/studies", system.text("portal"))).1.contains(&later.uid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recalled_study_is_gone_at_once_and_tells_who_saw_it() {
    let system = System::start();
    let (study, sms) = released(&system, 62).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    patient.submit(&system, &format!("/studies/{}/seen", study.uid), &[]);
    let portal = system.text("portal");
    let grant: Value =
        serde_json::from_str(&patient.get(&format!("{portal}/studies/{}/grant", study.uid)).1).unwrap();
    let pack = grant["series"][0]["pack_url"].as_str().unwrap().to_owned();
    assert_eq!(agent().get(&pack).call().unwrap().status().as_u16(), 200);

    let report = system.staff(&["recall", &study.uid, "--reason", "images of another patient"]);
    assert_eq!((&report["links"], &report["passwords"]), (&json!(1), &json!(1)));
    let viewers = report["viewers"].as_array().unwrap();
    assert_eq!(viewers.len(), 1, "{report:#}");
    assert!(viewers[0]["source"] == "127.0.0.1" && viewers[0]["first_image_at"].is_string(), "{report:#}");
    assert_eq!(
        agent().get(&pack).call().unwrap().status().as_u16(),
        404,
        "a URL handed out before still opens"
    );
    assert!(!patient.get(&format!("{portal}/studies/{}", study.uid)).1.contains("Hoà"));
    assert_eq!(Browser::default().get(&link_of(&sms)).0, 404);
    assert_eq!(sign_in(&system, &study, &password_of(&sms)), 403);
    assert!(system.slip(&study.uid, "slip.pdf").await.is_none(), "the slip is still there");
    let uploaded = std::fs::read(system.embedded().data.join("buckets/studies/incoming/1")).unwrap();
    assert_eq!(uploaded, study.slice(1, 1), "the evidence is kept");

    // Neither an order nor a late file brings it back.
    system.upload_order(&study.order()).await;
    system.upload("incoming/late", study.slice(1, 8)).await;
    system.until_idle().await;
    assert_eq!(system.study(&study.uid).unwrap()["state"], "recalled");
    assert_eq!(system.staff_refused(&["resend", &study.uid]), "not-visible");
    // Recalled by mistake: staff bring it back, with a new slip.
    system.release(&study.uid, &[]);
    system.until(&study.uid, "released").await;
    let (status, page) = Browser::default().get(&link_of(&sms));
    assert!(status == 404 && page.contains("đã được bệnh viện ngừng"), "a recalled link opens again: {page}");
    system.staff(&["reissue", &study.uid, "--reason", "after recall"]);
    let (status, page) = opens(&system, &link_of(&system.until_sms(2).await[0]));
    assert!(status == 200 && page.contains("canvas"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_no_message_reached_is_listed_until_they_open_it() {
    let system = System::start();
    let study = Study::numbered(63);
    let mut order = study.order();
    order["patient"]["phone"] = Value::Null;
    order["patient"]["email"] = Value::Null;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
    let unreached = system.staff(&["unreached"]);
    assert_eq!((&unreached[0]["why"], unreached.as_array().unwrap().len()), (&json!("no-contact"), 1));
    assert_eq!(system.staff_refused(&["resend", &study.uid]), "no-contact");
    // The email calls the hotline to the list once a day, and names nobody.
    for _ in 0..2 {
        let (is_done, text) = system.command(&["daily", "--json"]);
        assert_eq!((is_done, text.trim()), (true, r#"{"swept":0,"sealed":0,"unreached":1,"erased":0}"#));
    }
    let emails = system.all_emails();
    let text = String::from_utf8(emails[0].clone()).unwrap();
    assert!(emails.len() == 1 && text.contains("To: <hotro@benhvien.example>"), "{text}");
    assert!(!text.contains(&study.patient_id) && !text.contains(&study.uid), "{text}");
    system.staff(&["contact", &study.patient_id, "--phone", "0903123456"]);
    system.staff(&["resend", &study.uid]);
    system.until_sms(1).await;
    let reached = || Some(()).filter(|()| system.staff(&["unreached"]).as_array().unwrap().is_empty());
    system.until_some("the list without the patient", reached).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_flooded_with_messages() {
    let limit = filmless_domain::Limits::default().messages_per_receiver_max;
    let system = System::start();
    let studies: Vec<Study> = (0..=limit).map(|number| Study::numbered(700 + number)).collect();
    for study in &studies {
        let mut order = study.order();
        order["patient"]["email"] = Value::Null;
        system.upload_order(&order).await;
        system.upload(&format!("incoming/{}", study.uid), study.slice(1, 1)).await;
    }
    let mut states = Vec::new();
    for study in &studies {
        let notices = system.until(&study.uid, "released").await["notices"].clone();
        states.push(notices[0]["state"].as_str().unwrap().to_owned());
    }
    states.sort();
    assert_eq!((states[0].as_str(), states[1].as_str()), ("failed", "sent"), "{states:?}");
    assert_eq!(system.all_sms().len(), limit as usize);
    assert_eq!(system.staff(&["unreached"])[0]["why"], "failed");
}
