//! Which system a command talks to.

use std::path::PathBuf;

use clap::Args;

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
