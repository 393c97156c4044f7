//! The usage ledger of a running system: each step counts once, even if it comes twice; exports, verification, claims.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filmless_domain::ObjectKey;
use filmless_store::{Bucket, ObjectVersion, Served};
use serde_json::{Value, json};

use crate::portal::{Browser, path_of, released};
use crate::sample::Study;
use crate::system::{System, link_of};

pub const CT_CHEST: &str = "18.0220.0041";

pub fn order(study: &Study, episode: &str) -> Value {
    let mut order = study.order();
    order["visit"] = json!({ "class": "outpatient", "department": "K01", "episode": episode,
                             "insurance_card": "DN4790312345678" });
    order["service"] = json!({ "code": CT_CHEST, "name": "Chụp CLVT ngực [Không in phim]", "price_variant": "pacs",
                               "unit_price_vnd": 512_000 });
    order["result"] = json!({ "status": "final", "conclusion": "Viêm phổi" });
    order
}

/// Every sealed line of the ledger, in order.
pub fn ledger(system: &System) -> Vec<Value> {
    let mut files = files_below(&system.embedded().data.join("buckets/usage/ledger"));
    files.sort_by_key(|file| file.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap());
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// How often each `kind` occurs, or `kind sms` with its channel.
fn counts(events: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        let beside =
            ["channel", "storage_class", "reason"].into_iter().filter_map(|name| event[name].as_str());
        let key =
            std::iter::once(event["kind"].as_str().unwrap()).chain(beside).collect::<Vec<_>>().join(" ");
        *counts.entry(key).or_default() += 1;
    }
    counts
}

pub fn usage(system: &System, words: &[&str]) -> (bool, Value) {
    let (is_done, text) = system.command(&[&["usage", "--json"], words].concat());
    (is_done, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_in_the_ledger_once_whatever_comes_twice() {
    let system = System::start();
    let study = Study::numbered(61);
    for is_first in [true, false] {
        // The images come first, so the study is held until its order comes. Then everything comes again.
        system.upload("incoming/1", study.slice(1, 1)).await;
        system.upload("incoming/2", study.slice(1, 2)).await;
        if is_first {
            system.until(&study.uid, "held").await;
        }
        system.upload_order(&order(&study, "LK-61")).await;
        system.upload_order(&order(&study, "LK-61")).await;
        system.until(&study.uid, "released").await;
    }
    let sms = system.all_sms().remove(0);
    let patient = Browser::default();
    assert_eq!(patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]).0, 200);
    let page = format!("{}/studies/{}", system.text("portal"), study.uid);
    for _ in 0..2 {
        patient.get(&page);
        patient.submit(&system, &format!("/studies/{}/seen", study.uid), &[]);
    }
    system.staff(&["share", &study.patient_id, "--for", "BS. Minh", "--study", &study.uid]);
    let id = system.all_emails().len();
    assert_eq!(id, 1);

    let (is_done, exported) = usage(&system, &["export"]);
    assert!(is_done, "{exported}");
    let events = ledger(&system);
    let expected = [
        ("bytes-served derived", 1),
        ("bytes-stored derived", 1),
        ("bytes-stored original", 1),
        ("film-avoided", 1),
        ("first-image", 1),
        ("link-opened", 1),
        ("message-sent email", 1),
        ("message-sent sms", 1),
        ("share-created", 1),
        ("slip-made", 1),
        ("study-held no-order", 1),
        ("study-opened", 1),
        ("study-received", 1),
        ("study-released", 1),
        ("study-rendered", 1),
    ];
    let expected: BTreeMap<String, usize> = expected.map(|(kind, n)| (kind.to_owned(), n)).into();
    assert_eq!(counts(&events), expected, "{events:#?}");
    let released = events.iter().find(|event| event["kind"] == "study-released").unwrap();
    for (field, value) in [
        ("department", json!("K01")),
        ("visit_class", json!("outpatient")),
        ("payer", json!("insured")),
        ("modality", json!("CT")),
        ("service_code", json!(CT_CHEST)),
        ("price_variant", json!("pacs")),
        ("unit_price_vnd", json!(512_000)),
        ("episode", json!("LK-61")),
        ("accession_number", json!(study.accession)),
    ] {
        assert_eq!(released[field], value, "{field}");
    }
    let of = |kind: &str| events.iter().find(|event| event["kind"] == kind).unwrap()["quantity"].clone();
    assert_eq!(
        (of("film-avoided"), of("study-received"), of("message-sent")),
        (json!(3), json!(2), json!(1))
    );
    // Everything stored counts, including the manifest, which lists the others.
    let derived = files_below(&system.embedded().data.join("buckets/derived").join(&study.uid));
    assert!(derived.iter().any(|file| file.ends_with("study.json")), "{derived:?}");
    let bytes: u64 = derived.iter().map(|file| file.metadata().unwrap().len()).sum();
    let stored =
        events.iter().find(|event| event["kind"] == "bytes-stored" && event["storage_class"] == "derived");
    assert_eq!(stored.unwrap()["quantity"], json!(bytes));
    let text = serde_json::to_string(&events).unwrap();
    for secret in ["Hoà", "HOA", "0903", "903123456", "1958", "hoa@", "DN479", "Viêm", "CLVT", &link_of(&sms)]
    {
        assert!(!text.contains(secret), "the usage ledger holds {secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_changes_and_a_recall_are_new_events_that_refer_to_the_old() {
    let system = System::start();
    let study = Study::numbered(62);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&order(&study, "LK-62")).await;
    system.until(&study.uid, "released").await;
    let mut printed = order(&study, "LK-62");
    printed["service"]["price_variant"] = json!("film");
    printed["service"]["unit_price_vnd"] = json!(532_000);
    system.upload_order(&printed).await;
    let corrected = || {
        usage(&system, &["export"]);
        Some(ledger(&system)).filter(|events| events.iter().any(|event| event["kind"] == "order-corrected"))
    };
    let events = system.until_some("a correction", corrected).await;
    let released = events.iter().find(|event| event["kind"] == "study-released").unwrap();
    let correction = events.iter().find(|event| event["kind"] == "order-corrected").unwrap();
    assert_eq!(correction["corrects"], released["id"]);
    assert_eq!(correction["unit_price_vnd"], 532_000);
    let films: Vec<_> = events
        .iter()
        .filter(|event| event["kind"].as_str().unwrap().starts_with("film-"))
        .map(|event| (event["kind"].clone(), event["quantity"].clone(), event["corrects"].is_string()))
        .collect();
    let kind = |kind: &str, films: i64, corrects| (json!(kind), json!(films), corrects);
    assert_eq!(films[0], kind("film-avoided", 3, false));
    assert!(
        films.contains(&kind("film-avoided", -3, true)) && films.contains(&kind("film-printed", 3, true))
    );

    for _ in 0..2 {
        system.staff(&["recall", &study.uid, "--reason", "wrong patient"]);
    }
    usage(&system, &["export"]);
    let events = ledger(&system);
    assert_eq!(events.iter().filter(|event| event["kind"] == "study-recalled").count(), 1);
    let derived =
        events.iter().filter(|event| event["storage_class"] == "derived" && event["unit"] == "byte");
    let stored = derived.filter(|event| event["kind"] == "bytes-stored");
    assert_eq!(stored.map(|event| event["quantity"].as_i64().unwrap()).sum::<i64>(), 0, "{events:#?}");
}

/// The sums of the month in everything that finance sees: manifest and named queries.
fn totals(system: &System) -> BTreeMap<String, i64> {
    let (is_done, exported) = usage(system, &["export"]);
    assert!(is_done, "{exported}");
    let month = exported["months"][0]["month"].as_str().unwrap();
    let manifest = format!("buckets/usage/exports/months/{month}/manifest.json");
    let manifest = std::fs::read(system.embedded().data.join(manifest)).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for name in ["studies_released", "charged_vnd", "films_avoided", "films_printed", "film_saved_vnd"] {
        sums.insert(name.into(), manifest["summary"]["total"][name].as_i64().unwrap());
    }
    let mut of_queries: BTreeMap<String, i64> = BTreeMap::new();
    for query in ["studies", "films"] {
        let (is_done, answer) = usage(system, &["query", query, "--month", month]);
        assert!(is_done, "{answer}");
        for row in answer["rows"].as_array().unwrap() {
            for name in sums.keys().filter(|name| row[name.as_str()].is_i64()) {
                *of_queries.entry(name.clone()).or_default() += row[name.as_str()].as_i64().unwrap();
            }
        }
    }
    for (name, sum) in &sums {
        assert_eq!(of_queries.get(name).copied().unwrap_or_default(), *sum, "{name} of manifest and query");
    }
    sums
}

fn sums(studies: i64, charged: i64, avoided: i64, printed: i64, saved: i64) -> BTreeMap<String, i64> {
    let names = ["studies_released", "charged_vnd", "films_avoided", "films_printed", "film_saved_vnd"];
    names.map(str::to_owned).into_iter().zip([studies, charged, avoided, printed, saved]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_is_charged_for_as_long_as_its_patient_may_see_it() {
    let system = System::start();
    let study = Study::numbered(66);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&order(&study, "LK-66")).await;
    system.until(&study.uid, "released").await;
    let once = sums(1, 512_000, 3, 0, 105_000);
    assert_eq!(totals(&system), once);

    // Staff recall it twice, and release it again.
    for _ in 0..2 {
        system.staff(&["recall", &study.uid, "--reason", "wrong side"]);
    }
    assert_eq!(totals(&system), sums(0, 0, 0, 0, 0));
    system.release(&study.uid, &[]);
    system.until(&study.uid, "released").await;
    assert_eq!(totals(&system), once);

    // Another department and payer, and film after all: the same study counts elsewhere.
    let mut moved = order(&study, "LK-66");
    moved["visit"]["department"] = json!("K02");
    moved["visit"]["insurance_card"] = Value::Null;
    moved["service"]["price_variant"] = json!("film");
    moved["service"]["unit_price_vnd"] = json!(532_000);
    system.upload_order(&moved).await;
    let printed = sums(1, 532_000, 0, 3, 0);
    system.until_some("the new booking", || (totals(&system) == printed).then_some(())).await;
    let (_, exported) = usage(&system, &["export"]);
    let month = exported["months"][0]["month"].as_str().unwrap().to_owned();
    let (_, answer) = usage(&system, &["query", "studies", "--month", &month]);
    let charged: Vec<_> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["department"].clone(), row["payer"].clone(), row["charged_vnd"].clone()))
        .filter(|(.., charged)| *charged != json!(0))
        .collect();
    assert_eq!(charged, [(json!("K02"), json!("self"), json!(532_000))]);

    // The order is withdrawn.
    moved["status"] = json!("cancelled");
    system.upload_order(&moved).await;
    system.until(&study.uid, "held").await;
    assert_eq!(totals(&system), sums(0, 0, 0, 0, 0));
    // Erasing it does not change the sums.
    system.staff(&["erase", &study.patient_id, "--reason", "asked for it"]);
    assert_eq!(totals(&system), sums(0, 0, 0, 0, 0));
    let (holds, found) = usage(&system, &["verify"]);
    assert!(holds, "{found}");
}

async fn put(bucket: &Bucket, key: &str, bytes: &[u8]) {
    let served = Served::uncached("application/octet-stream");
    bucket.put(&ObjectKey::parse(key).unwrap(), bytes.to_vec(), served).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_hold_until_a_byte_of_the_ledger_or_of_a_file_is_changed() {
    let system = System::start();
    released(&system, 63).await;
    let (is_done, first) = usage(&system, &["export"]);
    assert!(is_done, "{first}");
    let (_, again) = usage(&system, &["export"]);
    assert_eq!(first, again, "the same ledger gives the same files");
    let month = first["months"][0]["month"].as_str().unwrap().to_owned();
    let (holds, found) = usage(&system, &["verify"]);
    assert!(holds && found["months"][0]["differences"] == json!([]), "{found}");

    // A browser gets exactly what is stored.
    let bucket = system.connection().bucket("usage");
    let csv = format!("exports/months/{month}/khong-in-phim-{month}.csv");
    let key = ObjectKey::parse(&csv).unwrap();
    let table = bucket.get(ObjectVersion { key: &key, version_id: None }, 1 << 20).await.unwrap();
    assert!(table.starts_with("\u{feff}Số chỉ định,".as_bytes()));

    let file = system.embedded().data.join("buckets/usage").join(&csv);
    let untouched = std::fs::read(&file).unwrap();
    let mut touched = untouched.clone();
    *touched.last_mut().unwrap() = b' ';
    std::fs::write(&file, touched).unwrap();
    let (holds, found) = usage(&system, &["verify", "--month", &month]);
    assert!(!holds);
    assert_eq!(found["months"][0]["differences"], json!([{ "key": csv, "what": "changed" }]));
    std::fs::write(&file, &untouched).unwrap();

    // A month whose manifest is missing or another month's is not taken for one that was never exported.
    let manifest = format!("exports/months/{month}/manifest.json");
    let manifest_key = ObjectKey::parse(&manifest).unwrap();
    let version = ObjectVersion { key: &manifest_key, version_id: None };
    let kept = bucket.get(version, 1 << 20).await.unwrap();
    bucket.delete(&manifest_key).await.unwrap();
    let (holds, found) = usage(&system, &["verify"]);
    assert!(!holds && found["not_exported"] == json!([]), "{found}");
    assert_eq!(found["months"][0]["differences"], json!([{ "key": manifest, "what": "missing" }]));
    let (_, told) = system.command(&["usage", "verify"]);
    assert!(told.contains(&format!("missing  {manifest}")), "{told}");
    put(&bucket, &csv, b"touched").await;
    let (_, found) = usage(&system, &["verify"]);
    assert_eq!(
        found["months"][0]["differences"],
        json!([{ "key": csv, "what": "changed" }, { "key": manifest, "what": "missing" }])
    );
    put(&bucket, &csv, &untouched).await;
    put(&bucket, &manifest, &kept).await;
    put(&bucket, "exports/months/2020-01/manifest.json", &kept).await;
    let (holds, found) = usage(&system, &["verify"]);
    let strange = json!([{ "key": "exports/months/2020-01/manifest.json", "what": "unknown" }]);
    assert!(!holds && found["months"][1]["differences"] == json!([]), "{found}");
    assert_eq!(
        (&found["months"][0]["month"], &found["months"][0]["differences"]),
        (&json!("2020-01"), &strange)
    );
    bucket.delete(&ObjectKey::parse("exports/months/2020-01/manifest.json").unwrap()).await.unwrap();
    let (holds, found) = usage(&system, &["verify"]);
    assert!(holds, "{found}");

    // With other prices the amounts cannot be computed, but the files are still those that the manifest names.
    let prices_key = ObjectKey::parse("prices/prices.csv").unwrap();
    let prices = bucket.get(ObjectVersion { key: &prices_key, version_id: None }, 1 << 20).await.unwrap();
    put(&bucket, "prices/prices.csv", &[&prices[..], b"\n"].concat()).await;
    let (holds, found) = usage(&system, &["verify"]);
    assert!(holds && found["months"][0]["other_prices"] == json!(true), "{found}");
    put(&bucket, &csv, b"touched").await;
    let (holds, found) = usage(&system, &["verify"]);
    assert!(!holds);
    assert_eq!(found["months"][0]["differences"], json!([{ "key": csv, "what": "changed" }]));
    put(&bucket, &csv, &untouched).await;
    put(&bucket, "prices/prices.csv", &prices).await;

    let mut objects = files_below(&system.embedded().data.join("buckets/usage/ledger"));
    objects.sort();
    let text = std::fs::read_to_string(&objects[0]).unwrap();
    std::fs::write(&objects[0], text.replacen("study-received", "study-deceived", 1)).unwrap();
    let (holds, found) = usage(&system, &["verify"]);
    assert!(!holds, "{found}");
    let error = found["ledger_error"].as_str().unwrap();
    let name = objects[0].file_name().unwrap().to_str().unwrap();
    assert!(error.contains(name), "{error}");
    // What cannot be read is named, too, both of the ledger and of the exports.
    std::fs::write(&objects[0], &text[..text.len() / 2]).unwrap();
    let (holds, told) = usage(&system, &["verify"]);
    assert!(!holds && told.to_string().contains(name), "{told}");
    std::fs::write(&objects[0], &text).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (holds, found) = usage(&system, &["verify"]);
    assert!(!holds && found["months"][0]["differences"][0]["key"] == json!(csv), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_compared_with_what_was_delivered() {
    let system = System::start();
    for number in [64, 65] {
        let study = Study { patient_id: format!("N20-{number}"), ..Study::numbered(number) };
        system.upload(&format!("incoming/{number}"), study.slice(1, 1)).await;
        system.upload_order(&order(&study, &format!("LK-{number}"))).await;
        system.until(&study.uid, "released").await;
    }
    let (_, exported) = usage(&system, &["export"]);
    let month = exported["months"][0]["month"].as_str().unwrap().to_owned();
    let name = "Chụp CLVT ngực [Không in phim]";
    let times = "202601050800,202601050830,202601050900";
    let claims = [
        "MA_LK,STT,MA_DICH_VU,MA_NHOM,TEN_DICH_VU,SO_LUONG,DON_GIA_BV,NGAY_YL,NGAY_TH_YL,NGAY_KQ,MA_MAY"
            .to_owned(),
        format!("LK-64,1,{CT_CHEST},2,{name},1,512000,{times},CL.1.79001.A1"),
        format!("LK-99,1,{CT_CHEST},2,{name},1,512000,{times},CL.1.79001.A1"),
        format!("LK-64,2,{CT_CHEST},2,{name},1,512000,05/01/2026,202601050830,202601050900,CL.1.79001.A1"),
        format!("LK-64,3,02.0001,1,Khám,1,30000,{times},X"),
    ];
    let file = system.embedded().data.join("claims.csv");
    std::fs::write(&file, claims.join("\r\n")).unwrap();
    let out = system.embedded().data.join("reconciled");
    let words =
        ["reconcile", "--claims", file.to_str().unwrap(), "--month", &month, "--out", out.to_str().unwrap()];
    let (is_done, result) = usage(&system, &words);
    assert!(is_done, "{result}");
    assert_eq!(
        (&result["claims"], &result["matched_claims"], &result["other_rows"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        result["bad_rows"],
        json!([{
            "file": "claims.csv", "dossier": null, "line": 4, "ma_lk": "LK-64", "ma_dich_vu": CT_CHEST, "field": "NGAY_YL",
            "reason": "không phải thời điểm yyyymmddHHMM",
        }])
    );
    let found: Vec<_> =
        result["findings"].as_array().unwrap().iter().map(|f| (&f["kind"], &f["ma_lk"])).collect();
    let expected =
        [(json!("claim-without-study"), json!("LK-99")), (json!("study-without-claim"), json!("LK-65"))];
    assert_eq!(found, expected.iter().map(|(kind, lk)| (kind, lk)).collect::<Vec<_>>());
    assert_eq!(
        result["at_risk"]["total"],
        json!({ "rows": 1, "rows_without_amount": 0, "amount_vnd": 512_000 })
    );
    let (is_done, answer) = usage(&system, &["query", "reach", "--month", &month]);
    assert!(is_done && answer["rows"][0]["studies_released"] == 2, "{answer}");
    let evidence = std::fs::read_to_string(out.join(format!("bang-chung-{month}.csv"))).unwrap();
    let line = evidence.lines().nth(1).unwrap();
    assert!(line.contains("LK-64") && line.contains(&Study::numbered(64).uid), "{line}");
    assert!(out.join(format!("doi-chieu-{month}.xlsx")).is_file());
}
