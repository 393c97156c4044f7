//! DICOMweb from outside: searches, metadata and values by their addresses.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod corrections;
mod files;
mod large;
mod refusals;
mod retrieve;
mod rights;
mod weasis;
mod world;

use std::io::Read;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, REFERRER_POLICY, VARY, WARNING,
};
use axum::http::{Method, StatusCode};
use files::{instance_uid, series_uid};
use serde_json::{Value, json};
use world::{CHEST, KNEE, OF_JOHN, PUBLIC_URL, VIEWER, World};

/// The first value of an attribute of each answer.
fn values(json: &Value, tag: &str) -> Vec<Value> {
    json.as_array().unwrap().iter().map(|found| found[tag]["Value"][0].clone()).collect()
}

#[tokio::test]
async fn studies_are_found_with_everything_that_the_standard_demands() {
    let world = World::new().await;
    let answer = world.get("/studies").await;
    assert_eq!(answer.header(CONTENT_TYPE), "application/dicom+json");
    let found = answer.json();
    let root = format!("{PUBLIC_URL}/dicomweb/{}", world.token);
    let chest =
        found.as_array().unwrap().iter().find(|study| study["0020000D"]["Value"][0] == CHEST).unwrap();
    assert_eq!(
        *chest,
        json!({
            "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
            "00080020": {"vr": "DA", "Value": ["20201123"]},
            "00080030": {"vr": "TM", "Value": ["091500"]},
            "00080050": {"vr": "SH", "Value": ["A1"]},
            "00080056": {"vr": "CS", "Value": ["ONLINE"]},
            "00080061": {"vr": "CS", "Value": ["CT", "DOC", "ECG"]},
            "00080090": {"vr": "PN", "Value": [{"Alphabetic": "TRẦN^AN"}]},
            "00081030": {"vr": "LO", "Value": ["Chest"]},
            "00081190": {"vr": "UR", "Value": [format!("{root}/studies/{CHEST}")]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": "NGUYỄN^THỊ HOÀ"}]},
            "00100020": {"vr": "LO", "Value": ["N20-1"]},
            "00100030": {"vr": "DA", "Value": ["19580302"]},
            "00100040": {"vr": "CS", "Value": ["F"]},
            "0020000D": {"vr": "UI", "Value": [CHEST]},
            "00200010": {"vr": "SH", "Value": ["S1"]},
            "00201206": {"vr": "IS", "Value": [3]},
            "00201208": {"vr": "IS", "Value": [5]},
        })
    );
    assert_eq!(found.as_array().unwrap().len(), 2, "a study of another is not found");
    // The token in a header: addresses have none.
    let bearer = format!("Bearer {}", world.token);
    let answer = world.ask(Method::GET, "/studies", &[("authorization", &bearer)]).await.json();
    let urls = values(&answer, "00081190");
    assert!(urls.contains(&json!(format!("{PUBLIC_URL}/dicomweb/studies/{CHEST}"))), "{urls:?}");
    world.close().await;
}

#[tokio::test]
async fn a_search_finds_what_matches_at_every_level() {
    let world = World::new().await;
    for (path, tag, expected) in [
        ("/studies?PatientName=nguyen&fuzzymatching=true".to_owned(), "00080050", vec!["A1", "A2"]),
        ("/studies?PatientID=N20-1&StudyDate=20201121-".to_owned(), "00080050", vec!["A1"]),
        ("/studies?ModalitiesInStudy=DOC".to_owned(), "00080050", vec!["A1"]),
        (format!("/studies?SOPClassesInStudy={}", files::CT), "00080050", vec!["A1", "A2"]),
        (format!("/studies?SOPClassesInStudy={}", files::PDF), "00080050", vec!["A1"]),
        (format!("/studies?StudyInstanceUID={KNEE},{OF_JOHN}"), "00080050", vec!["A2"]),
        (format!("/studies?0020000D={OF_JOHN}"), "00080050", vec![]),
        ("/studies?StudyInstanceUID=not-a-uid".to_owned(), "00080050", vec![]),
        ("/series?SeriesInstanceUID=1.2.x".to_owned(), "00080050", vec![]),
        ("/instances?SOPInstanceUID=A".to_owned(), "00080050", vec![]),
        ("/studies?PatientID=E20-2".to_owned(), "00080050", vec![]),
        (
            format!("/studies/{CHEST}/series?includefield=0008103E,00080070"),
            "0008103E",
            vec!["series 1", "series 2", "series 3"],
        ),
        (format!("/studies/{CHEST}/series?Modality=CT&includefield=00080070"), "00080070", vec!["MAKER"]),
        ("/series?Modality=DOC".to_owned(), "00100020", vec!["N20-1"]),
        (format!("/series?SeriesInstanceUID={}", series_uid(KNEE, 1)), "0020000D", vec![KNEE]),
        (
            format!("/instances?SOPInstanceUID={}&StudyInstanceUID={KNEE}", instance_uid(KNEE, 1, 1)),
            "0020000E",
            vec![series_uid(KNEE, 1).as_str()],
        ),
        (format!("/studies/{CHEST}/instances?Modality=DOC"), "00080016", vec![files::PDF]),
        (
            format!("/studies/{CHEST}/series/{}/instances?SliceLocation=10", series_uid(CHEST, 1)),
            "00080018",
            vec![instance_uid(CHEST, 1, 2).as_str()],
        ),
    ] {
        let found = world.get(&path).await.json();
        let mut told: Vec<Value> = values(&found, tag);
        told.sort_by_key(ToString::to_string);
        assert_eq!(told, expected, "{path}");
    }
    let of_series =
        world.get(&format!("/studies/{CHEST}/series/{}/instances", series_uid(CHEST, 1))).await.json();
    assert_eq!(values(&of_series, "00200013"), [1, 2, 3], "in the order of the pages");
    let first = &of_series[0];
    for (tag, expected) in [
        ("00080016", json!(files::CT)),
        ("00080018", json!(instance_uid(CHEST, 1, 1))),
        ("00280010", json!(16)),
        ("00280011", json!(16)),
        ("00280100", json!(16)),
        ("00083002", json!(files::EXPLICIT)),
        ("0020000D", json!(CHEST)),
    ] {
        assert_eq!(first[tag]["Value"][0], expected, "{tag}");
    }
    assert_eq!(first.get("00100020"), None, "what the address names is not repeated");
    let all = world
        .get(&format!("/studies/{CHEST}/series/{}/instances?includefield=all", series_uid(CHEST, 1)))
        .await;
    assert_eq!(values(&all.json(), "00201041"), [5.0, 10.0, 15.0]);
    world.close().await;
}

#[tokio::test]
async fn an_instance_is_found_by_its_own_modality_and_none_is_invented() {
    let world = World::new().await;
    let token = world.with_mixed().await;
    for (path, tag, expected) in [
        ("/instances?Modality=MR", "00200013", json!([2])),
        ("/instances?Modality=CT", "00200013", json!([1])),
        ("/instances?Modality=OT", "00200013", json!([])),
        ("/studies?ModalitiesInStudy=MR", "0020000D", json!([files::MIXED])),
        ("/studies?ModalitiesInStudy=OT", "0020000D", json!([])),
        ("/series?Modality=OT", "0020000E", json!([])),
        ("/series?SeriesNumber=2", "00080060", json!([null])),
    ] {
        let found = world.ask(Method::GET, &format!("/{token}{path}"), &[]).await.json();
        assert_eq!(json!(values(&found, tag)), expected, "{path}");
    }
    let study = world.ask(Method::GET, &format!("/{token}/studies"), &[]).await.json();
    assert_eq!(study[0]["00080061"]["Value"], json!(["CT", "MR"]));
    world.close().await;
}

#[tokio::test]
async fn pages_of_results_follow_each_other_and_end() {
    let world = World::new().await;
    let mut seen = Vec::new();
    for offset in 0..4 {
        let answer = world.get(&format!("/series?limit=1&offset={offset}")).await;
        let remaining = 3 - offset;
        let told = format!(
            "299 {PUBLIC_URL}/dicomweb \"There are {remaining} additional results that can be requested\""
        );
        assert_eq!(answer.header(WARNING), if remaining > 0 { told.as_str() } else { "" });
        seen.extend(values(&answer.json(), "0020000E"));
    }
    let all = world.get("/series").await;
    assert_eq!((values(&all.json(), "0020000E"), all.header(WARNING)), (seen, ""));
    let behind = world.get("/series?offset=4").await;
    assert_eq!((behind.status, behind.text().as_str(), behind.header(WARNING)), (StatusCode::OK, "[]", ""));
    world.close().await;
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn metadata_of_a_series_is_the_stored_object_and_of_others_the_same_lines() {
    let world = World::new().await;
    let series = format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1));
    let packed = world.get_with(&format!("{series}/metadata"), &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header(CONTENT_ENCODING), "gzip");
    assert_eq!(packed.header(CONTENT_LENGTH), packed.bytes.len().to_string());
    assert_eq!(packed.header(CACHE_CONTROL), "private, no-store");
    let plain = world.get(&format!("{series}/metadata")).await;
    assert_eq!(plain.header(CONTENT_ENCODING), "");
    let of_series: Value = serde_json::from_slice(&inflated(&packed.bytes)).unwrap();
    assert_eq!(plain.json(), of_series);
    assert_eq!(values(&of_series, "00200013"), [1, 2, 3]);
    let first = instance_uid(CHEST, 1, 1);
    assert_eq!(of_series[0]["00291001"]["BulkDataURI"], format!("instances/{first}/bulkdata/00291001"));
    for (tag, vr, value) in [
        ("00280002", "US", json!(1)),
        ("00280004", "CS", json!("MONOCHROME2")),
        ("00280100", "US", json!(16)),
        ("00280101", "US", json!(12)),
        ("00083002", "UI", json!(files::EXPLICIT)),
    ] {
        assert_eq!(of_series[0][tag], json!({ "vr": vr, "Value": [value] }), "{tag}");
    }

    let study = format!("/studies/{CHEST}/metadata");
    let packed = world.get_with(&study, &[("accept-encoding", "gzip")]).await;
    let of_study: Value = serde_json::from_slice(&inflated(&packed.bytes)).unwrap();
    assert_eq!(world.get(&study).await.json(), of_study);
    assert_eq!(of_study.as_array().unwrap().len(), 5);
    let of_first = format!("series/{}/instances/{first}/bulkdata/00291001", series_uid(CHEST, 1));
    assert_eq!(of_study[0]["00291001"]["BulkDataURI"], of_first);

    let one = world.get(&format!("{series}/instances/{first}/metadata")).await.json();
    assert_eq!(one[0]["00291001"]["BulkDataURI"], "bulkdata/00291001");
    assert_eq!((one.as_array().unwrap().len(), &one[0]["00080018"]), (1, &of_series[0]["00080018"]));
    world.close().await;
}

#[tokio::test]
async fn who_has_the_metadata_already_is_told_so() {
    let world = World::new().await;
    let series = format!("/studies/{CHEST}/series/{}/metadata", series_uid(CHEST, 1));
    for path in [series, format!("/studies/{CHEST}/metadata")] {
        let etag = world.get(&path).await.header(ETAG).to_owned();
        assert!(etag.starts_with("W/\""), "{etag}");
        let again = world.get_with(&path, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = world.get_with(&path, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
    }
    world.close().await;
}

#[tokio::test]
async fn every_address_of_a_value_leads_to_its_bytes() {
    let world = World::new().await;
    let study = format!("/studies/{CHEST}");
    let metadata = world.get(&format!("{study}/metadata")).await.json();
    let expected: [(&str, Vec<u8>); 4] = [
        ("00291001", files::private_value()),
        ("7FE00010", files::pixels(2)),
        ("00420011", files::document()),
        ("54001010", files::curve()),
    ];
    for (tag, bytes) in expected {
        let instance = match tag {
            "00420011" => instance_uid(CHEST, 2, 1),
            "54001010" => instance_uid(CHEST, 3, 1),
            _ => instance_uid(CHEST, 1, 2),
        };
        let all = metadata.as_array().unwrap();
        let told = all.iter().find(|told| told["00080018"]["Value"][0] == instance.as_str()).unwrap();
        let told = if tag == "54001010" { &told["54000100"]["Value"][1][tag] } else { &told[tag] };
        let path = format!("{study}/{}", told["BulkDataURI"].as_str().unwrap());
        let accept = ("accept", "application/octet-stream");
        let whole = world.get_with(&path, &[accept]).await;
        assert_eq!((whole.status, whole.header(CONTENT_TYPE)), (StatusCode::OK, "application/octet-stream"));
        assert!(whole.bytes == bytes, "{tag}");
        assert_eq!(whole.header(CONTENT_LENGTH), bytes.len().to_string());
        let part = world.get_with(&path, &[accept, ("range", "bytes=100-199")]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.header(CONTENT_RANGE), format!("bytes 100-199/{}", bytes.len()));
        assert!(part.bytes == bytes[100..200], "{tag}");
        let parts =
            world.get_with(&path, &[("accept", "multipart/related; type=application/octet-stream")]).await;
        let boundary = parts.header(CONTENT_TYPE).split("boundary=").nth(1).unwrap().to_owned();
        let head = format!("--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n");
        let end = format!("\r\n--{boundary}--\r\n");
        assert!(parts.bytes == [head.as_bytes(), &bytes, end.as_bytes()].concat(), "{tag}");
        assert_eq!(parts.header(CONTENT_LENGTH), parts.bytes.len().to_string());
        let etag = whole.header(ETAG);
        assert_eq!(world.get_with(&path, &[("if-none-match", etag)]).await.status, StatusCode::NOT_MODIFIED);
    }
    // OHIF asks for a document by a parameter; a browser is told what it is.
    let document = format!(
        "{study}/series/{}/instances/{}/bulkdata/00420011",
        series_uid(CHEST, 2),
        instance_uid(CHEST, 2, 1)
    );
    for path in [format!("{document}?accept=application/pdf"), document] {
        let answer = world.get_with(&path, &[("accept", "text/html, */*;q=0.1")]).await;
        assert_eq!(answer.header(CONTENT_TYPE), "application/pdf", "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn pages_of_known_viewers_may_read_answers_and_no_others() {
    let world = World::new().await;
    let path = format!("/{}/studies", world.token);
    for (origin, allowed) in [(VIEWER, VIEWER), ("https://evil.example", ""), ("null", "")] {
        let answer = world.ask(Method::GET, &path, &[("origin", origin)]).await;
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        // Asked before any token is shown.
        let preflight = world.ask(Method::OPTIONS, "/unknown/studies", &[("origin", origin)]).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT);
        assert_eq!(preflight.header(ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        assert_eq!(
            preflight.header(ACCESS_CONTROL_ALLOW_HEADERS).contains("authorization"),
            !allowed.is_empty()
        );
    }
    let answer = world.ask(Method::GET, &path, &[("origin", VIEWER)]).await;
    assert!(answer.header(ACCESS_CONTROL_EXPOSE_HEADERS).contains("content-range"));
    assert_eq!(answer.header(REFERRER_POLICY), "no-referrer");
    assert_eq!(answer.header(CACHE_CONTROL), "private, no-store");
    assert_eq!(answer.header(VARY), "accept, origin");
    world.close().await;
}

#[tokio::test]
async fn head_answers_as_get_does_without_the_bytes() {
    let world = World::new().await;
    let metadata = format!("/studies/{CHEST}/series/{}/metadata", series_uid(CHEST, 1));
    let value = format!(
        "/studies/{CHEST}/series/{}/instances/{}/bulkdata/00291001",
        series_uid(CHEST, 1),
        instance_uid(CHEST, 1, 1)
    );
    for path in ["/studies".to_owned(), metadata, value] {
        let headers = [("accept-encoding", "gzip")];
        let whole = world.get_with(&path, &headers).await;
        let head = world.ask(Method::HEAD, &format!("/{}{path}", world.token), &headers).await;
        assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0), "{path}");
        assert_eq!(head.header(CONTENT_TYPE), whole.header(CONTENT_TYPE));
        assert_eq!(head.header(CONTENT_LENGTH), whole.bytes.len().to_string());
    }
    world.close().await;
}
