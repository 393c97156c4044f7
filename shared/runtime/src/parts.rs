//! What each function gets, made from the variables that its template sets, which are exactly those it uses. Every
//! function connects to AWS, or to what the SDK's own settings name.

use std::sync::Arc;

use filmless_delivery::Settings;
use filmless_delivery::parts::{
    Common, Console, Erase, Export, Intake, Notify, Prepare, Reconcile, Release, Upkeep, Viewing,
};
use filmless_domain::staff_oidc::OidcSettings;
use filmless_domain::{Secret, WebOrigins};
use filmless_store::aws::{ApiGatewayRoom, KmsSealer, QueueUrls, SesGateway, SnsGateway, SqsQueue};
use filmless_store::port::{Messenger, Messengers, OsRandomness, QueueName, Room, SystemClock};
use filmless_store::{Bucket, Connection};

use crate::environment::Environment;
use crate::{ConfigError, settings};

type Read<T> = Result<T, ConfigError>;

/// What Lambda streams at most in one answer is 200 MB; this leaves room for heads of parts.
const STREAMED_BYTES_MAX: u64 = 199 << 20;

/// For `ingest-study`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn intake_from_env() -> Read<Intake> {
    let env = Environment::of("ingest-study");
    let aws = connect(&env).await?;
    let settings = Settings {
        quiet_period: settings::quiet_period(&env)?,
        identity: settings::identity(&env)?,
        ..Settings::default()
    };
    let queues = [
        (QueueName::Settle, env.required("SETTLE_QUEUE_URL")?),
        (QueueName::Release, env.required("RELEASE_QUEUE_URL")?),
    ];
    Ok(Intake {
        common: common_of(&env, &aws, queues.into(), settings)?,
        studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
    })
}

/// For `prepare-study`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn prepare_from_env() -> Read<Prepare> {
    let env = Environment::of("prepare-study");
    let aws = connect(&env).await?;
    let settings = Settings {
        hospital: settings::hospital(&env)?,
        quiet_period: settings::quiet_period(&env)?,
        release_on: settings::release_on(&env)?,
        identity: settings::identity(&env)?,
        ..Settings::default()
    };
    let queues = [
        (QueueName::Intake, env.required("INTAKE_QUEUE_URL")?),
        (QueueName::Settle, env.required("SETTLE_QUEUE_URL")?),
        (QueueName::Downloads, env.required("DOWNLOADS_QUEUE_URL")?),
        (QueueName::Release, env.required("RELEASE_QUEUE_URL")?),
    ];
    Ok(Prepare {
        common: common_of(&env, &aws, queues.into(), settings)?,
        studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
        derived: bucket_of(&aws, env.required("DERIVED_BUCKET")?),
    })
}

/// For `release-study`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn release_from_env() -> Read<Release> {
    issuing_from_env(&Environment::of("release-study")).await
}

/// For `record-feedback`, which issues another slip if a message did not arrive.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn feedback_from_env() -> Read<Release> {
    issuing_from_env(&Environment::of("record-feedback")).await
}

async fn issuing_from_env(env: &Environment<'_>) -> Read<Release> {
    let aws = connect(env).await?;
    let queues = [(QueueName::Notices, env.required("NOTICES_QUEUE_URL")?)];
    release_of(env, &aws, common_of(env, &aws, queues.into(), issuing_settings(env)?)?)
}

/// For `send-notice`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn notify_from_env() -> Read<Notify> {
    let env = Environment::of("send-notice");
    let (aws, issuing) = (connect(&env).await?, issuing_settings(&env)?);
    let settings = Settings {
        email_from: settings::email_from(&env)?,
        message_secrets: settings::message_secrets(&env)?,
        quiet_hours: settings::quiet_hours(&env)?,
        sms_countries: settings::sms_countries(&env)?,
        ..issuing
    };
    let queues = [(QueueName::Notices, env.required("NOTICES_QUEUE_URL")?)];
    let common = common_of(&env, &aws, queues.into(), settings)?;
    Ok(Notify {
        release: release_of(&env, &aws, common.clone())?,
        messengers: messengers_of(&env, &aws)?,
        common,
    })
}

/// For `run-upkeep`. SNS and SES keep no messages that could be erased.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn upkeep_from_env() -> Read<Upkeep> {
    let env = Environment::of("run-upkeep");
    let aws = connect(&env).await?;
    let settings = Settings {
        hospital: settings::hospital(&env)?,
        public_url: settings::public_url(&env)?,
        email_from: settings::email_from(&env)?,
        ..Settings::default()
    };
    let common = common_of(&env, &aws, all_queues(&env)?, settings)?;
    Ok(Upkeep {
        audit: bucket_of(&aws, env.required("AUDIT_BUCKET")?),
        usage: bucket_of(&aws, env.required("USAGE_BUCKET")?),
        email: email_of(&env, &aws),
        erase: Erase {
            common: common.clone(),
            studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
            derived: bucket_of(&aws, env.required("DERIVED_BUCKET")?),
            slips: bucket_of(&aws, env.required("SLIPS_BUCKET")?),
            messengers: Messengers::default(),
        },
        common,
    })
}

/// For `reconcile`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn reconcile_from_env() -> Read<Reconcile> {
    let env = Environment::of("reconcile");
    let aws = connect(&env).await?;
    let settings = Settings {
        quiet_period: settings::quiet_period(&env)?,
        release_on: settings::release_on(&env)?,
        identity: settings::identity(&env)?,
        ..Settings::default()
    };
    let queues = [
        (QueueName::Intake, env.required("INTAKE_QUEUE_URL")?),
        (QueueName::Settle, env.required("SETTLE_QUEUE_URL")?),
        (QueueName::Release, env.required("RELEASE_QUEUE_URL")?),
        (QueueName::Notices, env.required("NOTICES_QUEUE_URL")?),
    ];
    Ok(Reconcile {
        common: common_of(&env, &aws, queues.into(), settings)?,
        studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
        derived: bucket_of(&aws, env.required("DERIVED_BUCKET")?),
    })
}

/// For `export-usage`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn export_from_env() -> Read<Export> {
    let env = Environment::of("export-usage");
    let aws = connect(&env).await?;
    let settings = Settings {
        hospital: settings::hospital(&env)?,
        public_url: settings::public_url(&env)?,
        email_from: settings::email_from(&env)?,
        finance_report_to: settings::finance_report_to(&env),
        ..Settings::default()
    };
    Ok(Export {
        index: aws.index(&env.required("INDEX_TABLE")?),
        usage: bucket_of(&aws, env.required("USAGE_BUCKET")?),
        email: email_of(&env, &aws),
        clock: Arc::new(SystemClock),
        settings: Arc::new(settings),
    })
}

/// What `serve-portal` works with.
pub struct PortalParts {
    /// For patients, and the people they share with.
    pub viewing: Viewing,
    /// For staff: where they sign in, and their console; `None` without a console.
    pub staff: Option<(OidcSettings, Console)>,
    /// The secret that the proxy in front of the portal sends, so that nobody bypasses the proxy.
    pub origin_secret: Option<Secret>,
    /// Whether OHIF was put beside the portal.
    pub has_ohif: bool,
    /// The rooms of consultations, and the address of their WebSockets; `None` without them.
    pub rooms: Option<(Arc<dyn Room>, String)>,
}

/// For `serve-portal`. Needs the variables for staff only if there is a console; the console cannot erase patients.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn portal_from_env() -> Read<PortalParts> {
    let env = Environment::of("serve-portal");
    let aws = connect(&env).await?;
    let provider = settings::staff_oidc(&env)?;
    let sight = sight_settings(&env)?;
    let mut settings = Settings {
        hospital: settings::hospital(&env)?,
        session_ttl: settings::session_ttl(&env)?,
        answer_bytes_max: Some(STREAMED_BYTES_MAX),
        trusted_proxies: settings::trusted_proxies(&env)?,
        channels: settings::channels(&env)?,
        ..sight
    };
    let downloads = (QueueName::Downloads, env.required("DOWNLOADS_QUEUE_URL")?);
    let mut queues = QueueUrls::from([downloads.clone()]);
    if provider.is_some() {
        settings.link_ttl = settings::link_ttl(&env)?;
        settings.quiet_period = settings::quiet_period(&env)?;
        queues = QueueUrls::from([
            downloads,
            (QueueName::Settle, env.required("SETTLE_QUEUE_URL")?),
            (QueueName::Release, env.required("RELEASE_QUEUE_URL")?),
            (QueueName::Notices, env.required("NOTICES_QUEUE_URL")?),
        ]);
    }
    let viewing = Viewing {
        common: common_of(&env, &aws, queues, settings)?,
        studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
        derived: bucket_of(&aws, env.required("DERIVED_BUCKET")?),
    };
    let staff = match provider {
        Some(provider) => Some((provider, console_beside(&env, &aws, &viewing)?)),
        None => None,
    };
    let origin_secret = env.optional("ORIGIN_SECRET").map(Secret::new);
    let rooms = env.optional("ROOM_ENDPOINT").map(|endpoint| {
        // One API: who speaks to it by HTTPS is us, who speaks to it over WebSockets are the members.
        (room_of(&aws, &endpoint), endpoint.replacen("https", "wss", 1))
    });
    let has_ohif = env.parsed("OHIF")?.unwrap_or(false);
    Ok(PortalParts { viewing, staff, origin_secret, has_ohif, rooms })
}

fn console_beside(env: &Environment<'_>, aws: &Connection, viewing: &Viewing) -> Read<Console> {
    let Viewing { common, studies, derived } = viewing.clone();
    Ok(Console {
        release: release_of(env, aws, common.clone())?,
        audit: bucket_of(aws, env.required("AUDIT_BUCKET")?),
        usage: bucket_of(aws, env.required("USAGE_BUCKET")?),
        common,
        studies,
        derived,
        erase: None,
    })
}

/// The connections of rooms, behind this endpoint of API Gateway.
pub(crate) fn room_of(aws: &Connection, endpoint: &str) -> Arc<dyn Room> {
    Arc::new(ApiGatewayRoom::new(aws.api_gateway(endpoint)))
}

/// What `serve-dicomweb` works with.
#[derive(Debug)]
pub struct DicomwebParts {
    /// What a viewer token opens.
    pub viewing: Viewing,
    /// Whose web pages may read it.
    pub origins: WebOrigins,
    /// What whoever stands in front of the function tells it, so that nobody goes around him.
    pub origin_secret: Option<Secret>,
}

/// For `serve-dicomweb`. Its only messages ask for large answers to be made.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or not allowed.
pub async fn dicomweb_from_env() -> Read<DicomwebParts> {
    let env = Environment::of("serve-dicomweb");
    let aws = connect(&env).await?;
    let sight = sight_settings(&env)?;
    let settings = Settings {
        answer_bytes_max: Some(STREAMED_BYTES_MAX),
        trusted_proxies: settings::trusted_proxies(&env)?,
        ..sight
    };
    let queues = [(QueueName::Downloads, env.required("DOWNLOADS_QUEUE_URL")?)];
    let viewing = Viewing {
        common: common_of(&env, &aws, queues.into(), settings)?,
        studies: bucket_of(&aws, env.required("STUDIES_BUCKET")?),
        derived: bucket_of(&aws, env.required("DERIVED_BUCKET")?),
    };
    Ok(DicomwebParts {
        viewing,
        origins: settings::dicomweb_origins(&env)?,
        origin_secret: env.optional("ORIGIN_SECRET").map(Secret::new),
    })
}

/// `S3_PUBLIC_URL`: where browsers reach S3, if not where we do. `S3_PATH_STYLE`: `true` for an S3 server of one's own.
pub(crate) async fn connect(env: &Environment<'_>) -> Read<Connection> {
    let is_path_style = env.parsed("S3_PATH_STYLE")?.unwrap_or(false);
    Ok(Connection::from_settings(env.optional("S3_PUBLIC_URL").as_deref(), is_path_style).await)
}

pub(crate) fn common_of(
    env: &Environment<'_>,
    aws: &Connection,
    queues: QueueUrls,
    settings: Settings,
) -> Read<Common> {
    Ok(Common {
        index: aws.index(&env.required("INDEX_TABLE")?),
        queue: Arc::new(SqsQueue::new(aws.sqs(), queues)),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(OsRandomness),
        settings: Arc::new(settings),
    })
}

/// Settings by which it is judged, at any moment, what a session sees, and where its pages are.
pub(crate) fn sight_settings(env: &Environment<'_>) -> Read<Settings> {
    Ok(Settings {
        public_url: settings::public_url(env)?,
        release_on: settings::release_on(env)?,
        identity: settings::identity(env)?,
        session_idle: settings::session_idle(env)?,
        ..Settings::default()
    })
}

/// Settings for issuing slips and links: what they say, and under which order.
fn issuing_settings(env: &Environment<'_>) -> Read<Settings> {
    Ok(Settings {
        hospital: settings::hospital(env)?,
        public_url: settings::public_url(env)?,
        release_on: settings::release_on(env)?,
        identity: settings::identity(env)?,
        link_ttl: settings::link_ttl(env)?,
        channels: settings::channels(env)?,
        ..Settings::default()
    })
}

pub(crate) fn release_of(env: &Environment<'_>, aws: &Connection, common: Common) -> Read<Release> {
    Ok(Release {
        common,
        slips: bucket_of(aws, env.required("SLIPS_BUCKET")?),
        sealer: Arc::new(KmsSealer::new(aws.kms(), env.required("SEAL_KEY_ID")?)),
    })
}

pub(crate) fn email_of(env: &Environment<'_>, aws: &Connection) -> Arc<dyn Messenger> {
    Arc::new(SesGateway::new(aws.ses(), env.optional("SES_CONFIGURATION_SET")))
}

/// SNS, SES, and the messengers that the hospital set up.
pub(crate) fn messengers_of(env: &Environment<'_>, aws: &Connection) -> Read<Messengers> {
    let sms = Arc::new(SnsGateway::new(aws.sns(), env.optional("SMS_SENDER_ID")));
    Ok(Messengers::new([sms, email_of(env, aws)]).and(settings::messengers(env)?))
}

/// All queues: the sweep of the outbox and the redrive of dead letters send to each.
pub(crate) fn all_queues(env: &Environment<'_>) -> Read<QueueUrls> {
    Ok(QueueUrls::from([
        (QueueName::Intake, env.required("INTAKE_QUEUE_URL")?),
        (QueueName::Settle, env.required("SETTLE_QUEUE_URL")?),
        (QueueName::Downloads, env.required("DOWNLOADS_QUEUE_URL")?),
        (QueueName::Release, env.required("RELEASE_QUEUE_URL")?),
        (QueueName::Notices, env.required("NOTICES_QUEUE_URL")?),
    ]))
}

fn bucket_of(aws: &Connection, name: String) -> Bucket {
    aws.bucket(&name)
}
