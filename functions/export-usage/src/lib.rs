//! The usage ledger as files: Parquet by month and day, CSV and XLSX by month; and their verification.

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
