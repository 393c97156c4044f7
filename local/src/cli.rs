//! What can be typed.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use filmless_domain::QuietHours;

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
    /// Take what a message provider reports: lines of JSON from standard input, as SES and SNS write them.
    Feedback(SystemOptions),
    /// Verify and export the audit log.
    Audit(AuditOptions),
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
pub struct AuditOptions {
    #[command(subcommand)]
    pub act: AuditAct,
    #[command(flatten)]
    pub system: SystemOptions,
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
