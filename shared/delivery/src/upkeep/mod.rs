//! Jobs by the clock: find what was lost, delete what has expired, report what failed.

pub mod dead_letters;
pub(crate) mod finance_report;
pub mod reconcile;
pub mod retention;
