//! The whole way of a study: a real `filmless up`, real S3 and DynamoDB requests, real files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_input;
mod contents;
mod delivery;
mod kill;
mod orders;
mod portal;
mod reconcile;
mod sample;
mod sharing;
mod staff;
mod system;
