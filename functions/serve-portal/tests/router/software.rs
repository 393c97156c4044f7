//! Viewer tokens: what they open, and when that ends.

mod lifetime;

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::{Method, Request, StatusCode};
use filmless_delivery::Services;
use filmless_delivery::viewing::software::{Right, Software, VIEWER_TOKENS_MAX};
use filmless_delivery::viewing::{AccessWho, NewShare, Portal, Session, ShareOpening, ShareRequest};
use filmless_domain::audit::AuditAction;
use filmless_domain::share::Relation;
use filmless_domain::staff::Role;
use filmless_domain::usage::UsageKind;
use filmless_domain::{PatientDemographics, PatientId};
use filmless_store::index::{Arrival, LogName};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{
    HOA_CODE, JOHN_CODE, OPENED, PUBLIC_URL, STUDY, STUDY_OF_ANOTHER, Setup, Standing, TWIN_CODE, WITHHELD,
    World, at, desk, now, order, shared, uid,
};
use crate::{GUEST, HOA, form, get, request};

const SOURCE: &str = "203.0.113.77";

/// A portal and a DICOMweb service over one store, and the time in both.
struct Scene {
    services: Services,
    clock: Arc<Standing>,
    portal: Portal,
    software: Software,
}

impl Scene {
    fn new(services: Services) -> Self {
        let clock = Arc::new(Standing::at(now()));
        let services = Services { clock: Arc::clone(&clock) as _, ..services };
        let (portal, software) = (Portal::new(services.clone()), Software::new(services.clone()));
        Self { services, clock, portal, software }
    }

    async fn session(&self, cookie: &str) -> Session {
        self.portal.session(cookie, SOURCE).await.unwrap().unwrap()
    }

    /// A token for Hoà's study, made in that session.
    async fn token(&self, cookie: &str) -> String {
        let session = self.session(cookie).await;
        let made = self.portal.new_viewer_token(&session, &[uid(STUDY)]).await.unwrap().unwrap();
        made.token.expose().to_owned()
    }

    async fn opens(&self, token: &str) -> bool {
        self.software.admit(token, SOURCE).await.unwrap().is_some()
    }

    /// Asks so often that one read decides the next time.
    async fn warm(&self, token: &str) {
        for _ in 0..3 {
            assert!(self.opens(token).await, "a new token opens");
        }
    }

    async fn share(&self, days: u32, may_download: bool) -> NewShare {
        let request = ShareRequest {
            label: "BS. An".into(),
            relation: Relation::Doctor,
            studies: vec![uid(STUDY)],
            days,
            may_download,
            may_annotate: false,
            may_consult: false,
        };
        let hoa = self.session("session-of-hoa").await;
        self.portal.create_share(&hoa, &request).await.unwrap().unwrap()
    }

    /// The cookie of whoever comes with a share.
    async fn come_in(&self, share: &NewShare) -> String {
        let token = share.link.expose().rsplit('/').next().unwrap();
        match self.portal.open_share(token, share.code.expose(), SOURCE).await.unwrap() {
            ShareOpening::Granted(cookie) => cookie.expose().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn pass(&self, until: Timestamp) {
        self.clock.set(until);
    }
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// What ends a token.
#[derive(Debug, Clone, Copy)]
enum Ending {
    SignOut,
    SignOutFromAnIdlePage,
    SignOutEverywhere,
    SignOutEverywhereElsewhere,
    SignInAnew,
    AccessEndedByStaff,
    SessionTooOld,
    ShareEnded,
    ShareOver,
    Recall,
    Hold,
    SecondPatient,
    OrderOfAnother,
    OrderCancelled,
    Erasure,
    Merge,
}

const ENDINGS: [Ending; 16] = [
    Ending::SignOut,
    Ending::SignOutFromAnIdlePage,
    Ending::SignOutEverywhere,
    Ending::SignOutEverywhereElsewhere,
    Ending::SignInAnew,
    Ending::AccessEndedByStaff,
    Ending::SessionTooOld,
    Ending::ShareEnded,
    Ending::ShareOver,
    Ending::Recall,
    Ending::Hold,
    Ending::SecondPatient,
    Ending::OrderOfAnother,
    Ending::OrderCancelled,
    Ending::Erasure,
    Ending::Merge,
];

fn order_of_hoa() -> Value {
    json!({
        "accession_number": "A20201123001",
        "patient": { "id": HOA_CODE, "name": "Nguyễn Thị Hoà <Lan>", "birth_date": "1958-03-02", "sex": "F" },
    })
}

/// Makes a token, warms it, and lets it end; returns the token.
async fn end(scene: &Scene, ending: Ending) -> String {
    let cookie = "session-of-hoa";
    let share = match ending {
        Ending::ShareEnded => Some(scene.share(7, true).await),
        Ending::ShareOver => Some(scene.share(1, true).await),
        _ => None,
    };
    // The last moment of the share is late in a session of its holder, and not later than that session.
    if matches!(ending, Ending::ShareOver) {
        scene.pass("2020-11-24T16:30:00Z".parse().unwrap());
    }
    let guest = match &share {
        Some(share) => Some(scene.come_in(share).await),
        None => None,
    };
    let token = scene.token(guest.as_deref().unwrap_or(cookie)).await;
    scene.warm(&token).await;
    let services = &scene.services;
    let office = desk(services, "u-18", [Role::Admin, Role::Records]);
    let (study, hoa) = (uid(STUDY), PatientId::parse(HOA_CODE).unwrap());
    match ending {
        Ending::SignOut => scene.portal.sign_out(cookie, SOURCE).await.unwrap(),
        Ending::SignOutEverywhere => {
            assert!(scene.portal.sign_out_everywhere(&scene.session(cookie).await).await.unwrap());
        }
        Ending::AccessEndedByStaff => drop(office.revoke(&hoa, "a lost slip").await.unwrap()),
        Ending::SignOutFromAnIdlePage => {
            scene.pass(now() + services.settings.session_idle + minutes(1));
            scene.portal.sign_out(cookie, SOURCE).await.unwrap();
        }
        Ending::SignOutEverywhereElsewhere => {
            // The pages of this one have ended.
            let elsewhere = scene.session(cookie).await;
            scene.pass(now() + services.settings.session_idle + minutes(1));
            assert!(scene.portal.sign_out_everywhere(&elsewhere).await.unwrap());
        }
        Ending::SignInAnew => scene.portal.leave_session(cookie, SOURCE).await.unwrap(),
        Ending::SessionTooOld => {
            let ends_at = now() + services.settings.session_ttl;
            while scene.services.clock.now() + minutes(50) < ends_at {
                scene.pass(scene.services.clock.now() + minutes(50));
                assert!(scene.opens(&token).await, "it is in use");
            }
            scene.pass(ends_at);
        }
        Ending::ShareEnded => {
            let id = &share.as_ref().unwrap().id;
            assert!(scene.portal.end_share(&scene.session(cookie).await, id).await.unwrap());
        }
        Ending::ShareOver => scene.pass("2020-11-24T17:00:00Z".parse().unwrap()),
        Ending::Recall => drop(office.recall(&study, "not this patient's").await.unwrap()),
        Ending::Hold => office.hold(&study, "a look at the images").await.unwrap(),
        Ending::SecondPatient => second_patient(services).await,
        Ending::OrderOfAnother | Ending::OrderCancelled => {
            scene.pass(now() + minutes(1));
            let mut said = order_of_hoa();
            match ending {
                Ending::OrderCancelled => said["status"] = json!("cancelled"),
                _ => {
                    said["patient"] =
                        json!({ "id": JOHN_CODE, "name": "John Bold", "birth_date": "1970-01-02" });
                }
            }
            order(services, said).await;
        }
        Ending::Erasure => drop(office.erase(&hoa, "asked for", false).await.unwrap()),
        Ending::Merge => {
            let twin = PatientId::parse(TWIN_CODE).unwrap();
            office.merge(&hoa, &twin, "one person").await.unwrap();
        }
    }
    token
}

async fn second_patient(services: &Services) {
    let patient: PatientDemographics = serde_json::from_value(
        json!({ "id": "X1", "name": "TRAN^VAN BINH", "birth_date": "1990-01-01", "sex": "M" }),
    )
    .unwrap();
    let arrival = Arrival {
        study_instance_uid: uid(STUDY),
        patient,
        accession_number: None,
        study_date: None,
        image_date: None,
        description: None,
    };
    services.index.touch_study(&arrival, &services.settings.identity, now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_at_the_next_request_with_what_it_came_from() {
    for ending in ENDINGS {
        let world = World::new().await;
        let (is_open, is_open_anew) = world
            .with(move |services| async move {
                let scene = Scene::new(services);
                let token = Box::pin(end(&scene, ending)).await;
                let is_open = scene.opens(&token).await;
                // A process that never saw the token judges alike.
                let anew = Software::new(scene.services.clone());
                (is_open, anew.admit(&token, SOURCE).await.unwrap().is_some())
            })
            .await;
        assert_eq!((is_open, is_open_anew), (false, false), "after {ending:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_study_and_no_other_with_the_rights_of_its_session() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let services_ttl = services.settings.session_ttl;
            let scene = Scene::new(services);
            let with_download = scene.share(7, true).await;
            let colleague = scene.come_in(&with_download).await;
            for (cookie, expected) in [
                ("session-of-hoa", Right::Take),
                ("session-of-guest", Right::See),
                (colleague.as_str(), Right::Take),
            ] {
                let session = scene.session(cookie).await;
                let made = scene.portal.new_viewer_token(&session, &[uid(STUDY)]).await.unwrap().unwrap();
                assert_eq!(made.right, expected, "{cookie}");
                assert_eq!(made.expires_at, now() + SignedDuration::from_hours(8), "{cookie}");
                // The guest came a few minutes ago.
                let latest = now() + services_ttl;
                assert!(made.ends_at <= latest && made.ends_at > latest - minutes(10), "{cookie}");
                let admission = scene.software.admit(made.token.expose(), SOURCE).await.unwrap().unwrap();
                let opened: Vec<&str> =
                    admission.studies.iter().map(|s| s.record.study_instance_uid.as_str()).collect();
                assert_eq!((admission.right, opened), (expected, vec![STUDY]), "{cookie}");
                for other in [STUDY_OF_ANOTHER, WITHHELD, "1.2.3.999"] {
                    let refused = scene.portal.new_viewer_token(&session, &[uid(other)]).await.unwrap();
                    assert!(refused.is_none(), "{cookie} {other}");
                    let both = [uid(STUDY), uid(other)];
                    assert!(scene.portal.new_viewer_token(&session, &both).await.unwrap().is_none());
                }
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_opens_nothing() {
    let world = shared().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let [short, letters, long] = [32, 33, 34].map(|length| "A".repeat(length));
            for token in [
                "",
                "x",
                "session-of-hoa",
                &short,
                &letters,
                &long,
                "../../../../../../../../../../../x",
                "ẠẠẠẠẠẠẠẠẠẠ",
            ] {
                assert!(!scene.opens(token).await, "{token}");
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_more_than_a_session_may_have_ends_its_oldest() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let of_another = scene.token("session-of-guest").await;
            let mut tokens = Vec::new();
            for _ in 0..VIEWER_TOKENS_MAX {
                tokens.push(scene.token("session-of-hoa").await);
            }
            assert!(scene.opens(&tokens[0]).await);
            tokens.push(scene.token("session-of-hoa").await);
            assert!(!scene.opens(&tokens[0]).await, "the oldest ended");
            assert!(scene.opens(&tokens[1]).await && scene.opens(&tokens[VIEWER_TOKENS_MAX]).await);
            assert!(scene.opens(&of_another).await, "a session counts its own");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_come_in_the_order_of_the_pages_and_only_from_series_with_a_pack() {
    let world = shared().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let token = scene.token("session-of-hoa").await;
            let admission = scene.software.admit(&token, SOURCE).await.unwrap().unwrap();
            let study = admission.study(&uid(STUDY)).unwrap();
            let series: Vec<&str> =
                study.series.iter().map(|s| s.record.series_instance_uid.as_str()).collect();
            let instances = scene.software.instances(study).await.unwrap();
            let of_instances: Vec<&str> = instances.iter().map(|i| i.series_instance_uid.as_str()).collect();
            assert_eq!(of_instances, series);
            let expected: Vec<String> = [1, 2, 3, 5, 4].map(|place| format!("{STUDY}.{place}")).into();
            assert_eq!(series, expected, "pictures, then the report, then the dose");
            assert!(admission.study(&uid(OPENED)).is_none());
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_use_of_a_token_is_written_down_once_and_its_patient_reads_it() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let share = scene.share(7, true).await;
            let token = scene.token(&scene.come_in(&share).await).await;
            let hoa = scene.session("session-of-hoa").await;
            let before = scene.portal.who_opened(&hoa, &uid(STUDY)).await.unwrap().unwrap().len();
            scene.pass(now() + minutes(1));
            for right in [Right::See, Right::See, Right::Take, Right::Take] {
                let admission = scene.software.admit(&token, SOURCE).await.unwrap().unwrap();
                let study = admission.study(&uid(STUDY)).unwrap();
                scene.software.record_use(&admission, study, right).await.unwrap();
                let anew = Software::new(scene.services.clone());
                let admission = anew.admit(&token, SOURCE).await.unwrap().unwrap();
                anew.record_use(&admission, admission.study(&uid(STUDY)).unwrap(), right).await.unwrap();
            }
            let lines = scene.portal.who_opened(&hoa, &uid(STUDY)).await.unwrap().unwrap();
            assert_eq!(lines.len(), before + 1);
            let line = lines.iter().find(|line| line.is_software).unwrap();
            assert_eq!(line.who, AccessWho::Share("BS. An".into()));
            assert_eq!(line.downloaded_at, Some(now() + minutes(1)));
            let audited = entries(&scene.services, LogName::Audit, "action").await;
            let used = entries(&scene.services, LogName::Usage, "kind").await;
            let count = |words: &[String], word: &str| words.iter().filter(|found| *found == word).count();
            for (action, expected) in [
                (AuditAction::CreateViewerToken, 1),
                (AuditAction::OpenInSoftware, 1),
                (AuditAction::TakeWithSoftware, 1),
            ] {
                assert_eq!(count(&audited, action.as_str()), expected, "{action:?}");
            }
            assert_eq!(count(&used, UsageKind::ServedToSoftware.as_str()), 2, "seen, and taken");
        })
        .await;
}

/// One field of everything that waits for a log.
async fn entries(services: &Services, log: LogName, field: &str) -> Vec<String> {
    let pending = services.index.pending_log(log).await.unwrap();
    let word =
        |event: &str| serde_json::from_str::<Value>(event).unwrap()[field].as_str().unwrap().to_owned();
    pending.iter().map(|entry| word(&entry.event)).collect()
}

fn ask_for_token(cookie: &str, accept: &str) -> Request<Body> {
    let headers = [("cookie", cookie), ("accept", accept)];
    request(Method::POST, &format!("/studies/{STUDY}/viewer-token"), &headers, "")
}

#[tokio::test]
async fn software_gets_its_token_as_json_and_the_browser_a_page_that_says_it_once() {
    let world = shared().await;
    for (cookie, right) in [(HOA, "take"), (GUEST, "see")] {
        let answer = world.send(ask_for_token(cookie, "application/json")).await;
        assert_eq!((answer.status, answer.header(CONTENT_TYPE)), (StatusCode::OK, "application/json"));
        assert_eq!(answer.header(CACHE_CONTROL), "no-store");
        let json: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (json["right"].as_str(), json["expires_at"].as_str()),
            (Some(right), Some("2020-11-23T17:30:00Z"))
        );
        let token =
            json["dicomweb"].as_str().unwrap().strip_prefix(&format!("{PUBLIC_URL}/dicomweb/")).unwrap();
        assert!(token.len() == 33 && token.bytes().all(|b| b.is_ascii_alphanumeric()));

        let page = world.send(ask_for_token(cookie, "text/html")).await;
        assert_eq!(
            (page.status, page.header(LOCATION), page.header(REFERRER_POLICY)),
            (StatusCode::OK, "", "no-referrer")
        );
        assert!(
            page.body.contains(&format!("{PUBLIC_URL}/dicomweb/"))
                && page.body.contains("data:image/png;base64,")
        );
        assert_eq!(page.body.contains("weasis://%24dicom%3Aget"), right == "take", "Weasis takes files");
        assert!(page.headers.values().all(|value| !value.to_str().unwrap().contains("/dicomweb/")));
    }
    let nobody = world.send(ask_for_token("", "application/json")).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_choice_of_software_makes_no_token_and_names_what_the_session_may() {
    let path = format!("/studies/{STUDY}/open-with");
    for (cookie, may_download) in [(HOA, true), (GUEST, false)] {
        let page = get(&path, &[("cookie", cookie), ("accept-language", "en")]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Make the address") && !page.body.contains("/dicomweb/"));
        assert_eq!(page.body.contains("OsiriX"), may_download);
        assert_eq!(page.body.contains("/download"), may_download);
    }
    let study = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    assert!(
        study.body.contains(&format!(r#"href="{path}""#)) && study.body.contains("Mở bằng phần mềm khác")
    );
    for other in [STUDY_OF_ANOTHER, WITHHELD, "1.2.3.999", "x"] {
        let path = format!("/studies/{other}/open-with");
        assert_eq!(get(&path, &[("cookie", HOA)]).await.status, StatusCode::NOT_FOUND, "{other}");
        let posted = shared().await.send(form(&path, &[("cookie", HOA)], "with=address")).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn osirix_is_led_to_the_zip_that_is_there_and_nobody_without_the_right_to_it() {
    let world = World::new().await;
    let ask = |study: &str, cookie: &str| {
        form(&format!("/studies/{study}/open-with"), &[("cookie", cookie)], "with=osirix")
    };
    let path = format!("/studies/{STUDY}/open-with/osirix");
    let asked = world.send(ask(STUDY, HOA)).await;
    assert_eq!((asked.status, asked.header(LOCATION)), (StatusCode::SEE_OTHER, path.as_str()));
    let there = world.send(request(Method::GET, &path, &[("cookie", HOA)], "")).await;
    assert_eq!(there.status, StatusCode::OK);
    assert!(
        there.body.contains("osirix://?methodName=downloadURL&#38;URL=&#39;http%3A%2F%2F"),
        "{}",
        there.body
    );
    let guest = world.send(ask(STUDY, GUEST)).await;
    assert_eq!(guest.status, StatusCode::NOT_FOUND);
    let guest = world.send(request(Method::GET, &path, &[("cookie", GUEST)], "")).await;
    assert_eq!(guest.status, StatusCode::NOT_FOUND);
    let ohif = form(&format!("/studies/{STUDY}/open-with"), &[("cookie", HOA)], "with=ohif");
    assert_eq!(world.send(ohif).await.status, StatusCode::NOT_FOUND, "it is not hosted here");
}

#[tokio::test]
async fn ohif_gets_the_token_behind_the_mark_where_no_server_reads_it() {
    let world = World::new().await;
    let hosted = || Setup { with_ohif: true, ..Setup::default() };
    let path = format!("/studies/{STUDY}/open-with");
    let page = request(Method::GET, &path, &[("cookie", HOA)], "");
    assert!(world.send_to(hosted(), page).await.body.contains(r#"value="ohif""#));
    assert!(!get(&path, &[("cookie", HOA)]).await.body.contains(r#"value="ohif""#), "it is not hosted there");
    let answer = world.send_to(hosted(), form(&path, &[("cookie", HOA)], "with=ohif")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = answer.header(LOCATION);
    let opened =
        location.strip_prefix("/ohif/open#").and_then(|rest| rest.strip_suffix(&format!("/{STUDY}")));
    let token = opened.unwrap_or_else(|| panic!("{location}"));
    assert!(token.len() == 33 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
}

#[tokio::test]
async fn who_has_seen_a_study_says_that_it_was_with_software() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let token = scene.token("session-of-guest").await;
            let admission = scene.software.admit(&token, SOURCE).await.unwrap().unwrap();
            let study = admission.study(&uid(STUDY)).unwrap();
            scene.pass(at("10:00"));
            scene.software.record_use(&admission, study, Right::Take).await.unwrap();
        })
        .await;
    let ask = |language| {
        let path = format!("/studies/{STUDY}/access");
        world.send(request(Method::GET, &path, &[("cookie", HOA), ("accept-language", language)], ""))
    };
    let vi = ask("vi").await.body;
    assert!(
        vi.contains("Mở bằng phần mềm đọc ảnh") && vi.contains("Phần mềm đã lấy ảnh gốc lúc 17:00"),
        "{vi}"
    );
    let en = ask("en").await.body;
    assert!(
        en.contains("Opened with viewing software")
            && en.contains("The software fetched the originals at 17:00")
    );
}
