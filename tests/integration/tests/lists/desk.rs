//! A desk over an embedded table that counts its calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use filmless_delivery::staff::Desk;
use filmless_delivery::{Services, Settings};
use filmless_domain::staff::{Role, StaffMember};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::calls::{Answer, Call, CallWatcher, PendingRequest, Service};
use filmless_store::port::{Clock, Messengers, OsRandomness};
use filmless_store::sealing::LocalSealer;
use filmless_store::{Connection, Endpoints};
use jiff::Timestamp;
use tempfile::TempDir;

/// An embedded system with a staff member working on it.
pub struct CountedDesk {
    pub services: Services,
    pub desk: Desk,
    counter: Arc<Counter>,
    embedded: Embedded,
    _folder: TempDir,
}

#[derive(Default)]
struct Counter {
    table_calls: AtomicUsize,
}

#[async_trait]
impl CallWatcher for Counter {
    async fn on_call(&self, call: &Call, request: PendingRequest) -> Answer {
        if call.service == Service::Table {
            self.table_calls.fetch_add(1, Ordering::SeqCst);
        }
        request.send().await
    }
}

/// A clock that stands still.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl CountedDesk {
    /// An empty desk at this moment.
    pub async fn open(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let credentials =
            Credentials { access_key_id: "FLMSLISTS".into(), secret_access_key: "a secret for tests".into() };
        let mut config = EmbeddedConfig::new(folder.path().to_owned(), credentials.clone());
        config.buckets = ["studies", "derived", "slips", "audit", "usage"].map(str::to_owned).into();
        let region = config.region.clone();
        let embedded = Embedded::open(config).await.expect("an embedded system");
        let counter = Arc::new(Counter::default());
        let endpoints = Endpoints {
            s3: embedded.s3_url(),
            s3_public: embedded.s3_url(),
            dynamodb: embedded.dynamodb_url(),
            region,
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
        };
        let connection = Connection::watched(&endpoints, embedded.in_process(), Arc::clone(&counter) as _);
        let services = Services {
            studies: connection.bucket("studies"),
            derived: connection.bucket("derived"),
            slips: connection.bucket("slips"),
            audit: connection.bucket("audit"),
            usage: connection.bucket("usage"),
            index: connection.index("filmless"),
            queue: embedded.queue(),
            messengers: Messengers::default(),
            sealer: Arc::new(LocalSealer::new(&[7; 32], OsRandomness)),
            clock: Arc::new(At(now)),
            randomness: Arc::new(OsRandomness),
            settings: Arc::new(Settings { quiet_period: Duration::from_secs(60), ..Settings::default() }),
        };
        services.index.create_table().await.expect("a table");
        let member = StaffMember { subject: "hoa".into(), name: "Hoà".into(), roles: Role::ALL.into() };
        let desk = Desk::new(services.clone(), member, "203.0.113.20".into());
        Self { services, desk, counter, embedded, _folder: folder }
    }

    /// Runs the work; returns its result and the number of calls to the table.
    pub async fn count<T>(&self, work: impl Future<Output = T>) -> (T, usize) {
        let before = self.counter.table_calls.load(Ordering::SeqCst);
        let done = work.await;
        (done, self.counter.table_calls.load(Ordering::SeqCst) - before)
    }

    pub async fn close(self) {
        self.embedded.shutdown().await;
    }
}
