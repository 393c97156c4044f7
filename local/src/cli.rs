//! What can be typed.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use filmless_delivery::TrustedProxies;
use filmless_domain::staff::Role;
use filmless_domain::{QuietHours, staff_oidc};
use filmless_usage::Month;

/// Medical images for patients, without film.
#[derive(Debug, Parser)]
#[command(name = "filmless", version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything on this machine: S3, DynamoDB, queues, all functions, the portal.
    Up(UpOptions),
    /// Run everything, upload a small study as a hospital would, and show what the patient gets.
    Demo(DemoOptions),
    /// Upload studies and orders as a hospital does.
    Send(SendOptions),
    /// Show where studies are, why they are held, and what was refused.
    Status(StatusOptions),
    /// Do what the hotline and the records office do: find, send again, release, hold, correct, recall.
    Staff(StaffOptions),
    /// Make, list and remove the accounts with which staff sign in to the console of a system on this machine.
    StaffAccount(AccountOptions),
    /// Take what a message provider reports: lines of JSON from standard input, as SES and SNS write them.
    Feedback(SystemOptions),
    /// Do now what is due once a day: call the hotline to its list, erase what its retention has ended.
    Daily(SystemOptions),
    /// Verify and export the audit log.
    Audit(AuditOptions),
    /// Look for what was lost: uploads that nobody took in, studies that stand still, derived objects that are gone.
    Reconcile(ReconcileOptions),
    /// Make everything anew that was derived from studies.
    Rebuild(RebuildOptions),
    /// Show the messages that nobody could work on, and send them back to their queue.
    Redrive(RedriveOptions),
    /// Compute what a study costs, from a price list.
    Cost(CostOptions),
    /// Export, verify, query and reconcile the usage ledger.
    Usage(UsageOptions),
    /// Decode files for another process (used by `up`).
    #[command(hide = true)]
    RenderChild,
}

#[derive(Debug, Clone, Args)]
pub struct UpOptions {
    /// Folder that holds everything.
    #[arg(long, value_name = "DIR", default_value = "data", env = "FILMLESS_DATA")]
    pub data: PathBuf,
    /// Port of the portal; 0 takes any free one. S3 and DynamoDB take the next two when they are free.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on. The default is reached from this machine only.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// How long no image may arrive before a study counts as complete, e.g. `2s`, `500ms`, `5m`.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub settle: Duration,
    /// Address at which patients reach the portal, when it is not the one listened on.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Address at which browsers reach S3, when it is not the one listened on.
    #[arg(long, value_name = "URL")]
    pub s3_public_url: Option<String>,
    /// Addresses or networks of the reverse proxies in front of the portal, separated by commas: only their
    /// `X-Forwarded-For` says where a request comes from.
    #[arg(long, value_name = "NETWORKS", default_value = "")]
    pub trusted_proxies: TrustedProxies,
    /// An S3 API of one's own in the place of the one in this process; give DynamoDB's address too, and the keys.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3", requires = "dynamodb_url")]
    pub s3_url: Option<String>,
    /// A DynamoDB API of one's own.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_DYNAMODB", requires = "s3_url")]
    pub dynamodb_url: Option<String>,
    /// Access key of both.
    #[arg(long, value_name = "ID", env = "AWS_ACCESS_KEY_ID", hide_env_values = true)]
    pub access_key_id: Option<String>,
    /// Its secret. Give it by the environment: other users of this machine see what is typed.
    #[arg(long, value_name = "SECRET", env = "AWS_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub secret_access_key: Option<String>,
    /// Region in the signatures for both.
    #[arg(long, value_name = "REGION", env = "AWS_REGION")]
    pub region: Option<String>,
    /// JSON file with the hospital's name, address, support mailbox, hotline and hours.
    #[arg(long, value_name = "FILE")]
    pub hospital: Option<PathBuf>,
    /// What must be there before images are released.
    #[arg(long, value_enum, default_value_t = ReleaseOnWord::Images)]
    pub release_on: ReleaseOnWord,
    /// When no message is sent, in the hospital's time (UTC+7), e.g. `21:00-07:00`.
    #[arg(long, value_name = "HOURS")]
    pub quiet_hours: Option<QuietHours>,
    /// Which secrets SMS and email carry.
    #[arg(long, value_enum, default_value_t = MessageSecretsWord::All)]
    pub message_secrets: MessageSecretsWord,
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
    /// Our client secret there; rather by the environment, since arguments are seen by everybody on this machine.
    #[arg(long, value_name = "SECRET", env = "STAFF_OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub staff_oidc_client_secret: Option<String>,
    /// What is asked for.
    #[arg(long, value_name = "SCOPES", env = "STAFF_OIDC_SCOPES", default_value = staff_oidc::SCOPES)]
    pub staff_oidc_scopes: String,
    /// The claim that names somebody in the logs.
    #[arg(long, value_name = "CLAIM", env = "STAFF_OIDC_SUBJECT_CLAIM", default_value = staff_oidc::SUBJECT_CLAIM)]
    pub staff_oidc_subject_claim: String,
    /// The claim that holds roles or groups, e.g. `realm_access.roles` or `cognito:groups`.
    #[arg(long, value_name = "CLAIM", env = "STAFF_OIDC_ROLES_CLAIM", default_value = staff_oidc::ROLES_CLAIM)]
    pub staff_oidc_roles_claim: String,
    /// JSON that says which of our roles a group of the provider is: `{"group": "hotline"}`.
    #[arg(long, value_name = "JSON", env = "STAFF_OIDC_ROLE_MAP")]
    pub staff_oidc_role_map: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReleaseOnWord {
    /// The images alone.
    Images,
    /// A signed result.
    Report,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MessageSecretsWord {
    /// Account, password and link.
    All,
    /// Account and link; the password is on the slip alone.
    LinkOnly,
}

#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    #[command(flatten)]
    pub up: UpOptions,
    /// End as soon as the patient has everything, instead of staying up until Ctrl-C.
    #[arg(long)]
    pub once: bool,
}

/// Which running system a command speaks to.
#[derive(Debug, Clone, Args)]
pub struct TargetOptions {
    /// Portal or S3 address of a system that runs on this machine; the one started last by default.
    #[arg(long, global = true, value_name = "URL")]
    pub to: Option<String>,
    /// Data folder of a system that runs on this machine.
    #[arg(long, global = true, value_name = "DIR", env = "FILMLESS_DATA")]
    pub data: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct SendOptions {
    /// DICOM files, ZIPs, or folders of them.
    #[arg(value_name = "PATH", required_unless_present = "order")]
    pub paths: Vec<PathBuf>,
    /// Order of the study (JSON); may be given several times.
    #[arg(long, value_name = "FILE")]
    pub order: Vec<PathBuf>,
    #[command(flatten)]
    pub target: TargetOptions,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct StatusOptions {
    /// Study Instance UID; all studies of the last days by default.
    #[arg(value_name = "STUDY")]
    pub study: Option<String>,
    /// How many days back.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub days: u16,
    #[command(flatten)]
    pub system: SystemOptions,
}

/// Which system an operator's command works on.
#[derive(Debug, Clone, Args)]
pub struct SystemOptions {
    #[command(flatten)]
    pub target: TargetOptions,
    /// Work on the system that the functions' environment variables name (on AWS, with the caller's own rights),
    /// instead of one that runs on this machine.
    #[arg(long, global = true, conflicts_with = "to")]
    pub env: bool,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct StaffOptions {
    #[command(subcommand)]
    pub act: StaffAct,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Subcommand)]
pub enum StaffAct {
    /// Find patients by code, accession number, phone number, or name (accents and case do not count).
    Find { query: String },
    /// Show a patient: contact, account, studies, shares.
    Patient { patient: String },
    /// Show the delivery ledger of a study: received, rendered, released, slip, SMS, email, opened, first image.
    Ledger { study: String },
    /// Issue a new slip; the old link says that it was replaced, the old password ends.
    Reissue {
        study: String,
        #[command(flatten)]
        why: Why,
        /// Over which channels the new secrets go.
        #[arg(long, value_enum, default_value_t = ChannelsWord::All)]
        channels: ChannelsWord,
        /// Also write the slip (PDF) to this file.
        #[arg(long, value_name = "FILE")]
        slip: Option<PathBuf>,
    },
    /// Send the message again; what was issued before stays valid.
    Resend {
        study: String,
        /// Over which channels.
        #[arg(long, value_enum, default_value_t = ChannelsWord::All)]
        channels: ChannelsWord,
    },
    /// End every session, link, password and share of a patient.
    Revoke {
        patient: String,
        #[command(flatten)]
        why: Why,
    },
    /// Release a held (or recalled) study.
    Release {
        study: String,
        /// Accession number of the order, when the study does not name one.
        #[arg(long, value_name = "ACCESSION")]
        order: Option<String>,
        #[command(flatten)]
        why: Why,
    },
    /// Hold a study: its patient does not see it until it is released by hand.
    Hold {
        study: String,
        #[command(flatten)]
        why: Why,
    },
    /// Correct where a patient's messages go; an empty text means that there is none.
    Contact {
        patient: String,
        #[arg(long, required_unless_present = "email")]
        phone: Option<String>,
        #[arg(long)]
        email: Option<String>,
    },
    /// Join two codes of one patient: the account of INTO shows the studies of FROM too.
    Merge {
        from: String,
        into: String,
        #[command(flatten)]
        why: Why,
    },
    /// Take a study back (wrong patient): ends links, passwords and sessions, deletes what was derived, lists who saw it.
    Recall {
        study: String,
        #[command(flatten)]
        why: Why,
    },
    /// Erase all that is kept about a patient, at their request: uploads, orders, everything derived, account, shares.
    Erase {
        patient: String,
        #[command(flatten)]
        why: Why,
        /// Only say what would be erased.
        #[arg(long)]
        dry_run: bool,
    },
    /// Erase the studies whose retention (10, 20 or 30 years) has ended.
    EndRetention {
        /// Only say what would be erased.
        #[arg(long)]
        dry_run: bool,
    },
    /// List who opened a study, with their addresses.
    Viewers { study: String },
    /// List held studies.
    Held {
        /// How many days back.
        #[arg(long, default_value_t = 31)]
        days: u16,
    },
    /// List patients whom no message reached.
    Unreached {
        /// How many days back.
        #[arg(long, default_value_t = 7)]
        days: u16,
    },
    /// Share studies on a patient's behalf; prints link and code once.
    Share {
        patient: String,
        /// Whom it is for.
        #[arg(long = "for", value_name = "NAME")]
        label: String,
        /// `doctor`, `spouse`, `child`, `parent`, `sibling`, `guardian` or `other`.
        #[arg(long, default_value = "doctor")]
        relation: String,
        /// Which study; may be given several times.
        #[arg(long, required = true)]
        study: Vec<String>,
        /// For how many days.
        #[arg(long, default_value_t = 7)]
        days: u32,
        /// Whether files may be downloaded.
        #[arg(long)]
        download: bool,
    },
    /// End a share of a patient.
    EndShare { patient: String, share: String },
}

/// Why something is done; it is kept in the audit log.
#[derive(Debug, Clone, Args)]
pub struct Why {
    /// Why; kept in the audit log. Name no patient.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ChannelsWord {
    /// SMS and email, as far as they are known.
    All,
    /// SMS alone.
    Sms,
    /// Email alone.
    Email,
    /// None: the slip is handed over.
    None,
}

#[derive(Debug, Clone, Args)]
pub struct AccountOptions {
    #[command(subcommand)]
    pub act: AccountAct,
    #[command(flatten)]
    pub target: TargetOptions,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum AccountAct {
    /// Make an account, or give one a new password and these roles; prints the password once.
    Add {
        /// Its name: letters without accents, digits, or . _ - @
        name: String,
        /// What it may do; may be given several times.
        #[arg(long, required = true, value_enum)]
        role: Vec<RoleWord>,
    },
    /// List the accounts.
    List,
    /// Remove an account, and end what it has open.
    Remove { name: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleWord {
    /// Finds patients, sends slips and messages again, ends lost links.
    Hotline,
    /// Also releases, holds, merges and recalls.
    Records,
    /// Reads the usage ledger.
    Finance,
    /// Everything, the audit log and erasure too.
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Hotline => Self::Hotline,
            RoleWord::Records => Self::Records,
            RoleWord::Finance => Self::Finance,
            RoleWord::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Clone, Args)]
pub struct AuditOptions {
    #[command(subcommand)]
    pub act: AuditAct,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Args)]
pub struct ReconcileOptions {
    /// Tell what is found to go on. Without it, it is only shown.
    #[arg(long)]
    pub repair: bool,
    /// How many days back.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub days: u16,
    /// Only uploads whose keys start so; may be given several times. `%Y`, `%m` and `%d` stand for each day.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Vec<String>,
    /// What changed less than this ago is left to those who are at it.
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = parse_duration)]
    pub grace: Duration,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Args)]
pub struct RebuildOptions {
    /// Study Instance UIDs.
    #[arg(value_name = "STUDY", required_unless_present = "all")]
    pub studies: Vec<String>,
    /// All studies of the last days.
    #[arg(long, conflicts_with = "studies")]
    pub all: bool,
    /// How many days back, with `--all`.
    #[arg(long, default_value_t = 3660, value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub days: u16,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Args)]
pub struct RedriveOptions {
    /// Whose dead letters go back; without it, those of all queues are shown and none is sent.
    #[arg(value_enum)]
    pub queue: Option<QueueWord>,
    /// Only show them.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum QueueWord {
    /// Uploads.
    Intake,
    /// Quiet-period checks and series to render.
    Settle,
    /// Studies before the gate.
    Release,
    /// Messages to patients.
    Notices,
}

#[derive(Debug, Clone, Args)]
pub struct CostOptions {
    /// Price list (JSON); the list prices of docs/COST.md by default.
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Studies to compute, one JSON object per line, instead of the three usual ones; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub studies: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditAct {
    /// Verify the whole hash chain. Exit code 1 when it does not hold.
    Verify,
    /// Print the log, one event per line, verifying it on the way.
    Export {
        /// As FHIR R4 AuditEvent resources.
        #[arg(long)]
        fhir: bool,
    },
}

#[derive(Debug, Clone, Args)]
pub struct UsageOptions {
    #[command(subcommand)]
    pub act: UsageAct,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Subcommand)]
pub enum UsageAct {
    /// Write Parquet, CSV, XLSX and manifest of a month, or of every month.
    Export {
        /// Which month, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Option<Month>,
        /// Write into this folder instead of the usage bucket.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Read a copy of the usage bucket (`ledger/`, `prices/`) in this folder; needs no running system.
        #[arg(long, value_name = "DIR", requires = "out", requires = "month", conflicts_with_all = ["to", "env"])]
        from: Option<PathBuf>,
    },
    /// Verify the chain of the whole ledger, compute every export anew and say what differs. Exit code 1 when
    /// something does.
    Verify {
        /// Compare the exports of this month only, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Option<Month>,
    },
    /// Run a named query in DuckDB, or print what to tell it; without a name, list them.
    Query {
        name: Option<String>,
        /// Which month, as YYYY-MM; this month by default.
        #[arg(long, value_name = "MONTH")]
        month: Option<Month>,
        /// Folder that `export --out` wrote to, instead of the usage bucket.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Only print.
        #[arg(long)]
        print: bool,
    },
    /// Compare the hospital's claim lines to social insurance (CSV) with what was delivered.
    Reconcile {
        /// The claim lines: a CSV with the fields of XML3/XML4 as its header.
        #[arg(long, value_name = "FILE")]
        claims: PathBuf,
        /// Which month, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Month,
        /// Write the list of findings (CSV, XLSX) and the claim lines with their evidence (CSV) into this folder.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| "expected a time such as 2s, 500ms or 5m".to_owned())?;
    Duration::try_from(span).map_err(|_| "a time cannot be negative".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(parse_duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("5m"), Ok(Duration::from_secs(300)));
        for bad in ["", "2", "-1s", "soon"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }
}
