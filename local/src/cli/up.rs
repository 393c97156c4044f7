//! `up` and `demo`: everything on one machine.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use filmless_delivery::{SmsCountries, TrustedProxies};
use filmless_domain::mailbox::is_mailbox;
use filmless_domain::{ChannelPolicy, QuietHours, WebOrigins, staff_oidc};

use super::duration::parse_duration;

#[derive(Debug, Clone, Args)]
pub struct UpOptions {
    /// Folder that holds everything.
    #[arg(long, value_name = "DIR", default_value = "data", env = "FILMLESS_DATA")]
    pub data: PathBuf,
    /// Port of the portal; 0 takes any free one. S3 and DynamoDB take the next two if they are free.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on. By default only this machine can reach it.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// How long no image may arrive before a study counts as complete, e.g. `2s`, `500ms`, `5m`.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub settle: Duration,
    /// Address at which patients reach the portal, if it differs from the one listened on.
    #[arg(long, value_name = "URL", value_parser = https_address)]
    pub public_url: Option<String>,
    /// Address at which browsers reach S3, if it differs from the one listened on.
    #[arg(long, value_name = "URL")]
    pub s3_public_url: Option<String>,
    /// Addresses or networks of the reverse proxies in front of the portal, separated by commas: only their
    /// `X-Forwarded-For` says where a request comes from.
    #[arg(long, value_name = "NETWORKS", default_value = "")]
    pub trusted_proxies: TrustedProxies,
    /// Another S3 API instead of the one in this process; give DynamoDB's address too, and the keys.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3", requires = "dynamodb_url")]
    pub s3_url: Option<String>,
    /// Another DynamoDB API.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_DYNAMODB", requires = "s3_url")]
    pub dynamodb_url: Option<String>,
    /// Access key for both.
    #[arg(long, value_name = "ID", env = "AWS_ACCESS_KEY_ID", hide_env_values = true)]
    pub access_key_id: Option<String>,
    /// Its secret. Set it in the environment: other users of this machine can see arguments.
    #[arg(long, value_name = "SECRET", env = "AWS_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub secret_access_key: Option<String>,
    /// Region in the signatures for both.
    #[arg(long, value_name = "REGION", env = "AWS_REGION")]
    pub region: Option<String>,
    /// JSON file with the hospital's name, address, support mailbox, hotline and hours.
    #[arg(long, value_name = "FILE")]
    pub hospital: Option<PathBuf>,
    /// Sender of emails; the hospital's support mailbox by default.
    #[arg(long, value_name = "ADDRESS", value_parser = mailbox)]
    pub email_from: Option<String>,
    /// What a release waits for.
    #[arg(long, value_enum, default_value_t = ReleaseOnWord::Images)]
    pub release_on: ReleaseOnWord,
    /// JSON file that says how patient ids are read and whether two members of staff must agree on a release by hand.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Mailboxes, separated by commas, that get the figures of a month by email once it is over.
    #[arg(long, value_name = "MAILBOXES", value_delimiter = ',')]
    pub finance_report_to: Vec<String>,
    /// When no message is sent, in the hospital's time (UTC+7), e.g. `21:00-07:00`.
    #[arg(long, value_name = "HOURS")]
    pub quiet_hours: Option<QuietHours>,
    /// Over which channels messages go, in the order in which they are tried: the first to a number and the first to an address,
    /// and after one that failed the next.
    #[arg(long, value_name = "ORDER", default_value = "sms,email")]
    pub channels: ChannelPolicy,
    /// JSON file that sets up the messengers of further channels. It holds secrets: readable by this user alone.
    #[arg(long, value_name = "FILE")]
    pub messengers: Option<PathBuf>,
    /// Country calling codes to which SMS may go, separated by commas.
    #[arg(long, value_name = "CODES", default_value = "84")]
    pub sms_countries: SmsCountries,
    /// Which secrets SMS and email carry.
    #[arg(long, value_enum, default_value_t = MessageSecretsWord::All)]
    pub message_secrets: MessageSecretsWord,
    /// Origin of a web viewer elsewhere that may read what a viewer token opens, e.g. `https://viewer.example`; may be given
    /// more than once. None by default.
    #[arg(long = "dicomweb-origin", value_name = "URL")]
    pub dicomweb_origins: Vec<WebOrigins>,
    /// Folder with OHIF, which studies then open in. By default the one that `make ohif` made beside the program, if it is there.
    #[arg(long, value_name = "DIR", env = "FILMLESS_OHIF")]
    pub ohif: Option<PathBuf>,
    /// Address where Prometheus fetches `/metrics`, e.g. `127.0.0.1:9464`; none by default. Keep it off the public network.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_addr: Option<SocketAddr>,
    /// Collector of OpenTelemetry that gets a trace of every study (OTLP over HTTP), e.g. `http://127.0.0.1:4318`; none by
    /// default.
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
    /// Format of the log on standard error.
    #[arg(long, value_enum, default_value_t = LogFormatWord::Text, env = "FILMLESS_LOG_FORMAT")]
    pub log_format: LogFormatWord,
    #[command(flatten)]
    pub staff_oidc: StaffOidcOptions,
}

/// The identity provider with which staff sign in to the console. Without one, `up` serves a small one of its own.
#[derive(Debug, Clone, Args)]
pub struct StaffOidcOptions {
    /// Issuer identifier of an OpenID Connect provider for the console of staff.
    #[arg(long, value_name = "URL", env = "STAFF_OIDC_ISSUER", requires = "staff_oidc_client_id")]
    pub staff_oidc_issuer: Option<String>,
    /// Our client id at that provider.
    #[arg(long, value_name = "ID", env = "STAFF_OIDC_CLIENT_ID")]
    pub staff_oidc_client_id: Option<String>,
    /// Our client secret there. Better set it in the environment: everybody on this machine can see arguments.
    #[arg(long, value_name = "SECRET", env = "STAFF_OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub staff_oidc_client_secret: Option<String>,
    /// Scopes to request.
    #[arg(long, value_name = "SCOPES", env = "STAFF_OIDC_SCOPES", default_value = staff_oidc::SCOPES)]
    pub staff_oidc_scopes: String,
    /// The claim with the name that the logs use.
    #[arg(long, value_name = "CLAIM", env = "STAFF_OIDC_SUBJECT_CLAIM", default_value = staff_oidc::SUBJECT_CLAIM)]
    pub staff_oidc_subject_claim: String,
    /// The claim with roles or groups, e.g. `realm_access.roles` or `cognito:groups`.
    #[arg(long, value_name = "CLAIM", env = "STAFF_OIDC_ROLES_CLAIM", default_value = staff_oidc::ROLES_CLAIM)]
    pub staff_oidc_roles_claim: String,
    /// JSON that maps groups of the provider to roles: `{"group": "hotline"}`.
    #[arg(long, value_name = "JSON", env = "STAFF_OIDC_ROLE_MAP")]
    pub staff_oidc_role_map: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormatWord {
    /// For a person at a terminal.
    Text,
    /// One JSON object per line, with the fields of the functions' log.
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReleaseOnWord {
    /// The images only.
    Images,
    /// A signed result.
    Report,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MessageSecretsWord {
    /// Account, password and link.
    All,
    /// Account and link; only the slip has the password.
    LinkOnly,
}

#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    #[command(flatten)]
    pub up: UpOptions,
    /// Stop as soon as the patient has everything, instead of running until Ctrl-C.
    #[arg(long)]
    pub once: bool,
}

/// Parses an address that can send email.
fn mailbox(typed: &str) -> Result<String, &'static str> {
    if is_mailbox(typed) {
        Ok(typed.to_owned())
    } else {
        Err("not an address such as khong-tra-loi@benhvien.vn")
    }
}

/// Passwords travel over this address, so anything but https is refused, as in the functions.
fn https_address(typed: &str) -> Result<String, &'static str> {
    if typed.starts_with("https://") {
        Ok(typed.to_owned())
    } else {
        Err("not an address that begins with https://")
    }
}
