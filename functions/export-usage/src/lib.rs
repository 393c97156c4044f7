//! Exports the usage ledger as Parquet by month and day and as CSV and XLSX by month, and verifies what was exported.
//!
//! ```no_run
//! use filmless_delivery::parts::Export;
//! use export_usage::handler::{ExportEvent, handle};
//!
//! async fn export(parts: &Export) -> Result<(), Box<dyn std::error::Error>> {
//!     // One month, as finance asks for it; without months, those that are due.
//!     let event: ExportEvent = serde_json::from_str(r#"{"months": ["2026-01"]}"#)?;
//!     let done = handle(parts, event).await?;
//!     println!("{} months were exported", done.months.len());
//!     Ok(())
//! }
//! ```

mod asked;
mod claimed;
pub mod claims;
pub mod error;
pub mod export;
pub mod handler;
pub mod layout;
pub mod ledger;
mod month_files;
pub mod months;
pub mod verify;
