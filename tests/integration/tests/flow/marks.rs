//! Marks that a doctor saves: they join the study at once, and change nothing of what is there.

use std::time::Instant;

use serde_json::{Value, json};

use crate::patients::{Patient, guest};
use crate::sample::Study;
use crate::system::System;
use crate::wire::{Answer, Ask};

/// One object of each kind, over the slices of series 1.
pub fn marks(study: &Study) -> Value {
    let slice = |number: u32| {
        let series = study.series_uid(1);
        json!({ "sop_instance_uid": format!("{series}.{number}"), "series_instance_uid": series })
    };
    json!({
        "id": "6f1c2a80-7f2e-4a53-9a8d-1f2f4d5e6a7b",
        "author": { "name": "BS. Trần Văn Ấn", "facility": "BV Chợ Rẫy" },
        "description": "Hội chẩn tim",
        "key_images": [{ "image": slice(1), "note": "Nốt" }],
        "presentations": [{ "image": slice(2), "window": { "center": 40, "width": 400 },
            "graphics": [{ "kind": "polyline", "points": [[1, 1], [60, 20]] }] }],
        "measurements": [{ "image": slice(2), "kind": "length", "points": [[1, 2], [30, 4]],
            "values": [{ "quantity": "length", "value": 29.1, "unit": "mm" }] }],
    })
}

fn path(study: &Study) -> String {
    format!("/studies/{}/marks", study.uid)
}

async fn grant(system: &System, study: &Study, cookie: &str) -> Value {
    let answer = Ask::get(&format!("/studies/{}/grant", study.uid)).cookie(cookie).send(system).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// The series with these modalities, and the objects of each: addresses without their signatures.
fn series(grant: &Value, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let all = grant["series"].as_array().unwrap().iter();
    let of = |one: &Value, field: &str| one[field].as_str().unwrap().split('?').next().unwrap().to_owned();
    let wanted = all.filter(|one| is_wanted(one["modality"].as_str().unwrap()));
    wanted.map(|one| (of(one, "series_instance_uid"), of(one, "pack_url"))).collect()
}

async fn until_series(system: &System, study: &Study, cookie: &str, count: usize) -> Value {
    let began = Instant::now();
    loop {
        let found = grant(system, study, cookie).await;
        if found["series"].as_array().unwrap().len() == count {
            return found;
        }
        assert!(began.elapsed() < crate::system::PATIENCE, "{found:#}\n{}", system.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn saved(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 201, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let of = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    body["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (of(one, "modality"), of(one, "series_instance_uid")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_marks_are_seen_at_once_by_all_and_change_nothing_of_the_study() {
    let folder = tempfile::tempdir().unwrap();
    // Whatever waits for the quiet period takes longer than this test may.
    let system = System::start_in(folder.path(), &["--settle", "600s"]);
    let patient = Patient::declared(&system, 271).await;
    let study = &patient.study;
    let owner = patient.session(&system).await;
    let doctor = guest(&system, &patient.share(&system, &["--annotate"])).await;
    let relative = guest(&system, &patient.share(&system, &["--download"])).await;
    let before = grant(&system, study, &owner).await;
    let messages = system.all_sms();
    let body = marks(study);

    // Only the page of whoever may annotate says so, and nobody else can.
    for (who, cookie, may) in
        [("doctor", &doctor, true), ("relative", &relative, false), ("patient", &owner, false)]
    {
        let page = Ask::get(&format!("/studies/{}/read", study.uid)).cookie(cookie).send(&system).await;
        assert!(page.body.contains(&format!("data-may-annotate=\"{may}\"")), "{who}");
        if !may {
            let refused = Ask::json(&path(study), &body).cookie(cookie).send(&system).await;
            assert_eq!(refused.status, 403, "{who}");
        }
    }
    let first = saved(&Ask::json(&path(study), &body).cookie(&doctor).send(&system).await);
    let kinds: Vec<&str> = first.iter().map(|(modality, _)| modality.as_str()).collect();
    assert_eq!(kinds, ["KO", "PR", "SR"]);
    let after = until_series(&system, study, &relative, 4).await;
    let mut found: Vec<String> =
        series(&after, |modality| modality != "CT").into_iter().map(|(uid, _)| uid).collect();
    found.sort();
    let mut expected: Vec<String> = first.iter().map(|(_, uid)| uid.clone()).collect();
    expected.sort();
    assert_eq!(found, expected);

    // Again, as after a lost answer.
    assert_eq!(saved(&Ask::json(&path(study), &body).cookie(&doctor).send(&system).await), first);
    let shown = system.until(&study.uid, "released").await;
    let objects = system.bucket("studies").list("marks/", 100).await.unwrap();
    assert_eq!(objects.len(), 3, "{objects:?}");
    assert_eq!((&shown["instances"], &shown["series"]), (&json!(5), &json!(4)), "{shown:#}");
    let is_ct = |modality: &str| modality == "CT";
    assert_eq!(series(&grant(&system, study, &owner).await, is_ct), series(&before, is_ct), "rendered again");
    assert_eq!(system.all_sms(), messages, "a second notice went out");

    // Its patient sees who wrote, also when the share has ended; so do audit log and ledger.
    let page = Ask::get("/shares").cookie(&owner).send(&system).await.body;
    assert!(page.contains("chỉ xem, lưu đánh dấu"), "{page}");
    for id in page.split("action=\"/shares/").skip(1).map(|rest| rest.split('/').next().unwrap()) {
        Ask::post(&format!("/shares/{id}/end"), &[]).cookie(&owner).send(&system).await;
    }
    let access = format!("/studies/{}/access", study.uid);
    let who = Ask::get(&access).cookie(&owner).send(&system).await.body;
    assert!(who.contains("BS. Trần Văn Ấn (BV Chợ Rẫy)") && who.contains("BS. Minh"), "{who}");
    assert_eq!(who.matches("BV Chợ Rẫy").count(), 1, "{who}");
    assert_eq!(grant(&system, study, &owner).await["series"].as_array().unwrap().len(), 4);
    assert_eq!(
        Ask::json(&path(study), &body).cookie(&doctor).send(&system).await.status,
        404,
        "it has ended"
    );
    let (_, log) = system.command(&["audit", "export"]);
    let of_marks: Vec<&str> = log.lines().filter(|line| line.contains("save-marks")).collect();
    let done = of_marks.iter().filter(|line| line.contains("success")).count();
    assert_eq!((done, of_marks.len()), (1, 3), "{of_marks:#?}");
    assert!(!log.contains("Trần Văn Ấn"));
    assert!(!system.log().contains("Trần Văn Ấn"));
}

/// The hospital corrects whose the images are: what a doctor wrote about the first patient goes from the study.
async fn becomes_another_patients(system: &System, study: &Study) {
    system
        .until_some("marks to join", || system.study(&study.uid).filter(|found| found["instances"] == 5))
        .await;
    let right = Study {
        patient_id: "N20-9000273".into(),
        patient_name: "LE^VAN HUNG".into(),
        birth_date: "19400101".into(),
        accession: "A9000273".into(),
        ..study.clone()
    };
    for number in [1, 2] {
        system.upload(&format!("incoming/{}/{number}", study.uid), right.slice(1, number)).await;
    }
    let settled = system.until_some("marks to be set aside", || {
        system.study(&study.uid).filter(|found| found["instances"] == 2)
    });
    let settled = settled.await;
    assert_ne!(settled["state"], "released", "{settled:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_saved_that_cannot_be_or_that_is_not_in_sight() {
    let system = System::start();
    let (patient, other) = (Patient::marked(&system, 272).await, Patient::other(&system, 273).await);
    let study = &patient.study;
    let doctor = guest(&system, &patient.share(&system, &["--annotate"])).await;
    let body = marks(study);
    let with = |pointer: &str, value: Value| {
        let mut changed = body.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let image = "/key_images/0/image/sop_instance_uid";
    let of_another = format!("{}.1", other.study.series_uid(1));
    let long = "x".repeat(256 * 1024);
    for (what, body, status, field) in [
        ("an image that is not there", with(image, json!("1.2.3")), 404, ""),
        ("an image of another patient", with(image, json!(of_another)), 404, ""),
        (
            "another series than the image's",
            with("/key_images/0/image/series_instance_uid", json!("1.2.3")),
            404,
            "",
        ),
        (
            "a point outside the image",
            with("/measurements/0/points/1/0", json!(64.5)),
            400,
            "measurements[0].points[1]",
        ),
        (
            "a frame that it does not have",
            {
                let mut changed = body.clone();
                changed["key_images"][0]["image"]["frame"] = json!(2);
                changed
            },
            400,
            "key_images[0].image.frame",
        ),
        ("no author", with("/author/name", json!(" ")), 400, "author.name"),
        ("too much", with("/description", json!(long)), 413, ""),
    ] {
        let answer = Ask::json(&path(study), &body).cookie(&doctor).send(&system).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        if !field.is_empty() {
            let error: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(error["error"]["field"], field, "{what}");
        }
    }
    let form = Ask::post(&path(study), &[("author", "x")]).cookie(&doctor).send(&system).await;
    assert_eq!(form.status, 415);
    let foreign = Ask::json(&path(study), &body).header("origin", "https://evil.example").cookie(&doctor);
    assert_eq!(foreign.send(&system).await.status, 403);
    let elsewhere = Ask::json(&path(&other.study), &marks(&other.study)).cookie(&doctor).send(&system).await;
    assert_eq!(elsewhere.status, 404);
    system.staff(&["hold", &study.uid, "--reason", "asked"]);
    assert_eq!(Ask::json(&path(study), &body).cookie(&doctor).send(&system).await.status, 404, "held");
    system.until_idle().await;
    assert_eq!(system.study(&study.uid).unwrap()["instances"], 2);
    assert_eq!(system.study(&other.study.uid).unwrap()["instances"], 2);

    let theirs = guest(&system, &other.share(&system, &["--annotate"])).await;
    saved(&Ask::json(&path(&other.study), &marks(&other.study)).cookie(&theirs).send(&system).await);
    becomes_another_patients(&system, &other.study).await;
    assert_eq!(system.quarantined(), Vec::<Value>::new());
}
