//! A hospital's system on the embedded store, with patients, studies and staff, and the router over it.
//!
//! It is filled once and kept as a folder. Every world opens a copy of it, so no test sees what another one changes.
//! Tests that change nothing share a world.

mod access;
mod desk;
mod filled;
mod finance;
mod frames;
mod meeting;
mod names;
mod ports;
mod provider;
mod seed;
mod study;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Weak};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use filmless_delivery::consult::live::Live;
use filmless_delivery::viewing::Portal;
use filmless_delivery::{Services, Settings};
use filmless_domain::staff_oidc::OidcSettings;
use filmless_domain::{Channel, ChannelPolicy, Secret};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig, InProcessRoom};
use filmless_identity::ReachedAt;
use filmless_store::port::{Messenger, Messengers, OsRandomness};
use filmless_store::sealing::LocalSealer;
use filmless_store::{Connection, Endpoints};
use serve_portal::{PortalConfig, PortalServices, StaffSignIn, router};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use tower::ServiceExt;
use url::Url;

pub use self::desk::desk;
use crate::answer::Answer;
pub use frames::is_documented;
pub use meeting::{Line, Meeting, state};
pub use names::*;
pub use ports::Standing;
use ports::{NoRoom, Post};
pub use provider::Provider;
pub use study::{digest, many_listed, order, uid, upload};

const BUCKETS: [&str; 5] = ["studies", "derived", "slips", "audit", "usage"];
/// In memory: nobody pulls the plug on a disk here.
const MEMORY: &str = "/dev/shm";

/// Servers and connections must outlive the test that began them, because each test has its own runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    // Filling a world is one large future.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).thread_stack_size(8 << 20).enable_all().build().unwrap()
});
static SHARED: Mutex<Weak<World>> = Mutex::const_new(Weak::new());

/// A running system.
pub struct World {
    pub services: Services,
    pub known: Known,
    /// The address of the staff's identity provider; nobody listens there unless a test starts one.
    pub provider_url: Url,
    embedded: Option<Embedded>,
    _folder: TempDir,
}

/// How to set up the portal over a world.
#[derive(Clone, Copy)]
pub struct Setup {
    pub public_url: &'static str,
    pub with_console: bool,
    pub with_erasure: bool,
    pub with_ohif: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { public_url: PUBLIC_URL, with_console: true, with_erasure: true, with_ohif: false }
    }
}

/// The world shared by tests that change nothing.
pub async fn shared() -> Arc<World> {
    let mut shared = SHARED.lock().await;
    if let Some(world) = shared.upgrade() {
        return world;
    }
    let world = Arc::new(World::new().await);
    *shared = Arc::downgrade(&world);
    world
}

/// Runs work where its connections stay alive.
async fn outlive<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    RUNTIME.spawn(work).await.unwrap()
}

fn new_folder() -> TempDir {
    if Path::new(MEMORY).is_dir() { TempDir::new_in(MEMORY).unwrap() } else { TempDir::new().unwrap() }
}

async fn open(folder: &Path, clock: &Arc<Standing>) -> (Embedded, Services) {
    let credentials =
        Credentials { access_key_id: "FLMSPORTAL".into(), secret_access_key: "a secret for tests".into() };
    let mut config = EmbeddedConfig::new(folder.to_owned(), credentials.clone());
    config.buckets = BUCKETS.map(str::to_owned).into();
    config.versioned_buckets = ["studies", "audit", "usage"].map(str::to_owned).into();
    let region = config.region.clone();
    let embedded = Embedded::open_at(config, Arc::clone(clock) as _).await.unwrap();
    let connection = Connection::within(
        &Endpoints {
            s3: embedded.s3_url(),
            s3_public: S3.into(),
            dynamodb: embedded.dynamodb_url(),
            region,
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
        },
        embedded.in_process(),
    );
    let bucket = |name: &str| connection.bucket(name);
    let mut settings = Settings { public_url: PUBLIC_URL.into(), ..Settings::default() };
    settings.identity.four_eyes = true;
    settings.limits.sign_in_window_seconds = 90;
    let services = Services {
        studies: bucket("studies"),
        derived: bucket("derived"),
        slips: bucket("slips"),
        audit: bucket("audit"),
        usage: bucket("usage"),
        index: connection.index("filmless"),
        queue: embedded.queue(),
        messengers: Messengers::new(
            [Channel::Sms, Channel::Email].map(|channel| Arc::new(Post(channel)) as Arc<dyn Messenger>),
        ),
        sealer: Arc::new(LocalSealer::new(&[7; 32], OsRandomness)),
        clock: Arc::clone(clock) as _,
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(settings),
    };
    (embedded, services)
}

impl World {
    /// A world that nobody else sees.
    pub async fn new() -> Self {
        Self::with_clock().await.0
    }

    /// The same, with its clock.
    pub async fn with_clock() -> (Self, Arc<Standing>) {
        outlive(async {
            let (put_away, known) = filled::filled(Self::fill).await;
            let folder = new_folder();
            filled::copy(&put_away, folder.path());
            let clock = Arc::new(Standing::at(now()));
            let (embedded, services) = open(folder.path(), &clock).await;
            let world = Self {
                services,
                known,
                provider_url: Url::parse("http://127.0.0.1:9").unwrap(),
                embedded: Some(embedded),
                _folder: folder,
            };
            (world, clock)
        })
        .await
    }

    /// Fills the folder that every world starts with.
    async fn fill(folder: PathBuf) -> Known {
        let clock = Arc::new(Standing::at(at("09:00")));
        let (embedded, services) = open(&folder, &clock).await;
        services.index.create_table().await.unwrap();
        let known = Box::pin(seed::fill(&services, &clock)).await;
        Box::pin(finance::fill(&services)).await;
        embedded.shutdown().await;
        known
    }

    /// The same, but its table does not exist.
    pub async fn without_table() -> Self {
        let mut world = Self::new().await;
        let endpoints = Connection::to(&Endpoints {
            s3: S3.into(),
            s3_public: S3.into(),
            dynamodb: world.embedded.as_ref().unwrap().dynamodb_url(),
            region: "us-east-1".into(),
            access_key_id: "FLMSPORTAL".into(),
            secret_access_key: "a secret for tests".into(),
        });
        world.services.index = endpoints.index("nothing");
        world
    }

    /// Starts the staff's identity provider.
    pub async fn start_provider(&mut self) -> Provider {
        let services = self.services.clone();
        let provider = outlive(Provider::start(services)).await;
        self.provider_url = provider.url.clone();
        provider
    }

    /// Works on the store of this world.
    pub async fn with<T, F>(&self, work: impl FnOnce(Services) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        outlive(work(self.services.clone())).await
    }

    /// The portal's answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_to(Setup::default(), request).await
    }

    /// The answer of a portal with this setup.
    pub async fn send_to(&self, setup: Setup, request: Request<Body>) -> Answer {
        let config = PortalConfig {
            channels: ChannelPolicy::default(),
            public_url: Url::parse(setup.public_url).unwrap(),
            s3_origin: S3.into(),
            hospital: self.services.settings.hospital.clone(),
            trusted_proxies: self.services.settings.trusted_proxies.clone(),
            has_ohif: setup.with_ohif,
        };
        let mut portal = PortalServices::new(Portal::new(self.services.clone()), config);
        if setup.with_console {
            let secret = Secret::new(CLIENT_SECRET.into());
            let provider = OidcSettings::new(ISSUER.into(), CLIENT_ID.into(), Some(secret));
            let reached_at = Some(ReachedAt(self.provider_url.clone()));
            let live = Live::new(self.services.clone(), Arc::new(NoRoom));
            portal = portal.with_rooms(live, None);
            portal =
                portal.with_staff(StaffSignIn::new(self.services.clone(), provider, reached_at).unwrap());
        }
        let live = Live::new(self.services.clone(), Arc::new(InProcessRoom::default()));
        portal = portal.with_rooms(live, None);
        if !setup.with_erasure {
            portal = portal.without_erasure();
        }
        outlive(async move {
            let response = router(Arc::new(portal)).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            let body = String::from_utf8_lossy(&bytes).into_owned();
            Answer { status: parts.status, headers: parts.headers, body }
        })
        .await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(embedded) = self.embedded.take() {
            RUNTIME.spawn(embedded.shutdown());
        }
    }
}
