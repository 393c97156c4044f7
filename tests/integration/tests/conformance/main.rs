//! Checks what `shared/store` promises on each server that we use it with: the embedded profile's own, and LocalStack
//! with DynamoDB Local. Both run the same tests, and a hospital's own server can be tested the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod backend;
mod every_backend;
mod index;
mod limits;
mod localstack;
mod localstack_sending;
mod notices;
mod objects;
mod queue;
mod sealing;
mod viewers;
mod writers;
