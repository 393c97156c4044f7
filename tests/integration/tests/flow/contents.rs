//! What a study holds besides its slices, and its originals.

use std::io::{Cursor, Read};
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::agent::agent;
use crate::portal::{Browser, path_of};
use crate::sample::Study;
use crate::stack::reach;
use crate::system::{PATIENCE, System, link_of, on_both_systems};

on_both_systems! {
    key_images_come_first_and_a_late_selection_marks_them_too
    reports_are_read_in_place_and_what_is_nothing_to_look_at_is_listed
    the_originals_come_back_byte_by_byte
}

/// The object that the manifest now names for a series, found by the end of its key.
async fn stored(system: &System, study: &Study, series: u32, suffix: &str) -> Bytes {
    let manifest = system.stored("derived", &format!("{}/study.json", study.uid)).await.unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let of_series = |entry: &&Value| entry["series_instance_uid"] == study.series_uid(series);
    let entry = manifest["series"].as_array().unwrap().iter().find(of_series).unwrap().to_string();
    let key = entry.split('"').find(|word| word.ends_with(suffix)).unwrap();
    system.stored("derived", key).await.unwrap()
}

async fn json_of(system: &System, study: &Study, series: u32, suffix: &str) -> Value {
    let stored = stored(system, study, series, suffix).await;
    serde_json::from_reader(GzDecoder::new(&*stored)).unwrap()
}

async fn key_images_come_first_and_a_late_selection_marks_them_too(system: System) {
    let study = system.sample(41);
    system.upload_order(&study.order()).await;
    for number in 1..=6 {
        system.upload(&format!("incoming/{number}"), study.slice(1, number)).await;
    }
    system.until(&study.uid, "released").await;
    assert_eq!(json_of(&system, &study, 1, ".index.json").await["poster_frame"], 3);

    system.upload("incoming/ko", study.key_objects(9, 1, &[2, 5])).await;
    let marked = async {
        loop {
            let index = json_of(&system, &study, 1, ".index.json").await;
            let marked: Vec<bool> =
                index["frames"].as_array().unwrap().iter().map(|f| f["is_key"] == true).collect();
            if index["poster_frame"] == 1 && marked == [false, true, false, false, true, false] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, marked).await.expect("the key images did not come");
    system.until(&study.uid, "released").await;
    let documents = &json_of(&system, &study, 9, ".index.json").await["documents"];
    assert_eq!((&documents[0]["kind"], &documents[0]["title"]), (&json!("selection"), &json!("Of Interest")));
    assert_eq!(system.all_sms().len(), 1, "a late selection is no second notice");
}

async fn reports_are_read_in_place_and_what_is_nothing_to_look_at_is_listed(system: System) {
    let study = system.sample(42);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload("incoming/sr", study.report(2, "Không thấy bất thường.", "PARTIAL")).await;
    let rt_structure_set = "1.2.840.10008.5.1.4.1.1.481.3";
    system.upload("incoming/rt", study.instance(3, 1, rt_structure_set, "RTSTRUCT", [])).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;

    let index = json_of(&system, &study, 2, ".index.json").await;
    let document = &index["documents"][0];
    assert_eq!((&document["kind"], &document["media_type"]), (&json!("report"), &json!("application/json")));
    let at = |name: &str| document[name].as_u64().unwrap() as usize;
    let pack = stored(&system, &study, 2, ".pack").await;
    let report: Value = serde_json::from_slice(&pack[at("offset")..at("offset") + at("length")]).unwrap();
    assert_eq!(report["title"], "Diagnostic imaging report");
    let said = report["lines"].as_array().unwrap().iter().find(|line| line["name"] == "Finding").unwrap();
    assert_eq!(said["value"], "Không thấy bất thường.");

    let patient = Browser::default();
    let path = path_of(&link_of(&system.all_sms()[0]));
    let page = patient.submit(&system, &path, &[("answer", "02/03/1958")]).1;
    let tile = page.split("class=\"series-words\"").find(|tile| tile.contains("Báo cáo chưa hoàn tất."));
    assert!(tile.is_some_and(|tile| tile.contains("Diagnostic imaging report")), "{page}");

    let index = json_of(&system, &study, 3, ".index.json").await;
    assert_eq!(index["others"][0]["name"], "RT Structure Set Storage");
    let metadata = json_of(&system, &study, 1, ".metadata.json").await;
    assert_eq!(metadata[0]["0020000D"], json!({ "vr": "UI", "Value": [study.uid] }));
    assert!(metadata[0].get("7FE00010").is_none_or(|pixels| pixels.get("InlineBinary").is_none()));
}

async fn the_originals_come_back_byte_by_byte(system: System) {
    let study = system.sample(43);
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
    let (at, host) = reach(&one);
    let bare = agent().get(at).header("host", host).call().unwrap();
    assert_eq!(bare.headers()["location"], "/", "without a session there is nothing");
}
