//! Checks the promises of `shared/store` on each supported server: the embedded profile's own, and LocalStack with
//! DynamoDB Local. The tests are the same; they also check a hospital's own server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod backend;
mod every_backend;
mod index;
mod limits;
mod localstack;
mod notices;
mod objects;
mod queue;
mod sealing;
mod sending;
mod writers;
