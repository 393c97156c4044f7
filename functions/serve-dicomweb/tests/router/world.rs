//! A hospital's system on the embedded store, with real files that went the whole way, and the router over it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use filmless_delivery::intake::{CreatedObject, ingest_objects};
use filmless_delivery::prepare::pack::pack_retrieval;
use filmless_delivery::prepare::render::render_series;
use filmless_delivery::prepare::settle::check_quiet;
use filmless_delivery::record::messages::{SeriesContents, SettleTask, Task};
use filmless_delivery::release::release_study;
use filmless_delivery::viewing::software::Software;
use filmless_delivery::viewing::{Portal, Session};
use filmless_delivery::{InProcessRenderer, InstanceRenderer, Services, Settings};
use filmless_domain::{ObjectKey, PatientId, StudyInstanceUid, WebOrigins};
use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::index::{Change, Index, SessionRecord, Transaction};
use filmless_store::port::{Clock, Messengers, OsRandomness, QueueName};
use filmless_store::sealing::LocalSealer;
use filmless_store::{Connection, Endpoints, Served};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use serve_dicomweb::{DicomwebConfig, DicomwebServices, router};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::files;
pub use crate::files::{CHEST, KNEE, OF_JOHN};

pub const PUBLIC_URL: &str = "https://images.hospital.example";
/// The web page of a viewer elsewhere.
pub const VIEWER: &str = "https://viewer.example";
const SOURCE: &str = "203.0.113.9";

/// A clock that stands still, until it is set.
#[derive(Debug)]
struct Standing(Mutex<Timestamp>);

impl Standing {
    fn pass(&self, minutes: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_mins(minutes);
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A running system.
pub struct World {
    pub services: Services,
    software: Arc<DicomwebServices>,
    /// Opens both studies of Hoà, with everything.
    pub token: String,
    clock: Arc<Standing>,
    embedded: Option<Embedded>,
    _folder: TempDir,
}

/// What the router answers, all of it.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: impl Into<HeaderName>) -> &str {
        self.headers.get(name.into()).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        serde_json::from_slice(&self.bytes).unwrap()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with_answers_up_to(None).await
    }

    /// The same where longer answers than so many bytes cannot be streamed.
    pub async fn with_answers_up_to(bytes_max: Option<u64>) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        let clock = Arc::new(Standing(Mutex::new("2020-11-23T09:30:00Z".parse().unwrap())));
        let (embedded, services) = open(folder.path(), &clock, bytes_max).await;
        services.index.create_table().await.unwrap();
        for (accession, code, name) in [
            ("A1", "N20-1", "Nguyễn Thị Hoà"),
            ("A2", "N20-1", "Nguyễn Thị Hoà"),
            ("A3", "E20-2", "John Doe"),
        ] {
            let patient =
                json!({ "id": code, "name": name, "birth_date": "1958-03-02", "phone": "0903123456" });
            let order = json!({ "accession_number": accession, "patient": patient }).to_string();
            upload(&services, &format!("orders/{accession}.json"), order.into_bytes()).await;
        }
        for (name, file) in files::all() {
            upload(&services, &format!("incoming/{name}.dcm"), file).await;
        }
        clock.pass(5);
        for study in [CHEST, KNEE, OF_JOHN] {
            prepare(&services, study).await;
        }
        let config = DicomwebConfig {
            public_url: PUBLIC_URL.to_owned(),
            origins: VIEWER.parse::<WebOrigins>().unwrap(),
            ..DicomwebConfig::of(&services.clone().into(), WebOrigins::default())
        };
        let renderer: Arc<dyn InstanceRenderer> = Arc::new(InProcessRenderer);
        let software = Arc::new(DicomwebServices::new(Software::new(services.clone()), renderer, config));
        let token = token(&services, "N20-1", &[CHEST, KNEE]).await;
        Self { services, software, token, clock, embedded: Some(embedded), _folder: folder }
    }

    /// Uploads a file five minutes later, and takes it in.
    pub async fn upload(&self, name: &str, file: Vec<u8>) {
        self.clock.pass(5);
        upload(&self.services, &format!("incoming/{name}.dcm"), file).await;
    }

    /// Renders and releases a study as it is now, five minutes later.
    pub async fn prepare(&self, study: &str) {
        self.clock.pass(5);
        prepare(&self.services, study).await;
    }

    /// Takes in John's other study, and gives a token that opens it.
    pub async fn with_mixed(&self) -> String {
        let patient =
            json!({ "id": "E20-2", "name": "John Doe", "birth_date": "1958-03-02", "phone": "0903123456" });
        let order = json!({ "accession_number": "A4", "patient": patient }).to_string();
        upload(&self.services, "orders/A4.json", order.into_bytes()).await;
        for (name, file) in files::mixed() {
            upload(&self.services, &format!("incoming/{name}.dcm"), file).await;
        }
        prepare(&self.services, files::MIXED).await;
        self.token_of("E20-2", &[files::MIXED]).await
    }

    /// A token that opens these studies of a patient.
    pub async fn token_of(&self, code: &str, studies: &[&str]) -> String {
        token(&self.services, code, studies).await
    }

    /// Another file of a study arrives.
    pub async fn add(&self, study: &str, name: &str, bytes: Vec<u8>) {
        upload(&self.services, &format!("incoming/{name}.dcm"), bytes).await;
        prepare(&self.services, study).await;
    }

    /// Ends the session in which the tokens of a patient were made.
    pub async fn sign_out(&self, code: &str) {
        Portal::new(self.services.clone()).sign_out(&cookie_of(code), SOURCE).await.unwrap();
    }

    /// Asks below `/dicomweb`.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/dicomweb{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(Arc::clone(&self.software)).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// What asks for something to be made of a study, and takes it off the queue.
    pub async fn asked_for(&self) -> Vec<SettleTask> {
        let queue = self.embedded.as_ref().unwrap().queue();
        let received = queue.receive(QueueName::Downloads, 10, Duration::from_secs(60)).await.unwrap();
        let mut tasks = Vec::new();
        for message in received {
            tasks.push(SettleTask::parse(&message.body).unwrap());
            queue.delete(&message.receipt).await.unwrap();
        }
        tasks
    }

    /// Makes it.
    pub async fn make(&self, task: SettleTask) {
        let SettleTask::PackRetrieval { study_instance_uid, retrieval } = task else { panic!("{task:?}") };
        pack_retrieval(&(&self.services).into(), &study_instance_uid, retrieval).await.unwrap();
    }

    /// Follows a redirect to the object store.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{}", answer.text());
        let address = answer.header(LOCATION).to_owned();
        assert!(address.contains("X-Amz-Expires=60"), "it lives for a minute");
        let followed = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
            let mut answer = agent.get(&address).call().unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            Answer {
                status,
                headers,
                bytes: answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap(),
            }
        });
        followed.await.unwrap()
    }

    /// A portal over the same system, and the session of a patient whose token was made.
    pub async fn session_of(&self, code: &str) -> (Portal, Session) {
        let portal = Portal::new(self.services.clone());
        let session = portal.session(&cookie_of(code), SOURCE).await.unwrap().unwrap();
        (portal, session)
    }

    /// Asks below the token of Hoà.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, &format!("/{}{path}", self.token), headers).await
    }

    pub async fn close(mut self) {
        if let Some(embedded) = self.embedded.take() {
            embedded.shutdown().await;
        }
    }
}

async fn open(folder: &Path, clock: &Arc<Standing>, answer_bytes_max: Option<u64>) -> (Embedded, Services) {
    let credentials =
        Credentials { access_key_id: "FLMSDICOMWEB".into(), secret_access_key: "a secret for tests".into() };
    let mut config = EmbeddedConfig::new(folder.to_owned(), credentials.clone());
    config.buckets = ["studies", "derived", "slips", "audit", "usage"].map(str::to_owned).into();
    config.versioned_buckets = ["studies"].map(str::to_owned).into();
    let region = config.region.clone();
    let embedded = Embedded::open_at(config, Arc::clone(clock) as _).await.unwrap();
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
    let bucket = |name: &str| connection.bucket(name);
    let settings = Settings {
        public_url: PUBLIC_URL.into(),
        quiet_period: Default::default(),
        answer_bytes_max,
        ..Settings::default()
    };
    let services = Services {
        studies: bucket("studies"),
        derived: bucket("derived"),
        slips: bucket("slips"),
        audit: bucket("audit"),
        usage: bucket("usage"),
        index: connection.index("filmless"),
        queue: embedded.queue(),
        messengers: Messengers::new([]),
        sealer: Arc::new(LocalSealer::new(&[7; 32], OsRandomness)),
        clock: Arc::clone(clock) as _,
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(settings),
    };
    (embedded, services)
}

async fn upload(services: &Services, key: &str, bytes: Vec<u8>) {
    let key = ObjectKey::parse(key).unwrap();
    let size = bytes.len() as u64;
    services.studies.put(&key, bytes, Served::uncached("application/octet-stream")).await.unwrap();
    let etag = services.studies.current_etag(&key).await.unwrap().unwrap();
    let versions = services.studies.list_versions(key.as_str(), None).await.unwrap().versions;
    let version_id = versions.into_iter().find(|one| one.key == key && one.etag == etag).unwrap().version_id;
    let object = CreatedObject { key, version_id, etag, bytes: size, created_at: services.clock.now() };
    for outcome in ingest_objects(&services.into(), vec![object]).await {
        outcome.unwrap();
    }
}

async fn prepare(services: &Services, study: &str) {
    let study = StudyInstanceUid::parse(study).unwrap();
    check_quiet(&services.into(), &study).await.unwrap();
    let series = services.index.series(&study).await.unwrap().into_iter().map(|series| SeriesContents {
        series_instance_uid: series.series_instance_uid,
        content_digest: series.content_digest,
    });
    let renderer: Arc<dyn InstanceRenderer> = Arc::new(InProcessRenderer);
    render_series(&services.into(), &renderer, &study, &series.collect::<Vec<_>>()).await.unwrap();
    release_study(&services.into(), &study).await.unwrap();
    let record = services.index.study(&study).await.unwrap().unwrap();
    assert!(record.is_visible(), "{study} is held: {:?}", record.reason);
}

fn cookie_of(code: &str) -> String {
    format!("session of {code}")
}

/// A token that is made in a session of its own.
async fn token(services: &Services, code: &str, studies: &[&str]) -> String {
    let patient_id = PatientId::parse(code).unwrap();
    let account = services.index.account_of_patient(&patient_id).await.unwrap().unwrap();
    let now = services.clock.now();
    let cookie = cookie_of(code);
    let session: SessionRecord = serde_json::from_value(json!({
        "account_key": account.account_key, "account_name": account.account_name, "patient_id": code,
        "patient_name": "", "language": "vi", "started_at": now.as_millisecond(),
        "seen_at": now.as_millisecond(), "expires_at": now.as_second() + 3600,
    }))
    .unwrap();
    let key = Index::session_key(&hex::encode(Sha256::digest(&cookie)));
    let transaction = Transaction::new().put(&key, &session, Change::new()).unwrap();
    let _ = services.index.commit(transaction).await.unwrap();
    let portal = Portal::new(services.clone());
    let session = portal.session(&cookie, SOURCE).await.unwrap().unwrap();
    let studies: Vec<_> = studies.iter().map(|uid| StudyInstanceUid::parse(uid).unwrap()).collect();
    portal.new_viewer_token(&session, &studies).await.unwrap().unwrap().token.expose().to_owned()
}
