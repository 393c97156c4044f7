//! Who is there, and what became of their studies, on 23 November 2020.

use std::sync::Arc;

use filmless_delivery::Services;
use filmless_delivery::notice::send_notice;
use filmless_delivery::prepare::download::pack_download;
use filmless_delivery::release::release_study;
use filmless_delivery::staff::{ContactCorrection, Decision};
use filmless_delivery::viewing::{LinkOpening, NewShare, Portal, Session, ShareOpening, ShareRequest};
use filmless_domain::share::Relation;
use filmless_domain::staff::Role;
use filmless_domain::{AccessionNumber, ObjectKey, PatientId, SopInstanceUid};
use filmless_store::index::{
    Change, Channel, ChannelRecord, ChannelState, Index, LinkRecord, LinkState, LostFile, NoticeRecord,
    ReviewKind, ReviewRecord, SearchRecord, SessionRecord, StaffSessionRecord, Transaction, UploadOwner,
    UploadRecord,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::ports::Standing;
use super::study::{StudyOf, digest, order, uid, upload};
use super::{MISMATCHED, ON_ITS_WAY, PUBLIC_URL, STUDY, STUDY_OF_ANOTHER, WITHHELD, WITHOUT_ORDER, desk};

/// From where Hoà and her guests looked.
pub const SOURCE: &str = "203.0.113.9";
pub const HOA_CODE: &str = "N20-0317542";
const JOHN_CODE: &str = "E20-0000001";
/// The same person as Hoà under a second code.
pub const TWIN_CODE: &str = "N20/3..";
/// Joined into another code.
const JOINED_CODE: &str = "N20/2..";
const JOINED_INTO: &str = "N26-1";

/// What no test can know beforehand: secrets are random.
#[derive(Clone, Default)]
pub struct Known {
    /// Hoà's password, from her slip.
    pub password: String,
    /// The share of Hoà's that is open.
    pub share: String,
    /// What was seen of the mismatched study.
    pub seen: String,
}

/// A moment of the day, in Greenwich.
pub fn at(time: &str) -> Timestamp {
    format!("2020-11-23T{time}:00Z").parse().unwrap()
}

/// The moment at which every world stands still.
pub fn now() -> Timestamp {
    at("09:30")
}

fn hoa() -> Value {
    json!({ "id": HOA_CODE, "name": "NGUYEN^THI HOA LAN", "birth_date": "1958-03-02", "sex": "F" })
}

fn order_of_hoa(code: &str, accession: &str) -> Value {
    json!({
        "accession_number": accession,
        "patient": {
            "id": code, "name": "Nguyễn Thị Hoà <Lan>", "birth_date": "1958-03-02", "sex": "F",
            "phone": "0903123456", "email": "hoa@example.vn",
        },
    })
}

pub async fn fill(services: &Services, clock: &Arc<Standing>) -> Known {
    let mut known = Known::default();
    seed_hoa(services, clock).await;
    seed_others(services, clock).await;
    clock.set(at("09:16"));
    messages(services).await;
    known.password = password_of(services).await;
    links(services).await;
    sessions(services).await;
    clock.set(at("09:17"));
    refused(services).await;
    clock.set(at("09:20"));
    openings(services, clock, &mut known).await;
    clock.set(now());
    staff(services, &mut known).await;
    known
}

async fn seed_hoa(services: &Services, clock: &Standing) {
    clock.set(at("09:00"));
    let mut signed = order_of_hoa(HOA_CODE, "A20201123001");
    signed["service"] = json!({ "name": "Chụp CLVT ngực [Không in phim]" });
    signed["result"] = json!({
        "status": "amended", "reported_by": "BS. Trần <i>Văn An</i>", "reported_at": "2020-11-23T09:05:00Z",
        "conclusion": "Phổi <script>alert(1)</script> sáng.\nKhông tràn dịch & khí.",
    });
    order(services, signed).await;
    order(services, order_of_hoa(HOA_CODE, "A20201123004")).await;
    order(services, order_of_hoa(HOA_CODE, "A20201123005")).await;
    order(services, order_of_hoa(HOA_CODE, "A1")).await;
    let mut demographics = hoa();
    demographics["birth_date"] = Value::Null;
    demographics["is_birth_date_unreadable"] = json!(true);
    let study = StudyOf {
        uid: STUDY,
        patient: demographics,
        accession: "A20201123001",
        day: "2020-11-23",
        description: Some("Chest <CT>"),
        modality: "CT",
        series: vec![
            json!({ "description": "Topogram", "frames": 1 }),
            json!({ "description": "Lung <1mm> & \"sharp\"", "frames": 300 }),
            json!({ "frames": 42, "without_picture": 2, "cut_instances": 2, "missing_frames": 4 }),
            json!({
                "description": "Dose report", "modality": "SR", "documents": 1, "doses": 1, "without_picture": 1,
            }),
            json!({
                "description": "PDF <b>report</b>", "modality": "DOC", "documents": 1, "reports": 1,
                "report_lacks": "preliminary",
            }),
        ],
    };
    study.arrive(services).await;
    lose_files(services).await;
    let one = |uid, accession| StudyOf {
        uid,
        patient: hoa(),
        accession,
        day: "2020-11-22",
        description: None,
        modality: "DX",
        series: vec![json!({ "frames": 1 })],
    };
    let withheld = one(WITHHELD, "A20201123004");
    withheld.arrive(services).await;
    one(ON_ITS_WAY, "A20201123005").arrive(services).await;
    clock.set(at("09:15"));
    for study in [&study, &withheld] {
        release_study(&services.into(), &uid(study.uid)).await.unwrap();
    }
    pack_download(&services.into(), &uid(STUDY)).await.unwrap();
    let office = desk(services, "u-18", [Role::Records]);
    office.hold(&uid(WITHHELD), "a look at the images").await.unwrap();
    one(WITHOUT_ORDER, "A-NONE").release(services).await;
    let other = json!({ "id": HOA_CODE, "name": "TRAN^<b>BINH", "birth_date": "1958-03-02", "sex": "F" });
    StudyOf { patient: other, ..one(MISMATCHED, "A1") }.release(services).await;
}

/// Two files of the study came damaged.
async fn lose_files(services: &Services) {
    for number in 1..=2 {
        let lost = LostFile {
            study: uid(STUDY),
            patient: PatientId::parse(HOA_CODE).ok(),
            series: None,
            instance: SopInstanceUid::parse(&format!("1.2.9.{number}")).ok(),
        };
        let upload = UploadRecord {
            key: ObjectKey::parse(&format!("incoming/damaged/{number}.dcm")).unwrap(),
            version_id: None,
            etag: format!("e{number}"),
            quarantined: Vec::new(),
            lost: Some(lost),
        };
        services.index.remember_upload(UploadOwner::Study(&uid(STUDY)), &upload).await.unwrap();
    }
}

/// One study of somebody.
struct Somebody {
    code: &'static str,
    name: &'static str,
    phone: &'static str,
    accession: &'static str,
    uid: &'static str,
}

impl Somebody {
    async fn release(&self, services: &Services, more: Value) {
        let mut said = json!({
            "accession_number": self.accession,
            "patient": {
                "id": self.code, "name": self.name, "birth_date": "1970-01-02", "phone": self.phone,
            },
        });
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if said["patient"]["id"] == JOHN_CODE {
            said["patient"]["language"] = json!("en");
        }
        order(services, said).await;
        let study = StudyOf {
            uid: self.uid,
            patient: json!({ "id": self.code, "name": self.name, "birth_date": "1970-01-02" }),
            accession: self.accession,
            day: "2020-11-23",
            description: Some("MR SO NAO"),
            modality: "MR",
            series: vec![json!({ "frames": 20 })],
        };
        study.release(services).await;
    }
}

pub const UNREACHED: &str = "1.2.826.0.1.3680043.10.1999.3";
pub const OPENED: &str = "1.2.826.0.1.3680043.10.1999.5";

async fn seed_others(services: &Services, clock: &Standing) {
    clock.set(at("09:15"));
    let signed = json!({ "result": {
        "status": "final", "conclusion": "Bình thường.", "reported_by": "BS. <An>", "reported_at": "2020-11-23T09:10:00Z",
    } });
    let john = Somebody {
        code: JOHN_CODE,
        name: "John <b>Bold</b> & \"Co\"",
        phone: "0903000001",
        accession: "A20201123002",
        uid: STUDY_OF_ANOTHER,
    };
    john.release(services, signed).await;
    let none = || json!({});
    let unreached = Somebody {
        code: "N20-0000003",
        name: "+Nguyễn \"Hoà\"",
        phone: "0903123456 / <con gái>",
        accession: "A20201123003",
        uid: UNREACHED,
    };
    unreached.release(services, none()).await;
    let opened = Somebody {
        code: "N20-0000005",
        name: "@Nguyễn <Hoà>",
        phone: "0903000005",
        accession: "A20201123006",
        uid: OPENED,
    };
    opened.release(services, none()).await;
    for (code, accession, uid) in [
        (JOINED_CODE, "A20201123007", "1.2.826.0.1.3680043.10.1999.7"),
        (JOINED_INTO, "A20201123008", "1.2.826.0.1.3680043.10.1999.8"),
    ] {
        Somebody { code, name: "Lê Văn Bảy", phone: "0903000007", accession, uid }
            .release(services, none())
            .await;
    }
    let office = desk(services, "u-18", [Role::Admin]);
    let code = |text| PatientId::parse(text).unwrap();
    office.merge(&code(JOINED_CODE), &code(JOINED_INTO), "one person").await.unwrap();
    order(services, order_of_hoa(TWIN_CODE, "A20201123009")).await;
    let mut twin = hoa();
    twin["id"] = json!(TWIN_CODE);
    let study = StudyOf {
        uid: "1.2.826.0.1.3680043.10.1999.6",
        patient: twin,
        accession: "A20201123009",
        day: "2020-11-20",
        description: None,
        modality: "DX",
        series: vec![json!({ "frames": 1 })],
    };
    study.release(services).await;
}

/// Every message went out but an email to Hoà, and the one of whoever was reached by none.
async fn messages(services: &Services) {
    let failed = |detail: &str| ChannelRecord {
        state: ChannelState::Failed,
        provider_id: None,
        at: Some(services.clock.now()),
        detail: Some(detail.into()),
    };
    for (study, channel, detail) in
        [(STUDY, Channel::Email, "bounce <x>"), (UNREACHED, Channel::Sms, "unreachable")]
    {
        let notice = services.index.notice(&uid(study), 1).await.unwrap().unwrap();
        let index = &services.index;
        assert!(
            index.mark_channel(&notice, channel, ChannelState::Pending, &failed(detail), &[]).await.unwrap()
        );
    }
    for study in [
        STUDY_OF_ANOTHER,
        OPENED,
        "1.2.826.0.1.3680043.10.1999.6",
        "1.2.826.0.1.3680043.10.1999.7",
        "1.2.826.0.1.3680043.10.1999.8",
    ] {
        send_notice(&services.into(), &uid(study), 1).await.unwrap();
    }
}

/// Reads the password of Hoà's slip before the rest of her messages goes, and with it the secrets.
async fn password_of(services: &Services) -> String {
    let notice = services.index.notice(&uid(STUDY), 1).await.unwrap().unwrap();
    let context = NoticeRecord::seal_context(&uid(STUDY), 1);
    let password = services.sealer.open(notice.sealed_password.as_deref().unwrap(), &context).await.unwrap();
    send_notice(&services.into(), &uid(STUDY), 1).await.unwrap();
    password.expose().to_owned()
}

/// Links whose tokens tests can name, beside those of the slips.
async fn links(services: &Services) {
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

/// A patient of whom the hospital has no birth date, who reads English.
async fn born_nobody_knows_when(services: &Services) {
    let said = json!({
        "accession_number": "A20201123010",
        "patient": { "id": "E20-0000010", "name": "Jane Doe", "birth_date": "1900-01-01", "language": "en" },
    });
    order(services, said).await;
    let study = StudyOf {
        uid: "1.2.826.0.1.3680043.10.1999.10",
        patient: json!({ "id": "E20-0000010", "name": "DOE^JANE" }),
        accession: "A20201123010",
        day: "2020-11-23",
        description: None,
        modality: "DX",
        series: vec![json!({ "frames": 1 })],
    };
    study.release(services).await;
}

/// Sessions whose cookies tests can name.
async fn sessions(services: &Services) {
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

async fn refused(services: &Services) {
    let order = json!({
        "accession_number": "CT.<1>",
        "patient": { "id": "=N26", "name": "X", "birth_date": "1970-01-01", "sex": "quite" },
    });
    upload(services, "orders/=a<b>.json", order.to_string()).await;
    upload(services, "incoming/x", "not an image").await;
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
    };
    let portal = Portal::new(services.clone());
    portal.create_share(&session_of(services, "session-of-hoa").await, &request).await.unwrap().unwrap()
}

/// Comes in with a share, and stays under that cookie.
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

/// Who looked at what: Hoà, two guests of hers, and another patient.
async fn openings(services: &Services, clock: &Standing, known: &mut Known) {
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
    // Two wrong ones are left.
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

/// What staff did: a contact corrected, searches kept, a release that waits for a second pair of eyes, a number used twice.
async fn staff(services: &Services, known: &mut Known) {
    let office = desk(services, "u-18", [Role::Records]);
    let correction = ContactCorrection { phone: Some("0903123456".into()), email: None };
    office.correct_contact(&PatientId::parse(HOA_CODE).unwrap(), &correction).await.unwrap();
    let expires_at = now().as_second() + 8 * 3600;
    for (id, subject, query) in [
        ("kept", "u-17", "nguyen thi hoa"),
        ("joined", "u-17", JOINED_CODE),
        ("nobody", "u-17", "x"),
        ("somebody-elses", "u-18", "x"),
    ] {
        let search = SearchRecord { subject: subject.into(), query: query.into(), expires_at };
        services.index.keep_search(id, &search).await.unwrap();
    }
    known.seen = office.identity(&uid(MISMATCHED), None).await.unwrap().seen;
    let decision = Decision { reason: "checked".into(), seen: known.seen.clone(), ..Decision::default() };
    let order = AccessionNumber::parse("A1").ok();
    office.release(&uid(MISMATCHED), &Decision { order, ..decision }).await.unwrap();
    let accession = AccessionNumber::parse("A-REUSED").unwrap();
    let patients = vec![PatientId::parse(HOA_CODE).unwrap()];
    let review = ReviewRecord::new(ReviewKind::AccessionReused, accession, patients, at("09:00"));
    services.index.add_review(&review).await.unwrap();
}
