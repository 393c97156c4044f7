//! `reconcile`, `rebuild`, `redrive` and `audit`: commands that keep a system complete and provable.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::duration::parse_duration;
use super::system::SystemOptions;

#[derive(Debug, Clone, Args)]
pub struct ReconcileOptions {
    /// Restart what was found. Without this option, only show it.
    #[arg(long)]
    pub repair: bool,
    /// Number of days to look back.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub days: u16,
    /// Only uploads whose keys start with this; may be given several times. `%Y`, `%m` and `%d` stand for each day.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Vec<String>,
    /// Leave alone what changed less than this long ago: it may still be in progress.
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
    /// Number of days to look back, with `--all`.
    #[arg(long, default_value_t = 3660, value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub days: u16,
    #[command(flatten)]
    pub system: SystemOptions,
}

#[derive(Debug, Clone, Args)]
pub struct RedriveOptions {
    /// Queue whose dead letters go back. Without it, show those of all queues and send none.
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
    /// Downloads to pack.
    Downloads,
    /// Studies before the gate.
    Release,
    /// Messages to patients.
    Notices,
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
    /// Verify the whole hash chain. Exit code 1 if it is broken.
    Verify,
    /// Print the log, one event per line, verifying it on the way.
    Export {
        /// As FHIR R4 AuditEvent resources.
        #[arg(long)]
        fhir: bool,
    },
}
