//! Measures the embedded profile over HTTP, through the same store the product uses: `cargo run -p filmless-embedded
//! --example measure`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use filmless_domain::identity::IdentityRules;
use filmless_domain::{ObjectKey, PatientDemographics, StudyInstanceUid};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::index::Arrival;
use filmless_store::port::QueueName;
use filmless_store::{Bucket, Connection, Endpoints, Index, ObjectVersion, Served};
use jiff::Timestamp;

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
    let region = config.region.clone();
    let embedded = Embedded::open(config).await?;
    let connection = Connection::to(&Endpoints {
        s3: embedded.s3_url(),
        s3_public: embedded.s3_url(),
        dynamodb: embedded.dynamodb_url(),
        region,
        access_key_id: keys.access_key_id,
        secret_access_key: keys.secret_access_key,
    });
    let studies = connection.bucket("studies");
    for concurrency in [1, 8, 16] {
        let rate = put_rate(&studies, concurrency).await;
        report(
            &format!("writing objects of {OBJECT_BYTES} bytes, {concurrency} at a time"),
            rate,
            "objects/s",
        );
    }
    report("reading 64 KiB, 8 at a time", get_rate(&studies, 8).await, "requests/s");
    report("receive and delete", queue_rate(&embedded).await?, "messages/s");

    let index = connection.index("measure");
    index.create_table().await?;
    measure_index(&index).await;
    embedded.shutdown().await;
    Ok(())
}

fn report(what: &str, value: f64, unit: &str) {
    use std::io::Write;
    // A closed standard output ends only the report, not the process.
    let _ = writeln!(std::io::stdout(), "{what}: {value:.1} {unit}");
}

/// Requests per second of one kind of work, done `count` times, `concurrency` at once.
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

/// Reports a failure as a line, and lets the measurement continue.
fn told<T>(done: Result<T, impl std::fmt::Display>) {
    if let Err(error) = done {
        report(&error.to_string(), 0.0, "");
    }
}

async fn put_rate(studies: &Bucket, concurrency: usize) -> f64 {
    let bytes = vec![7; OBJECT_BYTES];
    rate(OBJECTS, concurrency, |n| {
        let (studies, bytes) = (studies.clone(), bytes.clone());
        async move {
            let Ok(key) = ObjectKey::parse(&format!("incoming/{concurrency}/{n}.dcm")) else { return };
            told(studies.put(&key, bytes, Served::uncached("application/dicom")).await);
        }
    })
    .await
}

async fn get_rate(studies: &Bucket, concurrency: usize) -> f64 {
    rate(OBJECTS, concurrency, |n| {
        let studies = studies.clone();
        async move {
            let Ok(key) = ObjectKey::parse(&format!("incoming/8/{n}.dcm")) else { return };
            told(studies.get_range(ObjectVersion { key: &key, version_id: None }, 0..65_536).await);
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

async fn measure_index(index: &Index) {
    for concurrency in [1, 8] {
        let touched = rate(ITEMS, concurrency, |n| {
            let index = index.clone();
            async move {
                let Ok(study_instance_uid) = StudyInstanceUid::parse(&format!("1.2.{n}")) else { return };
                let arrival = Arrival {
                    study_instance_uid,
                    patient: PatientDemographics::default(),
                    accession_number: None,
                    study_date: None,
                    image_date: None,
                    description: None,
                };
                told(index.touch_study(&arrival, &IdentityRules::default(), Timestamp::now()).await);
            }
        });
        report(&format!("touching a study, {concurrency} at a time"), 1000.0 / touched.await, "ms each");
        let read = rate(ITEMS, concurrency, |n| {
            let index = index.clone();
            async move {
                let Ok(study) = StudyInstanceUid::parse(&format!("1.2.{n}")) else { return };
                told(index.study(&study).await);
            }
        });
        report(&format!("reading a study, {concurrency} at a time"), 1000.0 / read.await, "ms each");
        let queried = rate(ITEMS, concurrency, |n| {
            let index = index.clone();
            async move {
                let Ok(study) = StudyInstanceUid::parse(&format!("1.2.{n}")) else { return };
                told(index.series(&study).await);
            }
        });
        report(&format!("asking for its series, {concurrency} at a time"), 1000.0 / queried.await, "ms each");
    }
}
