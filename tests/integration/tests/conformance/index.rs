//! The index: conditions, counts, transactions and queries, also with many writers at once.

use filmless_domain::{Language, SeriesAttributes, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use filmless_store::index::{
    Change, Condition, InstanceRecord, ItemKey, LinkRecord, LinkState, LogEntry, LogName, OutboxMessage,
    OutboxRecord, Transaction, TransactionOutcome,
};
use filmless_store::port::QueueName;
use filmless_store::{Index, StoreError};
use jiff::Timestamp;

use crate::backend::{Backend, key};
use crate::every_backend::on_every_backend;

on_every_backend! {
    an_instance_enters_once_whoever_brings_it
    instances_of_a_study_are_all_found
    a_transaction_happens_whole_or_not_at_all
    an_unmet_condition_is_told_by_its_place
    of_crossing_transactions_one_wins
    checks_of_a_link_are_counted_to_the_last
    the_head_of_a_log_moves_once
    what_lies_in_the_outbox_is_found_until_it_is_sent
    an_item_with_an_end_is_an_item_until_then
}

fn study() -> StudyInstanceUid {
    StudyInstanceUid::parse("1.2.3").unwrap()
}

fn instance(number: u32, etag: &str) -> InstanceRecord {
    InstanceRecord {
        sop_instance_uid: SopInstanceUid::parse(&format!("1.2.3.1.{number}")).unwrap(),
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.2".into(),
        series_instance_uid: SeriesInstanceUid::parse("1.2.3.1").unwrap(),
        series: SeriesAttributes {
            number: Some(1), description: Some("Ngực".into()), modality: "CT".into()
        },
        instance_number: Some(i64::from(number)),
        slice_position: Some(-12.5),
        acquisition_time: None,
        frames: 1,
        key_references: Vec::new(),
        patient: None,
        accession_number: None,
        written_at: None,
        is_report: false,
        key: key("incoming/1"),
        version_id: Some("v1".into()),
        etag: etag.into(),
        bytes: 5_000_000_000,
    }
}

async fn an_instance_enters_once_whoever_brings_it(backend: &Backend) {
    let bringers = (0..8).map(|n| {
        let index = backend.index.clone();
        tokio::spawn(async move { index.add_instance(&study(), &instance(1, &n.to_string())).await.unwrap() })
    });
    let mut others = Vec::new();
    let mut entered = 0;
    for bringer in bringers.collect::<Vec<_>>() {
        match bringer.await.unwrap() {
            None => entered += 1,
            Some(there) => others.push(there.etag),
        }
    }
    assert_eq!(entered, 1);
    let there = backend.index.instance(&study(), &instance(1, "").sop_instance_uid).await.unwrap().unwrap();
    assert!(others.iter().all(|etag| *etag == there.etag), "{others:?}");
    assert_eq!((there.bytes, there.slice_position), (5_000_000_000, Some(-12.5)));
    assert_eq!(there.series.description.as_deref(), Some("Ngực"));
}

/// More than one page of DynamoDB holds (1 MB).
async fn instances_of_a_study_are_all_found(backend: &Backend) {
    let description = Some("x".repeat(16_000));
    for number in 1..=80 {
        let mut instance = instance(number, "e");
        instance.series.description.clone_from(&description);
        backend.index.add_instance(&study(), &instance).await.unwrap();
    }
    let found = backend.index.instances(&study()).await.unwrap();
    assert_eq!(found.len(), 80);
    let uids: Vec<&str> = found.iter().map(|i| i.sop_instance_uid.as_str()).collect();
    assert!(uids.is_sorted());
    let other = StudyInstanceUid::parse("1.2.3.4").unwrap();
    assert!(backend.index.instances(&other).await.unwrap().is_empty());
}

fn entry(id: &str, milliseconds: i64) -> LogEntry {
    let at = Timestamp::from_millisecond(milliseconds).unwrap();
    LogEntry { id: id.into(), at, event: r#"{"id":1}"#.into() }
}

async fn a_transaction_happens_whole_or_not_at_all(backend: &Backend) {
    let index = &backend.index;
    let absent = || Change::new().when(&Condition::Absent("pk"));
    let link = link(0);
    let first = Transaction::new().put(&Index::link_key("a"), &link, absent()).unwrap();
    let first = first.log(LogName::Audit, &entry("1", 1)).unwrap();
    assert_eq!(index.commit(first).await.unwrap(), TransactionOutcome::Committed);

    let second = Transaction::new().put(&Index::link_key("b"), &link, absent()).unwrap();
    let second = second.put(&Index::link_key("a"), &link, absent()).unwrap();
    let second = second.log(LogName::Audit, &entry("2", 2)).unwrap();
    assert_eq!(index.commit(second).await.unwrap(), TransactionOutcome::ConditionUnmet(vec![1]));
    assert!(index.link("b").await.unwrap().is_none());
    let pending = index.pending_log(LogName::Audit).await.unwrap();
    assert_eq!(pending.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["1"]);

    let third =
        Transaction::new().delete(Index::link_key("a")).put(&Index::link_key("b"), &link, absent()).unwrap();
    assert_eq!(index.commit(third).await.unwrap(), TransactionOutcome::Committed);
    assert!(index.link("a").await.unwrap().is_none() && index.link("b").await.unwrap().is_some());
}

async fn an_unmet_condition_is_told_by_its_place(backend: &Backend) {
    let index = &backend.index;
    let change = |state: &str| Change::new().set("version", 2).when(&Condition::is_text("state", state));
    let transaction = Transaction::new()
        .put(&Index::link_key("a"), &link(0), Change::new())
        .unwrap()
        .put(&Index::link_key("b"), &link(3), Change::new())
        .unwrap();
    index.commit(transaction).await.unwrap().or_contention().unwrap();
    for (conditions, expected) in [
        (["revoked", "open"], TransactionOutcome::ConditionUnmet(vec![0])),
        (["open", "revoked"], TransactionOutcome::ConditionUnmet(vec![1])),
        (["revoked", "revoked"], TransactionOutcome::ConditionUnmet(vec![0, 1])),
        (["open", "open"], TransactionOutcome::Committed),
    ] {
        let [a, b] = conditions.map(change);
        let transaction = Transaction::new().update(Index::link_key("a"), a).update(Index::link_key("b"), b);
        assert_eq!(index.commit(transaction).await.unwrap(), expected, "{conditions:?}");
    }
    let changed = index.link("b").await.unwrap().unwrap();
    assert_eq!((changed.version, changed.failures, changed.state), (2, 3, LinkState::Open));
}

async fn of_crossing_transactions_one_wins(backend: &Backend) {
    backend.index.commit(put_link("a", 0)).await.unwrap().or_contention().unwrap();
    let runs = (0..8).map(|run: u32| {
        let index = backend.index.clone();
        tokio::spawn(async move {
            let take = Change::new().set("state", "revoked").when(&Condition::is_text("state", "open"));
            let transaction = Transaction::new().update(Index::link_key("a"), take);
            let transaction = transaction.log(LogName::Audit, &entry(&run.to_string(), 1)).unwrap();
            index.commit(transaction).await
        })
    });
    let mut committed = 0;
    for run in runs.collect::<Vec<_>>() {
        match run.await.unwrap() {
            Ok(TransactionOutcome::Committed) => committed += 1,
            Ok(TransactionOutcome::ConditionUnmet(_)) | Err(StoreError::Contention { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(committed, 1);
    assert_eq!(backend.index.pending_log(LogName::Audit).await.unwrap().len(), 1);
}

fn link(failures: u32) -> LinkRecord {
    LinkRecord {
        study_instance_uid: study(),
        account_key: "account".into(),
        version: 1,
        state: LinkState::Open,
        language: Language::Vi,
        failures,
        expires_at: i64::from(u32::MAX),
    }
}

fn put_link(digest: &str, failures: u32) -> Transaction {
    Transaction::new().put(&Index::link_key(digest), &link(failures), Change::new()).unwrap()
}

async fn checks_of_a_link_are_counted_to_the_last(backend: &Backend) {
    assert!(backend.index.count_link_check("unknown", 10).await.unwrap().is_none());
    backend.index.commit(put_link("a", 0)).await.unwrap().or_contention().unwrap();
    let guessers = (0..20).map(|_| {
        let index = backend.index.clone();
        tokio::spawn(async move { index.count_link_check("a", 10).await.unwrap().is_some() })
    });
    let mut looked_at = 0;
    for guesser in guessers.collect::<Vec<_>>() {
        looked_at += usize::from(guesser.await.unwrap());
    }
    assert_eq!(looked_at, 10);
    backend.index.forget_link_checks("a").await.unwrap();
    assert_eq!(
        backend.index.link("a").await.unwrap().unwrap().failures,
        0,
        "a right answer gives the tries back"
    );
    assert!(backend.index.link("unknown").await.unwrap().is_none(), "an unknown link was made by guessing");
}

async fn the_head_of_a_log_moves_once(backend: &Backend) {
    let index = &backend.index;
    let head = index.log_head(LogName::Usage).await.unwrap();
    let claims = ["a", "b"].map(|proposed| index.claim_log_key(LogName::Usage, &head, proposed));
    let [first, second] = claims;
    let (first, second) = (first.await.unwrap().unwrap(), second.await.unwrap().unwrap());
    assert_eq!(first, second, "whoever asks first decides for all");
    let mut next = head.chain.clone();
    next.sequence = 5;
    next.digest = "d".repeat(64);
    assert!(index.move_log_head(LogName::Usage, &head, &next).await.unwrap());
    assert!(!index.move_log_head(LogName::Usage, &head, &next).await.unwrap());
    assert!(index.claim_log_key(LogName::Usage, &head, "late").await.unwrap().is_none());
    let moved = index.log_head(LogName::Usage).await.unwrap();
    assert_eq!((moved.chain, moved.next_key), (next, None));
}

async fn what_lies_in_the_outbox_is_found_until_it_is_sent(backend: &Backend) {
    let index = &backend.index;
    let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
    let record = |id: &str, milliseconds| OutboxRecord {
        id: id.into(),
        created_at: at(milliseconds),
        messages: vec![OutboxMessage::new(QueueName::Notices, "body".into())],
    };
    for entry in [record("0a", 1000), record("1b", 2000), record("9c", 3000)] {
        let transaction = Transaction::new().put(&entry.key(), &entry, Change::new()).unwrap();
        index.commit(transaction).await.unwrap().or_contention().unwrap();
    }
    index.remove_outbox(&record("1b", 2000)).await.unwrap();
    let stale = index.stale_outbox(at(2500)).await.unwrap();
    assert_eq!(stale.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["0a"]);
    assert_eq!(stale[0].messages[0].body, "body");
    assert_eq!(index.stale_outbox(at(9999)).await.unwrap().len(), 2);
}

async fn an_item_with_an_end_is_an_item_until_then(backend: &Backend) {
    let (hour, now) = (3600, Timestamp::now());
    for (digest, expires_at) in [("past", now.as_second() - hour), ("future", now.as_second() + hour)] {
        let session = filmless_store::index::SessionRecord {
            account_key: "account".into(),
            account_name: "N20".into(),
            patient_id: filmless_domain::PatientId::parse("N20").unwrap(),
            patient_name: "Nguyễn Thị Hoà".into(),
            language: Language::Vi,
            share: None,
            started_at: Timestamp::from_millisecond(now.as_millisecond()).unwrap(),
            seen_at: Timestamp::from_millisecond(now.as_millisecond()).unwrap(),
            expires_at,
            viewers: Vec::new(),
            viewers_made: 0,
        };
        let transaction =
            Transaction::new().put(&Index::session_key(digest), &session, Change::new()).unwrap();
        backend.index.commit(transaction).await.unwrap().or_contention().unwrap();
    }
    assert!(backend.index.session("past", now).await.unwrap().is_none());
    let session = backend.index.session("future", now).await.unwrap().unwrap();
    assert_eq!(session.patient_name, "Nguyễn Thị Hoà");
    backend.index.end_session("future").await.unwrap();
    assert!(backend.index.session("future", now).await.unwrap().is_none());
    assert_eq!(format!("{:?}", ItemKey::new("PATIENT#N20".into(), "ACCOUNT")), "ItemKey(hidden)");
}
