//! What `shared/store` promises, asked of each server that it is used with: the embedded profile's own, and LocalStack
//! with DynamoDB Local. The tests are the same; a hospital's own server is asked the same way.
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
