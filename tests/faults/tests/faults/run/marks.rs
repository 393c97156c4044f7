//! A doctor saves marks in a released study while calls fail and processes die, and asks again until an answer comes.

use std::sync::Arc;

use filmless_delivery::Services;
use filmless_delivery::viewing::{LinkOpening, MarksAnswer, Portal, ShareOpening, ShareRequest};
use filmless_domain::share::Relation;
use filmless_domain::{Secret, StudyInstanceUid};
use filmless_store::index::InstanceRecord;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::Run;
use crate::invariants;
use crate::sample::Study;
use crate::scenario::Scenario;
use crate::weather::Plan;
use crate::world::Setup;

const SOURCE: &str = "203.0.113.9";
/// KO, PR and SR.
const OBJECTS: usize = 3;
/// How often a doctor presses the button before the storm is over.
const TRIES_MAX: usize = 40;

/// Returns what does not hold once everything has come to rest, and how often the doctor had to ask.
pub fn with_marks_saved_in_a_storm(
    servers: &Arc<Runtime>,
    setup: &Setup,
) -> Result<(Vec<String>, usize), String> {
    let mut scenario = Scenario::reference();
    let mut run = Run::start(servers, setup, &scenario)?;
    run.until_idle(false)?;
    let study = scenario.studies[0].study.clone();
    let uid = StudyInstanceUid::parse(&study.uid).unwrap();
    let link = crate::software::link_of(&run.world.gateways, &uid).ok_or("no link was sent")?;
    let doctor = run.hospital(async |services| doctor(services, &link, &uid).await);
    let body = marks(&study).to_string();
    run.world.weather.turn(Plan::Storm { per_mille: 100, kills_per_mille: 20 });
    run.with_mischief = true;
    let mut tries = 0;
    loop {
        tries += 1;
        if tries > TRIES_MAX {
            run.world.weather.calm_down();
        }
        // A page that is asked again is answered by a new process if the last one died.
        match run.process.run(save(&run.process.services, &doctor, &uid, &body)) {
            None => run.restart(),
            Some(Ok(MarksAnswer::Saved(series))) if series.len() == OBJECTS => break,
            Some(Ok(other)) => return Err(format!("the marks were answered {other:?}")),
            Some(Err(_)) if tries > TRIES_MAX => return Err("failed in calm weather".into()),
            Some(Err(_)) => {}
        }
    }
    run.until_idle(true)?;
    run.world.weather.calm_down();
    run.world.queues.calm_down();
    run.recover(setup.seed)?;
    scenario.studies[0].instances = Some(2 + OBJECTS);
    let services = &run.process.services;
    let checks = async {
        let mut broken = invariants::check(services, &run.world, &scenario).await;
        broken.extend(check_marks(services, &uid).await);
        broken
    };
    run.process.run(checks).map(|broken| (broken, tries)).ok_or_else(|| "killed in calm weather".into())
}

/// The session of a doctor with a share that may annotate.
async fn doctor(services: &Services, link: &str, uid: &StudyInstanceUid) -> Secret {
    let portal = Portal::new(services.clone());
    let opened = portal.open_link(link, "02/03/1958", SOURCE).await.unwrap();
    let LinkOpening::Granted { session, .. } = opened else { panic!("the link does not open") };
    let patient = portal.session(session.expose(), SOURCE).await.unwrap().unwrap();
    let request = ShareRequest {
        label: "BS. Minh".into(),
        relation: Relation::Doctor,
        studies: vec![uid.clone()],
        days: 7,
        may_download: false,
        may_annotate: true,
        may_consult: false,
    };
    let made = portal.create_share(&patient, &request).await.unwrap().unwrap();
    let token = made.link.expose().rsplit('/').next().unwrap();
    match portal.open_share(token, made.code.expose(), SOURCE).await.unwrap() {
        ShareOpening::Granted(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn save(
    services: &Services,
    doctor: &Secret,
    uid: &StudyInstanceUid,
    body: &str,
) -> Result<MarksAnswer, filmless_delivery::DeliveryError> {
    let portal = Portal::new(services.clone());
    let session = portal.session(doctor.expose(), SOURCE).await?.expect("the session has ended");
    portal.save_marks(&session, uid, body.as_bytes()).await
}

fn marks(study: &Study) -> Value {
    let series = study.series_uid(1);
    let slice = json!({ "sop_instance_uid": format!("{series}.1"), "series_instance_uid": series });
    json!({
        "author": { "name": "BS. Minh", "facility": "BV tỉnh" },
        "key_images": [{ "image": slice }],
        "presentations": [{ "image": slice }],
        "measurements": [{ "image": slice, "kind": "probe", "points": [[1, 1]],
            "values": [{ "quantity": "value", "value": 1, "unit": "HU" }] }],
    })
}

/// Saved once, all of it, and whoever saved is on record.
async fn check_marks(services: &Services, uid: &StudyInstanceUid) -> Vec<String> {
    let mut broken = Vec::new();
    let saved = services.index.marks(uid).await.unwrap();
    if saved.len() != 1 || saved[0].series.len() != OBJECTS {
        broken.push(format!("{uid}: {} saves of marks are on record", saved.len()));
    }
    let objects = services.studies.list("marks/", 100).await.unwrap();
    if objects.len() != OBJECTS {
        broken.push(format!("{uid}: {} objects of marks", objects.len()));
    }
    let instances = services.index.instances(uid).await.unwrap();
    let is_theirs = |instance: &&InstanceRecord| instance.key.as_str().starts_with("marks/");
    let of_saved: Vec<_> = saved.iter().flat_map(|saved| &saved.series).collect();
    for instance in instances.iter().filter(is_theirs) {
        if !of_saved.iter().any(|series| series.series_instance_uid == instance.series_instance_uid) {
            broken.push(format!("{uid}: nobody answers for {}", instance.sop_instance_uid));
        }
    }
    broken
}
