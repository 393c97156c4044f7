//! `backup` and `restore`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::system::TargetOptions;

#[derive(Debug, Clone, Args)]
pub struct BackupOptions {
    /// Folder of backups; created if missing. It must not be inside the data folder.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Make no backup. Read the existing ones and compare every byte with what was written.
    #[arg(long, conflicts_with = "keep")]
    pub verify: bool,
    /// Keep this many of the newest backups; remove the others and the data that only they needed.
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
    /// Name of the backup; the newest by default.
    #[arg(long, value_name = "NAME")]
    pub backup: Option<String>,
    /// The data folder to create. It must be empty or not exist yet.
    #[arg(long, value_name = "DIR", env = "FILMLESS_DATA")]
    pub data: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}
