//! Feeds every writer of outside data up to the limits of the table: 400 KB an item, 2 KB a partition key, 1 KB a sort
//! key, 32 levels, numbers up to 1e125, names of at least one character, 4 MB a transaction.

use filmless_domain::{
    AccessionNumber, KeyReference, Order, PatientDemographics, PatientId, SeriesAttributes,
    SeriesInstanceUid, SopInstanceUid, StudyInstanceUid, identity::IdentityRules,
};
use filmless_store::StoreError;
use filmless_store::index::{
    Arrival, Index, InstanceRecord, OrderTaken, OutboxMessage, OutboxRecord, SeriesRecord, Touched,
    UploadOwner, UploadRecord,
};
use filmless_store::port::QueueName;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::backend::{Backend, key};
use crate::every_backend::on_every_backend;

on_every_backend! {
    an_order_is_kept_however_large_or_odd
    messages_are_as_many_items_as_they_need
    a_study_with_the_longest_facts_is_kept
    what_no_item_holds_is_told_from_what_may_work_later
}

fn upload() -> UploadRecord {
    UploadRecord {
        key: key(&"k".repeat(1024)),
        version_id: Some("v".repeat(64)),
        etag: "e".into(),
        quarantined: vec![],
        lost: None,
    }
}

fn outbox(messages: usize) -> OutboxRecord {
    let body = |number: usize| format!("{number:0>300}");
    let messages = (0..messages).map(|number| OutboxMessage::new(QueueName::Settle, body(number))).collect();
    OutboxRecord { id: "7f".into(), created_at: Timestamp::from_second(1000).unwrap(), messages }
}

fn order(change: impl FnOnce(&mut Value)) -> Order {
    let mut order = json!({
        "accession_number": "A1", "visit": { "retention_years": 20 },
        "patient": { "id": "N1", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02", "phone": "0903123456" },
        "service": { "name": "CT", "unit_price_vnd": 512_000 }, "result": { "status": "final" },
    });
    change(&mut order);
    Order::parse(order.to_string().as_bytes()).unwrap()
}

async fn take(
    index: &Index,
    order: &Order,
    at: Timestamp,
    messages: &OutboxRecord,
) -> Result<(), StoreError> {
    let earlier = index.order(&order.accession_number).await?;
    let taken = OrderTaken {
        order,
        upload: upload(),
        written_at: at,
        taken_at: at,
        earlier: earlier.as_ref(),
        messages,
        review: None,
    };
    index.take_order(&taken).await
}

async fn an_order_is_kept_however_large_or_odd(backend: &Backend) {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let orders = [
        ("410 KB", order(|o| o["ward"] = json!("x".repeat(410_000)))),
        (
            "1 MB in many fields",
            order(|o| (0..900).for_each(|n| o[format!("f{n}")] = json!("x".repeat(1000)))),
        ),
        ("a long conclusion", order(|o| o["result"]["conclusion"] = json!("ế".repeat(300_000)))),
        ("nested 40 deep", order(|o| o["ward"] = nested(40))),
        ("1e300", order(|o| o["ward"] = json!(1e300))),
        ("a key of nothing", order(|o| o["service"][""] = json!(""))),
        ("a word of 900 letters", order(|o| o["patient"]["name"] = json!("ế".repeat(900)))),
        (
            "words that begin alike",
            order(|o| {
                o["patient"]["name"] = json!(format!("{0}a {0}b {0}c", "x".repeat(100)));
            }),
        ),
        (
            "100 words",
            order(|o| o["patient"]["name"] = json!((0..100).map(|n| format!("a{n} ")).collect::<String>())),
        ),
        ("the longest identifiers", order(|o| o["patient"]["id"] = json!("x".repeat(192)))),
        (
            "every text at its longest",
            order(|o| {
                for pointer in
                    ["/visit/class", "/visit/department", "/visit/episode", "/service/name", "/service/code"]
                {
                    let (part, name) = pointer.rsplit_once('/').unwrap();
                    o.pointer_mut(part).unwrap()[name] = json!("\u{1}ế".repeat(500));
                }
                o["result"]["conclusion"] = json!("\u{1}".repeat(40_000));
            }),
        ),
    ];
    for (second, (what, order)) in (1..).zip(orders) {
        let at = Timestamp::from_second(second).unwrap();
        let taken = take(&backend.index, &order, at, &outbox(2)).await;
        taken.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let kept = backend.index.order(&order.accession_number).await.unwrap().unwrap();
        if kept.whole.is_some() {
            assert_eq!(kept.order, order.abridged(), "{what}");
            assert_eq!(kept.whole, Some(upload()), "{what}");
        } else {
            assert_eq!(kept.order, order, "{what}");
        }
        let found = backend.index.orders_of_patient(&order.patient.id).await.unwrap();
        assert_eq!(found.len(), 1, "{what}");
        let word = filmless_domain::person_name::words(&order.patient.name).remove(0);
        let patients = backend.index.patients_of_word(&word).await.unwrap();
        assert!(patients.iter().any(|pointer| pointer.patient_id == order.patient.id), "{what}");
    }
}

async fn messages_are_as_many_items_as_they_need(backend: &Backend) {
    let index = &backend.index;
    let late = Timestamp::from_second(9_999_999).unwrap();
    for messages in [0, 1, 2000, 5000] {
        let entry = outbox(messages);
        let taken = take(index, &order(|_| ()), late, &entry).await;
        taken.unwrap_or_else(|error| panic!("{messages}: {error:?}"));
        let mut found: Vec<String> = Vec::new();
        for item in index.stale_outbox(late).await.unwrap() {
            found.extend(item.messages.into_iter().map(|message| message.body));
        }
        found.sort();
        let expected: Vec<String> = entry.messages.iter().map(|message| message.body.clone()).collect();
        assert_eq!(found, expected);
        index.remove_outbox(&entry).await.unwrap();
        assert!(index.stale_outbox(late).await.unwrap().is_empty());
    }
    // Too many for one transaction, so they are written without one.
    let many = outbox(20_000);
    index.add_outbox(&many).await.unwrap();
    let items = index.stale_outbox(late).await.unwrap();
    assert_eq!(items.iter().map(|item| item.messages.len()).sum::<usize>(), 20_000);
    // Send and remove them one by one, as a sweep does.
    for item in &items {
        index.remove_outbox(item).await.unwrap();
    }
    assert!(index.stale_outbox(late).await.unwrap().is_empty());
}

/// The longest texts that a header can give: 128 characters of four bytes, identifiers of 192 bytes.
async fn a_study_with_the_longest_facts_is_kept(backend: &Backend) {
    let (long, id, uid) = ("𠀀".repeat(128), "x".repeat(192), "1".repeat(64));
    let study = StudyInstanceUid::parse(&uid).unwrap();
    let arrival = Arrival {
        study_instance_uid: study.clone(),
        patient: PatientDemographics {
            id: PatientId::parse(&id).ok(),
            name: Some(long.clone()),
            ..PatientDemographics::default()
        },
        accession_number: AccessionNumber::parse(&id).ok(),
        study_date: None,
        image_date: None,
        description: Some(long.clone()),
    };
    let touched =
        backend.index.touch_study(&arrival, &IdentityRules::default(), Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(matches!(touched, Touched::SamePatient(_)));
    let series = SeriesRecord {
        series_instance_uid: SeriesInstanceUid::parse(&uid).unwrap(),
        attributes: SeriesAttributes {
            number: Some(i64::MAX),
            description: Some(long.clone()),
            modality: long,
        },
        content_digest: "d".repeat(64),
        rendered_digest: None,
        instances: u32::MAX,
        frames: 0,
        key_frames: 0,
        reports: 0,
        documents: 0,
        without_picture: 0,
        cut_instances: 0,
        missing_frames: 0,
        doses: 0,
        report_lacks: None,
        title: None,
        derived_bytes: 0,
    };
    backend.index.describe_series(&study, &series).await.unwrap();
    for owner in [UploadOwner::Study(&study), UploadOwner::Patient(&arrival.patient.id.clone().unwrap())] {
        backend.index.remember_upload(owner, &upload()).await.unwrap();
        assert_eq!(backend.index.uploads_of(owner).await.unwrap(), [upload()]);
    }
    assert_eq!(backend.index.series(&study).await.unwrap().len(), 1);
}

async fn what_no_item_holds_is_told_from_what_may_work_later(backend: &Backend) {
    let reference = |number: usize| KeyReference {
        sop_instance_uid: SopInstanceUid::parse(&format!("1.2.{number:0>58}")).unwrap(),
        frames: vec![1],
    };
    let marks = |count: usize| InstanceRecord {
        sop_instance_uid: SopInstanceUid::parse(&format!("1.9.{count}")).unwrap(),
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.88.59".into(),
        series_instance_uid: SeriesInstanceUid::parse("1.9").unwrap(),
        series: SeriesAttributes { modality: "KO".into(), ..SeriesAttributes::default() },
        instance_number: None,
        slice_position: None,
        acquisition_time: None,
        frames: 0,
        key_references: (0..count).map(reference).collect(),
        is_report: false,
        key: key("incoming/1"),
        version_id: None,
        written_at: None,
        patient: None,
        accession_number: None,
        etag: "e".into(),
        bytes: 1,
    };
    let study = StudyInstanceUid::parse("1.2.3").unwrap();
    assert!(backend.index.add_instance(&study, &marks(3000)).await.unwrap().is_none());
    let refused = backend.index.add_instance(&study, &marks(6000)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotStorable { operation: "PutItem", .. }), "{refused:?}");
    let many = outbox(20_000);
    let late = Timestamp::from_second(1).unwrap();
    let refused = take(&backend.index, &order(|_| ()), late, &many).await;
    assert!(
        matches!(refused, Err(StoreError::NotStorable { operation: "TransactWriteItems", .. })),
        "{refused:?}"
    );
    assert!(backend.index.stale_outbox(Timestamp::from_second(9999).unwrap()).await.unwrap().is_empty());
}
