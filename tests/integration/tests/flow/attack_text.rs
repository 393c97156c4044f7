//! Hostile text in names, contacts, orders and images is shown as text and does nothing.

use std::process::{Command, Stdio};

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::binary::binary;
use crate::patients::Patient;
use crate::portal::released;
use crate::sample::{CT_IMAGE_STORAGE, Study};
use crate::system::{System, link_of};
use crate::wire::Ask;

/// Its letters match the name in the images.
const NAME: &str =
    "Nguyễn Thị <script>alert(1)</script>\r\nBcc: evil@evil.example\u{202e}\u{200b}\"'{{7*7}}Hoà";
const SERVICE: &str = "</title><img src=x onerror=alert(2)>\r\nX-Evil: 1{{constructor}}\u{0}${7*7}";

fn hostile_study(number: u32) -> (Study, Value) {
    let study = Study { patient_name: NAME.replace(['\r', '\n'], " "), ..Study::numbered(number) };
    let mut order = study.order();
    order["patient"]["name"] = json!(NAME);
    order["service"]["name"] = json!(SERVICE);
    (study, order)
}

fn hostile_slice(study: &Study) -> Vec<u8> {
    let words = |tag, text: &str| DataElement::new(tag, VR::LO, PrimitiveValue::from(text));
    let mut object = dicom_object::from_reader(study.slice(1, 1).as_slice()).unwrap();
    object.put(words(tags::SERIES_DESCRIPTION, "\"><script>alert(3)</script>"));
    object.put(words(tags::STUDY_DESCRIPTION, "</script><svg onload=alert(4)>"));
    object.put(words(tags::MODALITY, "CT"));
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).unwrap();
    assert_eq!(object.meta().media_storage_sop_class_uid(), CT_IMAGE_STORAGE);
    bytes
}

/// Fails on markup that would run.
fn check_html(what: &str, html: &str) {
    for live in
        ["<script>alert", "<img src=x", "<svg onload", "\"><script", "</title><img", "\u{202e}", "\u{200b}"]
    {
        assert!(!html.contains(live), "{live} is in {what}: {html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_only_words_on_page_slip_sms_and_email() {
    let system = System::start();
    let (study, order) = hostile_study(241);
    system.upload("incoming/1", hostile_slice(&study)).await;
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
    let patient = Patient { study, name: "Hoà", birth_date: "02/03/1958", sms: system.all_sms().remove(0) };
    let cookie = patient.session(&system).await;
    let uid = &patient.study.uid;
    for path in ["/studies".to_owned(), format!("/studies/{uid}"), "/shares".into(), "/outbox".into()] {
        let page = Ask::get(&path).cookie(&cookie).send(&system).await;
        assert_eq!(page.status, 200, "{path}");
        check_html(&path, &page.body);
    }
    let label = "<b>BS</b>\r\nSet-Cookie: a=b\u{202e}";
    let form = [("label", label), ("relation", "doctor"), ("study", uid.as_str()), ("days", "7")];
    let made = Ask::post("/shares", &form).cookie(&cookie).send(&system).await;
    assert!(made.status == 200 && !made.body.contains("<b>BS") && !made.body.contains('\u{202e}'));
    let grant = Ask::get(&format!("/studies/{uid}/grant")).cookie(&cookie).send(&system).await;
    assert_eq!(grant.header("content-type"), "application/json");
    let grant: Value = serde_json::from_str(&grant.body).unwrap();
    assert_eq!(grant["series"][0]["label"], "\"><script>alert(3)</script>", "JSON is no HTML");

    let sms = patient.sms["text"].as_str().unwrap();
    assert!(!sms.contains('\r') && !sms.contains("evil") && sms.contains("/x/"), "{sms}");
    let raw = system.all_emails().remove(0);
    let email = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(email.to().unwrap().first().unwrap().address(), Some("hoa@example.vn"));
    assert!(email.bcc().is_none() && email.cc().is_none());
    assert!(email.headers().iter().all(|header| header.name() != "X-Evil"));
    let head = String::from_utf8_lossy(&raw).split("\r\n\r\n").next().unwrap().to_owned();
    assert!(!head.contains("evil"), "{head}");
    check_html("the email", &email.body_html(0).unwrap());
    let link = link_of(&patient.sms);
    assert_eq!(email.body_html(0).unwrap().matches("href=\"").count(), {
        let html = email.body_html(0).unwrap().into_owned();
        let ours = |target: &str| target.starts_with(&system.text("portal")) || target.starts_with("mailto:");
        let targets = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let targets: Vec<String> = targets.collect();
        assert!(targets.contains(&link) && targets.iter().all(|target| ours(target)), "{targets:?}");
        targets.len()
    });

    let slip = Command::new("pdftotext").arg(system.embedded().slip_file(uid)).arg("-").output().unwrap();
    let slip = String::from_utf8(slip.stdout).unwrap();
    assert!(slip.contains("{{7*7}}") || slip.contains("{{7*7}}Hoà"), "a template was filled in: {slip}");
    let pdf = std::fs::read(system.embedded().slip_file(uid)).unwrap();
    for active in ["/JavaScript", "/OpenAction", "/Launch", "/AA"] {
        assert!(!pdf.windows(active.len()).any(|window| window == active.as_bytes()), "{active}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_contacts_get_no_message_and_stop_no_study() {
    let system = System::start();
    for (number, phone, email) in [
        (242, "0903123456\r\n0999999999", "hoa@example.vn\r\nBcc: evil@evil.example"),
        (243, "+84 903 123 456; rm -rf /", "hoa@example.vn, evil@evil.example"),
        (244, "\u{202e}0903123456\u{200b}0", "\"a\\\"b\"@example.vn"),
        (245, &"9".repeat(5000), &format!("{}@example.vn", "a".repeat(5000))),
        (246, "<script>", "hoa@example.vn>\u{0}"),
    ] {
        let study = Study::numbered(number);
        let mut order = study.order();
        order["patient"]["phone"] = json!(phone);
        order["patient"]["email"] = json!(email);
        system.upload(&format!("incoming/{number}"), study.slice(1, 1)).await;
        system.upload_order(&order).await;
        system.until(&study.uid, "released").await;
    }
    for sms in system.all_sms() {
        assert_eq!(sms["to"], "+84903123456", "a text was taken for a number");
    }
    for raw in system.all_emails() {
        let email = MessageParser::default().parse(&raw).unwrap();
        let to = email.to().unwrap();
        assert!(to.first().unwrap().address() == Some("hoa@example.vn") && to.iter().count() == 1);
        assert!(!String::from_utf8_lossy(&raw).contains("evil"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_settings_of_the_hospital_stop_the_start() {
    for (field, value) in [
        ("name_vi", "Bệnh viện\r\nBcc: evil@evil.example"),
        ("name_en", "Hospital\u{202e}"),
        ("name_sms", "a very long name for an SMS"),
        ("support_email", "hotro@benhvien.example\r\nBcc: evil@evil.example"),
        ("support_email", "hotro@benhvien.example, evil@evil.example"),
        ("hotline", "1900 0000\n"),
        ("email_subject_vi", "Kết quả\r\nX-Evil: 1"),
        ("sms_words_vi", &"a".repeat(31)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hospital.json");
        let mut hospital = serde_json::to_value(filmless_domain::Hospital::default()).unwrap();
        hospital[field] = value.into();
        std::fs::write(&file, hospital.to_string()).unwrap();
        let mut up = Command::new(binary());
        up.args(["up", "--port", "0", "--data"]).arg(folder.path()).arg("--hospital").arg(&file);
        let output = up.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{field}: {value:?}");
        assert!(said.contains(field) && !said.contains("evil"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn emails_come_from_the_hospital_that_was_named_and_not_from_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hospital.json");
    let mut hospital = serde_json::to_value(filmless_domain::Hospital::default()).unwrap();
    hospital["support_email"] = "hotro@bvdaihoc.example".into();
    std::fs::write(&file, hospital.to_string()).unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let system = System::start_in(&data, &["--hospital", file.to_str().unwrap()]);
    released(&system, 171).await;
    let emails = system.all_emails();
    let email = String::from_utf8_lossy(emails.first().expect("an email"));
    let head = email.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("hotro@bvdaihoc.example>") && !head.contains("benhvien.example"), "{head}");
}
