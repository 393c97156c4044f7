//! Every route of DICOMweb with a token that does not open it: one answer for all, and nothing in it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::patients::{MARKS, Patient, guest};
use crate::sample::Study;
use crate::system::System;
use crate::wire::{Answer, Ask};

const PREFIX: &str = "/dicomweb/{viewer_token}";

/// One documented address below the token, and the statuses that it may answer with.
pub struct Resource {
    pub path: String,
    pub statuses: BTreeSet<u16>,
}

/// The routes of `docs/openapi.yaml`; the tests of the function hold it against the router.
pub fn resources() -> Vec<Resource> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.yaml");
    let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let resources: Vec<Resource> = paths
        .iter()
        .filter_map(|(path, item)| {
            let statuses = item["get"]["responses"].as_object()?.keys();
            let statuses = statuses.map(|status| status.parse().unwrap()).collect();
            Some(Resource { path: path.strip_prefix(PREFIX)?.to_owned(), statuses })
        })
        .collect();
    assert!(resources.len() >= 25, "the document was not read");
    resources
}

impl Resource {
    /// Its address below the token, for the first instance of a study.
    pub fn of(&self, study: &Study) -> String {
        let (series, instance) = (study.series_uid(1), format!("{}.1", study.series_uid(1)));
        let target = self
            .path
            .replace("{study_uid}", &study.uid)
            .replace("{series_uid}", &series)
            .replace("{instance_uid}", &instance)
            .replace("{frames}", "1")
            .replace("{path}", "7FE00010");
        match target.as_str() {
            "/wado" => format!(
                "/wado?requestType=WADO&studyUID={}&seriesUID={series}&objectUID={instance}",
                study.uid
            ),
            _ => target,
        }
    }

    /// Whether its address names a study.
    fn names_a_study(&self) -> bool {
        self.path.contains("{study_uid}") || self.path == "/wado"
    }
}

/// A token as it is shown: in the path, or as `Authorization`.
fn shown(token: &str, target: &str) -> [Ask; 2] {
    [
        Ask::get(&format!("/dicomweb/{token}{target}")),
        Ask::get(&format!("/dicomweb{target}")).header("authorization", &format!("Bearer {token}")),
    ]
}

/// A viewer token, made on the page of a study.
pub async fn viewer_token(system: &System, study: &str, cookie: &str) -> String {
    let made = Ask::post(&format!("/studies/{study}/viewer-token"), &[])
        .header("accept", "application/json")
        .cookie(cookie)
        .send(system)
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    let made: Value = serde_json::from_str(&made.body).unwrap();
    made["dicomweb"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// What everybody gets who may see nothing.
async fn nothing(system: &System) -> Answer {
    let answer = Ask::get("/dicomweb/nobody/studies").send(system).await.without(&[]);
    assert_eq!(answer.status, 404);
    answer
}

async fn assert_nothing(system: &System, called: &str, ask: &Ask, nothing: &Answer) {
    assert_eq!(&ask.send(system).await.without(&[]), nothing, "{called}");
    let head = Ask { method: "HEAD".into(), ..ask.clone() }.send(system).await.without(&[]);
    assert_eq!((head.status, &head.headers), (nothing.status, &nothing.headers), "HEAD of {called}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_of_dicomweb_shows_anything_to_a_token_that_does_not_open_it() {
    let system = System::start();
    let (victim, other) = (Patient::marked(&system, 291).await, Patient::other(&system, 292).await);
    let owner = victim.session(&system).await;
    let token = viewer_token(&system, &victim.study.uid, &owner).await;
    let others = viewer_token(&system, &other.study.uid, &other.session(&system).await).await;
    let left = victim.session(&system).await;
    let ended = viewer_token(&system, &victim.study.uid, &left).await;
    Ask::post("/sign-out", &[]).cookie(&left).send(&system).await;
    let nothing = nothing(&system).await;
    let cookie = owner.split('=').nth(1).unwrap();

    let mut asked = 0;
    for resource in resources() {
        let target = resource.of(&victim.study);
        // Neither a session nor the token of a link or a share is a viewer token, and none is needed to hear so.
        let nobody = Ask::get(&format!("/dicomweb{target}"));
        assert_nothing(&system, &format!("{} by nobody", resource.path), &nobody, &nothing).await;
        assert_nothing(&system, &format!("{} by a cookie", resource.path), &nobody.cookie(&owner), &nothing)
            .await;
        for (what, token) in [
            ("an ended token", ended.as_str()),
            ("a made-up token", "A".repeat(token.len()).as_str()),
            ("a token in other letters", &token.to_ascii_lowercase()),
            ("a token cut short", &token[1..]),
            ("a token with one letter more", &format!("{token}A")),
            ("a token with a byte behind it", &format!("{token}%00")),
            ("a session", cookie),
            ("the token of a link", &victim.link_path()[3..]),
            ("a long word", &"A".repeat(4000)),
            ("another script", "%E1%BB%87"),
            ("a dot", "."),
        ] {
            for ask in shown(token, &target) {
                assert_nothing(&system, &format!("{} by {what}", ask.target), &ask, &nothing).await;
                asked += 1;
            }
        }
        for ask in shown(&others, &target) {
            let called = format!("{} by another patient", resource.path);
            if resource.names_a_study() {
                assert_nothing(&system, &called, &ask, &nothing).await;
            }
            let answer = ask.send(&system).await;
            for word in MARKS.into_iter().chain([victim.study.patient_id.as_str(), &token]) {
                assert!(!answer.body.contains(word), "{called} shows {word}: {}", answer.body);
            }
        }
        // With the token itself it is there, but for what this instance has not.
        for ask in shown(&token, &target) {
            let answer = ask.send(&system).await;
            assert!(
                resource.statuses.contains(&answer.status),
                "{}: {} is undocumented",
                ask.target,
                answer.status
            );
            let is_kept_by_nobody =
                ["private", "no-store"].iter().any(|word| answer.header("cache-control").contains(word));
            assert!(is_kept_by_nobody, "{}: {:?}", ask.target, answer.headers);
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{}", ask.target);
            assert!(answer.header("set-cookie").is_empty(), "{}", ask.target);
        }
    }
    println!("{asked} requests");
    // The identifiers were right: the one token that opens the study does.
    let studies: Value =
        serde_json::from_str(&shown(&token, "/studies")[0].send(&system).await.body).unwrap();
    assert_eq!(studies[0]["0020000D"]["Value"][0], victim.study.uid.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_what_it_was_made_in_and_with_the_sight_of_its_study() {
    let system = System::start();
    let nothing = nothing(&system).await;
    let mut number = 2930;
    for what in [
        "sign-out",
        "sign-out everywhere",
        "revoked by staff",
        "end of the share",
        "hold",
        "recall",
        "another patient's order",
        "erasure",
    ] {
        number += 1;
        let patient = Patient::other(&system, number).await;
        let (uid, account) = (patient.study.uid.clone(), patient.study.patient_id.clone());
        let cookie = if what == "end of the share" {
            guest(&system, &patient.share(&system, &["--download"])).await
        } else {
            patient.session(&system).await
        };
        let token = viewer_token(&system, &uid, &cookie).await;
        let asks: Vec<Ask> =
            resources().iter().flat_map(|resource| shown(&token, &resource.of(&patient.study))).collect();
        // Asked twice: what a process remembers of a token must not outlive it.
        for _ in 0..2 {
            assert_eq!(shown(&token, "/studies")[0].send(&system).await.status, 200, "{what}");
        }
        match what {
            "sign-out" => drop(Ask::post("/sign-out", &[]).cookie(&cookie).send(&system).await),
            "sign-out everywhere" => {
                let elsewhere = patient.session(&system).await;
                Ask::post("/sign-out-everywhere", &[]).cookie(&elsewhere).send(&system).await;
            }
            "revoked by staff" => drop(system.staff(&["revoke", &account, "--reason", "phone stolen"])),
            "end of the share" => {
                let owner = patient.session(&system).await;
                let shares = Ask::get("/shares").cookie(&owner).send(&system).await.body;
                let end = shares.split("action=\"").find_map(|rest| {
                    rest.split('"').next().filter(|action| action.ends_with("/end")).map(str::to_owned)
                });
                assert_eq!(Ask::post(&end.unwrap(), &[]).cookie(&owner).send(&system).await.status, 303);
            }
            "hold" => drop(system.staff(&["hold", &uid, "--reason", "wrong side"])),
            "recall" => drop(system.staff(&["recall", &uid, "--reason", "images of another patient"])),
            "another patient's order" => {
                let mut order = patient.study.order();
                order["patient"]["id"] = "N20-OTHER".into();
                order["patient"]["birth_date"] = "1990-05-05".into();
                system.upload_order(&order).await;
                system.until(&uid, "held").await;
            }
            _ => drop(system.staff(&["erase", &account, "--reason", "asked by the patient"])),
        }
        for ask in &asks {
            assert_nothing(&system, &format!("{} after {what}", ask.target), ask, &nothing).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_only_shows_hands_out_no_file_to_software_either() {
    let system = System::start();
    let patient = Patient::other(&system, 2950).await;
    let nothing = nothing(&system).await;
    let file = format!("/files/{}/{}.1", patient.study.uid, patient.study.series_uid(1));
    for (options, may_take) in [(&[][..], false), (&["--download"][..], true)] {
        let doctor = guest(&system, &patient.share(&system, options)).await;
        let token = viewer_token(&system, &patient.study.uid, &doctor).await;
        for ask in shown(&token, &file) {
            let answer = ask.send(&system).await;
            if may_take {
                assert_eq!(answer.status, 307, "{}", answer.body);
                assert!(answer.header("location").contains("X-Amz-Expires=60"), "{answer:?}");
            } else {
                assert_eq!(answer.without(&[]), nothing);
            }
        }
        assert_eq!(shown(&token, "/studies")[0].send(&system).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_elsewhere_reads_dicomweb_only_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let named = "https://viewer.example";
    let system = System::start_in(folder.path(), &["--dicomweb-origin", named]);
    let patient = Patient::other(&system, 2960).await;
    let token = viewer_token(&system, &patient.study.uid, &patient.session(&system).await).await;
    for (origin, may_read) in [(named, true), ("https://viewer.example.net", false), ("null", false)] {
        for ask in shown(&token, "/studies") {
            let preflight = Ask { method: "OPTIONS".into(), ..ask.clone() }
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "authorization");
            for ask in [preflight, ask] {
                let answer = ask.header("origin", origin).send(&system).await;
                let allowed = answer.header("access-control-allow-origin");
                assert_eq!(allowed, if may_read { origin } else { "" }, "{answer:?}");
                assert!(answer.header("access-control-allow-credentials").is_empty(), "{answer:?}");
                assert!(answer.header("vary").contains("origin"), "{answer:?}");
            }
        }
        // A page of ours is nobody else's, whatever is named.
        let page = Ask::get("/").header("origin", origin).send(&system).await;
        assert!(page.header("access-control-allow-origin").is_empty(), "{page:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn software_reads_and_changes_nothing_whatever_method_it_takes() {
    let system = System::start();
    let patient = Patient::other(&system, 2970).await;
    let token = viewer_token(&system, &patient.study.uid, &patient.session(&system).await).await;
    for resource in resources() {
        for ask in shown(&token, &resource.of(&patient.study)) {
            for method in ["POST", "PUT", "DELETE", "PATCH"] {
                let answer = Ask { method: method.into(), ..ask.clone() }.send(&system).await;
                assert!(matches!(answer.status, 404 | 405), "{method} {}: {}", ask.target, answer.status);
            }
        }
    }
    assert_eq!(shown(&token, "/studies")[0].send(&system).await.status, 200);
}
