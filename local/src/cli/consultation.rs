//! Grammar of `filmless consultation`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Clone, Args)]
pub struct ConsultationOptions {
    #[command(subcommand)]
    pub act: ConsultationAct,
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ConsultationAct {
    /// Verify the file of a consultation: print the head of its record and the digests of its minutes, or the first line that
    /// does not follow (exit code 1).
    Verify {
        /// The file, as the page of the consultation gives it (NDJSON), or all its parts in their order; `-` for standard input.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}
