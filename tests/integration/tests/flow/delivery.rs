use std::process::Command;

use filmless_domain::PhoneNumber;
use filmless_store::index::{ItemKey, Transaction};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::json;

use crate::sample::Study;
use crate::system::{System, link_of, on_both_systems};

on_both_systems! {
    a_patient_gets_sms_email_and_slip_with_the_same_link
    repeated_and_late_instances_keep_the_count_exact_and_send_no_second_notice
    a_zip_is_unpacked_and_its_study_released
    no_log_line_holds_a_secret_or_a_name
}

async fn upload_study(system: &System, study: &Study, series: u32, slices: u32) {
    for number in 1..=slices {
        system
            .upload(&format!("incoming/{}/{series}/{number}", study.uid), study.slice(series, number))
            .await;
    }
}

async fn a_patient_gets_sms_email_and_slip_with_the_same_link(system: System) {
    let study = system.sample(1);
    upload_study(&system, &study, 1, 5).await;
    upload_study(&system, &study, 2, 3).await;
    system.upload_order(&study.order()).await;

    let released = system.until(&study.uid, "released").await;
    assert_eq!((&released["series"], &released["instances"]), (&json!(2), &json!(8)));
    assert_eq!(released["modalities"], json!(["CT"]));

    let sms = system.all_sms();
    assert_eq!(sms.len(), 1);
    let phone = PhoneNumber::parse(&study.phone).unwrap().as_str().to_owned();
    assert_eq!(
        (&sms[0]["to"], &sms[0]["parts"], &sms[0]["encoding"]),
        (&json!(phone), &json!(1), &json!("GSM-7"))
    );
    let link = link_of(&sms[0]);

    let emails = system.all_emails();
    assert_eq!(emails.len(), 1);
    let email = MessageParser::default().parse(&emails[0]).unwrap();
    assert_eq!(email.to().unwrap().first().unwrap().address(), Some(study.email.as_str()));
    assert!(email.body_text(0).unwrap().contains(&link));
    assert!(email.body_html(0).unwrap().contains("cid:"));
    let attached: Vec<_> = email
        .attachments()
        .filter_map(|part| part.content_type())
        .map(|t| t.subtype().unwrap_or(""))
        .collect();
    assert!(attached.contains(&"pdf"), "{attached:?}");

    let folder = tempfile::tempdir().unwrap();
    for file in ["slip.pdf", "qr.png"] {
        std::fs::write(folder.path().join(file), system.slip(&study.uid, file).await.unwrap()).unwrap();
    }
    let text = Command::new("pdftotext")
        .arg("-layout")
        .arg(folder.path().join("slip.pdf"))
        .arg("-")
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for expected in [&link, "Nguyễn Thị Hoà", study.patient_id.as_str(), "1900 0000", "02/03/1958"] {
        assert!(text.contains(expected), "{expected} is not on the slip:\n{text}");
    }
    let read =
        Command::new("zbarimg").args(["-q", "--raw"]).arg(folder.path().join("qr.png")).output().unwrap();
    assert_eq!(String::from_utf8(read.stdout).unwrap().trim(), link);
}

async fn repeated_and_late_instances_keep_the_count_exact_and_send_no_second_notice(system: System) {
    let study = system.sample(2);
    system.upload_order(&study.order()).await;
    for key in ["a", "b", "a"] {
        for number in 1..=4 {
            system.upload(&format!("incoming/{key}/{number}"), study.slice(1, number)).await;
        }
    }
    let first = system.until(&study.uid, "released").await;
    assert_eq!(first["instances"], 4);

    system.upload("incoming/late/5", study.slice(1, 5)).await;
    let counted = async {
        loop {
            let again = system.until(&study.uid, "released").await;
            if again["instances"] == 5 {
                return again;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let again = tokio::time::timeout(std::time::Duration::from_secs(60), counted).await.unwrap();
    assert_eq!(again["released_at"], first["released_at"]);
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (1, 1));
    assert!(system.quarantined().is_empty());
}

async fn a_zip_is_unpacked_and_its_study_released(system: System) {
    let study = system.sample(3);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 1..=3 {
        zip.start_file(format!("CT ngực/{number}"), zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &study.slice(1, number)).unwrap();
    }
    zip.start_file("README.txt", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, b"not an image").unwrap();
    system.upload("incoming/study.zip", zip.finish().unwrap().into_inner()).await;
    system.upload_order(&study.order()).await;
    assert_eq!(system.until(&study.uid, "released").await["instances"], 3);
}

async fn no_log_line_holds_a_secret_or_a_name(system: System) {
    let study = system.sample(4);
    upload_study(&system, &study, 1, 2).await;
    system.upload("incoming/NGUYEN THI HOA.dcm", "not dicom").await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    let sms = system.all_sms().remove(0);
    let link = link_of(&sms);
    let token = link.rsplit('/').next().unwrap();
    let log = system.log();
    assert!(log.contains("study released"), "the log is empty:\n{log}");
    for secret in [
        token,
        "NGUYEN",
        "Nguyễn",
        "19580302",
        "1958-03-02",
        &study.phone.replace(' ', "")[1..],
        &study.email,
        &study.patient_id,
    ] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    for word in sms["text"].as_str().unwrap().split_whitespace().filter(|w| w.len() == 11 && w.contains('-'))
    {
        assert!(!log.contains(word), "a password is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_waits_for_studies_of_earlier_days_too() {
    let system = System::start();
    let study = Study::numbered(91);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let order = file("order.json", study.order().to_string().into_bytes());
    let send = |files: &[&str]| {
        let (is_done, text) = system.command(&[&["send", "--json", "--wait", "120"], files].concat());
        (is_done, serde_json::from_str::<serde_json::Value>(&text).unwrap())
    };
    let (is_done, first) = send(&["--order", &order, &file("1.dcm", study.slice(1, 1))]);
    assert!(is_done, "{first:#}");
    let studies = |sent: &serde_json::Value| -> Vec<String> {
        let studies = sent["became"]["status"]["studies"].as_array().unwrap().iter();
        studies.map(|study| study["study_instance_uid"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(studies(&first), [study.uid.as_str()], "{first:#}");
    // Pretend that the first file came long ago, so that the study is in no list of today.
    let index = system.connection().index("filmless");
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for day in [now.yesterday().unwrap(), now] {
        let listed = ItemKey::new(format!("DAY#{day}"), format!("STUDY#{}", study.uid));
        index.commit(Transaction::new().delete(listed)).await.unwrap().or_contention().unwrap();
        assert!(index.studies_of_day(day).await.unwrap().is_empty());
    }
    let (is_done, second) = send(&[&file("2.dcm", study.slice(1, 2))]);
    assert!(is_done && second["became"]["is_complete"] == true, "{second:#}");
    assert_eq!(studies(&second), [study.uid.as_str()], "{second:#}");
    assert!(index.studies_of_day(now).await.unwrap().is_empty(), "it was found by what its file says");
}
