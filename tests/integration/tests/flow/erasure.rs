//! Erasing removes everything kept about one patient, and nothing of another's.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::consultations::{CHAIR, Held, INVITED, MAILBOX, QUESTION};
use crate::portal::{Browser, opens, password_of, released, sign_in};
use crate::reconcile::found;
use crate::sample::Study;
use crate::sharing::between;
use crate::system::{PATIENCE, System, link_of};

/// The files in the data folder that hold the study's UID or the patient code. Leaves out messages and logs.
fn files_about(system: &System, study: &Study) -> String {
    let found = std::process::Command::new("grep")
        .args(["-r", "-l", "-a", "-e", &study.uid, "-e", &study.patient_id, "--exclude-dir=outbox"])
        .args(["--exclude-dir=audit", "--exclude=log", "--exclude=*.db*"])
        .arg(&system.embedded().data)
        .output()
        .unwrap();
    String::from_utf8(found.stdout).unwrap()
}

async fn release_as(system: &System, study: &Study, name: &str) {
    let mut order = study.order();
    order["patient"]["name"] = name.into();
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_patient_wants_erased_is_gone_from_everywhere_but_the_logs() {
    let system = System::start();
    let (study, sms) = released(&system, 65).await;
    opens(&system, &link_of(&sms));
    let other = Study { patient_name: "TRAN^VAN BINH".into(), ..Study::numbered(66) };
    let mut order = other.order();
    order["patient"]["name"] = "Trần Văn Bình".into();
    system.upload("incoming/other", other.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&other.uid, "released").await;
    // Refused uploads whose patient can still be read: a truncated file, and an order.
    let whole = study.slice(1, 1);
    system.upload("incoming/cut-off", whole[..whole.len() / 3].to_vec()).await;
    let mut bad = study.order();
    bad["patient"]["sex"] = "zz".into();
    system.upload("orders/bad.json", bad.to_string().into_bytes()).await;
    system.until_quarantined("incoming/cut-off").await;
    system.until_quarantined("orders/bad.json").await;

    let rehearsal = system.staff(&["erase", &study.patient_id, "--reason", "asked for", "--dry-run"]);
    assert_eq!((&rehearsal["studies"][0], &rehearsal["orders"]), (&json!(study.uid), &json!(1)));
    assert!(system.study(&study.uid).is_some(), "a rehearsal erased");
    let erased = system.staff(&["erase", &study.patient_id, "--reason", "asked for"]);
    assert!(erased["objects"].as_u64().unwrap() > 5, "{erased}");
    assert!(system.study(&study.uid).is_none());
    assert_eq!(system.staff(&["find", "nguyen thi hoa"]), json!([]));
    assert_eq!(system.staff_refused(&["erase", &study.patient_id, "--reason", "again"]), "not-found");
    assert_eq!(Browser::default().get(&link_of(&sms)).0, 404);
    assert_eq!(sign_in(&system, &study, &password_of(&sms)), 403);
    // The buckets hold nothing of the patient any more; the other patient is untouched.
    assert_eq!(files_about(&system, &study), "");
    assert_eq!(system.study(&other.uid).unwrap()["state"], "released");
    assert!(system.command(&["audit", "verify"]).0);
}

/// Every file of the data folder that holds one of these words, except the log that the test keeps there.
fn files_with(system: &System, words: &[&str]) -> String {
    let patterns = words.iter().flat_map(|word| ["-e", word]);
    let found = std::process::Command::new("grep")
        .args(["-r", "-l", "-a", "-i", "--exclude=log"])
        .args(patterns)
        .arg(&system.embedded().data)
        .output()
        .unwrap();
    String::from_utf8(found.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_in_no_outbox_and_on_no_page_of_a_database() {
    let system = System::start();
    let study = Study { patient_name: "VUONG^THI TUYET-LAN".into(), ..Study::numbered(69) };
    let mut order = study.order();
    order["patient"]["name"] = "Vương Thị Tuyết-Lan".into();
    order["patient"]["phone"] = "0987 650 321".into();
    order["patient"]["email"] = "tuyetlan@example.vn".into();
    system.upload("incoming/tuyet", study.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
    // A consultation, from its question to minutes in the study.
    let held = Held::start(&system, &study);
    let (_, welcome) = held.ask(&system, "poll", &json!({ "since": null }));
    let chat =
        json!({ "type": "chat", "id": "0e2f0a52-9f7e-4c39-8e0f-8d3a4b1c2d3e", "text": "Lời chỉ nói ở đây" });
    let (status, said) = held.ask(&system, "poll", &json!({ "since": welcome["head"], "messages": [chat] }));
    assert!(status == 200 && said.to_string().contains("Lời chỉ"), "{said}");
    held.submit(&system, "opinions", &[("text", "Ý kiến chỉ viết ở đây")]);
    held.submit(&system, "minutes", &[("follows", ""), ("conclusion", "Kết luận chỉ viết ở đây")]);
    let (_, minutes) =
        held.chair.get(&format!("{}/consultations/{}/minutes", system.text("portal"), held.id));
    let digest = between(&minutes, "name=\"follows\" value=\"", "\"");
    assert_eq!(held.submit(&system, "minutes/sign", &[("digest", digest)]).0, 200);
    let has_minutes = || system.study(&study.uid).filter(|study| study["instances"] == 2).map(|_| ());
    system.until_some("the minutes in the study", has_minutes).await;
    let words = [
        "tuyet-lan",
        "Tuyết-Lan",
        "987650321",
        "987 650 321",
        "tuyetlan@example",
        QUESTION,
        CHAIR,
        INVITED,
        MAILBOX,
        "Lời chỉ nói ở đây",
        "Ý kiến chỉ viết ở đây",
        "Kết luận chỉ viết ở đây",
    ];
    for word in words {
        assert!(!files_with(&system, &[word]).is_empty(), "{word} is nowhere");
    }
    let end = Instant::now() + PATIENCE;
    while system.embedded().all_emails().is_empty() || system.embedded().all_sms().is_empty() {
        assert!(Instant::now() < end, "no message was sent");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(files_with(&system, &words).contains("outbox"));
    system.staff(&["erase", &study.patient_id, "--reason", "asked for"]);
    assert!(system.embedded().all_sms().is_empty() && system.embedded().all_emails().is_empty());
    // Nobody is in the consultation any more, and its invitation opens nothing.
    assert_eq!(held.ask(&system, "poll", &json!({ "since": welcome["head"] })).0, 401);
    assert_eq!(held.ask(&system, "ticket", &json!({})).0, 401);
    assert_eq!(Browser::default().get(&format!("{}{}", system.text("portal"), held.link)).0, 404);
    assert!(system.command(&["audit", "verify"]).0);
    // The databases truncate their journals within seconds.
    while !files_with(&system, &words).is_empty() {
        assert!(Instant::now() < end, "left in {}", files_with(&system, &words));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_patient_leaves_what_another_patient_sees() {
    let system = System::start();
    // Images under one patient code, released by staff to the patient of another.
    let (images, shown) = (Study::numbered(67), Study::numbered(68));
    system.upload("incoming/1", Study { accession: String::new(), ..images.clone() }.slice(1, 1)).await;
    system.upload_order(&shown.order()).await;
    system.until(&images.uid, "held").await;
    system.release(&images.uid, &["--order", &shown.accession]);
    system.until(&images.uid, "released").await;
    let sms = system.until_sms(1).await.remove(0);

    let erased = system.staff(&["erase", &images.patient_id, "--reason", "asked for"]);
    assert_eq!(erased["studies"], json!([]), "{erased}");
    assert_eq!(system.study(&images.uid).unwrap()["state"], "released");
    opens(&system, &link_of(&sms));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_twice_in_a_zip_or_under_anothers_key_is_erased_and_the_others_files_stay() {
    let system = System::start();
    let mine = Study::numbered(69);
    let theirs = Study { patient_name: "TRAN^VAN BINH".into(), ..Study::numbered(70) };
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, study) in [("a", &mine), ("b", &theirs)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &study.slice(1, 2)).unwrap();
    }
    system.upload("incoming/both.zip", zip.finish().unwrap().into_inner()).await;
    system.upload("incoming/one-key", mine.slice(1, 1)).await;
    system.upload("incoming/one-key", theirs.slice(1, 1)).await;
    system.upload("incoming/again", mine.slice(1, 1)).await;
    system.upload("orders/again.json", mine.order().to_string()).await;
    release_as(&system, &theirs, "Trần Văn Bình").await;
    release_as(&system, &mine, "Nguyễn Thị Hoà").await;
    system.upload("incoming/changed", mine.slice_with(1, 1, 500)).await;
    // Two instances, the second copy and the corrected file, and two objects of the order.
    let rehearse = || system.staff(&["erase", &mine.patient_id, "--reason", "asked for", "--dry-run"]);
    system.until_some("the correction", || Some(()).filter(|()| rehearse()["objects"] == 2 + 2 + 2)).await;
    for study in [&mine, &theirs] {
        assert_eq!(system.until(&study.uid, "released").await["instances"], 2);
    }

    system.staff(&["erase", &mine.patient_id, "--reason", "asked for"]);
    assert_eq!(files_about(&system, &mine), "");
    assert!(
        system.stored("studies", "incoming/both.zip").await.is_none(),
        "the ZIP holds the patient's file"
    );
    assert_eq!(system.uploaded("incoming/one-key").await, theirs.slice(1, 1));
    let left = files_about(&system, &theirs);
    assert!(left.lines().any(|file| file.contains("/unpacked/")), "{left}");
    assert_eq!(system.until(&theirs.uid, "released").await["instances"], 2);
    assert_eq!(found(&system, &[]).1["found"], json!({}), "what was erased counts as lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_refused_for_anothers_study_goes_with_its_own_patient() {
    let system = System::start();
    let (study, _) = released(&system, 71).await;
    let stranger =
        Study { patient_id: "N20-7171717".into(), patient_name: "LE^THI MAI".into(), ..study.clone() };
    system.upload("incoming/theirs", stranger.slice(1, 7)).await;
    assert_eq!(system.until_quarantined("incoming/theirs").await["code"], "two-patients");
    let erased = system.staff(&["erase", &stranger.patient_id, "--reason", "asked for"]);
    assert_eq!((&erased["studies"], &erased["objects"]), (&json!([]), &json!(3)), "upload, copy and reason");
    assert!(system.quarantined().is_empty());
    assert!(system.stored("studies", "incoming/theirs").await.is_none());
    assert!(system.study(&study.uid).is_some(), "the study it came for is not theirs");
}
