//! What finance gets from the usage ledger: typed monthly files, prices, and reconciliation with insurance claims.
//!
//! All functions here take lines and return bytes: the same lines give the same bytes, whenever and however often.
//! `filmless_domain::usage` defines the lines; `docs/USAGE.md` describes the files.
//!
//! ```
//! use filmless_usage::Prices;
//! use filmless_usage::prices::DEFAULT_PRICES;
//!
//! // What ten films of CT would have cost in a month, in dong.
//! let prices = Prices::parse(DEFAULT_PRICES)?;
//! assert_eq!(prices.cost("film", "CT", "2026-01".parse()?, 10), 350_000);
//! # Ok::<(), filmless_usage::UsageError>(())
//! ```

pub mod book;
pub mod calendar;
pub mod claims;
mod digest;
mod error;
pub mod events_file;
pub mod line;
pub mod manifest;
pub mod prices;
pub mod queries;
mod rows;
pub mod summary;
pub mod table;
pub mod workbook;

pub use calendar::{Day, Month};
pub use digest::DigestWriter;
pub use error::UsageError;
pub use line::Line;
pub use prices::Prices;
