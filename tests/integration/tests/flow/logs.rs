//! What the log holds at the most verbose level that an operator can ask for.

use serde_json::{Value, json};

use crate::attack_dicomweb::{resources, viewer_token};
use crate::patients::{Patient, guest, sign_in};
use crate::sample::Study;
use crate::system::System;
use crate::wire::Ask;

/// The patient's words in every spelling that one of our steps could turn them into.
const WORDS: [&str; 17] = [
    "Nguyệt",
    "Quế",
    "nguyet",
    "NGUYET",
    "Nguyet",
    "Tran^",
    "TRAN^",
    "1971-11-09",
    "19711109",
    "09/11/1971",
    "9/11/1971",
    "09111971",
    "1971, 11, 9",
    "912345678",
    "912 345 678",
    "que@example",
    "CLVT bụng",
];

/// A log line without its time, whose digits could be anything.
fn words_of(line: &str) -> &str {
    line.split_once(' ').map_or(line, |(_, rest)| rest)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_line_holds_a_secret_or_a_word_of_a_patient_at_any_level() {
    let folder = tempfile::tempdir().unwrap();
    let system = System::start_with(folder.path(), &[], &[("RUST_LOG", "trace")]);
    let mut secrets: Vec<String> = WORDS.map(str::to_owned).into();
    // Uploads that are refused, with the patient in their name or contents.
    system.upload("incoming/TRAN THI NGUYET-QUE 19711109.dcm", "TRAN^THI NGUYET-QUE").await;
    system.upload("orders/Trần Thị Nguyệt-Quế.json", r#"{"patient":{"name":"Trần Thị Nguyệt-Quế""#).await;
    let unfit = json!({"accession_number": "A1", "patient": {"id": "X", "name": "Nguyệt-Quế", "birth_date": "09/11/1971"}});
    system.upload("orders/unfit.json", unfit.to_string()).await;
    let foreign = Study { patient_name: "LE^THI NGUYET-QUE".into(), ..Study::numbered(281) };
    system.upload("incoming/cut.dcm", foreign.slice(1, 1)[..3000].to_vec()).await;
    system.until_quarantined("incoming/TRAN THI NGUYET-QUE 19711109.dcm").await;
    system.until_quarantined("orders/Trần Thị Nguyệt-Quế.json").await;

    let patient = Patient::marked(&system, 281).await;
    let account = patient.study.patient_id.clone();
    system.upload("incoming/second-patient", foreign.slice(1, 7)).await;
    system.until_quarantined("incoming/second-patient").await;
    system.release(&patient.study.uid, &[]);
    system.until(&patient.study.uid, "released").await;
    secrets.push(account.clone());
    secrets.extend([
        patient.password(),
        patient.password().replace('-', ""),
        patient.link_path()[3..].into(),
    ]);

    // Signing in, with right and wrong secrets.
    let wrong = ["WRONG-SECRET", "05/05/1905", "N20-TYPED-ACCOUNT"];
    secrets.extend(wrong.map(str::to_owned));
    sign_in(&account, wrong[0]).send(&system).await;
    sign_in(wrong[2], wrong[0]).send(&system).await;
    Ask::post(&patient.link_path(), &[("answer", wrong[1])]).send(&system).await;
    let cookies = [
        patient.sign_in().send(&system).await.cookie(),
        patient.session(&system).await,
        "filmless_session=MADE-UP-COOKIE".to_owned(),
    ];
    let share = patient.share(&system, &["--download"]);
    let doctor = guest(&system, &share).await;
    Ask::post(&share.0, &[("code", "000000")]).send(&system).await;
    for cookie in cookies.iter().chain([&doctor]) {
        let study = format!("/studies/{}", patient.study.uid);
        for path in [
            study.clone(),
            format!("{study}/grant"),
            format!("{study}/download"),
            format!("{study}/access"),
            "/shares".into(),
        ] {
            Ask::get(&path).cookie(cookie).send(&system).await;
        }
        Ask::post(&format!("{study}/download"), &[]).cookie(cookie).send(&system).await;
        let file = format!("{study}/files/{}.1", patient.study.series_uid(1));
        Ask::get(&file).cookie(cookie).send(&system).await;
        secrets.push(cookie.split('=').nth(1).unwrap().to_owned());
    }
    secrets.extend([share.0[3..].to_owned(), share.1.clone()]);
    // A doctor's software, by both ways of a token.
    let token = viewer_token(&system, &patient.study.uid, &doctor).await;
    for token in [token.as_str(), "MADE-UP-VIEWER-TOKEN"] {
        for resource in resources() {
            let target = resource.of(&patient.study);
            Ask::get(&format!("/dicomweb/{token}{target}")).send(&system).await;
            let bearer = format!("Bearer {token}");
            let by_header = Ask::get(&format!("/dicomweb{target}")).header("authorization", &bearer);
            by_header.header("accept", "*/*").send(&system).await;
        }
        let query = "PatientName=*Nguy%E1%BB%87t*&PatientBirthDate=19711109&00100020=NGUYET-QUE";
        Ask::get(&format!("/dicomweb/{token}/studies?{query}")).send(&system).await;
        secrets.push(token.to_owned());
    }
    for path in ["/x/MADE-UP-TOKEN", "/s/MADE-UP-TOKEN", "/studies/Nguyệt-Quế", "/?q=Nguyệt-Quế"] {
        Ask::get(path).send(&system).await;
    }
    secrets.push("MADE-UP-TOKEN".into());

    // Acts of staff, and reports of providers.
    for words in [
        vec!["find", "Nguyệt Quế"],
        vec!["patient", &account],
        vec!["history", &patient.study.uid],
        vec!["contact", &account, "--phone", "0912 345 678", "--email", "nguyet.que@example.vn"],
        vec!["reissue", &patient.study.uid, "--reason", "slip lost"],
        vec!["viewers", &patient.study.uid],
    ] {
        system.staff(&words);
    }
    let newest = system.until_sms(2).await.remove(0);
    let password = crate::portal::password_of(&newest);
    secrets.extend([crate::system::link_of(&newest).rsplit('/').next().unwrap().to_owned(), password]);
    let report = json!({"notification": {"messageId": format!("{}-v1-sms.json", patient.study.uid)},
        "delivery": {"destination": "+84912345678", "providerResponse": "Phone +84912345678 is off"}, "status": "FAILURE"});
    system.feed(&[&report.to_string()]);
    system.staff(&["recall", &patient.study.uid, "--reason", "images of another patient"]);
    system.staff(&["revoke", &account, "--reason", "phone stolen"]);
    // A fault: the upload is gone before it is rendered.
    let lost = Study { patient_name: "TRAN^THI NGUYET-QUE".into(), ..Study::numbered(282) };
    system.upload("incoming/lost", lost.slice(1, 1)).await;
    let _ = std::fs::remove_file(system.embedded().data.join("buckets/studies/incoming/lost"));
    system.staff(&["held"]);
    secrets.push(system.embedded().system_key("secret_access_key"));
    secrets.extend([system.text("secret_access_key"), "X-Amz-Signature".into(), "X-Amz-Credential".into()]);

    let log = system.log();
    assert!(log.contains("study released") && log.contains("study shown again"), "the log is empty:\n{log}");
    for line in log.lines() {
        for secret in &secrets {
            assert!(!words_of(line).contains(secret.as_str()), "{secret} is in the log: {line}");
        }
        for dependency in ["hyper", "aws_", "s3s", "dynoxide", "rustls", "h2", "rusqlite"] {
            let is_verbose = line.contains("TRACE") || line.contains("DEBUG");
            assert!(!(is_verbose && line.contains(&format!(" {dependency}"))), "{line}");
        }
    }
    println!("{} lines, {} secrets", log.lines().count(), secrets.len());
    // People read the audit log: of a patient it holds only the account.
    let (_, audit) = system.command(&["audit", "export"]);
    for line in audit.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(event["action"].is_string());
        for secret in secrets.iter().filter(|secret| **secret != account) {
            assert!(!line.contains(secret.as_str()), "{secret} is in the audit log: {line}");
        }
    }
}
