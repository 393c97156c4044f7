//! Measures the embedded profile over HTTP: `cargo run -p filmless-embedded --example measure`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::config::{BehaviorVersion, Credentials as SdkCredentials, Region};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::port::QueueName;

const OBJECTS: usize = 400;
const OBJECT_BYTES: usize = 500_000;
const ITEMS: usize = 300;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let keys = Credentials::of_the_system(dir.path())?;
    let mut config = EmbeddedConfig::new(dir.path().to_owned(), keys.clone());
    config.event_buckets = ["studies".to_owned()].into();
    config.versioned_buckets = ["studies".to_owned()].into();
    let embedded = Embedded::open(config).await?;
    let sdk_keys = SdkCredentials::new(keys.access_key_id, keys.secret_access_key, None, None, "measure");
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(sdk_keys.clone())
            .endpoint_url(embedded.s3_url())
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    );
    for concurrency in [1, 8, 16] {
        let rate = put_rate(&s3, concurrency).await;
        report(&format!("PutObject of {OBJECT_BYTES} bytes, {concurrency} at a time"), rate, "objects/s");
    }
    report("GetObject of 64 KiB, 8 at a time", get_rate(&s3, 8).await, "requests/s");
    report("receive and delete", queue_rate(&embedded).await?, "messages/s");

    let tables = aws_sdk_dynamodb::Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(sdk_keys)
            .endpoint_url(embedded.dynamodb_url())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    );
    measure_tables(&tables).await?;
    embedded.shutdown().await;
    Ok(())
}

fn report(what: &str, value: f64, unit: &str) {
    use std::io::Write;
    // A closed standard output ends the measurement, not the process.
    let _ = writeln!(std::io::stdout(), "{what}: {value:.1} {unit}");
}

/// Requests per second of one kind of work, done so many times, so many at once.
async fn rate<F>(count: usize, concurrency: usize, work: impl Fn(usize) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let (next, work) = (Arc::new(AtomicUsize::new(0)), &work);
    let started = Instant::now();
    let runners = (0..concurrency).map(|_| {
        let next = Arc::clone(&next);
        async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return;
                }
                work(n).await;
            }
        }
    });
    futures::future::join_all(runners).await;
    count as f64 / started.elapsed().as_secs_f64()
}

async fn put_rate(s3: &aws_sdk_s3::Client, concurrency: usize) -> f64 {
    let bytes = bytes::Bytes::from(vec![7; OBJECT_BYTES]);
    rate(OBJECTS, concurrency, |n| {
        let put = s3.put_object().bucket("studies").key(format!("incoming/{concurrency}/{n}.dcm"));
        let put = put.body(bytes.clone().into());
        async move {
            if let Err(error) = put.send().await {
                report(&format!("{error:?}"), 0.0, "");
            }
        }
    })
    .await
}

async fn get_rate(s3: &aws_sdk_s3::Client, concurrency: usize) -> f64 {
    rate(OBJECTS, concurrency, |n| {
        let get = s3.get_object().bucket("studies").key(format!("incoming/8/{n}.dcm")).range("bytes=0-65535");
        async move {
            match get.send().await {
                Ok(got) => drop(got.body.collect().await),
                Err(error) => report(&format!("{error:?}"), 0.0, ""),
            }
        }
    })
    .await
}

async fn queue_rate(embedded: &Embedded) -> Result<f64, Box<dyn std::error::Error>> {
    let queue = embedded.queue();
    let (started, mut count) = (Instant::now(), 0);
    loop {
        let batch = queue.receive(QueueName::Intake, 10, Duration::from_secs(30)).await?;
        if batch.is_empty() {
            return Ok(f64::from(count) / started.elapsed().as_secs_f64());
        }
        for message in batch {
            queue.delete(&message.receipt).await?;
            count += 1;
        }
    }
}

async fn measure_tables(tables: &aws_sdk_dynamodb::Client) -> Result<(), Box<dyn std::error::Error>> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let attribute = |name: &str| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
    };
    tables
        .create_table()
        .table_name("measure")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key("pk", KeyType::Hash)?)
        .key_schema(key("sk", KeyType::Range)?)
        .attribute_definitions(attribute("pk")?)
        .attribute_definitions(attribute("sk")?)
        .send()
        .await?;
    for concurrency in [1, 8] {
        let put = rate(ITEMS, concurrency, |n| {
            let put = tables.put_item().table_name("measure").item("pk", AttributeValue::S("p".into()));
            let put = put.item("sk", AttributeValue::S(format!("{n:06}")));
            async move { drop(put.send().await) }
        });
        report(&format!("PutItem, {concurrency} at a time"), 1000.0 / put.await, "ms each");
        let update = rate(ITEMS, concurrency, |n| {
            let update = tables.update_item().table_name("measure").key("pk", AttributeValue::S("p".into()));
            let update =
                update.key("sk", AttributeValue::S(format!("{n:06}"))).update_expression("ADD n :one");
            let update = update.expression_attribute_values(":one", AttributeValue::N("1".into()));
            async move { drop(update.send().await) }
        });
        report(&format!("UpdateItem, {concurrency} at a time"), 1000.0 / update.await, "ms each");
        let query = rate(ITEMS, concurrency, |_| {
            let query = tables.query().table_name("measure").key_condition_expression("pk = :p").limit(10);
            let query = query.expression_attribute_values(":p", AttributeValue::S("p".into()));
            async move { drop(query.send().await) }
        });
        report(&format!("Query of 10 items, {concurrency} at a time"), 1000.0 / query.await, "ms each");
    }
    Ok(())
}
