//! Nobody sees somebody else's images: the ways it could happen, and the corrections of every day.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::portal::{Browser, opens, path_of};
use crate::sample::Study;
use crate::system::{System, link_of};

/// An order for a man who is not the patient of [`Study::order`].
fn order_of_another(study: &Study) -> Value {
    let mut order = study.order();
    order["patient"]["name"] = json!("Trần Văn Bình");
    order["patient"]["birth_date"] = json!("1990-05-06");
    order["patient"]["sex"] = json!("M");
    order["patient"]["phone"] = json!("0911 222 333");
    order["patient"]["email"] = json!("binh@example.vn");
    order
}

/// His study.
fn another(number: u32) -> Study {
    Study { patient_name: "TRAN^VAN BINH".into(), birth_date: "19900506".into(), ..Study::numbered(number) }
}

async fn reason(system: &System, uid: &str) -> Value {
    system.until(uid, "held").await["reason"]["code"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_patient_code_never_opens_two_peoples_images() {
    let system = System::start();
    let study = Study::numbered(301);
    system.upload_order(&study.order()).await;
    system.upload("incoming/hers", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let his = Study { patient_id: study.patient_id.clone(), ..another(302) };
    system.upload_order(&order_of_another(&his)).await;
    system.upload("incoming/his", his.slice(1, 1)).await;
    assert_eq!(reason(&system, &his.uid).await, "account-mismatch");
    assert_eq!(system.all_sms().len(), 1, "he is told of an account that is not his");
    let link = link_of(&system.all_sms()[0]);
    let (status, page) = Browser::default().submit(&system, &path_of(&link), &[("answer", "06/05/1990")]);
    assert!(status != 200 || !page.contains("canvas"), "his birth date opens her images");
    let (_, page) = opens(&system, &link);
    assert!(page.contains("Nguyễn Thị Hoà") && !page.contains("Bình"), "{page}");

    // Staff see both people, and a plain release does not put his images there.
    let facts = system.staff(&["release", &his.uid, "--reason", "x"]);
    assert_eq!(facts["is_account_anothers"], true);
    assert_eq!(
        (&facts["account"]["name"], &facts["order"]["name"]),
        (&json!("Nguyễn Thị Hoà"), &json!("Trần Văn Bình"))
    );
    let seen = facts["seen"].as_str().unwrap();
    let refused = system.staff_refused(&["release", &his.uid, "--seen", seen, "--reason", "x"]);
    assert_eq!(refused, "account-of-another");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_of_a_study_is_compared_with_every_other() {
    let system = System::start();
    let study = Study::numbered(303);
    let nameless = Study { patient_id: String::new(), ..study.clone() };
    system.upload_order(&study.order()).await;
    system.upload("incoming/no-id", nameless.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    // A later file brings the id: hers is accepted, another person's is not.
    system.upload("incoming/with-id", study.slice(1, 2)).await;
    system.until_some("both files", || system.study(&study.uid).filter(|s| s["instances"] == 2)).await;
    let stray = Study { patient_id: "N20-STRAY".into(), ..study.clone() };
    system.upload("incoming/stray", stray.slice(1, 3)).await;
    assert_eq!(system.until_quarantined("incoming/stray").await["code"], "two-patients");
    assert_eq!(reason(&system, &study.uid).await, "two-patients");
    let (_, page) = opens(&system, &link_of(&system.all_sms()[0]));
    assert!(!page.contains("canvas"), "a study of two patients is shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_changes_hands_while_files_come_shows_nothing_to_anybody() {
    let folder = TempDir::new().unwrap();
    let system = System::start_in(folder.path(), &["--settle", "1h"]);
    let study = Study::numbered(304);
    let mut counted = study.order();
    counted["declared_instances"] = json!(1);
    system.upload_order(&counted).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let link = link_of(&system.all_sms()[0]);
    let patient = Browser::default();
    assert_eq!(patient.submit(&system, &path_of(&link), &[("answer", "02/03/1958")]).0, 200);
    // Declaring more files keeps the study from settling for a while.
    counted["declared_instances"] = json!(9);
    system.upload_order(&counted).await;
    system.upload("incoming/2", study.slice(1, 2)).await;
    system.until(&study.uid, "receiving").await;
    let mut his = order_of_another(&study);
    his["patient"]["id"] = json!("N20-ANOTHER");
    his["declared_instances"] = json!(9);
    system.upload_order(&his).await;
    let page = format!("{}/studies/{}", system.text("portal"), study.uid);
    system
        .until_some("the order to change hands", || Some(()).filter(|()| patient.get(&page).0 == 404))
        .await;
    let list = patient.get(&format!("{}/studies", system.text("portal"))).1;
    assert!(!list.contains("Bình") && !list.contains("1990") && !list.contains(&study.uid), "{list}");
    assert!(!list.contains("đang kiểm tra"), "what is another's will not open again: {list}");
    assert_eq!(system.study(&study.uid).unwrap()["state"], "receiving");
    assert_eq!(system.staff_refused(&["resend", &study.uid]), "not-visible");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_name_another_order_do_not_go_out_under_the_signed_one() {
    let folder = TempDir::new().unwrap();
    let system = System::start_in(folder.path(), &["--release-on", "report"]);
    let study = Study::numbered(305);
    let mut signed = study.order();
    signed["accession_number"] = json!("SIGNED-305");
    signed["result"] = json!({ "status": "final" });
    system.upload_order(&signed).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    assert_eq!(reason(&system, &study.uid).await, "no-order");
    system.upload_order(&study.order()).await;
    let unsigned = || system.study(&study.uid).filter(|s| s["reason"]["code"] == "result-not-signed");
    system.until_some("the order to be judged", unsigned).await;
    let mut own = study.order();
    own["result"] = json!({ "status": "final" });
    system.upload_order(&own).await;
    system.until(&study.uid, "released").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_file_with_another_accession_number_counts() {
    let system = System::start();
    let study = Study::numbered(306);
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let his = another(307);
    system.upload_order(&order_of_another(&his)).await;
    let strayed = Study { accession: his.accession.clone(), ..study.clone() };
    system.upload("incoming/2", strayed.slice(1, 2)).await;
    assert_eq!(reason(&system, &study.uid).await, "accessions-differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_weak_a_sameness_holds() {
    let system = System::start();
    let named = |number: u32, name: &str, id: bool| Study {
        patient_name: name.into(),
        patient_id: if id { Study::numbered(number).patient_id } else { String::new() },
        ..Study::numbered(number)
    };
    let long = "9".repeat(210);
    let cases = [
        // A different year; no id and a date that everybody has; and a worthless id.
        (Study { birth_date: "1990".into(), ..Study::numbered(311) }, json!({})),
        (
            Study { birth_date: "19000101".into(), ..named(312, "NGUYEN^THI HOA", false) },
            json!({ "birth_date": "1900-01-01" }),
        ),
        (Study { patient_id: long, ..Study::numbered(313) }, json!({})),
        // Twins, and another grouping of the name.
        (named(314, "NGUYEN^MINH ANH", false), json!({ "name": "Nguyễn Anh Minh" })),
        (named(315, "Nguyễn^Thị Hoa", false), json!({})),
        (named(316, "TRAN^VAN BINH=NGUYEN^THI HOA", true), json!({})),
        (named(317, "กินดี", true), json!({ "name": "กานดา" })),
    ];
    for (study, change) in &cases {
        let mut order = study.order();
        order["patient"]["id"] = json!(format!("N-{}", study.accession));
        if !study.patient_id.is_empty() && study.patient_id.len() < 100 {
            order["patient"]["id"] = json!(study.patient_id);
        }
        order["patient"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        system.upload_order(&order).await;
        system.upload(&format!("incoming/{}", study.accession), study.slice(1, 1)).await;
    }
    for (study, _) in &cases {
        assert_eq!(reason(&system, &study.uid).await, "patient-mismatch", "{}", study.patient_name);
    }
    assert!(system.all_sms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_the_year_alone_is_asked_for_the_year() {
    let system = System::start();
    let study = Study { birth_date: "19580000".into(), ..Study::numbered(320) };
    let mut order = study.order();
    order["patient"]["birth_date"] = json!("1958");
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let link = link_of(&system.all_sms()[0]);
    let (_, wrong) = Browser::default().submit(&system, &path_of(&link), &[("answer", "1959")]);
    assert!(!wrong.contains("canvas"));
    let (status, page) = Browser::default().submit(&system, &path_of(&link), &[("answer", "1958")]);
    assert!(status == 200 && page.contains("canvas"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_archive_mends_hides_the_study_until_all_of_it_is_mended() {
    let system = System::start();
    let wrong = Study { patient_name: "LE^VAN SAI".into(), ..Study::numbered(321) };
    let right = Study { patient_name: "NGUYEN^THI HOA".into(), ..wrong.clone() };
    system.upload_order(&right.order()).await;
    for number in 1..=2 {
        system.upload(&format!("incoming/{number}"), wrong.slice(1, number)).await;
    }
    assert_eq!(reason(&system, &wrong.uid).await, "patient-mismatch");
    system.upload("incoming/1", right.slice(1, 1)).await;
    let mixed = || system.study(&wrong.uid).filter(|s| s["reason"]["code"] == "two-patients");
    system.until_some("the mix to be seen", mixed).await;
    system.upload("incoming/again/2", right.slice(1, 2)).await;
    let released = system.until(&wrong.uid, "released").await;
    assert_eq!(released["instances"], 2);
    assert!(system.quarantined().is_empty());
    let (_, page) = opens(&system, &link_of(&system.all_sms()[0]));
    assert!(page.contains("Nguyễn Thị Hoà") && page.contains("canvas"));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_files_take_the_place_of_those_that_the_archive_deleted() {
    let system = System::start();
    let wrong = Study { patient_name: "LE^VAN SAI".into(), ..Study::numbered(322) };
    let right = Study { patient_name: "NGUYEN^THI HOA".into(), ..wrong.clone() };
    system.upload_order(&right.order()).await;
    system.upload("incoming/old", wrong.slice(1, 1)).await;
    reason(&system, &wrong.uid).await;
    // While the old file is there, the new one belongs to somebody else.
    system.upload("incoming/new", right.slice(1, 2)).await;
    assert_eq!(system.until_quarantined("incoming/new").await["code"], "two-patients");
    system.delete("incoming/old").await;
    system.upload("incoming/newer", right.slice(1, 3)).await;
    let whole = || system.study(&wrong.uid).filter(|s| s["state"] == "released" && s["instances"] == 2);
    system.until_some("both new files, and not the old one", whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_say_once_that_two_are_one_person() {
    let system = System::start();
    let married = |number: u32| Study {
        patient_id: "N20-MARRIED".into(),
        patient_name: "NGUYEN^THI HOA MAI".into(),
        ..Study::numbered(number)
    };
    for number in [331, 332] {
        system.upload_order(&married(number).order()).await;
        system.upload(&format!("incoming/{number}"), married(number).slice(1, 1)).await;
        assert_eq!(reason(&system, &married(number).uid).await, "patient-mismatch");
    }
    let listed = system.staff(&["reviews"]);
    assert_eq!(listed["mismatches"].as_array().unwrap().len(), 2);
    assert_eq!(listed["mismatches"][0]["images"][0]["doubts"], json!(["name"]));
    system.release(&married(331).uid, &["--same-person"]);
    // Nobody has to confirm the other study, or what comes later.
    system.until(&married(332).uid, "released").await;
    system.upload_order(&married(333).order()).await;
    system.upload("incoming/333", married(333).slice(1, 1)).await;
    system.until(&married(333).uid, "released").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_say_that_images_and_account_alike_are_the_person_of_a_corrected_order() {
    let system = System::start();
    let study = Study::numbered(335);
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let mut corrected = study.order();
    corrected["patient"]["birth_date"] = json!("1991-03-04");
    system.upload_order(&corrected).await;
    system.until(&study.uid, "held").await;
    system.release(&study.uid, &["--same-person"]);
    system.until(&study.uid, "released").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_four_eyes_are_demanded_one_member_is_not_enough() {
    let folder = TempDir::new().unwrap();
    let rules = folder.path().join("identity.json");
    std::fs::write(&rules, r#"{"four_eyes":true}"#).unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let system = System::start_in(&data, &["--identity", rules.to_str().unwrap()]);
    let study = Study { patient_name: "NGUYEN^THI HAO".into(), ..Study::numbered(334) };
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    reason(&system, &study.uid).await;
    for _ in 0..2 {
        assert_eq!(system.release(&study.uid, &[])["done"], false);
    }
    assert_eq!(system.study(&study.uid).unwrap()["state"], "held");
    let facts = system.staff(&["release", &study.uid, "--reason", "x"]);
    assert_eq!((&facts["asked"]["is_own"], &facts["four_eyes"]), (&json!(true), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_heard_nothing_is_told_once_a_number_is_known() {
    let system = System::start();
    let study = Study::numbered(341);
    let mut silent = study.order();
    silent["patient"].as_object_mut().unwrap().remove("phone");
    silent["patient"].as_object_mut().unwrap().remove("email");
    system.upload_order(&silent).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    assert!(system.all_sms().is_empty());
    system.upload_order(&study.order()).await;
    let sms = system.until_sms(1).await;
    assert_eq!(opens(&system, &link_of(&sms[0])).0, 200);
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    assert_eq!(system.all_sms().len(), 1, "told twice");

    let other = Study::numbered(342);
    let mut silent = other.order();
    silent["patient"].as_object_mut().unwrap().remove("phone");
    silent["patient"].as_object_mut().unwrap().remove("email");
    system.upload_order(&silent).await;
    system.upload("incoming/2", other.slice(1, 1)).await;
    system.until(&other.uid, "released").await;
    system.staff(&["contact", &other.patient_id, "--phone", "0912 000 111"]);
    assert_eq!(system.until_sms(2).await[0]["to"], "+84912000111");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_is_shown_and_told_to_nobody() {
    let system = System::start();
    let study = Study::numbered(343);
    let mut order = study.order();
    order["status"] = json!("cancelled");
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    assert_eq!(reason(&system, &study.uid).await, "order-cancelled");
    assert!(system.all_sms().is_empty());
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    system.upload_order(&order).await;
    assert_eq!(reason(&system, &study.uid).await, "order-cancelled");
    let (_, page) = opens(&system, &link_of(&system.all_sms()[0]));
    assert!(!page.contains("canvas"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accession_number_that_is_used_again_is_told_to_the_records_office_and_the_log() {
    let system = System::start();
    let study = Study::numbered(344);
    system.upload_order(&study.order()).await;
    let mut his = order_of_another(&study);
    his["patient"]["id"] = json!("N20-ANOTHER");
    system
        .until_some("the first order", || {
            Some(()).filter(|()| !system.staff(&["find", &study.accession]).as_array().unwrap().is_empty())
        })
        .await;
    system.upload_order(&his).await;
    let orders = || system.staff(&["reviews"])["orders"].as_array().unwrap().clone();
    let told = system.until_some("the records office to be told", || orders().first().cloned()).await;
    assert_eq!(
        (&told["kind"], &told["accession_number"]),
        (&json!("accession-reused"), &json!(study.accession))
    );
    let log = system.log();
    assert!(log.contains("accession-reused") && !log.contains("N20-ANOTHER") && !log.contains("Bình"));
}

#[tokio::test(flavor = "multi_thread")]
async fn document_that_names_another_patient_is_another_patients_file() {
    let system = System::start();
    let study = Study::numbered(331);
    system.upload_order(&study.order()).await;
    system.upload("incoming/slice", study.slice(1, 1)).await;
    system.upload("incoming/hers", study.cda(2, 1, &study.patient_id, "Nguyễn Thị Hoà")).await;
    system.until(&study.uid, "released").await;
    system.until_some("both files", || system.study(&study.uid).filter(|s| s["instances"] == 2)).await;
    // The file around it says that it is hers; the patient inside is far from its first bytes.
    system.upload("incoming/his", study.cda(2, 2, "N20-HIS", "Lê Văn Khác")).await;
    assert_eq!(system.until_quarantined("incoming/his").await["code"], "two-patients");
    assert_eq!(reason(&system, &study.uid).await, "two-patients");
    // The corrected file gives her the study back.
    system.upload("incoming/mended", study.cda(2, 2, &study.patient_id, "Nguyễn Thị Hoà")).await;
    system.until(&study.uid, "released").await;
    assert!(!system.study(&study.uid).unwrap().to_string().contains("Khác"));
}
