//! Takes uploads into the index, or into quarantine with a reason.

pub mod handler;
