use serde_json::json;

use crate::portal::{Browser, opens, password_of, path_of};
use crate::sample::Study;
use crate::system::{System, link_of, on_both_systems};

on_both_systems! {
    every_bad_file_gets_its_reason_and_the_good_study_goes_on
    the_same_instance_with_other_bytes_takes_the_place_of_the_first
    an_instance_of_another_series_with_the_same_uid_is_refused_and_the_first_one_stays
    two_patients_under_one_study_uid_are_held
    a_bad_order_is_refused_by_the_name_of_its_field
    a_patient_whose_birth_date_nobody_knows_comes_in_with_the_password
    an_order_that_no_item_holds_releases_its_study_all_the_same
    what_lies_beside_the_images_of_a_disc_is_passed_over_and_counted
    a_selection_that_no_item_holds_is_refused_with_a_reason
}

async fn every_bad_file_gets_its_reason_and_the_good_study_goes_on(system: System) {
    let study = system.sample(21);
    let good = study.slice(1, 1);
    let mut wrong_preamble = good.clone();
    wrong_preamble[128..132].copy_from_slice(b"DICX");
    let nameless = Study { uid: String::new(), ..study.clone() };
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("incoming/empty.dcm", Vec::new(), "empty"),
        ("incoming/text.txt", b"Xin chao".to_vec(), "not-dicom"),
        ("incoming/truncated header.dcm", good[..200].to_vec(), "truncated"),
        ("incoming/truncated+pixels%.dcm", good[..good.len() / 3].to_vec(), "truncated"),
        ("incoming/ế/wrong preamble", wrong_preamble, "not-dicom"),
        ("incoming/no study uid", nameless.slice(1, 1), "missing-study-instance-uid"),
    ];
    for (key, bytes, _) in &cases {
        system.upload(key, bytes.clone()).await;
    }
    system.upload("incoming/a b+%ế/good", good).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;

    for (key, bytes, code) in &cases {
        let refused = system.until_quarantined(key).await;
        assert_eq!(refused["code"], *code, "{key}: {refused}");
        assert!(refused["message"].as_str().unwrap().ends_with('.'), "{refused}");
        assert_eq!(system.uploaded(key).await, *bytes, "{key} is not as uploaded");
    }
    assert!(
        !page_of(&system, &study).contains("tệp của lần chụp này bị hỏng"),
        "what came as a whole is not missing"
    );
    let second = study.slice(1, 2);
    system.upload("incoming/second", second[..second.len() / 3].to_vec()).await;
    system.until_quarantined("incoming/second").await;
    assert!(page_of(&system, &study).contains("Có 1 tệp của lần chụp này bị hỏng"));
    system.upload("incoming/second again", second).await;
    let is_whole =
        || Some(()).filter(|()| !page_of(&system, &study).contains("tệp của lần chụp này bị hỏng"));
    system.until_some("the file as a whole", is_whole).await;
}

/// The study's page as its patient reads it.
fn page_of(system: &System, study: &Study) -> String {
    let sms = system.all_sms();
    let mine = sms.iter().find(|sms| sms["text"].as_str().unwrap().contains(&study.patient_id)).unwrap();
    opens(system, &link_of(mine)).1
}

async fn the_same_instance_with_other_bytes_takes_the_place_of_the_first(system: System) {
    let study = system.sample(22);
    system.upload_order(&study.order()).await;
    system.upload("incoming/same-key", study.slice_with(1, 1, 600)).await;
    system.until(&study.uid, "released").await;
    system.upload("incoming/same-key", study.slice_with(1, 1, 500)).await;
    // A pack is named by what it shows.
    let packs = async || {
        let keys = system.bucket("derived").list(&format!("{}/", study.uid), 1000).await.unwrap();
        keys.iter().filter(|key| key.as_str().ends_with(".pack")).count()
    };
    let started = std::time::Instant::now();
    while packs().await < 2 {
        assert!(started.elapsed() < crate::system::PATIENCE, "the correction is not shown");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    assert_eq!(system.until(&study.uid, "released").await["instances"], 1);
    assert!(system.quarantined().is_empty());
    assert_eq!(system.all_sms().len(), 1, "a correction is told nobody twice");
}

async fn an_instance_of_another_series_with_the_same_uid_is_refused_and_the_first_one_stays(system: System) {
    let study = system.sample(28);
    let first = study.slice(1, 1);
    // The second file names series 3; everything else is as in the first.
    let uid = |series| study.series_uid(series).into_bytes();
    let mut twin = study.slice_with(1, 1, 500);
    let tag = b"\x20\x00\x0e\x00UI";
    let at = twin.windows(tag.len()).position(|bytes| bytes == tag).unwrap() + tag.len() + 2;
    let (old, new) = (uid(1), uid(3));
    assert_eq!(&twin[at..at + old.len()], &old[..]);
    twin[at..at + new.len()].copy_from_slice(&new);
    system.upload_order(&study.order()).await;
    system.upload("incoming/first", first).await;
    system.until(&study.uid, "released").await;
    // Sent twice under two keys, it gets the same answer: one file is missing.
    for key in ["incoming/twin", "incoming/twin again"] {
        system.upload(key, twin.clone()).await;
        assert_eq!(system.until_quarantined(key).await["code"], "duplicate-instance-uid", "{key}");
        assert!(page_of(&system, &study).contains("Có 1 tệp của lần chụp này bị hỏng hoặc bị trùng mã"));
    }
    let names = |series| page_of(&system, &study).contains(&study.series_uid(series));
    assert_eq!(system.until(&study.uid, "released").await["instances"], 1);
    assert!(names(1) && !names(3), "the first one stays");
    // In the place of the first file it is a correction: the archive moved the image to another series.
    system.upload("incoming/first", twin).await;
    let is_moved = || Some(()).filter(|()| names(3) && !names(1));
    system.until_some("the image in its new series", is_moved).await;
    assert!(!page_of(&system, &study).contains("trùng mã"), "nothing is missing any more");
}

async fn two_patients_under_one_study_uid_are_held(system: System) {
    let study = system.sample(23);
    let other = Study {
        patient_id: format!("{}-OTHER", study.patient_id),
        patient_name: "LE^THI MAI".into(),
        ..study.clone()
    };
    system.upload_order(&study.order()).await;
    system.upload("incoming/mine", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    system.upload("incoming/theirs", other.slice(1, 2)).await;
    assert_eq!(system.until_quarantined("incoming/theirs").await["code"], "two-patients");
    let held = system.until(&study.uid, "held").await;
    assert_eq!((&held["reason"]["code"], &held["instances"]), (&json!("two-patients"), &json!(1)));
}

async fn a_bad_order_is_refused_by_the_name_of_its_field(system: System) {
    system.upload("orders/broken.json", "{\"accession_number\":").await;
    let mut lacking = system.sample(24).order();
    lacking["patient"]["birth_date"].take();
    system.upload("orders/lacking field.json", lacking.to_string()).await;
    assert_eq!(system.until_quarantined("orders/broken.json").await["code"], "order-not-json");
    let refused = system.until_quarantined("orders/lacking field.json").await;
    assert_eq!(refused["code"], "order-missing-field");
    assert_eq!(refused["accession_number"], lacking["accession_number"]);
    assert_eq!(refused["patient_id"], json!(null), "the patient's code is for the console alone");
    assert!(refused["message"].as_str().unwrap().contains("patient.birth_date"));
    lacking["patient"]["birth_date"] = json!("2999-01-01");
    system.upload("orders/unborn.json", lacking.to_string()).await;
    let refused = system.until_quarantined("orders/unborn.json").await;
    assert_eq!(refused["code"], "order-bad-field");
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("`patient.birth_date` is a date that lies in the future")
    );
}

async fn a_patient_whose_birth_date_nobody_knows_comes_in_with_the_password(system: System) {
    let study = system.sample(29);
    let mut order = study.order();
    order["patient"]["birth_date"] = json!("1900-01-01");
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let sms = &system.until_sms(1).await[0];
    let patient = Browser::default();
    let asked = patient.get(&link_of(sms)).1;
    assert!(!asked.contains("id=\"birth-date\"") && asked.contains("id=\"password\""), "{asked}");
    let path = path_of(&link_of(sms));
    assert_eq!(patient.submit(&system, &path, &[("answer", "01/01/1900")]).0, 403);
    let (status, page) = patient.submit(&system, &path, &[("answer", &password_of(sms))]);
    assert!(status == 200 && page.contains("canvas") && !page.contains("01/01/1900"), "{page}");
}

async fn an_order_that_no_item_holds_releases_its_study_all_the_same(system: System) {
    let study = system.sample(25);
    let mut order = study.order();
    order["ward"] = json!({ "large": "x".repeat(410_000), "number": 1e300, "": "" });
    order["ward"]["deep"] = (0..40).fold(json!(1), |inner, _| json!([inner]));
    order["patient"]["email"] = json!("ä@münchen.vn");
    order["visit"]["retention_years"] = json!("20");
    system.upload_order(&order).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    assert_eq!(system.until_sms(1).await.len(), 1, "the address that is none holds nothing back");
    assert!(system.quarantined().is_empty());
}

async fn what_lies_beside_the_images_of_a_disc_is_passed_over_and_counted(system: System) {
    let study = system.sample(26);
    let disc = [
        ("DICOM/IM000001", study.slice(1, 1)),
        ("DICOM/._IM000001", b"\0\x05\x16\x07".to_vec()),
        ("viewer.exe", b"MZ".to_vec()),
        ("lib/qt.dll", b"MZ".to_vec()),
        ("README", b"Open viewer.exe".to_vec()),
        ("AUTORUN.INF", b"[autorun]".to_vec()),
        ("DICOM/IM000002", b"no image".to_vec()),
    ];
    system.upload("incoming/disc.zip", zip_of(&disc)).await;
    system.upload("incoming/viewer.zip", zip_of(&disc[2..5])).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    assert_eq!(system.until_quarantined("incoming/viewer.zip").await["code"], "zip-without-images");
    let note = system.until_quarantined("incoming/disc.zip").await;
    assert_eq!((&note["code"], &note["is_note"]), (&json!("companions-passed-over"), &json!(true)));
    let message = note["message"].as_str().unwrap();
    assert!(message.contains("3 that belong to no image") && message.contains("1 exe"), "{message}");
    // Unpacked files lie next to the uploads of all tests.
    let find = || {
        let status = system.status();
        let refused = status["quarantined"].as_array().unwrap().iter();
        refused.clone().find(|r| r["key"].as_str().unwrap().ends_with("IM000002")).cloned()
    };
    let refused = system.until_some("the file that is no image", find).await;
    assert_eq!(refused["code"], "not-dicom");
    for companion in ["viewer.exe", "qt.dll", "README", "AUTORUN.INF", "._IM000001"] {
        let is_of_it = |refused: &serde_json::Value| refused["key"].as_str().unwrap().ends_with(companion);
        assert!(!system.status()["quarantined"].as_array().unwrap().iter().any(is_of_it), "{companion}");
    }
}

async fn a_selection_that_no_item_holds_is_refused_with_a_reason(system: System) {
    let study = system.sample(27);
    let marked: Vec<u32> = (1..=9000).collect();
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload("incoming/selection", study.key_objects(9, 1, &marked)).await;
    assert_eq!(system.until_quarantined("incoming/selection").await["code"], "not-storable");
    system.until(&study.uid, "released").await;
}

fn zip_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
