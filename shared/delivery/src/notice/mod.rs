//! Messages to the patient, and what happened to them.

mod compose;
pub mod feedback;
pub mod relay_report;
pub(crate) mod send;

pub use send::send_notice;
