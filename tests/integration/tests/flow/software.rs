//! A doctor's own software, with a viewer token.

use serde_json::Value;

use crate::agent::agent;
use crate::portal::{Browser, path_of, released};
use crate::stack::reach;
use crate::system::{System, link_of, on_both_systems};

on_both_systems! {
    software_opens_a_study_by_a_token_until_its_session_ends
}

/// What software gets for an address and a media type: status, media type, bytes.
fn ask(url: &str, accept: &str) -> (u16, String, Vec<u8>) {
    let (at, host) = reach(url);
    let mut answer = agent().get(at).header("host", host).header("accept", accept).call().unwrap();
    let media_type = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
    (answer.status().as_u16(), media_type.unwrap_or_default(), bytes)
}

fn json(url: &str) -> Value {
    let (status, media_type, bytes) = ask(url, "application/dicom+json");
    assert_eq!((status, media_type.as_str()), (200, "application/dicom+json"), "{url}");
    serde_json::from_slice(&bytes).unwrap()
}

async fn software_opens_a_study_by_a_token_until_its_session_ends(system: System) {
    let (study, sms) = released(&system, 76).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    let (at, host) = reach(&format!("{}/studies/{}/viewer-token", system.text("portal"), study.uid));
    let mint = agent().post(at).header("host", host).header("origin", system.text("portal"));
    let mint = mint.header("accept", "application/json").header("cookie", &*patient.cookie.borrow());
    let mut made = mint.send_form([("with", "address")]).unwrap();
    let made: Value = made.body_mut().read_json().unwrap();
    let root = made["dicomweb"].as_str().unwrap();
    assert!(root.starts_with(&format!("{}/dicomweb/", system.text("portal"))), "{root}");

    let studies = json(&format!("{root}/studies"));
    assert_eq!(studies.as_array().unwrap().len(), 1);
    assert_eq!(studies[0]["0020000D"]["Value"][0], study.uid.as_str());
    let series = format!("{root}/studies/{}/series/{}", study.uid, study.series_uid(1));
    assert_eq!(json(&format!("{series}/metadata")).as_array().unwrap().len(), 2);
    let instance = format!("{series}/instances/{}.1", study.series_uid(1));
    let (status, _, file) = ask(&instance, "application/dicom; transfer-syntax=*");
    assert_eq!((status, &file[128..132]), (200, &b"DICM"[..]));
    let any = r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#;
    let (status, media_type, frame) = ask(&format!("{instance}/frames/1"), any);
    assert!(status == 200 && media_type.starts_with("multipart/related"), "{status} {media_type}");
    assert!(frame.len() > 64 * 64 * 2, "a frame of {} bytes", frame.len());
    let (status, media_type, _) = ask(&format!("{instance}/rendered"), "image/jpeg");
    assert_eq!((status, media_type.as_str()), (200, "image/jpeg"));

    let (status, _, nothing) = ask(&format!("{}/dicomweb/nobody/studies", system.text("portal")), "*/*");
    assert_eq!(status, 404);
    patient.submit(&system, "/sign-out", &[]);
    for path in ["/studies".to_owned(), series.replacen(root, "", 1), instance.replacen(root, "", 1)] {
        assert_eq!(
            ask(&format!("{root}{path}"), "*/*"),
            (404, "text/plain; charset=utf-8".into(), nothing.clone())
        );
    }
}
