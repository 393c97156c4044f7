//! Attacks every route of `docs/openapi.yaml` with the wrong session. A route that is added to the document is
//! attacked here; one that is missing there fails the router's own test.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmless_domain::hospital::HOSPITAL_TIME;
use serde_json::{Value, json};

use crate::marks::marks;
use crate::patients::{MARKS, Patient, guest};
use crate::sample::Study;
use crate::system::System;
use crate::wire::{Answer, Ask};

/// One method of one path in the document.
struct Operation {
    method: String,
    path: String,
    statuses: BTreeSet<u16>,
}

fn operations() -> Vec<Operation> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.yaml");
    let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // Those of DICOMweb know no cookie: `attack_dicomweb`.
        if path.starts_with("/dicomweb/") {
            continue;
        }
        for method in ["get", "post"] {
            let Some(responses) = item[method]["responses"].as_object() else { continue };
            let statuses: BTreeSet<u16> = responses.keys().map(|status| status.parse().unwrap()).collect();
            let of = |method: &str| Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                statuses: statuses.clone(),
            };
            operations.push(of(method));
            if method == "get" {
                operations.push(of("head"));
            }
        }
    }
    // Routes that end sessions come last.
    operations.sort_by_key(|operation| operation.path.contains("sign-out"));
    assert!(operations.len() >= 30, "the document was not read");
    operations
}

/// What an attacker knows of a patient: all identifiers, and no secret.
struct Known<'a> {
    study: &'a Study,
    share_id: String,
    link: String,
    share: String,
    consultation: Invited,
}

/// A consultation about the study, and the links and codes of its two members.
struct Invited {
    id: String,
    member: String,
    chair: (String, String),
    other: (String, String),
}

/// Starts a consultation with a share of the patient's that may.
async fn consultation(system: &System, victim: &Patient) -> Invited {
    let doctor = guest(system, &victim.share(system, &["--consult"])).await;
    let now = jiff::Timestamp::now().to_zoned(HOSPITAL_TIME).strftime("%Y-%m-%dT%H:%M").to_string();
    let form = [
        ("study", victim.study.uid.as_str()),
        ("question", "CLVT bụng kín: u gì?"),
        ("days", "7"),
        ("consent_by", "BS. Minh"),
        ("consent_form", "spoken"),
        ("consent_at", now.as_str()),
        ("name_0", "BS. An"),
        ("facility_0", "BV A"),
        ("name_1", "BS. Tư"),
        ("facility_1", "BV B"),
        ("chair", "0"),
    ];
    let made = Ask::post("/consultations", &form).cookie(&doctor).send(system).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let after = |text: &str, mark: &str| {
        text.split(mark).nth(1).unwrap().split(['<', '"']).next().unwrap().to_owned()
    };
    let ticket = |name: &str| {
        let card = made.body.split("<h2>").find(|card| card.starts_with(name)).unwrap();
        (format!("/c/{}", after(card, "/c/")), after(card, "secret digits\">"))
    };
    let id = after(&made.body, "href=\"/consultations/");
    let page = Ask::get(&format!("/consultations/{id}")).cookie(&doctor).send(system).await.body;
    let member = page.split("<h3>BS. Tư").nth(1).unwrap();
    let member = member.split("/members/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    Invited { id, member, chair: ticket("BS. An"), other: ticket("BS. Tư") }
}

impl Known<'_> {
    fn target(&self, path: &str) -> String {
        let token = match path.get(..3) {
            Some("/x/") => &self.link[3..],
            Some("/c/") => &self.consultation.chair.0[3..],
            _ => &self.share[3..],
        };
        path.replace("{study_uid}", &self.study.uid)
            .replace("{instance_uid}", &format!("{}.1", self.study.series_uid(1)))
            .replace("{share_id}", &self.share_id)
            .replace("{consultation_id}", &self.consultation.id)
            .replace("{member_id}", &self.consultation.member)
            .replace("{patient}", &URL_SAFE_NO_PAD.encode(&self.study.patient_id))
            .replace("{token}", token)
            .replace("{month}", "2026-11")
            .replace("{name}", "style.css")
    }

    async fn ask(&self, system: &System, operation: &Operation, cookie: &str) -> Answer {
        let target = self.target(&operation.path);
        let form = [
            ("account", self.study.patient_id.as_str()),
            ("answer", "01/01/1901"),
            ("code", "wrong"),
            ("label", "x"),
            ("relation", "doctor"),
            ("study", &self.study.uid),
            ("days", "7"),
            ("to", "vi"),
            ("query", &self.study.patient_id),
            ("confirm", "yes"),
            ("reason", "x"),
        ];
        let ask = match operation.method.as_str() {
            "POST" if operation.path.ends_with("/marks") => Ask::json(&target, &marks(self.study)),
            "POST" if operation.path.ends_with("/ticket") => Ask::json(&target, &json!({})),
            "POST" if operation.path.ends_with("/poll") => {
                Ask::json(&target, &json!({ "since": null, "messages": [{ "type": "join" }] }))
            }
            "POST" => Ask::post(&target, &form),
            method => Ask::new(method, &target),
        };
        let answer = ask.cookie(cookie).send(system).await;
        let called = format!("{} {target}", operation.method);
        assert!(operation.statuses.contains(&answer.status), "{called}: {} is undocumented", answer.status);
        assert!(!answer.body.contains("panicked"), "{called}");
        // A page may contain its own address.
        answer.without(&[&target])
    }
}

fn check_nothing_shown(called: &str, answer: &Answer, secrets: &[&str]) {
    for secret in secrets {
        assert!(!answer.body.contains(secret), "{called} shows {secret}: {}", answer.body);
        let in_header = answer.headers.iter().any(|(_, value)| value.contains(secret));
        assert!(!in_header, "{called} shows {secret} in a header");
    }
}

fn share_id(page: &str) -> String {
    let rest = page.split("action=\"/shares/").nth(1).expect("no share");
    rest.split('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_shows_anything_of_another_patient_or_without_a_session() {
    let system = System::start();
    let (victim, other) = (Patient::marked(&system, 271).await, Patient::other(&system, 272).await);
    // Of the victim's two studies, the guest was shown the second.
    let shown = Study {
        patient_id: victim.study.patient_id.clone(),
        uid: format!("{}9", victim.study.uid),
        ..Study::numbered(273)
    };
    let shown = Study {
        patient_name: victim.study.patient_name.clone(),
        birth_date: victim.study.birth_date.clone(),
        ..shown
    };
    let mut order = shown.order();
    order["patient"]["name"] = json!(victim.name);
    order["patient"]["birth_date"] = json!("1971-11-09");
    system.upload("incoming/shown", shown.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&shown.uid, "released").await;

    let consultation = consultation(&system, &victim).await;
    let owner = victim.session(&system).await;
    let (share, code) = victim.share(&system, &["--download"]);
    let shares = Ask::get("/shares").cookie(&owner).send(&system).await.body;
    let waiting = guest(&system, &consultation.other).await;
    let known = Known {
        study: &victim.study,
        share_id: share_id(&shares),
        link: victim.link_path(),
        share,
        consultation,
    };
    let words =
        ["share", &shown.patient_id, "--for", "BS. An", "--study", &shown.uid, "--download", "--annotate"];
    let made = system.staff(&words);
    let link = made["link"].as_str().unwrap();
    let narrow = (link[link.find("/s/").unwrap()..].to_owned(), made["code"].as_str().unwrap().to_owned());

    let ended = victim.session(&system).await;
    Ask::post("/sign-out", &[]).cookie(&ended).send(&system).await;
    let sessions = [
        ("nobody", String::new()),
        ("an ended session", ended),
        ("a made-up session", "filmless_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()),
        (
            "another patient's guest",
            guest(&system, &other.share(&system, &["--download", "--annotate"])).await,
        ),
        ("a guest shown another study", guest(&system, &narrow).await),
        ("another patient", other.session(&system).await),
        ("a member who waits", waiting),
    ];
    let of_the_study = [&victim.study.uid, "CLVT bụng kín"];
    let of_the_patient: Vec<&str> =
        MARKS.into_iter().chain([victim.study.uid.as_str(), victim.study.patient_id.as_str()]).collect();
    let mut asked = 0;
    for operation in &operations() {
        for (who, cookie) in &sessions {
            let called = format!("{} {} by {who}", operation.method, operation.path);
            let mut answer = known.ask(&system, operation, cookie).await;
            if operation.path == "/sign-in" {
                // The form repeats what was typed into it.
                answer = answer.without(&[&victim.study.patient_id]);
            }
            // The guest of the other study knows the name, but nothing of this study.
            let is_guest_of_victim = *who == "a guest shown another study";
            let uid_alone = format!("{}\"", of_the_study[0]);
            if is_guest_of_victim {
                check_nothing_shown(&called, &answer, &[&uid_alone, of_the_study[1]]);
            } else {
                check_nothing_shown(&called, &answer, &of_the_patient);
            }
            // Whoever waits for the chair has a page that says so.
            let waits = *who == "a member who waits" && operation.path.starts_with("/consultations/");
            let ids = ["{patient}", "{study_uid}", "{share_id}", "{consultation_id}"];
            if !waits && ids.iter().any(|id| operation.path.contains(id)) {
                let is_closed = match answer.status {
                    204 | 401 | 404 => true,
                    303 => ["/", "/staff/sign-in"].contains(&answer.header("location")),
                    _ => false,
                };
                assert!(is_closed, "{called}: {} {}", answer.status, answer.header("location"));
            }
            asked += 1;
        }
    }
    println!("{asked} requests");
    // The identifiers were right and the share still works, for its owner and for anybody with its code.
    let study = known.target("/studies/{study_uid}");
    let page = Ask::get(&study).cookie(&owner).send(&system).await;
    assert!(page.status == 200 && page.body.contains(victim.name));
    let file = known.target("/studies/{study_uid}/files/{instance_uid}");
    let original = Ask::get(&file).cookie(&owner).send(&system).await;
    assert!(original.header("location").contains("X-Amz-Expires=60"), "{original:?}");
    let cookie = guest(&system, &(known.share.clone(), code)).await;
    assert_eq!(Ask::get(&study).cookie(&cookie).send(&system).await.status, 200);
    let end = known.target("/shares/{share_id}/end");
    assert_eq!(Ask::post(&end, &[]).cookie(&owner).send(&system).await.status, 303);
}
