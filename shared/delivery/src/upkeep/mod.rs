//! By the clock: what was lost is found again, what has ended is deleted, what failed is told.

pub mod dead_letters;
pub(crate) mod finance_report;
pub mod reconcile;
pub mod retention;
