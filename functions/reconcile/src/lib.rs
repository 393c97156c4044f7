//! Finds what was lost, every hour, and tells it to go on.

pub mod handler;
