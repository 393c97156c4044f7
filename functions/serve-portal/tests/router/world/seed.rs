//! The patients, and what happened to their studies, on 23 November 2020.

use std::sync::Arc;

use filmless_delivery::Services;
use filmless_delivery::notice::send_notice;
use filmless_delivery::prepare::pack::pack_download;
use filmless_delivery::prepare::render::{InProcessRenderer, InstanceRenderer};
use filmless_delivery::release::release_study;
use filmless_delivery::staff::ContactCorrection;
use filmless_domain::staff::Role;
use filmless_domain::{AccessionNumber, Channel, DownloadKind, ObjectKey, PatientId, SopInstanceUid};
use filmless_store::index::{
    ChannelRecord, ChannelState, LostFile, NoticeRecord, ReviewKind, ReviewRecord, SearchRecord, UploadOwner,
    UploadRecord,
};
use serde_json::{Value, json};

use super::access;
use super::desk::desk;
use super::names::{
    HOA_CODE, JOHN_CODE, JOINED_CODE, JOINED_INTO, Known, MISMATCHED, ON_ITS_WAY, OPENED, STUDY,
    STUDY_OF_ANOTHER, TWIN_CODE, UNREACHED, WITHHELD, WITHOUT_ORDER, at, now,
};
use super::ports::Standing;
use super::study::{StudyOf, order, uid, upload};

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
    access::links(services).await;
    access::sessions(services).await;
    clock.set(at("09:17"));
    refused(services).await;
    clock.set(at("09:20"));
    access::openings(services, clock, &mut known).await;
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
    let renderer: Arc<dyn InstanceRenderer> = Arc::new(InProcessRenderer);
    pack_download(&services.into(), &renderer, &uid(STUDY), DownloadKind::Uploaded).await.unwrap();
    let office = desk(services, "u-18", [Role::Records]);
    office.hold(&uid(WITHHELD), "a look at the images").await.unwrap();
    one(WITHOUT_ORDER, "A-NONE").release(services).await;
    let other = json!({ "id": HOA_CODE, "name": "TRAN^<b>BINH", "birth_date": "1958-03-02", "sex": "F" });
    StudyOf { patient: other, ..one(MISMATCHED, "A1") }.release(services).await;
}

/// Two files of the study arrived damaged.
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

/// A study and its patient.
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

/// All messages were sent, except an email to Hoà and the SMS of the patient whom nothing reached.
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

/// Reads the password of Hoà's slip before her other messages are sent, because sending them deletes the secrets.
async fn password_of(services: &Services) -> String {
    let notice = services.index.notice(&uid(STUDY), 1).await.unwrap().unwrap();
    let context = NoticeRecord::seal_context(&uid(STUDY), 1);
    let password = services.sealer.open(notice.sealed_password.as_deref().unwrap(), &context).await.unwrap();
    send_notice(&services.into(), &uid(STUDY), 1).await.unwrap();
    password.expose().to_owned()
}

async fn refused(services: &Services) {
    let order = json!({
        "accession_number": "CT.<1>",
        "patient": { "id": "=N26", "name": "X", "birth_date": "1970-01-01", "sex": "quite" },
    });
    upload(services, "orders/=a<b>.json", order.to_string()).await;
    upload(services, "incoming/x", "not an image").await;
}

/// What staff did and what they should look at: a corrected contact, stored searches, a number used twice.
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
    let accession = AccessionNumber::parse("A-REUSED").unwrap();
    let patients = vec![PatientId::parse(HOA_CODE).unwrap()];
    let review = ReviewRecord::new(ReviewKind::AccessionReused, accession, patients, at("09:00"));
    services.index.add_review(&review).await.unwrap();
}
