//! The servers of a run, and its successive processes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use filmless_delivery::{Services, Settings};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::port::Clock;
use filmless_store::{Connection, Endpoints, ServersInProcess};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::chance::{Chance, SeededRandomness};
use crate::clock::VirtualClock;
use crate::ports::{Gateways, Queues, RemoteSealer};
use crate::weather::{Plan, Weather};

const BUCKETS: [&str; 5] = ["studies", "derived", "slips", "audit", "usage"];
pub const QUIET_PERIOD: Duration = Duration::from_secs(60);
/// Written to memory: the tests kill processes, and pull no disk.
const MEMORY: &str = "/dev/shm";

pub struct World {
    pub clock: Arc<VirtualClock>,
    pub weather: Arc<Weather>,
    pub queues: Arc<Queues>,
    pub gateways: Arc<Gateways>,
    pub embedded: Option<Embedded>,
    endpoints: Endpoints,
    in_process: Arc<dyn ServersInProcess>,
    seed: u64,
    processes: u64,
    servers: Arc<Runtime>,
    _folder: TempDir,
}

/// The setup of a run.
pub struct Setup {
    pub seed: u64,
    pub plan: Plan,
    /// Queues deliver twice, and in any order.
    pub with_mischief: bool,
    /// Message providers drop what they have already seen.
    pub is_idempotent: bool,
    /// Message providers report deliveries.
    pub with_reports: bool,
}

impl World {
    pub fn new(servers: &Arc<Runtime>, setup: &Setup) -> Self {
        // In the future, so that nothing has expired on this machine; at any hour, so that some runs cross midnight.
        let start = jiff::civil::date(2030, 1, 5).at(0, 50, 0, 0).in_tz("UTC").unwrap().timestamp();
        let start = start + Duration::from_secs(setup.seed % 24 * 3600);
        let clock = Arc::new(VirtualClock::starting_at(start));
        let weather = Arc::new(Weather::new(setup.seed, setup.plan.clone()));
        let mischief = setup.with_mischief.then(|| Chance::new(setup.seed, 3));
        let queues = Arc::new(Queues::new(mischief, Arc::clone(&clock), Arc::clone(&weather)));
        let folder = if Path::new(MEMORY).is_dir() { TempDir::new_in(MEMORY) } else { TempDir::new() };
        let folder = folder.unwrap();
        let embedded = servers.block_on(open(folder.path(), Arc::clone(&clock)));
        let credentials = credentials();
        let endpoints = Endpoints {
            s3: embedded.s3_url(),
            s3_public: embedded.s3_url(),
            dynamodb: embedded.dynamodb_url(),
            region: "ap-southeast-1".into(),
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
        };
        Self {
            gateways: Arc::new(Gateways::new(
                setup.is_idempotent,
                setup.with_reports.then(|| Arc::clone(&queues)),
                Arc::clone(&weather),
            )),
            clock,
            weather,
            queues,
            in_process: embedded.in_process(),
            embedded: Some(embedded),
            endpoints,
            seed: setup.seed,
            processes: 0,
            servers: Arc::clone(servers),
            _folder: folder,
        }
    }

    /// Starts a process with its own connections and randomness.
    pub fn start_process(&mut self) -> Process {
        self.processes += 1;
        self.process(&self.weather, 2000 + self.processes)
    }

    /// A process that is none of the run's, with a weather of its own.
    pub fn process_beside(&self, weather: &Arc<Weather>) -> Process {
        self.process(weather, 9000)
    }

    fn process(&self, weather: &Arc<Weather>, stream: u64) -> Process {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = {
            let _inside = runtime.enter();
            Connection::watched(&self.endpoints, Arc::clone(&self.in_process), Arc::clone(weather) as _)
        };
        let services = self.services(&connection, stream);
        Process { runtime, services, weather: Arc::clone(weather) }
    }

    fn services(&self, connection: &Connection, stream: u64) -> Services {
        let bucket = |name: &str| connection.bucket(name);
        Services {
            studies: bucket("studies"),
            derived: bucket("derived"),
            slips: bucket("slips"),
            audit: bucket("audit"),
            usage: bucket("usage"),
            index: connection.index("filmless"),
            queue: Arc::clone(&self.queues) as _,
            messengers: Gateways::messengers(&self.gateways),
            sealer: Arc::new(RemoteSealer::new(self.seed, self.processes, Arc::clone(&self.weather))),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            randomness: Arc::new(SeededRandomness::new(self.seed, stream)),
            settings: Arc::new(Settings { quiet_period: QUIET_PERIOD, ..Settings::default() }),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(embedded) = self.embedded.take() {
            self.servers.block_on(embedded.shutdown());
        }
    }
}

fn credentials() -> Credentials {
    Credentials { access_key_id: "FLMSFAULTS".into(), secret_access_key: "a secret for tests".into() }
}

async fn open(folder: &Path, clock: Arc<VirtualClock>) -> Embedded {
    let mut config = EmbeddedConfig::new(folder.to_owned(), credentials());
    config.buckets = BUCKETS.map(str::to_owned).into();
    config.event_buckets = BTreeSet::from(["studies".to_owned()]);
    config.versioned_buckets = ["studies", "audit", "usage"].map(str::to_owned).into();
    Embedded::open_at(config, clock).await.unwrap()
}

/// One process: a single-threaded runtime with everything started on it.
pub struct Process {
    runtime: Runtime,
    pub services: Services,
    weather: Arc<Weather>,
}

impl Process {
    /// Runs work to its end; `None` if the process was killed before.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.weather.until_killed() => None,
                done = work => Some(done),
            }
        })
    }
}
