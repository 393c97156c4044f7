//! One backend with all its servers, empty and for this test alone.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use filmless_domain::ObjectKey;
use filmless_embedded::{Credentials, DurableQueue, Embedded, EmbeddedConfig, Retry, RetryPolicy};
use filmless_store::port::{OsRandomness, Queue, QueueName};
use filmless_store::sealing::{LocalSealer, Sealer};
use filmless_store::{Bucket, Connection, Endpoints, Index, ObjectVersion};
use tempfile::TempDir;

/// How often a message is received before the queue gives up on it.
pub const RECEIVES_MAX: u32 = 3;
pub const STUDIES: &str = "studies";
pub const DERIVED: &str = "derived";

pub struct Backend {
    /// A versioned bucket that announces new objects on `intake`.
    pub studies: Bucket,
    /// The bucket of derived objects.
    pub derived: Bucket,
    pub index: Index,
    pub queue: Arc<dyn Queue>,
    pub receiver: Box<dyn Receiver>,
    pub sealer: Arc<dyn Sealer>,
    /// Owns what must live as long as the test.
    _kept: Option<(Embedded, TempDir)>,
}

/// A received message that is not yet deleted.
pub struct Held {
    pub body: String,
    pub receipt: String,
    pub receive_count: u32,
}

/// The receiving side of the queues. On AWS, Lambda does this.
#[async_trait]
pub trait Receiver: Send + Sync {
    /// Waits up to `wait` for messages, and hides them from other receivers for `visibility`.
    async fn receive(&self, queue: QueueName, visibility: Duration, wait: Duration) -> Vec<Held>;
    async fn delete(&self, queue: QueueName, receipt: &str);
    /// Gives back a message that failed.
    async fn give_back(&self, queue: QueueName, receipt: &str);
    /// Waits up to `wait` for a message that the queue gave up on.
    async fn dead(&self, queue: QueueName, wait: Duration) -> Vec<String>;
}

impl Backend {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::of_the_system(folder.path()).unwrap();
        let mut config = EmbeddedConfig::new(folder.path().to_owned(), credentials.clone());
        config.buckets = [STUDIES, DERIVED].map(str::to_owned).into();
        config.event_buckets = [STUDIES.to_owned()].into();
        config.versioned_buckets = [STUDIES.to_owned()].into();
        config.retry_policy = RetryPolicy {
            receives_max: RECEIVES_MAX,
            backoff_min: Duration::from_millis(1),
            backoff_max: Duration::from_millis(10),
        };
        let region = config.region.clone();
        let embedded = Embedded::open(config).await.unwrap();
        let connection = Connection::within(
            &Endpoints {
                s3: embedded.s3_url(),
                s3_public: embedded.s3_url(),
                dynamodb: embedded.dynamodb_url(),
                region,
                access_key_id: credentials.access_key_id,
                secret_access_key: credentials.secret_access_key,
            },
            embedded.in_process(),
        );
        let queue = embedded.queue();
        let receiver = Box::new(DurableReceiver(Arc::clone(&queue)));
        let sealer = Arc::new(LocalSealer::new(&[7; 32], OsRandomness));
        Self::new(
            connection,
            [STUDIES, DERIVED, "filmless"],
            (queue, receiver),
            sealer,
            Some((embedded, folder)),
        )
        .await
    }

    /// A backend with the given bucket and table names.
    pub async fn new(
        connection: Connection,
        [studies, derived, table]: [&str; 3],
        (queue, receiver): (Arc<dyn Queue>, Box<dyn Receiver>),
        sealer: Arc<dyn Sealer>,
        kept: Option<(Embedded, TempDir)>,
    ) -> Self {
        let index = connection.index(table);
        index.create_table().await.unwrap();
        Self {
            studies: connection.bucket(studies),
            derived: connection.bucket(derived),
            index,
            queue,
            receiver,
            sealer,
            _kept: kept,
        }
    }
}

struct DurableReceiver(Arc<DurableQueue>);

#[async_trait]
impl Receiver for DurableReceiver {
    async fn receive(&self, queue: QueueName, visibility: Duration, wait: Duration) -> Vec<Held> {
        let received = self.0.receive_wait(queue, 10, visibility, wait).await.unwrap();
        let held = received.into_iter().map(|m| Held {
            body: m.body,
            receipt: m.receipt,
            receive_count: m.receive_count,
        });
        held.collect()
    }

    async fn delete(&self, _: QueueName, receipt: &str) {
        assert!(self.0.delete(receipt).await.unwrap());
    }

    async fn give_back(&self, _: QueueName, receipt: &str) {
        assert_ne!(self.0.release_for_retry(receipt, None).await.unwrap(), Retry::NotHeld);
    }

    async fn dead(&self, queue: QueueName, _: Duration) -> Vec<String> {
        // Only a receive moves a message that was received too often.
        assert!(self.0.receive(queue, 10, Duration::ZERO).await.unwrap().is_empty());
        let letters = self.0.dead_letters(queue).await.unwrap();
        letters.into_iter().map(|letter| letter.body).collect()
    }
}

pub fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).unwrap()
}

pub fn latest(key: &ObjectKey) -> ObjectVersion<'_> {
    ObjectVersion { key, version_id: None }
}
