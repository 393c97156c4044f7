//! `backup` and `restore`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::system::TargetOptions;

#[derive(Debug, Clone, Args)]
pub struct BackupOptions {
    /// Folder of backups; made when it is missing. Not below the data folder.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Make none: read the backups that are there, and compare every byte with what was written.
    #[arg(long, conflicts_with = "keep")]
    pub verify: bool,
    /// Remove all but so many backups, the newest, and what only older ones needed.
    #[arg(long, value_name = "COUNT")]
    pub keep: Option<NonZeroUsize>,
    #[command(flatten)]
    pub target: TargetOptions,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct RestoreOptions {
    /// Folder of backups.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Which backup, by its name; the newest by default.
    #[arg(long, value_name = "NAME")]
    pub backup: Option<String>,
    /// The data folder to make: it must be empty, or not there yet.
    #[arg(long, value_name = "DIR", env = "FILMLESS_DATA")]
    pub data: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}
