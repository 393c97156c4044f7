//! How people come in: links and sessions with names that tests know, shares, and who opened what.

use filmless_delivery::Services;
use filmless_delivery::viewing::{LinkOpening, NewShare, Portal, Session, ShareOpening, ShareRequest};
use filmless_domain::PatientId;
use filmless_domain::share::Relation;
use filmless_domain::staff::Role;
use filmless_store::index::{
    Change, Index, LinkRecord, LinkState, SessionRecord, StaffSessionRecord, Transaction,
};
use serde_json::json;

use super::names::{HOA_CODE, JOHN_CODE, Known, OPENED, PUBLIC_URL, STUDY, STUDY_OF_ANOTHER, at, now};
use super::ports::Standing;
use super::study::{StudyOf, digest, order, uid};

/// The address Hoà and her guests come from.
const SOURCE: &str = "203.0.113.9";

/// Links whose tokens tests can name, in addition to those of the slips.
pub async fn links(services: &Services) {
    let expires_at = (now() + jiff::SignedDuration::from_hours(24 * 365)).as_second();
    let mut transaction = Transaction::new();
    for (token, study, state, failures, expires_at) in [
        ("open-vi", STUDY, LinkState::Open, 5, expires_at),
        ("open-en", STUDY_OF_ANOTHER, LinkState::Open, 9, expires_at),
        ("open-no-birth-date", "1.2.826.0.1.3680043.10.1999.10", LinkState::Open, 0, expires_at),
        ("replaced", STUDY, LinkState::Replaced, 0, expires_at),
        ("expired", STUDY, LinkState::Open, 0, at("09:00").as_second()),
        ("revoked", STUDY, LinkState::Revoked, 0, expires_at),
    ] {
        if services.index.study(&uid(study)).await.unwrap().is_none() {
            born_nobody_knows_when(services).await;
        }
        let record = services.index.study(&uid(study)).await.unwrap().unwrap();
        assert!(record.order_accession.is_some(), "{study} is held: {:?}", record.reason);
        let order = services.index.order(&record.order_accession.unwrap()).await.unwrap().unwrap();
        let link = LinkRecord {
            study_instance_uid: uid(study),
            account_key: record.account_key.unwrap(),
            version: 1,
            state,
            language: order.order.patient.language,
            failures,
            expires_at,
        };
        transaction = transaction.put(&Index::link_key(&digest(token)), &link, Change::new()).unwrap();
    }
    let _ = services.index.commit(transaction).await.unwrap();
}

/// A patient without a known birth date, who reads English.
async fn born_nobody_knows_when(services: &Services) {
    let said = json!({
        "accession_number": "A20201123010",
        "patient": { "id": "E20-0000010", "name": "Jane Doe", "birth_date": "1900-01-01", "language": "en" },
    });
    order(services, said).await;
    let study = StudyOf {
        uid: "1.2.826.0.1.3680043.10.1999.10",
        patient: json!({ "id": "E20-0000010", "name": "JANE^DOE" }),
        accession: "A20201123010",
        day: "2020-11-23",
        description: None,
        modality: "DX",
        series: vec![json!({ "frames": 1 })],
    };
    study.release(services).await;
}

/// Sessions whose cookies tests can name.
pub async fn sessions(services: &Services) {
    let mut transaction = Transaction::new();
    for (cookie, code) in [("session-of-hoa", HOA_CODE), ("session-of-john", JOHN_CODE)] {
        let code = PatientId::parse(code).unwrap();
        let account = services.index.account_of_patient(&code).await.unwrap().unwrap();
        let orders = services.index.orders_of_patient(&code).await.unwrap();
        let patient = &orders.last().unwrap().order.patient;
        let session = SessionRecord {
            account_key: account.account_key,
            account_name: account.account_name,
            patient_name: patient.name.clone(),
            language: patient.language,
            patient_id: code,
            share: None,
            started_at: now(),
            seen_at: now(),
            expires_at: (now() + services.settings.session_ttl).as_second(),
            viewers: Vec::new(),
            viewers_made: 0,
        };
        transaction = transaction.put(&Index::session_key(&digest(cookie)), &session, Change::new()).unwrap();
    }
    for (cookie, roles) in [
        ("nobody", vec![]),
        ("hotline", vec![Role::Hotline]),
        ("records", vec![Role::Records]),
        ("finance", vec![Role::Finance]),
        ("admin", vec![Role::Admin]),
    ] {
        let session = StaffSessionRecord {
            subject: "u-17".into(),
            name: "Lan <b>Trần</b>".into(),
            roles: roles.into_iter().collect(),
            started_at: now(),
            seen_at: now(),
            expires_at: (now() + services.settings.staff_session_ttl).as_second(),
        };
        let key = Index::staff_session_key(&digest(cookie));
        transaction = transaction.put(&key, &session, Change::new()).unwrap();
    }
    let _ = services.index.commit(transaction).await.unwrap();
}

async fn session_of(services: &Services, cookie: &str) -> Session {
    Portal::new(services.clone()).session(cookie, SOURCE).await.unwrap().unwrap()
}

async fn share(services: &Services) -> NewShare {
    let request = ShareRequest {
        label: "BS. <Minh>".into(),
        relation: Relation::Doctor,
        studies: vec![uid(STUDY)],
        days: 7,
        may_download: false,
        may_annotate: false,
        may_consult: false,
    };
    let portal = Portal::new(services.clone());
    portal.create_share(&session_of(services, "session-of-hoa").await, &request).await.unwrap().unwrap()
}

/// Comes in with a share, and stays signed in with that cookie.
async fn come_in_with(services: &Services, made: &NewShare, cookie: &str) {
    let portal = Portal::new(services.clone());
    let token = made.link.expose().strip_prefix(&format!("{PUBLIC_URL}/s/")).unwrap();
    let opened = portal.open_share(token, made.code.expose(), SOURCE).await.unwrap();
    let ShareOpening::Granted(session) = opened else { panic!("{opened:?}") };
    let session = services.index.session(&digest(session.expose()), services.clock.now()).await.unwrap();
    let key = Index::session_key(&digest(cookie));
    let transaction = Transaction::new().put(&key, &session.unwrap(), Change::new()).unwrap();
    let _ = services.index.commit(transaction).await.unwrap();
}

/// Who opened what: Hoà, two guests of hers, and another patient.
pub async fn openings(services: &Services, clock: &Standing, known: &mut Known) {
    let portal = Portal::new(services.clone());
    let hoa = session_of(services, "session-of-hoa").await;
    portal.open_study(&hoa, &uid(STUDY)).await.unwrap().unwrap();
    open_with_link(services, OPENED, "02011970").await;
    let ended = share(services).await;
    assert!(portal.end_share(&hoa, &ended.id).await.unwrap());
    clock.set(at("09:21"));
    let made = share(services).await;
    come_in_with(services, &made, "session-of-guest").await;
    come_in_with(services, &made, "session-of-another-guest").await;
    for (cookie, time) in [("session-of-guest", "09:25"), ("session-of-another-guest", "09:26")] {
        clock.set(at(time));
        let guest = session_of(services, cookie).await;
        portal.open_study(&guest, &uid(STUDY)).await.unwrap().unwrap();
        portal.see_first_image(&guest, &uid(STUDY)).await.unwrap();
    }
    // Two wrong answers are left.
    let token = made.link.expose().rsplit('/').next().unwrap();
    let mut record = services.index.share(&digest(token)).await.unwrap().unwrap();
    record.failures = 8;
    record.token_digest = digest("open-share");
    record.code_hash = digest("open-share 123456");
    let (pointer_key, pointer) = Index::share_pointer(&record);
    let transaction = Transaction::new()
        .put(&Index::share_key(&record.token_digest), &record, Change::new())
        .unwrap()
        .put(&pointer_key, &pointer, Change::new())
        .unwrap();
    let _ = services.index.commit(transaction).await.unwrap();
    known.share = made.id;
}

async fn open_with_link(services: &Services, study: &str, answer: &str) {
    let token = "open-once";
    let record = services.index.study(&uid(study)).await.unwrap().unwrap();
    let link = LinkRecord {
        study_instance_uid: uid(study),
        account_key: record.account_key.unwrap(),
        version: 1,
        state: LinkState::Open,
        language: filmless_domain::Language::Vi,
        failures: 0,
        expires_at: now().as_second() + 60,
    };
    let transaction = Transaction::new();
    let transaction = transaction.put(&Index::link_key(&digest(token)), &link, Change::new()).unwrap();
    let _ = services.index.commit(transaction).await.unwrap();
    let portal = Portal::new(services.clone());
    let opened = portal.open_link(token, answer, SOURCE).await.unwrap();
    let LinkOpening::Granted { session, study } = opened else { panic!("{opened:?}") };
    let session = portal.session(session.expose(), SOURCE).await.unwrap().unwrap();
    portal.open_study(&session, &study).await.unwrap().unwrap();
}
