//! Feeds every writer of sessions, shares, contacts, notices, logs and lists with the longest values that its callers
//! let through, and with lists longer than a page of the table's answers (1 MB).

use std::collections::BTreeSet;

use filmless_domain::audit::{Actor, AuditAction, AuditEvent, AuditOutcome, REASON_CHARS_MAX};
use filmless_domain::identity::{ACCESSIONS_MAX, IdentityRules, PERSONS_MAX};
use filmless_domain::share::{Relation, SHARE_LABEL_CHARS_MAX, SHARE_STUDIES_MAX};
use filmless_domain::staff::Role;
use filmless_domain::{
    AccessionNumber, Channel, HoldReason, Language, PatientDemographics, PatientId, PhoneNumber,
    SeriesAttributes, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid,
};
use filmless_store::index::{
    AccessRecord, ActRecord, Arrival, AskedRelease, Change, ChannelRecord, ChannelState, ChannelsOfBefore,
    ContactRecord, EarlyReport, Index, InstanceRecord, LogEntry, LogName, NoticeRecord, OutboxRecord,
    ReviewKind, ReviewRecord, SamePersonRecord, SessionRecord, ShareRecord, StaffSessionRecord,
    StaffSignInRecord, StrangerRecord, Touched, Transaction, TransactionOutcome, UploadRecord, Worklist,
};
use futures::stream::{self, StreamExt};
use jiff::civil::date;
use jiff::{Timestamp, tz::TimeZone};

use crate::backend::{Backend, key};
use crate::every_backend::on_every_backend;

on_every_backend! {
    whoever_comes_in_is_kept_with_the_longest_names
    notices_and_their_reports_are_kept_at_their_longest
    what_staff_say_is_kept_at_its_longest
    a_study_that_many_people_name_is_kept_and_hidden
    positions_that_no_table_holds_cost_no_image
    lists_of_many_pages_are_read_whole
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
/// Writes under way together where a list is filled: one after the other, LocalStack takes minutes.
const AT_ONCE: usize = 16;

/// Longest texts: 128 characters of four bytes from files, 192 bytes of an identifier, 4,000 letters from an order.
fn long() -> String {
    "𠀀".repeat(4000)
}

fn study() -> StudyInstanceUid {
    StudyInstanceUid::parse(&"1".repeat(64)).unwrap()
}

fn patient() -> PatientId {
    PatientId::parse(&"x".repeat(192)).unwrap()
}

fn accession(number: usize) -> AccessionNumber {
    AccessionNumber::parse(&format!("{number:0>192}")).unwrap()
}

fn upload(number: usize) -> UploadRecord {
    let long_key = key(&format!("{number:0>1024}"));
    UploadRecord {
        key: long_key.clone(),
        version_id: Some("v".repeat(1024)),
        etag: "e".repeat(64),
        quarantined: vec![long_key.clone(), long_key],
        lost: None,
    }
}

async fn commit(backend: &Backend, transaction: Transaction) {
    assert_eq!(backend.index.commit(transaction).await.unwrap(), TransactionOutcome::Committed);
}

async fn whoever_comes_in_is_kept_with_the_longest_names(backend: &Backend) {
    let index = &backend.index;
    let digest = "d".repeat(64);
    let session = SessionRecord {
        account_key: "k".repeat(192),
        account_name: "a".repeat(192),
        patient_id: patient(),
        patient_name: long(),
        language: Language::Vi,
        share: Some(digest.clone()),
        started_at: NOW,
        seen_at: NOW,
        expires_at: 100,
        viewers: Vec::new(),
        viewers_made: 0,
    };
    let access = AccessRecord {
        actor: Actor::Account { account: "a".repeat(192) },
        source: String::new(),
        opened_at: NOW,
        first_image_at: None,
        downloaded_at: None,
        is_software: false,
    };
    let share = ShareRecord {
        id: "i".repeat(16),
        token_digest: digest.clone(),
        account_key: "k".repeat(192),
        patient_id: patient(),
        patient_name: long(),
        label: "ế".repeat(SHARE_LABEL_CHARS_MAX),
        relation: Relation::Doctor,
        studies: vec![study(); SHARE_STUDIES_MAX],
        may_download: true,
        may_annotate: false,
        may_consult: false,
        seat: None,
        code_hash: digest.clone(),
        failures: 0,
        language: Language::En,
        created_by: Actor::Account { account: "a".repeat(192) },
        created_at: NOW,
        ended_at: None,
        ends_at: 100,
        expires_at: 100,
    };
    let (pointer_key, pointer) = Index::share_pointer(&share);
    let transaction = Transaction::new()
        .put(&Index::session_key(&digest), &session, Change::new())
        .and_then(|t| t.put(&AccessRecord::key(&study(), &digest), &access, Change::new()))
        .and_then(|t| t.put(&Index::share_key(&digest), &share, Change::new()))
        .and_then(|t| t.put(&pointer_key, &pointer, Change::new()));
    commit(backend, transaction.unwrap()).await;
    assert_eq!(index.session(&digest, NOW).await.unwrap().unwrap().patient_name, long());
    assert_eq!(index.accesses(&study()).await.unwrap().len(), 1);
    assert_eq!(index.shares(&share.account_key).await.unwrap()[0].studies.len(), SHARE_STUDIES_MAX);

    let member = StaffSessionRecord {
        subject: "𠀀".repeat(255),
        name: "𠀀".repeat(255),
        roles: BTreeSet::from([Role::Hotline, Role::Records]),
        started_at: NOW,
        seen_at: NOW,
        expires_at: 100,
    };
    let transaction =
        Transaction::new().put(&Index::staff_session_key(&digest), &member, Change::new()).unwrap();
    commit(backend, transaction).await;
    assert!(index.staff_session(&digest, NOW).await.unwrap().is_some());
    let (member_key, ended) = Index::end_staff_sessions_change(&member.subject, NOW);
    commit(backend, Transaction::new().update(member_key, ended)).await;
    assert!(index.staff_session(&digest, NOW).await.unwrap().is_none());
    let sign_in = StaffSignInRecord { pending: "x".repeat(64 << 10), expires_at: 100 };
    index.keep_staff_sign_in(&digest, &sign_in).await.unwrap();
    assert!(index.take_staff_sign_in(&digest, NOW).await.unwrap().is_some());
}

fn notice(version: u32) -> NoticeRecord {
    NoticeRecord {
        study_instance_uid: study(),
        link_version: version,
        account_name: "a".repeat(192),
        language: Language::Vi,
        phone: PhoneNumber::parse("0903000001").ok(),
        email: Some(format!("{}@benhvien.example", "a".repeat(230))),
        channels: Channel::ALL.map(|channel| (channel, ChannelRecord::pending())).into(),
        of_before: ChannelsOfBefore::default(),
        sealed_password: Some("s".repeat(8192)),
        sealed_token: Some("s".repeat(8192)),
        issued_at: NOW,
        link_expires_at: i64::MAX,
    }
}

async fn notices_and_their_reports_are_kept_at_their_longest(backend: &Backend) {
    let index = &backend.index;
    let notice = notice(99_999);
    let transaction = Transaction::new()
        .put(&NoticeRecord::key(&study(), notice.link_version), &notice, Change::new())
        .and_then(|t| t.list_notice(Worklist::Unreached, &notice));
    commit(backend, transaction.unwrap()).await;
    let id = "m".repeat(512);
    let sent = ChannelRecord {
        state: ChannelState::Sent,
        provider_id: Some(id.clone()),
        at: Some(NOW),
        detail: Some("𠀀".repeat(80)),
    };
    let marked = index.mark_channel(&notice, Channel::Sms, ChannelState::Pending, &sent, &[]).await;
    assert!(marked.unwrap());
    assert_eq!(index.message(&id).await.unwrap().unwrap().link_version, 99_999);
    let report = EarlyReport { failure: Some("𠀀".repeat(80)), expires_at: 100 };
    index.keep_report(&id, &report).await.unwrap();
    assert_eq!(index.kept_report(&id).await.unwrap(), Some(report));
    assert_eq!(index.notices(&study()).await.unwrap().len(), 1);
}

async fn what_staff_say_is_kept_at_its_longest(backend: &Backend) {
    let index = &backend.index;
    let reason = "𠀀".repeat(REASON_CHARS_MAX);
    let by = "𠀀".repeat(255);
    let act =
        ActRecord { at: NOW, by: by.clone(), action: AuditAction::HoldStudy, reason: Some(reason.clone()) };
    let asked = AskedRelease {
        by: by.clone(),
        at: NOW,
        seen: "d".repeat(64),
        is_same_person: true,
        order: Some(accession(1)),
        reason: reason.clone(),
    };
    let same = SamePersonRecord { pair: "d".repeat(64), by: by.clone(), reason: reason.clone(), at: NOW };
    let contact = ContactRecord {
        phone: PhoneNumber::parse("0903000002").ok(),
        email: Some("a".repeat(254)),
        wrong_phone: None,
        wrong_email: Some("b".repeat(254)),
        corrected_at: NOW,
    };
    let event = AuditEvent {
        id: "f".repeat(32),
        at: NOW,
        action: AuditAction::HoldStudy,
        outcome: AuditOutcome::Success,
        actor: Actor::Staff { subject: by },
        source: Some("s".repeat(512)),
        study_instance_uid: Some(study()),
        account: Some("a".repeat(192)),
        detail: Some(reason),
    };
    let line = serde_json::to_string(&event).unwrap();
    assert!(line.len() < filmless_domain::chain::LINE_BYTES_MAX, "a log could not be verified");
    let entry = LogEntry { id: event.id.clone(), at: NOW, event: line };
    let phone = contact.phone.clone().unwrap();
    let transaction = Transaction::new()
        .put(&act.key(&study(), "f"), &act, Change::new())
        .and_then(|t| t.put(&Index::asked_release_key(&study()), &asked, Change::new()))
        .and_then(|t| t.put(&Index::same_person_key(&patient(), &same.pair), &same, Change::new()))
        .and_then(|t| t.put(&Index::contact_key(&patient()), &contact, Change::new()))
        .and_then(|t| t.point_phone(&phone, &patient()))
        .and_then(|t| t.log(LogName::Audit, &entry));
    commit(backend, transaction.unwrap()).await;
    assert_eq!(index.acts(&study()).await.unwrap().len(), 1);
    assert_eq!(index.accepted_pairs(&patient()).await.unwrap().0.len(), 1);
    assert_eq!(index.corrected_contact(&patient()).await.unwrap().unwrap().email, contact.email);
    assert_eq!(index.patients_of_phone(&phone).await.unwrap().len(), 1);
    assert_eq!(index.pending_log(LogName::Audit).await.unwrap()[0].event, entry.event);
    let review = ReviewRecord::new(ReviewKind::AccessionReused, accession(1), vec![patient(); 2], NOW);
    index.add_review(&review).await.unwrap();
    assert_eq!(index.reviews().await.unwrap().len(), 1);
}

/// Every file of the study names a different person and order; the last files add ever more series and modalities.
async fn a_study_that_many_people_name_is_kept_and_hidden(backend: &Backend) {
    let index = &backend.index;
    let arrival = |number: usize| Arrival {
        study_instance_uid: study(),
        patient: PatientDemographics {
            id: Some(patient()),
            issuer: Some(format!("{}{number}", "𠀀".repeat(120))),
            name: Some("𠀀".repeat(128)),
            ..PatientDemographics::default()
        },
        accession_number: Some(accession(number)),
        study_date: Some(date(9999, 12, 31)),
        image_date: Some(date(9999, 12, 31)),
        description: Some("𠀀".repeat(128)),
    };
    for number in 0..PERSONS_MAX + 4 {
        index.touch_study(&arrival(number), &IdentityRules::default(), NOW).await.unwrap();
        index.add_contradicting_facts(&arrival(number)).await.unwrap();
    }
    let found = index.study(&study()).await.unwrap().unwrap();
    assert!(found.two_patients);
    assert_eq!((found.persons.len(), found.accessions.len()), (PERSONS_MAX, ACCESSIONS_MAX));
    let touched = index.touch_study(&arrival(1), &IdentityRules::default(), NOW).await.unwrap();
    assert!(matches!(touched, Touched::SamePatient(_) | Touched::OtherPatient(_)));
    let settled = filmless_store::index::StudyRecord {
        modalities: (0..32).map(|n| format!("{}{n}", "𠀀".repeat(126))).collect(),
        ..index.study(&study()).await.unwrap().unwrap()
    };
    let nothing = OutboxRecord { id: "1".into(), created_at: NOW, messages: vec![] };
    assert!(index.settle_study(&settled, &settled, &nothing, &[]).await.unwrap());
    assert_eq!(index.study(&study()).await.unwrap().unwrap().modalities.len(), 32);
}

async fn positions_that_no_table_holds_cost_no_image(backend: &Backend) {
    let positions = [
        (Some(1e300), None),
        (Some(f64::NAN), None),
        (Some(f64::INFINITY), None),
        (Some(-1e300), None),
        (Some(5e-324), Some(0.0)),
        (Some(-0.1 - 0.2), Some(-0.1 - 0.2)),
        (Some(123_456.789_012_345_67), Some(123_456.789_012_345_67)),
        (None, None),
    ];
    for (number, (written, kept)) in positions.into_iter().enumerate() {
        let instance = InstanceRecord {
            sop_instance_uid: SopInstanceUid::parse(&format!("1.9.{number}")).unwrap(),
            sop_class_uid: String::new(),
            series_instance_uid: SeriesInstanceUid::parse("1.9").unwrap(),
            series: SeriesAttributes {
                number: Some(i64::MIN),
                description: Some("𠀀".repeat(128)),
                modality: "𠀀".repeat(128),
            },
            instance_number: Some(i64::MAX),
            slice_position: written,
            acquisition_time: Some("1".repeat(128)),
            frames: u32::MAX,
            key_references: vec![],
            is_report: false,
            key: key(&"k".repeat(1024)),
            version_id: Some("v".repeat(1024)),
            written_at: None,
            patient: None,
            accession_number: Some(accession(1)),
            etag: String::new(),
            bytes: u64::MAX,
        };
        assert!(backend.index.add_instance(&study(), &instance).await.unwrap().is_none(), "{written:?}");
        let found = backend.index.add_instance(&study(), &instance).await.unwrap().unwrap();
        assert_eq!(found.slice_position, kept, "{written:?}");
    }
}

async fn lists_of_many_pages_are_read_whole(backend: &Backend) {
    let index = &backend.index;
    let add = |number| async move {
        let stranger = StrangerRecord {
            upload: upload(number),
            bytes: u64::MAX,
            written_at: NOW,
            sop_instance_uid: SopInstanceUid::parse(&"1".repeat(64)).ok(),
        };
        index.add_stranger(&study(), &stranger).await.unwrap();
    };
    stream::iter(0..1200).for_each_concurrent(AT_ONCE, add).await;
    assert_eq!(index.strangers(&study()).await.unwrap().len(), 1200);
    // Hundreds of studies of 10 KB each, so that a batch leaves some out and they are asked for again.
    let day = NOW.to_zoned(TimeZone::UTC).date();
    let touch = |number| async move {
        let arrival = Arrival {
            study_instance_uid: StudyInstanceUid::parse(&format!("1.2.{number}")).unwrap(),
            patient: PatientDemographics {
                name: Some("𠀀".repeat(2500)), ..PatientDemographics::default()
            },
            accession_number: None,
            study_date: None,
            image_date: None,
            description: None,
        };
        index.touch_study(&arrival, &IdentityRules::default(), NOW).await.unwrap();
    };
    stream::iter(0..250).for_each_concurrent(AT_ONCE, touch).await;
    let found = index.studies_of_day(day).await.unwrap();
    assert_eq!(found.len(), 250);
    // An empty list is empty, and so is one whose studies are gone.
    assert!(index.whole_day(Worklist::Held, day).await.unwrap().is_empty());
    commit(
        backend,
        Transaction::new()
            .list_held(&found[0], HoldReason::NoOrder)
            .and_then(|t| t.list_held(&found[1], HoldReason::NoOrder))
            .unwrap(),
    )
    .await;
    assert_eq!(index.count_of_day(Worklist::Held, day).await.unwrap(), 2);
    index.erase_study(&found[0], None).await.unwrap();
    assert_eq!(index.count_of_day(Worklist::Held, day).await.unwrap(), 1);
}
