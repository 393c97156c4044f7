//! Puts rendered studies before the publish gate and makes what passing it takes.

pub mod handler;
