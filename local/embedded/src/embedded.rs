use crate::uploader::Uploader;
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use crate::database::Database;
use crate::folder_lock::FolderLock;
use crate::http_listener::{HttpListener, ListenerLimits};
use crate::object_server::{ObjectServer, ObjectServerConfig};
use crate::servers::{InProcess, Servers};
use crate::table_server::TableServer;
use crate::{Credentials, DurableQueue, EmbeddedError, Expiry, RetryPolicy, Sweeper, backup};
use filmless_store::ServersInProcess;
use filmless_store::port::{Clock, SystemClock};
use s3s::Body;
use tokio::runtime::Handle;

/// How long an upload in parts may take, as on AWS (`unfinished-uploads` in `infra/template/buckets.yaml`).
const UNFINISHED_UPLOADS_AFTER: Duration = Duration::from_secs(3 * 24 * 3600);

/// Configuration of the embedded profile.
#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    /// The one folder for all data. Created if missing.
    pub data_dir: PathBuf,
    /// The address both servers listen on.
    pub bind: IpAddr,
    /// Port of the S3 API; 0 takes any free one.
    pub s3_port: u16,
    /// Port of the DynamoDB API; 0 takes any free one.
    pub dynamodb_port: u16,
    /// The system's own access key, valid for both APIs.
    pub credentials: Credentials,
    /// Somebody who may only upload.
    pub uploader: Option<Uploader>,
    /// The region in events and answers. Requests may be signed for any region.
    pub region: String,
    /// Web origins whose pages may read objects, as `http://host:port`.
    pub cors_origins: Vec<String>,
    /// Buckets that exist from the start.
    pub buckets: BTreeSet<String>,
    /// Buckets whose new objects are announced on [`QueueName::Intake`](filmless_store::port::QueueName::Intake).
    pub event_buckets: BTreeSet<String>,
    /// Buckets that keep overwritten and deleted versions.
    pub versioned_buckets: BTreeSet<String>,
    /// When objects expire.
    pub expiries: Vec<Expiry>,
    /// When the queues retry, and when they give up.
    pub retry_policy: RetryPolicy,
}

impl EmbeddedConfig {
    /// Both servers on any free port of the loopback address, without buckets.
    #[must_use]
    pub fn new(data_dir: PathBuf, credentials: Credentials) -> Self {
        Self {
            data_dir,
            bind: Ipv4Addr::LOCALHOST.into(),
            s3_port: 0,
            dynamodb_port: 0,
            credentials,
            uploader: None,
            region: "us-east-1".to_owned(),
            cors_origins: Vec::new(),
            buckets: BTreeSet::new(),
            event_buckets: BTreeSet::new(),
            versioned_buckets: BTreeSet::new(),
            expiries: Vec::new(),
            retry_policy: RetryPolicy::default(),
        }
    }
}

/// The running servers and queues of one data folder.
#[derive(Debug)]
pub struct Embedded {
    s3: HttpListener,
    dynamodb: HttpListener,
    servers: Arc<Servers>,
    runtime: Handle,
    queue: Arc<DurableQueue>,
    sweeper: Sweeper,
    _folder: FolderLock,
}

impl Embedded {
    /// Takes the folder, finishes what a kill interrupted, and starts both servers.
    ///
    /// # Errors
    /// [`EmbeddedError`]; [`EmbeddedError::FolderInUse`] if another process is running on the folder.
    pub async fn open(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        Self::open_at(config, Arc::new(SystemClock)).await
    }

    /// The same with another clock, which dates objects and makes messages due. Signatures still use the machine's
    /// clock.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub async fn open_at(config: EmbeddedConfig, clock: Arc<dyn Clock>) -> Result<Self, EmbeddedError> {
        let folder = FolderLock::acquire(&config.data_dir)?;
        if config.data_dir.join(backup::UNFINISHED).exists() {
            return Err(EmbeddedError::RestoreUnfinished { dir: config.data_dir });
        }
        let database_path = config.data_dir.join("embedded.db");
        let database = tokio::task::spawn_blocking(move || Database::open(&database_path))
            .await
            .map_err(std::io::Error::other)
            .map_err(EmbeddedError::folder("open the database"))??;
        let queue =
            Arc::new(DurableQueue::open(database.clone(), Arc::clone(&clock), config.retry_policy).await?);

        let objects = ObjectServer::open(
            ObjectServerConfig {
                root: config.data_dir.join("buckets"),
                region: config.region.clone(),
                buckets: config.buckets.clone(),
                event_buckets: config.event_buckets.clone(),
                versioned_buckets: config.versioned_buckets.clone(),
            },
            database,
            Arc::clone(&queue),
            clock,
        )
        .await?;
        let tables_path = config.data_dir.join("filmless.db");
        let tables =
            TableServer::open(&tables_path, config.credentials.clone(), Arc::new(SystemClock)).await?;

        let sweeper = Sweeper {
            objects: objects.clone(),
            tables: tables.clone(),
            rules: config.expiries.clone(),
            unfinished_uploads_after: UNFINISHED_UPLOADS_AFTER,
            databases: [config.data_dir.join("embedded.db"), tables_path],
        };
        let objects = objects.into_service(config.credentials.clone(), config.uploader.clone());
        let servers = Arc::new(Servers::new(objects, config.cors_origins.clone(), tables));
        let s3 = open_s3(&config, Arc::clone(&servers)).await?;
        let dynamodb = open_dynamodb(&config, Arc::clone(&servers)).await?;
        Ok(Self { s3, dynamodb, servers, runtime: Handle::current(), queue, sweeper, _folder: folder })
    }

    /// The URL of the S3 API, path style.
    #[must_use]
    pub fn s3_url(&self) -> String {
        self.s3.url()
    }

    /// The URL of the DynamoDB API.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.dynamodb.url()
    }

    /// The same servers for clients in this process, without a socket between them.
    #[must_use]
    pub fn in_process(&self) -> Arc<dyn ServersInProcess> {
        Arc::new(InProcess::of(&self.servers, self.runtime.clone()))
    }

    /// The queues.
    #[must_use]
    pub fn queue(&self) -> Arc<DurableQueue> {
        Arc::clone(&self.queue)
    }

    /// Deletes what has expired. Nothing is swept unless the caller asks for it.
    #[must_use]
    pub fn sweeper(&self) -> Sweeper {
        self.sweeper.clone()
    }

    /// Stops accepting requests, waits for running ones, and releases the folder.
    pub async fn shutdown(self) {
        tokio::join!(self.s3.close(), self.dynamodb.close());
    }
}

async fn open_s3(config: &EmbeddedConfig, servers: Arc<Servers>) -> Result<HttpListener, EmbeddedError> {
    let address = SocketAddr::new(config.bind, config.s3_port);
    HttpListener::open(address, ListenerLimits::default(), move |request| {
        let servers = Arc::clone(&servers);
        async move { servers.answer_objects(request.map(Body::from)).await }
    })
    .await
}

async fn open_dynamodb(
    config: &EmbeddedConfig,
    servers: Arc<Servers>,
) -> Result<HttpListener, EmbeddedError> {
    let address = SocketAddr::new(config.bind, config.dynamodb_port);
    HttpListener::open(address, ListenerLimits::default(), move |request| {
        let servers = Arc::clone(&servers);
        async move { servers.answer_tables(request).await }
    })
    .await
}
