//! One sweep does what lifecycle rules and the tables' TTL do on AWS.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use filmless_embedded::{Embedded, Expiry, Swept};
use filmless_store::port::Clock;
use jiff::{SignedDuration, Timestamp};

use crate::harness::{Bench, config, credentials, dynamodb_client, pattern, s3_client};

const DAY: i64 = 24 * 3600;

/// The machine's clock, set ahead.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Ahead {
    fn put(&self, days: i64) {
        self.0.store(days * DAY, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

async fn opened() -> (Bench, Arc<Ahead>) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    let rule = |bucket: &str, prefix: &str| Expiry {
        bucket: bucket.into(),
        prefix: prefix.into(),
        after: Duration::from_secs(7 * 24 * 3600),
    };
    config.expiries = vec![rule("slips", ""), rule("derived", "downloads/")];
    let clock = Arc::new(Ahead::default());
    let embedded = Embedded::open_at(config, clock.clone()).await.unwrap();
    let s3 = s3_client(&embedded.s3_url(), &credentials());
    (Bench { dir, embedded, s3 }, clock)
}

#[tokio::test]
async fn objects_go_when_their_time_is_over_and_others_stay() {
    let (bench, clock) = opened().await;
    for (bucket, key) in
        [("slips", "1.2/v1/slip.pdf"), ("derived", "downloads/1.2/a.zip"), ("derived", "1.2/study.json")]
    {
        bench.put(bucket, key, pattern(10)).await;
    }
    bench.put("studies", "incoming/a", pattern(10)).await;
    clock.put(6);
    bench.put("slips", "1.2/v2/slip.pdf", pattern(10)).await;
    let sweeper = bench.embedded.sweeper();
    assert_eq!(sweeper.sweep().await.unwrap(), Swept::default());
    clock.put(8);
    assert_eq!(sweeper.sweep().await.unwrap(), Swept { objects: 2, ..Swept::default() });
    assert_eq!(bench.get("slips", "1.2/v1/slip.pdf").await.unwrap_err(), "NoSuchKey");
    assert_eq!(bench.get("derived", "downloads/1.2/a.zip").await.unwrap_err(), "NoSuchKey");
    assert!(!bench.file("slips/1.2/v1/slip.pdf").exists(), "the file is left");
    for (bucket, key) in
        [("slips", "1.2/v2/slip.pdf"), ("derived", "1.2/study.json"), ("studies", "incoming/a")]
    {
        bench.get(bucket, key).await.unwrap();
    }
    clock.put(5000);
    assert_eq!(sweeper.sweep().await.unwrap().objects, 1);
    bench.get("studies", "incoming/a").await.unwrap();
}

#[tokio::test]
async fn uploads_in_parts_that_nobody_finishes_are_given_up_after_three_days() {
    let (bench, clock) = opened().await;
    let made = bench.s3.create_multipart_upload().bucket("studies").key("incoming/a").send().await.unwrap();
    let id = made.upload_id().unwrap();
    let part = bench.s3.upload_part().bucket("studies").key("incoming/a").upload_id(id).part_number(1);
    part.body(pattern(10).into()).send().await.unwrap();
    let sweeper = bench.embedded.sweeper();
    clock.put(2);
    assert_eq!(sweeper.sweep().await.unwrap().uploads, 0);
    clock.put(4);
    assert_eq!(sweeper.sweep().await.unwrap().uploads, 1);
    assert!(std::fs::read_dir(bench.file(".parts")).unwrap().next().is_none());
    let uploads = bench.s3.list_multipart_uploads().bucket("studies").send().await.unwrap();
    assert!(uploads.uploads().is_empty());
}

/// An expired session, with words that occur nowhere else.
#[tokio::test]
async fn items_go_when_their_time_is_over_and_nothing_of_them_is_left_on_the_disk() {
    let (bench, _clock) = opened().await;
    let tables = dynamodb_client(&bench.embedded.dynamodb_url(), &credentials());
    let pk = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let create = tables.create_table().table_name("sessions").billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(pk.build().unwrap()).key_schema(key.build().unwrap()).send().await.unwrap();
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at").build().unwrap();
    tables.update_time_to_live().table_name("sessions").time_to_live_specification(ttl).send().await.unwrap();
    let (past, future) = (Timestamp::now().as_second() - 3600, Timestamp::now().as_second() + 3600);
    for (name, expires_at, word) in [
        ("old", past, "Nguyen-Thi-Vo-Danh"),
        ("new", future, "still-needed"),
        ("gone", future, "Tran-Bi-Xoa"),
    ] {
        let put = tables.put_item().table_name("sessions").item("pk", AttributeValue::S(name.into()));
        put.item("expires_at", AttributeValue::N(expires_at.to_string()))
            .item("word", AttributeValue::S(word.into()))
            .send()
            .await
            .unwrap();
    }
    let gone = tables.delete_item().table_name("sessions").key("pk", AttributeValue::S("gone".into()));
    gone.send().await.unwrap();
    let sweeper = bench.embedded.sweeper();
    assert_eq!(sweeper.sweep().await.unwrap().items, 1);
    sweeper.forget_deleted().await.unwrap();
    let disk: Vec<u8> = std::fs::read_dir(bench.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .flat_map(|path| std::fs::read(path).unwrap())
        .collect();
    let holds = |word: &str| disk.windows(word.len()).any(|bytes| bytes == word.as_bytes());
    assert!(holds("still-needed"));
    assert!(!holds("Nguyen-Thi-Vo-Danh"), "an expired item is on the disk");
    assert!(!holds("Tran-Bi-Xoa"), "a deleted item is on the disk");
}
