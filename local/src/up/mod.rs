//! `filmless up`: everything on one machine.

mod announce;
mod dicomweb;
mod identity;
mod lifecycle;
mod machine;
mod metrics;
mod ohif;
pub mod outbox;
mod outbox_page;
mod portal_listener;
mod rooms;
pub mod sealing_key;
mod storage;
mod workers;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use filmless_decoder::ChildRenderer;
use filmless_delivery::consult::live::Live;
use filmless_delivery::parts::{Common, Viewing};
use filmless_delivery::viewing::Portal;
use filmless_delivery::{InstanceRenderer, MessageSecrets, Services, Settings};
use filmless_domain::gate::ReleaseOn;
use filmless_domain::identity::IdentityRules;
use filmless_domain::staff_oidc::{OidcSettings, RoleMap};
use filmless_domain::{Hospital, Limits, Secret};
use filmless_embedded::{
    Credentials, Embedded, EmbeddedConfig, HttpListener, InProcessRoom, Uploader, own_folder,
};
use filmless_identity::ReachedAt;
use filmless_runtime::{LogFormat, Traces, init_logging_as};
use filmless_store::messengers::set_up;
use filmless_store::port::{Messengers, OsRandomness, Queue, SystemClock};
use filmless_store::sealing::LocalSealer;
use filmless_store::{Connection, Endpoints};
use machine::Machine;
use metrics::Counted;
use ohif::Ohif;
use rooms::Rooms;
use serve_portal::{PortalConfig, PortalServices, StaffSignIn};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::cli::{LogFormatWord, MessageSecretsWord, ReleaseOnWord, StaffOidcOptions, UpOptions};
use crate::instance::{
    self, AUDIT_BUCKET, DERIVED_BUCKET, INDEX_TABLE, REGION, Running, SLIPS_BUCKET, STUDIES_BUCKET,
    USAGE_BUCKET,
};
use crate::print::print;

pub use metrics::Metrics;
use outbox::OutboxFolder;

/// How long a stop waits for those in rooms to be told that they come back.
const LEAVING_MAX: Duration = Duration::from_secs(2);

/// A running system.
pub struct System {
    pub running: Running,
    pub services: Services,
    pub outbox: OutboxFolder,
    embedded: Embedded,
    portal: HttpListener,
    room: InProcessRoom,
    tasks: Vec<JoinHandle<()>>,
}

pub async fn run(options: UpOptions) -> anyhow::Result<ExitCode> {
    let metrics = Metrics::new();
    init_logging(options.log_format, &metrics);
    let traces = Traces::to(options.otlp_endpoint.as_deref());
    let system = System::start(&options, metrics).await?;
    print(&serde_json::to_string(&system.running)?);
    system.until_stopped().await?;
    traces.flush().await;
    Ok(ExitCode::SUCCESS)
}

/// Logs in the chosen format; metrics count what is logged.
pub fn init_logging(format: LogFormatWord, metrics: &Metrics) {
    let format = match format {
        LogFormatWord::Text => LogFormat::Text,
        LogFormatWord::Json => LogFormat::Json,
    };
    init_logging_as(format, vec![Box::new(Counted::new(metrics.clone()))]);
}

impl System {
    pub async fn start(options: &UpOptions, metrics: Metrics) -> anyhow::Result<Self> {
        own_folder(&options.data)?;
        let data = options.data.canonicalize()?;
        let listener = listen(options).await?;
        let portal_address = listener.local_addr()?;
        let portal_url = options.public_url.clone().unwrap_or_else(|| format!("http://{portal_address}"));
        let portal_url = portal_url.trim_end_matches('/').to_owned();

        let uploader = storage::uploader(&data)?;
        let embedded = open_storage(options, &data, uploader.clone(), portal_address, &portal_url).await?;
        let (storage, uploader) = match storage::of_ones_own(options)? {
            Some(storage) => {
                instance::keep_storage_key(&data, &storage)?;
                (storage, None)
            }
            None => (storage::embedded(&embedded, &data)?, Some(uploader.credentials)),
        };
        let announce_token = options.s3_url.as_ref().map(|_| announce::load_or_create(&data)).transpose()?;
        let announce = announce_token
            .as_ref()
            .map(|token| format!("http://{portal_address}/announce/{}", token.expose()));
        let mut running = Running {
            metrics: None,
            portal: portal_url.clone(),
            s3: storage.s3.clone(),
            dynamodb: storage.dynamodb.clone(),
            access_key_id: uploader.as_ref().map(|keys| keys.access_key_id.clone()),
            secret_access_key: uploader.map(|keys| keys.secret_access_key),
            region: storage.region.clone(),
            announce,
            studies_bucket: STUDIES_BUCKET.to_owned(),
            data: data.clone(),
            settings: settings(options, portal_url)?,
        };
        let outbox = OutboxFolder::new(&data).context("cannot make the outbox")?;
        let services = services(options, &running, storage, &embedded, &outbox)?;
        services.index.create_table().await.context("cannot make the index table")?;

        let machine = Machine::new(data.clone(), embedded.queue());
        let decoders = ChildRenderer::new(Limits::default().decoder_memory_bytes_max);
        let renderer: Arc<dyn InstanceRenderer> = Arc::new(decoders);
        let mut tasks = workers::start(&services, &renderer, &embedded.queue(), &machine);
        tasks.push(machine.start());
        tasks.extend(lifecycle::start(embedded.sweeper(), outbox.clone(), Arc::clone(&services.clock)));
        // Behind a proxy everybody comes from this machine, and not every proxy names the client.
        let page_of_messages = options.public_url.is_none().then(|| outbox_page::router(outbox.clone()));
        let announce = announce_token.map(|token| announce::router(token, embedded.queue()));
        let room = InProcessRoom::default();
        let live = Live::new(&services, Arc::new(room.clone()));
        tasks.push(tokio::spawn(rooms::let_absent_leave(live.clone())));
        let url = Url::parse(&running.settings.public_url)?;
        let rooms = Rooms::new(live.clone(), room.clone(), &url, options.trusted_proxies.clone()).router();
        let more = [page_of_messages, announce, Some(rooms)].into_iter().flatten().collect();
        if let Some(address) = options.metrics_addr {
            let (address, served) =
                metrics::serve(address, metrics.clone(), embedded.queue(), machine.clone()).await?;
            running.metrics = Some(format!("http://{address}/metrics"));
            tasks.push(served);
        }
        let dicomweb = dicomweb::router(&services, renderer, &options.dicomweb_origins);
        let portal = portal_router(&listener, options, &services, machine, live, more).await?;
        let portal = portal_listener::open(listener, portal, dicomweb, metrics)?;
        running.write()?;
        Ok(Self { running, services, outbox, embedded, portal, room, tasks })
    }

    /// Serves until Ctrl-C or SIGTERM. Unfinished work stays in the queues and continues later.
    pub async fn until_stopped(self) -> anyhow::Result<()> {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped?,
            _ = terminate.recv() => {}
        }
        self.stop().await;
        Ok(())
    }

    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        self.room.close(LEAVING_MAX).await;
        self.portal.close().await;
        self.embedded.shutdown().await;
    }
}

async fn listen(options: &UpOptions) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::new(options.bind, options.port);
    TcpListener::bind(address).await.with_context(|| {
        format!("port {} is taken; choose another with --port, or --port 0 for any free one", options.port)
    })
}

async fn open_storage(
    options: &UpOptions,
    data: &std::path::Path,
    uploader: Uploader,
    portal: SocketAddr,
    portal_url: &str,
) -> anyhow::Result<Embedded> {
    let mut config = EmbeddedConfig::new(data.to_owned(), Credentials::of_the_system(data)?);
    config.uploader = Some(uploader);
    config.bind = options.bind;
    config.region = REGION.to_owned();
    config.cors_origins = vec![
        portal_url.to_owned(),
        format!("http://localhost:{}", portal.port()),
        format!("http://127.0.0.1:{}", portal.port()),
    ];
    config.buckets =
        [STUDIES_BUCKET, DERIVED_BUCKET, SLIPS_BUCKET, AUDIT_BUCKET, USAGE_BUCKET].map(str::to_owned).into();
    config.event_buckets = [STUDIES_BUCKET.to_owned()].into();
    config.expiries = lifecycle::rules();
    config.versioned_buckets = [STUDIES_BUCKET, AUDIT_BUCKET, USAGE_BUCKET].map(str::to_owned).into();
    if options.port != 0 {
        config.s3_port = free_or_any(options, 1).await;
        config.dynamodb_port = free_or_any(options, 2).await;
    }
    Ok(Embedded::open(config).await?)
}

/// The port next to the portal's if it is free, because stable addresses are easier to configure.
async fn free_or_any(options: &UpOptions, offset: u16) -> u16 {
    let Some(port) = options.port.checked_add(offset) else { return 0 };
    match TcpListener::bind((options.bind, port)).await {
        Ok(_) => port,
        Err(_) => 0,
    }
}

fn services(
    options: &UpOptions,
    running: &Running,
    mut storage: Endpoints,
    embedded: &Embedded,
    outbox: &OutboxFolder,
) -> anyhow::Result<Services> {
    if let Some(public) = &options.s3_public_url {
        storage.s3_public.clone_from(public);
    }
    let connection = match &options.s3_url {
        Some(_) => Connection::to(&storage),
        None => Connection::within(&storage, embedded.in_process()),
    };
    let key = sealing_key::load_or_create(&running.data)?;
    let queue: Arc<dyn Queue> = embedded.queue();
    Ok(Services {
        studies: connection.bucket(STUDIES_BUCKET),
        derived: connection.bucket(DERIVED_BUCKET),
        slips: connection.bucket(SLIPS_BUCKET),
        audit: connection.bucket(AUDIT_BUCKET),
        usage: connection.bucket(USAGE_BUCKET),
        index: connection.index(INDEX_TABLE),
        queue,
        messengers: messengers(options, outbox)?,
        sealer: Arc::new(LocalSealer::new(&key, OsRandomness)),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(running.settings.clone()),
    })
}

/// The outbox for SMS and email, and the messengers that the hospital set up.
fn messengers(options: &UpOptions, outbox: &OutboxFolder) -> anyhow::Result<Messengers> {
    let mut messengers = outbox.messengers();
    if let Some(file) = &options.messengers {
        let json =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let more = set_up(&json).with_context(|| format!("{} cannot be used", file.display()))?;
        messengers = messengers.and(more);
    }
    for channel in options.channels.channels() {
        let found = messengers.of(*channel);
        found
            .map_err(|_| anyhow::anyhow!("--channels names {channel}, which --messengers does not set up"))?;
    }
    Ok(messengers)
}

fn hospital(options: &UpOptions) -> anyhow::Result<Hospital> {
    let Some(file) = &options.hospital else {
        // Patients use the public address; they must never get a sample.
        anyhow::ensure!(
            options.public_url.is_none() && options.bind.is_loopback(),
            "a system that others reach needs --hospital FILE: its name, address, mailbox, hotline and hours"
        );
        return Ok(Hospital::default());
    };
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Hospital::parse(&text).with_context(|| format!("{} cannot be used", file.display()))
}

fn identity(options: &UpOptions) -> anyhow::Result<IdentityRules> {
    let Some(file) = &options.identity else { return Ok(IdentityRules::default()) };
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a file of identity rules", file.display()))
}

/// The one place where options become settings.
fn settings(options: &UpOptions, public_url: String) -> anyhow::Result<Settings> {
    let hospital = hospital(options)?;
    Ok(Settings {
        email_from: options.email_from.clone().unwrap_or_else(|| hospital.support_email.clone()),
        hospital,
        public_url,
        finance_report_to: options.finance_report_to.clone(),
        quiet_period: options.settle,
        quiet_hours: options.quiet_hours,
        channels: options.channels.clone(),
        sms_countries: options.sms_countries.clone(),
        release_on: match options.release_on {
            ReleaseOnWord::Images => ReleaseOn::Images,
            ReleaseOnWord::Report => ReleaseOn::Report,
        },
        identity: identity(options)?,
        message_secrets: match options.message_secrets {
            MessageSecretsWord::All => MessageSecrets::All,
            MessageSecretsWord::LinkOnly => MessageSecrets::LinkOnly,
        },
        trusted_proxies: options.trusted_proxies.clone(),
        ..Settings::default()
    })
}

async fn portal_router(
    listener: &TcpListener,
    options: &UpOptions,
    services: &Services,
    machine: Machine,
    live: Live,
    more: Vec<Router>,
) -> anyhow::Result<Router> {
    let viewing = Viewing::from(services);
    let mut config = PortalConfig::of(&viewing).await?;
    let mut router = more.into_iter().fold(Router::new(), Router::merge);
    if let Some(folder) = ohif::folder(options.ohif.as_deref())? {
        router = router.merge(Ohif::open(folder, &config.s3_origin)?.router());
        config = config.with_ohif(true);
    }
    let mut portal = PortalServices::new(Portal::new(viewing), config);
    let staff = match external_provider(&options.staff_oidc)? {
        Some(provider) => StaffSignIn::new(services, provider, None)?,
        None => {
            let data = options.data.canonicalize()?;
            let (identity, provider) = identity::open(&data, &Common::from(services))?;
            router = router.merge(identity);
            // Use the socket, not the public address, which may belong to a proxy that cannot be reached from here.
            let here = Url::parse(&format!("http://{}", reached_at(listener.local_addr()?)))?;
            StaffSignIn::new(services, provider, Some(ReachedAt(here)))?
        }
    };
    portal = portal.with_staff(staff).with_machine(Arc::new(machine)).with_rooms(live, None);
    Ok(router.merge(serve_portal::router(Arc::new(portal))))
}

/// The hospital's identity provider, if it named one.
fn external_provider(options: &StaffOidcOptions) -> anyhow::Result<Option<OidcSettings>> {
    let (Some(issuer), Some(client_id)) = (&options.staff_oidc_issuer, &options.staff_oidc_client_id) else {
        return Ok(None);
    };
    let secret = options.staff_oidc_client_secret.clone().map(Secret::new);
    let mut provider = OidcSettings::new(issuer.trim().to_owned(), client_id.clone(), secret);
    provider.scopes.clone_from(&options.staff_oidc_scopes);
    provider.subject_claim.clone_from(&options.staff_oidc_subject_claim);
    provider.roles_claim.clone_from(&options.staff_oidc_roles_claim);
    if let Some(map) = &options.staff_oidc_role_map {
        let map =
            RoleMap::parse(map).context("--staff-oidc-role-map is not JSON that maps groups to roles")?;
        provider.role_map = Some(map);
    }
    Ok(Some(provider))
}

/// The address of a listener, as seen from this machine.
fn reached_at(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listener.port())
}
