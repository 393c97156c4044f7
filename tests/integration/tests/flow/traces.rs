//! What an OpenTelemetry collector receives about the way of a study.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use crate::binary::binary;
use crate::collector::{Collector, attribute};
use crate::patients::{MARKS, Patient, guest};
use crate::system::{PATIENCE, System};
use crate::wire::Ask;

/// The only attributes that a span may have.
const KEYS: [&str; 3] = ["step", "study_instance_uid", "outcome"];

/// The chain of parents of a span, first one first. A look that was postponed counts once.
fn way_to<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    let mut way: Vec<&Span> = spans.iter().filter(|span| span.name == name).take(1).collect();
    while let Some(cause) = spans.iter().find(|span| span.span_id == way[0].parent_span_id) {
        if cause.name == way[0].name {
            way[0] = cause;
        } else {
            way.insert(0, cause);
        }
    }
    way
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_is_one_trace_from_its_upload_to_its_being_opened() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start().await);
    let system = System::start_with(
        folder.path(),
        &["--otlp-endpoint", &collector.endpoint()],
        &[("OTEL_BSP_SCHEDULE_DELAY", "100")],
    );
    let study = system.sample(4500);
    // The order comes before the images, so that only rendering puts the study before the gate.
    system.upload_order(&study.order()).await;
    system.upload(&format!("incoming/{}/1", study.uid), study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let sms = system.until_sms(1).await.remove(0);
    let patient = Patient { study, name: "Nguyễn Thị Hoà", birth_date: "02/03/1958", sms };
    let cookie = patient.session(&system).await;
    let page = Ask::get(&format!("/studies/{}", patient.study.uid)).cookie(&cookie).send(&system).await;
    assert_eq!(page.status, 200);
    let spans = collector.until("open").await;

    let traces: BTreeSet<_> = spans.iter().map(|span| span.trace_id.clone()).collect();
    assert_eq!(traces.len(), 1, "{spans:#?}");
    for span in &spans {
        assert_eq!(attribute(span, "study_instance_uid"), patient.study.uid);
        assert_eq!(attribute(span, "step"), span.name);
        assert_eq!(attribute(span, "outcome"), "done", "{span:#?}");
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
        assert!(span.attributes.iter().all(|attribute| KEYS.contains(&attribute.key.as_str())), "{span:#?}");
    }
    let way = way_to(&spans, "notice");
    let steps: Vec<&str> = way.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(steps, ["upload", "ingest", "settle", "render", "release", "notice"]);
    assert!(way.windows(2).all(|two| two[0].start_time_unix_nano <= two[1].start_time_unix_nano), "{way:#?}");
    // No message triggers a visit, so it hangs on the upload.
    let visit = way_to(&spans, "open");
    assert_eq!(visit.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["upload", "open"]);
    assert!(visit[1].start_time_unix_nano > way[5].end_time_unix_nano);
    assert!(way[0].parent_span_id.is_empty() && way[0].span_id == visit[0].span_id);
    assert_eq!(spans.iter().filter(|span| span.name == "upload").count(), 1);
    let told: Vec<_> = spans.iter().flat_map(|span| &span.events).map(|event| event.name.as_str()).collect();
    assert!(told.contains(&"released"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trace_holds_a_secret_or_a_word_of_a_patient() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start().await);
    let system = System::start_with(
        folder.path(),
        &[],
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint()), ("OTEL_BSP_SCHEDULE_DELAY", "100")],
    );
    system.upload("incoming/TRAN THI NGUYET-QUE 19711109.dcm", "TRAN^THI NGUYET-QUE").await;
    let patient = Patient::marked(&system, 4510).await;
    let cookie = patient.session(&system).await;
    let share = patient.share(&system, &["--download"]);
    let doctor = guest(&system, &share).await;
    let study = format!("/studies/{}", patient.study.uid);
    for cookie in [&cookie, &doctor] {
        for path in [study.clone(), format!("{study}/grant"), format!("{study}/download")] {
            Ask::get(&path).cookie(cookie).send(&system).await;
        }
    }
    Ask::post(&format!("{study}/download"), &[]).cookie(&cookie).send(&system).await;
    collector.until("pack").await;
    collector.until("open").await;

    let account = patient.study.patient_id.clone();
    let (password, link) = (patient.password(), patient.link_path()[3..].to_owned());
    let secrets =
        [account.as_str(), &password, &link, &share.0[3..], &share.1, "X-Amz-Signature", "912345678"];
    let cookies = [&cookie, &doctor].map(|cookie| cookie.split('=').nth(1).unwrap());
    for received in collector.received() {
        let text = String::from_utf8_lossy(&received.body);
        assert!(text.contains(&patient.study.uid));
        for secret in MARKS.iter().chain(&secrets).chain(&cookies) {
            assert!(!text.contains(*secret), "{secret} is in a trace");
        }
    }
}

/// Lambda freezes a function once it answers: what is not sent by then may never be.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_sends_its_traces_before_its_invocation_ends() {
    let (system, lambda) = (System::start(), Collector::start().await);
    let sender = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let body = json!({ "study_instance_uid": "1.2.3", "traceparent": sender }).to_string();
    lambda.invoke(
        json!({ "Records": [{ "messageId": "1", "body": body }, { "messageId": "2", "body": "{}" }] })
            .to_string(),
    );
    let url = "http://127.0.0.1:9/q";
    let hospital = json!({
        "name_vi": "Bệnh viện", "name_en": "Hospital", "name_sms": "BV", "address": "1 Hai Bà Trưng",
        "support_email": "it@benhvien.example", "hotline": "1900 1234",
        "hotline_hours_vi": "7:00-17:00", "hotline_hours_en": "7:00-17:00",
    });
    let mut function = Command::new(binary().with_file_name("release-study"))
        .envs(
            ["INTAKE", "SETTLE", "DOWNLOADS", "RELEASE", "NOTICES"]
                .map(|name| (format!("{name}_QUEUE_URL"), url)),
        )
        .envs(
            ["STUDIES", "DERIVED", "SLIPS", "AUDIT", "USAGE"]
                .map(|name| (format!("{name}_BUCKET"), "bucket")),
        )
        .envs([("INDEX_TABLE", "filmless"), ("SEAL_KEY_ID", "key"), ("PUBLIC_URL", "https://xem.example")])
        .envs([("EMAIL_FROM", "it@benhvien.example"), ("HOSPITAL", &hospital.to_string())])
        .envs([("AWS_ENDPOINT_URL", &system.text("dynamodb")), ("AWS_REGION", &system.text("region"))])
        .env("AWS_ACCESS_KEY_ID", system.embedded().system_key("access_key_id"))
        .env("AWS_SECRET_ACCESS_KEY", system.embedded().system_key("secret_access_key"))
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", lambda.address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "release-study"),
        ])
        .envs([("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"), ("AWS_LAMBDA_FUNCTION_VERSION", "1")])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", lambda.endpoint())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let answered = async {
        while !lambda.received().iter().any(|received| received.target.contains("/invocation/1/")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answered = tokio::time::timeout(PATIENCE, answered).await;
    let _ = function.kill();
    let _ = function.wait();
    assert!(answered.is_ok(), "the function did not answer");

    let came: Vec<String> = lambda.received().into_iter().map(|received| received.target).collect();
    let position = |what: &str| came.iter().position(|target| target.contains(what));
    assert!(
        position("/v1/traces").is_some() && position("/v1/traces") < position("/invocation/1/"),
        "{came:?}"
    );
    let spans = lambda.spans();
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!((spans[0].name.as_str(), attribute(&spans[0], "outcome").as_str()), ("release", "done"));
    // A message that names another trace does not pull the study into it.
    assert_ne!(hex(&spans[0].trace_id), sender[3..35]);
    let answer = lambda.received().into_iter().find(|r| r.target.ends_with("/response")).unwrap();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap(),
        json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] })
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
