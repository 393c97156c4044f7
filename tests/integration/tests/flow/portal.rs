use std::cell::RefCell;

use serde_json::Value;
use ureq::Body;
use ureq::http::Response;

use crate::agent::agent;
use crate::sample::Study;
use crate::stack::reach;
use crate::system::{System, link_of, on_both_systems};

on_both_systems! {
    the_link_opens_with_the_right_birth_date_only_and_never_more_often_than_allowed
    account_and_password_open_the_images_and_nothing_opens_another_patients
    images_come_by_presigned_urls_that_open_nothing_else
}

/// A browser without scripts. Keeps the session's cookie and follows redirects.
#[derive(Default)]
pub struct Browser {
    pub cookie: RefCell<String>,
}

impl Browser {
    pub fn get(&self, url: &str) -> (u16, String) {
        let (at, host) = reach(url);
        let request = agent().get(at).header("host", host).header("cookie", &*self.cookie.borrow());
        self.read(request.call().unwrap(), url)
    }

    pub fn submit(&self, system: &System, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let url = format!("{}{path}", system.text("portal"));
        let (at, host) = reach(&url);
        let request = agent().post(at).header("host", host).header("origin", system.text("portal"));
        let answer =
            request.header("cookie", &*self.cookie.borrow()).send_form(fields.iter().copied()).unwrap();
        self.read(answer, &url)
    }

    fn read(&self, mut answer: Response<Body>, url: &str) -> (u16, String) {
        if let Some(cookie) = answer.headers().get("set-cookie") {
            *self.cookie.borrow_mut() = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        match answer.headers().get("location") {
            Some(to) => {
                self.get(&format!("{}{}", &url[..url[8..].find('/').unwrap() + 8], to.to_str().unwrap()))
            }
            None => (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap()),
        }
    }
}

/// Opens a link with the right birth date.
pub fn opens(system: &System, link: &str) -> (u16, String) {
    Browser::default().submit(system, &path_of(link), &[("answer", "02/03/1958")])
}

pub fn sign_in(system: &System, study: &Study, password: &str) -> u16 {
    let fields = [("account", study.patient_id.as_str()), ("password", password)];
    Browser::default().submit(system, "/sign-in", &fields).0
}

pub fn path_of(link: &str) -> String {
    link[link.find("/x/").unwrap()..].to_owned()
}

pub async fn released(system: &System, number: u32) -> (Study, Value) {
    let study = system.sample(number);
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload("incoming/2", study.slice(1, 2)).await;
    system.upload_order(&study.order()).await;
    system.until(&study.uid, "released").await;
    (study, system.all_sms().remove(0))
}

pub fn password_of(sms: &Value) -> String {
    let is_password = |word: &&str| word.len() == 11 && word.as_bytes()[5] == b'-' && word.is_ascii();
    sms["text"]
        .as_str()
        .unwrap()
        .split(|c: char| c.is_whitespace() || c == ':')
        .find(is_password)
        .unwrap()
        .to_owned()
}

async fn the_link_opens_with_the_right_birth_date_only_and_never_more_often_than_allowed(system: System) {
    let (study, sms) = released(&system, 31).await;
    let link = link_of(&sms);
    let patient = Browser::default();
    let (status, form) = patient.get(&link);
    assert_eq!(status, 200);
    assert!(!form.contains("Hoà") && !form.contains(&study.patient_id), "the form names the patient");
    let (_, wrong) = patient.submit(&system, &path_of(&link), &[("answer", "03/03/1958")]);
    assert!(!wrong.contains("Hoà"));
    let (status, opened) = patient.submit(&system, &path_of(&link), &[("answer", "2/3/1958")]);
    assert_eq!(status, 200);
    assert!(opened.contains("Nguyễn Thị Hoà"), "{opened}");

    // The right answer reset the count of tries.
    let stranger = Browser::default();
    for _ in 0..10 {
        stranger.submit(&system, &path_of(&link), &[("answer", "01/01/1901")]);
    }
    let (_, used_up) = stranger.submit(&system, &path_of(&link), &[("answer", "02/03/1958")]);
    assert!(!used_up.contains("Hoà"), "an eleventh answer was looked at");
}

async fn account_and_password_open_the_images_and_nothing_opens_another_patients(system: System) {
    let (study, sms) = released(&system, 32).await;
    let other = Study { patient_name: "TRAN^VAN BINH".into(), ..system.sample(33) };
    let mut order = other.order();
    order["patient"]["name"] = "Trần Văn Bình".into();
    system.upload("incoming/other", other.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&other.uid, "released").await;

    let patient = Browser::default();
    let (_, denied) =
        patient.submit(&system, "/sign-in", &[("account", &study.patient_id), ("password", "AAAAA-AAAAA")]);
    assert!(!denied.contains("Hoà"));
    let typed = password_of(&sms).to_lowercase().replace('-', " ");
    let account = study.patient_id.to_lowercase().replace('-', " ");
    let (status, mine) = patient.submit(&system, "/sign-in", &[("account", &account), ("password", &typed)]);
    assert_eq!(status, 200, "{mine}");
    assert!(mine.contains(&study.uid) && !mine.contains(&other.uid), "{mine}");

    let portal = system.text("portal");
    assert_eq!(patient.get(&format!("{portal}/studies/{}", study.uid)).0, 200);
    let (theirs_status, theirs) = patient.get(&format!("{portal}/studies/{}", other.uid));
    let (unknown_status, unknown) = patient.get(&format!("{portal}/studies/1.2.3.4"));
    assert_eq!((theirs_status, unknown_status), (404, 404));
    assert_eq!(theirs.replace(&other.uid, ""), unknown.replace("1.2.3.4", ""));
    assert_eq!(patient.get(&format!("{portal}/studies/{}/grant", other.uid)).0, 404);
}

async fn images_come_by_presigned_urls_that_open_nothing_else(system: System) {
    let (study, sms) = released(&system, 34).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    let (status, grant) = patient.get(&format!("{}/studies/{}/grant", system.text("portal"), study.uid));
    assert_eq!(status, 200, "{grant}");
    let grant: Value = serde_json::from_str(&grant).unwrap();
    let pack = grant["series"][0]["pack_url"].as_str().unwrap();
    assert!(pack.starts_with(&system.text("s3")), "{pack}");
    assert!(pack.contains("X-Amz-Expires=900"), "{pack}");
    let mut answer = agent().get(pack).header("range", "bytes=0-3").call().unwrap();
    assert_eq!(answer.status().as_u16(), 206);
    let jpeg_ls = [0xFF, 0xD8, 0xFF, 0xF7];
    assert_eq!(answer.body_mut().read_to_vec().unwrap(), jpeg_ls, "the first frame, lossless");
    let mut index = agent().get(grant["series"][0]["index_url"].as_str().unwrap()).call().unwrap();
    assert_eq!(index.headers()["content-encoding"], "gzip");
    assert_eq!(index.body_mut().read_to_vec().unwrap()[..2], [0x1F, 0x8B]);
    let (other_key, _) = Browser::default().get(&pack.replacen(".pack", ".index.json", 1));
    assert!(matches!(other_key, 400 | 403), "{other_key}");
}

/// LocalStack checks signatures, but lets requests without one through.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_signature_there_are_no_images() {
    let system = System::start();
    let (study, sms) = released(&system, 35).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    let (_, grant) = patient.get(&format!("{}/studies/{}/grant", system.text("portal"), study.uid));
    let grant: Value = serde_json::from_str(&grant).unwrap();
    let pack = grant["series"][0]["pack_url"].as_str().unwrap();
    assert_eq!(Browser::default().get(pack.split('?').next().unwrap()).0, 403);
}
