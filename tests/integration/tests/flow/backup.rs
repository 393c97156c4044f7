//! Backs up a system while it works, loses it, and restores it elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::binary::binary;
use crate::patients::Patient;
use crate::sample::Study;
use crate::system::System;
use crate::wire::Ask;

const STUDIES: u32 = 12;
const SLICES: u32 = 3;

fn back_up(system: &System, folder: &Path) -> Value {
    let (is_done, text) = system.command(&["backup", folder.to_str().unwrap(), "--json"]);
    assert!(is_done, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn filmless(words: &[&str]) -> (bool, String) {
    let output = std::process::Command::new(binary()).args(words).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn restored(folder: &Path, backup: &str, target: &Path) {
    let words = [
        "restore",
        folder.to_str().unwrap(),
        "--backup",
        backup,
        "--data",
        target.to_str().unwrap(),
        "--json",
    ];
    let (is_done, text) = filmless(&words);
    assert!(is_done, "{text}");
}

/// Every file of every bucket, except those still being written.
fn objects(data: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (root, mut found) = (data.join("buckets"), BTreeMap::new());
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                let is_on_its_way = entry.ends_with(".staged") || entry.ends_with(".parts");
                folders.extend((!is_on_its_way).then_some(entry));
            } else {
                found.insert(entry.strip_prefix(&root).unwrap().to_owned(), std::fs::read(&entry).unwrap());
            }
        }
    }
    found
}

async fn upload(system: &System, study: &Study) {
    for number in 1..=SLICES {
        let key = format!("incoming/{}/{number}", study.uid);
        system.upload(&key, study.slice(1, number)).await;
    }
    system.upload_order(&study.order()).await;
}

/// Checks that the patient's link opens and that the bytes of the images are there.
async fn check_patient(system: &System, patient: &Patient) {
    let cookie = patient.session(system).await;
    let grant = Ask::get(&format!("/studies/{}/grant", patient.study.uid)).cookie(&cookie).send(system).await;
    assert_eq!(grant.status, 200, "{}", grant.body);
    let grant: Value = serde_json::from_str(&grant.body).unwrap();
    let pack = grant["series"][0]["pack_url"].as_str().unwrap();
    let mut image = ureq::get(pack).call().unwrap();
    let jpeg_ls = [0xFF, 0xD8, 0xFF, 0xF7];
    assert_eq!(image.body_mut().read_to_vec().unwrap()[..4], jpeg_ls, "the first frame, lossless");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_restored_elsewhere_goes_on_with_every_object_link_and_message() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let backups = place.path().join("backups");
    let system = System::start_in(folder.path(), &[]);
    let patient = Patient::other(&system, 4100).await;
    let studies: Vec<Study> = (4101..4101 + STUDIES).map(Study::numbered).collect();
    let (early, late) = studies.split_at(studies.len() / 2);
    let under_load = tokio::join!(
        async {
            for study in early {
                upload(&system, study).await;
            }
        },
        async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            tokio::task::block_in_place(|| back_up(&system, &backups))
        }
    )
    .1;
    for study in early {
        system.until(&study.uid, "released").await;
    }
    for study in late {
        upload(&system, study).await;
    }
    for study in late {
        system.until(&study.uid, "released").await;
    }
    let before = objects(folder.path());
    let second = back_up(&system, &backups);
    let count = |backup: &Value, field: &str| backup[field].as_u64().unwrap();
    assert!(count(&under_load, "objects") > 0);
    assert!(count(&second, "objects_new") < count(&second, "objects"), "{second}");
    assert_eq!(second["lost"], serde_json::json!([]));
    let (is_sound, text) = filmless(&["backup", backups.to_str().unwrap(), "--verify"]);
    assert!(is_sound, "{text}");
    let sms = system.all_sms().len();
    system.kill();
    let later = objects(folder.path());

    // The second backup holds everything, and no bytes that the system never wrote.
    let elsewhere = place.path().join("elsewhere");
    restored(&backups, second["backup"].as_str().unwrap(), &elsewhere);
    let after = objects(&elsewhere);
    let missing: Vec<_> = before.keys().filter(|name| !after.contains_key(*name)).collect();
    assert!(missing.is_empty(), "not restored: {missing:?}");
    for (name, bytes) in &after {
        let is_as_it_was = [&before, &later].iter().any(|moment| moment.get(name) == Some(bytes));
        assert!(is_as_it_was, "{} has other bytes", name.display());
    }
    let system = System::start_in(&elsewhere, &[]);
    check_patient(&system, &patient).await;
    for study in &studies {
        assert_eq!(system.study(&study.uid).unwrap()["state"], "released");
    }
    assert_eq!(system.all_sms().len(), sms, "a message was sent again, or lost");
    let more = Study::numbered(4200);
    upload(&system, &more).await;
    system.until(&more.uid, "released").await;
    assert_eq!(system.all_sms().len(), sms + 1);
    system.kill();

    // The first backup caught half-uploaded studies: what had arrived goes on, and the rest can be uploaded again.
    let elsewhere = place.path().join("of-the-first");
    restored(&backups, under_load["backup"].as_str().unwrap(), &elsewhere);
    let system = System::start_in(&elsewhere, &[]);
    check_patient(&system, &patient).await;
    for study in early {
        upload(&system, study).await;
    }
    for study in early {
        let released = system.until(&study.uid, "released").await;
        assert_eq!(released["instances"], SLICES, "{released}");
    }
    assert_eq!(system.all_sms().len(), 1 + early.len(), "one message for each patient");
    assert!(system.quarantined().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_backed_up_or_restored_is_said_in_words() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let system = System::start_in(folder.path(), &[]);
    let backups = place.path().join("backups");
    let inside = folder.path().join("backups");
    let (is_done, text) = system.command(&["backup", inside.to_str().unwrap()]);
    assert!(!is_done && text.contains("does not belong into the data folder"), "{text}");
    let (is_done, text) = filmless(&["backup", backups.to_str().unwrap(), "--verify"]);
    assert!(!is_done && text.contains("backups"), "{text}");
    back_up(&system, &backups);
    let data = folder.path().to_str().unwrap();
    let (is_done, text) = filmless(&["restore", backups.to_str().unwrap(), "--data", data]);
    assert!(!is_done && text.contains("is not empty"), "{text}");
    // An object whose bytes somebody removed is named, and everything else is there.
    system.upload("incoming/lost", "no image").await;
    system.until_quarantined("incoming/lost").await;
    std::fs::remove_file(folder.path().join("buckets/studies/incoming/lost")).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (is_done, text) = system.command(&["backup", backups.to_str().unwrap(), "--json"]);
    let told: Value = serde_json::from_str(&text).unwrap();
    assert!(!is_done && told["lost"] == serde_json::json!(["studies/incoming/lost"]), "{text}");
    assert!(told["objects"].as_u64().unwrap() > 0);
}
