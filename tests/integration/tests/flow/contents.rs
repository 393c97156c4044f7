//! What is in a study besides its slices, and its originals.

use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::portal::{Browser, agent, path_of};
use crate::sample::Study;
use crate::system::{System, link_of};

/// What the bucket holds of a series under the end of a name.
fn stored(system: &System, study: &Study, series: u32, suffix: &str) -> Vec<u8> {
    let folder = system.data.join("buckets/derived").join(&study.uid).join(study.series_uid(series));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(suffix))
        .collect();
    files.sort_by_key(|path| path.metadata().unwrap().modified().unwrap());
    std::fs::read(files.last().unwrap()).unwrap()
}

fn json_of(system: &System, study: &Study, series: u32, suffix: &str) -> Value {
    let stored = stored(system, study, series, suffix);
    serde_json::from_reader(GzDecoder::new(stored.as_slice())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn key_images_come_first_and_a_late_selection_marks_them_too() {
    let system = System::start();
    let study = Study::numbered(41);
    system.upload_order(&study.order()).await;
    for number in 1..=6 {
        system.upload(&format!("incoming/{number}"), study.slice(1, number)).await;
    }
    system.until(&study.uid, "released").await;
    assert_eq!(json_of(&system, &study, 1, ".index.json")["poster_frame"], 3);

    system.upload("incoming/ko", study.key_objects(9, 1, &[2, 5])).await;
    system
        .until_some("the key images", || {
            let index = json_of(&system, &study, 1, ".index.json");
            let marked: Vec<bool> =
                index["frames"].as_array().unwrap().iter().map(|f| f["is_key"] == true).collect();
            (index["poster_frame"] == 1 && marked == [false, true, false, false, true, false]).then_some(())
        })
        .await;
    let others = &json_of(&system, &study, 9, ".index.json")["others"];
    assert_eq!(others[0]["name"], "Key Object Selection Document Storage");
    assert_eq!(system.all_sms().len(), 1, "a late selection is no second notice");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_read_in_place_and_what_is_nothing_to_look_at_is_listed() {
    let system = System::start();
    let study = Study::numbered(42);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload("incoming/sr", study.report(2, "Không thấy bất thường.")).await;
    let rt_structure_set = "1.2.840.10008.5.1.4.1.1.481.3";
    system.upload("incoming/rt", study.instance(3, 1, rt_structure_set, "RTSTRUCT", [])).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;

    let index = json_of(&system, &study, 2, ".index.json");
    let document = &index["documents"][0];
    assert_eq!((&document["kind"], &document["media_type"]), (&json!("report"), &json!("application/json")));
    let at = |name: &str| document[name].as_u64().unwrap() as usize;
    let pack = stored(&system, &study, 2, ".pack");
    let report: Value = serde_json::from_slice(&pack[at("offset")..at("offset") + at("length")]).unwrap();
    assert_eq!(report["title"], "Diagnostic imaging report");
    let said = report["lines"].as_array().unwrap().iter().find(|line| line["name"] == "Finding").unwrap();
    assert_eq!(said["value"], "Không thấy bất thường.");

    let index = json_of(&system, &study, 3, ".index.json");
    assert_eq!(index["others"][0]["name"], "RT Structure Set Storage");
    let metadata = json_of(&system, &study, 1, ".metadata.json");
    assert_eq!(metadata[0]["0020000D"], json!({ "vr": "UI", "Value": [study.uid] }));
    assert!(metadata[0].get("7FE00010").is_none_or(|pixels| pixels.get("InlineBinary").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_originals_come_back_byte_by_byte() {
    let system = System::start();
    let study = Study::numbered(43);
    for number in 1..=3 {
        system.upload(&format!("incoming/{number}"), study.slice(1, number)).await;
    }
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&system.all_sms()[0])), &[("answer", "02/03/1958")]);

    let page = format!("/studies/{}/download", study.uid);
    let portal = system.text("portal");
    let (_, before) = patient.get(&format!("{portal}{page}"));
    assert!(!before.contains(".zip"), "nobody asked for it yet: {before}");
    patient.submit(&system, &page, &[]);
    let ready = || {
        let (_, page) = patient.get(&format!("{portal}{page}"));
        let url = page.split(r#"class="primary" href=""#).nth(1)?.split('"').next()?;
        Some(url.replace("&amp;", "&").replace("&#38;", "&"))
    };
    let url = system.until_some("the download", ready).await;
    let mut answer = agent().get(&url).call().unwrap();
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, r#"attachment; filename="dicom-2026-01-05.zip""#);
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.body_mut().read_to_vec().unwrap())).unwrap();
    assert_eq!(zip.len(), 4, "three files and what to do with them");
    for number in 1..=3 {
        let mut bytes = Vec::new();
        zip.by_name(&format!("DICOM/S001/I0000{number}.dcm")).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, study.slice(1, number));
    }
    let one = format!("{portal}/studies/{}/files/{}.2", study.uid, study.series_uid(1));
    let bare = agent().get(&one).call().unwrap();
    assert_eq!(bare.headers()["location"], "/", "without a session there is nothing");
}
