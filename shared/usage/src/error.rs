//! Why an export cannot be written.

use thiserror::Error;

/// Why an export cannot be written.
#[derive(Debug, Error)]
pub enum UsageError {
    /// A line of the ledger is not a usage event.
    #[error("line {line} of the ledger is not a usage event")]
    Line {
        /// Line number in the input, from 1.
        line: u64,
    },
    /// A month or a day has the wrong format.
    #[error("`{text}` is not written as {form}")]
    Date {
        /// The text as written.
        text: String,
        /// The required format.
        form: &'static str,
    },
    /// The price file is not usable.
    #[error("line {line} of the price file: {why}")]
    Prices {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The claims cannot be read at all.
    #[error("the claims cannot be read: {why}")]
    Claims {
        /// What is wrong.
        why: String,
    },
    /// A Parquet file cannot be written or read.
    #[error("a Parquet file cannot be written or read")]
    Parquet(#[source] parquet::errors::ParquetError),
    /// A workbook cannot be written.
    #[error("a workbook cannot be written")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    /// A text file cannot be written.
    #[error("a CSV file cannot be written")]
    Csv(#[source] csv::Error),
    /// A file cannot be written.
    #[error("a file cannot be written")]
    Io(#[source] std::io::Error),
    /// A manifest cannot be written or read.
    #[error("a manifest cannot be written or read")]
    Manifest(#[source] serde_json::Error),
}
