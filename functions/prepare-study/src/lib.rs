//! Settles studies and renders their series.

pub mod handler;
