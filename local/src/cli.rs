//! What can be typed.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// JSON file with the hospital's name, address, support mailbox, hotline and hours.
    #[arg(long, value_name = "FILE")]
    pub hospital: Option<PathBuf>,
    /// What must be there before images are released.
    #[arg(long, value_enum, default_value_t = ReleaseOnWord::Images)]
    pub release_on: ReleaseOnWord,
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
    #[arg(long, value_name = "URL")]
    pub to: Option<String>,
    /// Data folder of a system that runs on this machine.
    #[arg(long, value_name = "DIR", env = "FILMLESS_DATA")]
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
    pub target: TargetOptions,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
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
