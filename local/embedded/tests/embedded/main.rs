//! The embedded profile as its clients see it: over HTTP, with the AWS SDK.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on must stop"
)]

mod backup;
mod browser;
mod crowd;
mod expiry;
mod harness;
mod in_process;
mod keys;
mod kill;
mod listing;
mod multipart;
mod objects;
mod signatures;
mod tables;
mod uploader;
mod versions;
