//! What can be typed.

mod backup;
mod finance;
mod operate;
mod staff;
mod up;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

pub use backup::{BackupOptions, RestoreOptions};
pub use finance::{CostOptions, QueryOptions, UsageAct, UsageOptions};
pub use operate::{AuditAct, AuditOptions, QueueWord, RebuildOptions, ReconcileOptions, RedriveOptions};
pub use staff::{AccountAct, AccountOptions, StaffAct, StaffOptions};
pub use up::{DemoOptions, LogFormatWord, MessageSecretsWord, ReleaseOnWord, StaffOidcOptions, UpOptions};

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
    /// Copy the data folder of a system on this machine, while it runs or not; a second backup copies only what is new.
    Backup(BackupOptions),
    /// Make a data folder of a backup.
    Restore(RestoreOptions),
    /// Compute what a study costs, from a price list.
    Cost(CostOptions),
    /// Export, verify, query and reconcile the usage ledger.
    Usage(UsageOptions),
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
    /// Wait until every study of these files is released or held, for so many seconds at most (600 by default), and say
    /// what became of each.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "600")]
    pub wait: Option<u64>,
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
    /// Only studies in this state.
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = ["receiving", "settled", "rendered", "held", "released", "recalled"])]
    pub state: Option<String>,
    /// Only studies that are held for this reason.
    #[arg(long, value_name = "CODE")]
    pub reason: Option<String>,
    /// Only studies of this patient code.
    #[arg(long, value_name = "CODE")]
    pub patient: Option<String>,
    /// Only studies with this modality.
    #[arg(long, value_name = "MODALITY")]
    pub modality: Option<String>,
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

    /// The commands of the code blocks of the runbook and of what lies behind it, each in one line; and those that a sentence
    /// of the runbook names.
    fn commands_of_the_runbook() -> Vec<Vec<String>> {
        const RUNBOOK: &str = include_str!("../../../docs/OPERATIONS.md");
        const CONFIGURATION: &str = include_str!("../../../docs/CONFIGURATION.md");
        let mut is_code = false;
        let mut code = String::new();
        for line in RUNBOOK.lines().chain(CONFIGURATION.lines()) {
            match line.trim_start().strip_prefix("```") {
                Some(language) => is_code = !is_code && language == "sh",
                None if is_code => code.push_str(&format!("{}\n", line.trim())),
                None => {}
            }
        }
        let code = code.replace("\\\n", " ") + &RUNBOOK.split('`').collect::<Vec<_>>().join("\n");
        let bare = |line: &str| line.split(['#', '<', '|']).next().unwrap_or_default().trim().to_owned();
        let lines = code.lines().map(bare).filter(|line| line.starts_with("filmless "));
        lines.map(|line| words_of(&line)).collect()
    }

    /// As a shell reads a line: what stands in quotes is one word.
    fn words_of(line: &str) -> Vec<String> {
        let parts = line.split('"').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        words.collect()
    }

    #[test]
    fn every_command_of_the_runbook_is_one_that_there_is() {
        let commands = commands_of_the_runbook();
        assert!(commands.len() > 10, "the search for commands is broken: {commands:?}");
        for command in commands {
            // Help is no error.
            if let Err(error) = Cli::try_parse_from(&command)
                && error.use_stderr()
            {
                panic!("{}: {error}", command.join(" "));
            }
        }
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
