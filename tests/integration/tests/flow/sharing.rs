//! Shares, and the record of who opened what.

use serde_json::Value;

use crate::portal::{Browser, path_of, released};
use crate::sample::Study;
use crate::system::{System, link_of, on_both_systems};

on_both_systems! {
    a_share_opens_what_was_chosen_until_it_is_ended_and_its_patient_sees_who_came
    a_patient_leaves_everywhere_at_once
}

/// The text between two words of a page.
pub fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let start = page.find(before).unwrap_or_else(|| panic!("{before} is not in {page}")) + before.len();
    page[start..].split(after).next().unwrap()
}

async fn another_study(system: &System, first: &Study, number: u32) -> Study {
    let second = Study { patient_id: first.patient_id.clone(), ..system.sample(number) };
    system.upload("incoming/second", second.slice(1, 1)).await;
    system.upload_order(&second.order()).await;
    system.until(&second.uid, "released").await;
    second
}

fn signed_in(system: &System, sms: &Value) -> Browser {
    let patient = Browser::default();
    let (status, page) = patient.submit(system, &path_of(&link_of(sms)), &[("answer", "02/03/1958")]);
    assert_eq!(status, 200, "{page}");
    patient
}

async fn a_share_opens_what_was_chosen_until_it_is_ended_and_its_patient_sees_who_came(system: System) {
    let (shown, sms) = released(&system, 71).await;
    let hidden = another_study(&system, &shown, 72).await;
    let patient = signed_in(&system, &sms);
    let portal = system.text("portal");

    let form = [("label", "BS. Minh"), ("relation", "doctor"), ("study", &shown.uid), ("days", "7")];
    let (status, made) = patient.submit(&system, "/shares", &form);
    assert_eq!(status, 200, "{made}");
    let path = between(&made, &format!(">{portal}"), "<").to_owned();
    let code = between(&made, "secret digits\" readonly value=\"", "\"").to_owned();

    let doctor = Browser::default();
    let (status, page) = doctor.get(&format!("{portal}{path}"));
    assert!(status == 200 && !page.contains("Hoà"), "{page}");
    let wrong = if code.starts_with('1') { "222 222" } else { "111 111" };
    assert_eq!(doctor.submit(&system, &path, &[("code", wrong)]).0, 403);
    let (status, list) = doctor.submit(&system, &path, &[("code", &code.replace(' ', ""))]);
    assert_eq!(status, 200, "{list}");
    assert!(list.contains(&shown.uid) && !list.contains(&hidden.uid), "{list}");
    assert_eq!(doctor.get(&format!("{portal}/studies/{}", shown.uid)).0, 200);
    for path in [
        format!("/studies/{}", hidden.uid),
        format!("/studies/{}/grant", hidden.uid),
        format!("/studies/{}/download", shown.uid),
        format!("/studies/{}/access", shown.uid),
        "/shares".into(),
    ] {
        assert_eq!(doctor.get(&format!("{portal}{path}")).0, 404, "{path}");
    }
    doctor.submit(&system, &format!("/studies/{}/seen", shown.uid), &[]);

    let (_, who) = patient.get(&format!("{portal}/studies/{}/access", shown.uid));
    assert!(who.contains("BS. Minh") && who.contains("Đã thấy ảnh"), "{who}");
    let (_, shares) = patient.get(&format!("{portal}/shares"));
    assert!(shares.contains("Đã mở 1 lần"), "{shares}");
    let id = between(&shares, "action=\"/shares/", "/end\"").to_owned();
    assert_eq!(doctor.submit(&system, &format!("/shares/{id}/end"), &[]).0, 404, "a guest rules nothing");
    assert_eq!(patient.submit(&system, &format!("/shares/{id}/end"), &[]).0, 200);
    let (_, after) = doctor.get(&format!("{portal}/studies/{}", shown.uid));
    assert!(!after.contains("Hoà"), "an ended share still shows");
    assert_eq!(doctor.submit(&system, &path, &[("code", &code)]).0, 404);

    let history = system.staff(&["history", &shown.uid]);
    let opened = history["lines"].as_array().unwrap().iter().filter(|line| line["what"] == "opened");
    let who: Vec<_> = opened.map(|line| line["who"].as_str().unwrap().to_owned()).collect();
    assert_eq!(who, ["patient", "BS. Minh"], "{history:#}");
}

async fn a_patient_leaves_everywhere_at_once(system: System) {
    let (study, sms) = released(&system, 73).await;
    let (phone, internet_cafe) = (signed_in(&system, &sms), signed_in(&system, &sms));
    let page = format!("{}/studies/{}", system.text("portal"), study.uid);
    assert!(internet_cafe.get(&page).1.contains("Nguyễn Thị Hoà"));
    phone.submit(&system, "/sign-out-everywhere", &[]);
    assert!(!internet_cafe.get(&page).1.contains("Nguyễn Thị Hoà"));
    assert!(signed_in(&system, &sms).get(&page).1.contains("Nguyễn Thị Hoà"), "the slip still opens");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_holds_until_a_byte_is_changed() {
    let system = System::start();
    let (study, sms) = released(&system, 74).await;
    signed_in(&system, &sms);
    let stranger = Browser::default();
    stranger.submit(&system, "/sign-in", &[("account", &study.patient_id), ("password", "AAAAA-AAAAA")]);
    let (holds, text) = system.command(&["audit", "verify"]);
    assert!(holds, "{text}");
    let (_, log) = system.command(&["audit", "export"]);
    for action in [r#""action":"open-link""#, r#""action":"open-study""#, r#""outcome":"refused""#] {
        assert!(log.contains(action), "{action} is missing in {log}");
    }
    for secret in ["Hoà", "0903", "903123456", "1958", "hoa@example", &link_of(&sms)] {
        assert!(!log.contains(secret), "the audit log holds {secret}");
    }
    let (_, fhir) = system.command(&["audit", "export", "--fhir"]);
    let first: Value = serde_json::from_str(fhir.lines().next().unwrap()).unwrap();
    assert_eq!(first["resourceType"], "AuditEvent");

    let folder = system.embedded().data.join("buckets/audit");
    let object = find_file(&folder, "000000000001.ndjson");
    let bytes = std::fs::read(&object).unwrap();
    let changed = String::from_utf8(bytes).unwrap().replacen("open-link", "open-lonk", 1);
    std::fs::write(&object, changed).unwrap();
    let (holds, text) = system.command(&["audit", "verify"]);
    assert!(!holds, "a changed byte was not found: {text}");
}

fn find_file(folder: &std::path::Path, name: &str) -> std::path::PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.file_name().is_some_and(|found| found == name) {
                return entry;
            }
        }
    }
    panic!("{name} was not written");
}
