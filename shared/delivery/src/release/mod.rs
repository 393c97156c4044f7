//! The publish gate, and what follows: account, password, link, QR, slip, notice.

pub(crate) mod booking;
mod gate;
pub(crate) mod issue;
pub(crate) mod late_contact;
pub(crate) mod slip;

pub use gate::release_study;
