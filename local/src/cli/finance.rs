//! `usage` and `cost`: commands for finance.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use filmless_usage::Month;

use super::system::SystemOptions;

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
        /// Month, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Option<Month>,
        /// Write into this folder instead of the usage bucket.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Read a copy of the usage bucket (`ledger/`, `prices/`) in this folder; needs no running system.
        #[arg(long, value_name = "DIR", requires = "out", requires = "month", conflicts_with_all = ["to", "env"])]
        from: Option<PathBuf>,
    },
    /// Verify the chain of the whole ledger, compute every export again and show the differences. Exit code 1 if there
    /// are any.
    Verify {
        /// Compare the exports of this month only, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Option<Month>,
    },
    /// Answer a named query from the exports; without a name, list them. Exit code 1 if there is no answer.
    Query(QueryOptions),
    /// Compare the hospital's claims to social insurance with what was delivered.
    Reconcile {
        /// Claims: XML as sent to the insurance (GIAMDINHHS), CSV or TSV with the fields of XML1, XML3 and XML4 as header, ZIPs
        /// of them, or folders. May be given several times.
        #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
        claims: Vec<PathBuf>,
        /// Month, as YYYY-MM.
        #[arg(long, value_name = "MONTH")]
        month: Month,
        /// Write the list of findings (CSV, XLSX) and the claim lines with their evidence (CSV) into this folder.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Read a copy of the usage bucket (`ledger/`) in this folder; needs no running system.
        #[arg(long, value_name = "DIR", conflicts_with_all = ["to", "env"])]
        from: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct QueryOptions {
    /// Name of the query.
    #[arg(conflicts_with = "sql")]
    pub name: Option<String>,
    /// Month, as YYYY-MM; this month by default.
    #[arg(long, value_name = "MONTH")]
    pub month: Option<Month>,
    /// Folder that `export --out` wrote to, instead of the usage bucket.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Print CSV instead of a table.
    #[arg(long, conflicts_with_all = ["json", "print"])]
    pub csv: bool,
    /// Print the statements for DuckDB and run nothing.
    #[arg(long)]
    pub print: bool,
    /// Your own SQL over `usage_events` and `usage_prices`, for DuckDB (`pip install duckdb-cli`).
    #[arg(long, value_name = "SQL", conflicts_with = "csv")]
    pub sql: Option<String>,
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
