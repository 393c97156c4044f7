//! The embedded profile as its clients see it: over HTTP, with the AWS SDK.

mod browser;
mod harness;
mod keys;
mod kill;
mod listing;
mod multipart;
mod objects;
mod signatures;
mod tables;
mod versions;
