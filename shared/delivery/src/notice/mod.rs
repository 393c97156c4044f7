//! Messages to the patient, and what happened to them; messages to the members of consultations.

mod compose;
pub mod feedback;
mod member;
mod member_feedback;
pub mod relay_report;
mod report;
pub(crate) mod send;

pub use member::send_member_message;
pub use send::send_notice;
