//! The command line's grammar.

mod backup;
mod consultation;
mod duration;
mod finance;
mod operate;
mod staff;
mod system;
mod up;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use backup::{BackupOptions, RestoreOptions};
pub use consultation::{ConsultationAct, ConsultationOptions};
pub use finance::{CostOptions, QueryOptions, UsageAct, UsageOptions};
pub use operate::{AuditAct, AuditOptions, QueueWord, RebuildOptions, ReconcileOptions, RedriveOptions};
pub use staff::{AccountAct, AccountOptions, StaffAct, StaffOptions};
pub use system::{SystemOptions, TargetOptions};
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
    /// Work as the hotline and the records office do: find, send again, release, hold, correct, recall.
    Staff(StaffOptions),
    /// Create, list and remove staff accounts for the console of a system on this machine.
    StaffAccount(AccountOptions),
    /// Record the reports of a message provider from standard input: JSON of SES and SNS, or lines of a relay.
    Feedback(SystemOptions),
    /// Run the daily jobs now: send the hotline its list, erase studies whose retention has ended.
    Daily(SystemOptions),
    /// Verify and export the audit log.
    Audit(AuditOptions),
    /// Verify the record of a consultation, its opinions and its minutes.
    Consultation(ConsultationOptions),
    /// Find what was lost: uploads that were not taken in, studies that stand still, missing derived objects.
    Reconcile(ReconcileOptions),
    /// Make all derived objects of studies again.
    Rebuild(RebuildOptions),
    /// Show the messages in dead-letter queues, and send them back to their queues.
    Redrive(RedriveOptions),
    /// Copy the data folder of a system on this machine, running or not. The next backup copies only what is new.
    Backup(BackupOptions),
    /// Create a data folder from a backup.
    Restore(RestoreOptions),
    /// Compute what a study costs, from a price list.
    Cost(CostOptions),
    /// Export, verify, query and reconcile the usage ledger.
    Usage(UsageOptions),
}

#[derive(Debug, Clone, Args)]
pub struct SendOptions {
    /// DICOM files, ZIPs, or folders of them.
    #[arg(value_name = "PATH", required_unless_present = "order")]
    pub paths: Vec<PathBuf>,
    /// Wait until every study of these files is released or held, for at most this many seconds (600 by default), and show
    /// the result of each.
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
    /// Number of days to look back.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub days: u16,
    /// Only studies in this state.
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = ["receiving", "settled", "rendered", "held", "released", "recalled"])]
    pub state: Option<String>,
    /// Only studies held for this reason.
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The commands of the runbook: one line each from its code blocks and from the pages it refers to, and those named
    /// in its sentences.
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

    /// Splits a line like a shell: quoted text is one word.
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
            // Help is not an error.
            if let Err(error) = Cli::try_parse_from(&command)
                && error.use_stderr()
            {
                panic!("{}: {error}", command.join(" "));
            }
        }
    }
}
